package nlu

import (
	"slices"
	"strings"
)

// This file reads the words that may be a name.

// mayBeName reports whether a word may be part of a name.
func (r *peopleReader) mayBeName(i int) bool {
	if i >= len(r.words) || r.used[i] {
		return false
	}
	w := &r.words[i]
	return w.id < 0 && hasLetter(w.key) && !r.endsUnlikeName(i) || w.class&(r.u.c.name|r.u.c.nameword) != 0
}

// endsUnlikeName reports whether a word that is not in the words file ends as no name does.
func (r *peopleReader) endsUnlikeName(i int) bool {
	w := r.words[i]
	if w.id < 0 && strings.HasSuffix(w.text, "ó") {
		return true // "aprobó"
	}
	ends := func(e string) bool { return len(w.key) > len(e)+1 && strings.HasSuffix(w.key, e) }
	return w.id < 0 && (slices.ContainsFunc(r.u.endings, ends) ||
		r.is(i-1, r.u.c.belongs) && !r.is(i-1, r.u.c.of|r.u.c.mine) && slices.ContainsFunc(r.u.verbs, ends))
}

// name reads words that may be a name.
func (r *peopleReader) name(i int) int {
	if r.words[i].key == "mia" && r.is(i-1, r.u.c.kin) {
		return 1 // "la mamá mía"
	}
	to, listed := i, false
	denied := r.isDenied(i + 1)
	for r.mayBeName(to) && (to == i || !r.words[to-1].endsClause && !(denied && listed && r.is(to, r.u.c.name))) {
		listed = listed || r.is(to, r.u.c.name)
		to++
	}
	if to == i || r.m.Intent == IntentPreprint && r.u.months[r.words[i].id] > 0 && !(r.end == r.prefixStart && len(r.m.Refs) > 0) {
		return to - i
	}
	if r.is(i, r.u.c.weekday) && i > 0 && (r.words[i-1].key == "el" || r.words[i-1].key == "del") {
		return to - i // "para el domingo"
	}
	strong := r.standsForName(i, to)
	if !listed && !strong && r.words[i].id >= 0 {
		return to - i // a word that may be a name, and is none here
	}
	var words []string
	for _, w := range r.words[i:to] {
		words = append(words, w.key)
	}
	if r.introducesSpeaker() {
		r.m.Introduced = words
		r.skip(i, to)
		return to - i
	}
	r.add(Ref{Kind: RefName, Words: words, Text: r.text(i, to), weak: !listed && !strong}, i, to)
	if denied && r.mayBeName(to) {
		r.skipped = false // "en vez de Rosa Carlos"
	}
	return to - i
}

// standsForName reports whether words stand where a person is named.
func (r *peopleReader) standsForName(i, to int) bool {
	c := &r.u.c
	_, verb := r.after(to, c.needs)
	belongs, of, article := false, false, false
	for k := r.prefixStart; k < i; k++ {
		if r.words[k].key == "por" && !verb {
			return false // "por el marcapasos"
		}
		belongs = belongs || r.is(k, c.belongs) && !r.is(k, c.article)
		of = r.is(k, c.of) || of && r.is(k, c.article)
		article = r.is(k, c.article)
	}
	switch {
	case of && article && !verb && r.words[i].id < 0 && r.isPast(r.prefixStart-1):
		return false // "se cayó de la bici"
	case belongs && !article, of, verb: // "de la flaca", and not "para la salita"
		return true
	case r.prefixStart == i && r.is(i-1, c.token|c.lady) && !r.words[i-1].endsClause:
		return to == len(r.words) || r.words[to-1].endsClause || r.is(to, c.and) || r.u.polite[IntentYes][r.words[to].key]
	case r.end >= 0 && !r.weak && (r.end == r.prefixStart || r.is(r.prefixStart-1, c.and) && r.end == r.prefixStart-1):
		return true
	}
	return r.m.Intent == IntentNone && (r.tokenized.alone(Match{from: i, to: to}, IntentNone) || i == 0 && to == len(r.words))
}

// isPast reports whether a word is written as a verb of the past.
func (r *peopleReader) isPast(i int) bool {
	if i < 0 || r.words[i].endsClause {
		return false
	}
	for _, e := range []string{"ó", "aron", "ieron"} {
		if strings.HasSuffix(strings.ToLower(r.words[i].text), e) {
			return true
		}
	}
	return false
}
