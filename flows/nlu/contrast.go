package nlu

import (
	"slices"
	"strings"
)

// This file finds out whom a text takes back: "ese es de Juana, yo quería el de Tomás".

// dropContrasted drops each person of whom the text only says that the token was theirs, if another person is wanted after
// that.
func (r *peopleReader) dropContrasted() {
	if n := len(r.m.Refs) - 1; n > 0 && r.wasGiven(n) && !r.m.Refs[n].Same && !r.wasGiven(n-1) && r.isAsked(n-1) {
		r.dropLast() // "te pedí Juana y me pasaste a Lucía"
		r.m.TheirToken = true
	}
	for i := len(r.m.Refs) - 2; i >= 0; i-- {
		if r.m.Refs[i+1].Same || !r.isCorrected(i+1) && (!r.wasGiven(i) || !r.isWantedInstead(i+1)) {
			continue
		}
		n := i
		for n > 0 && r.m.Refs[n].Same {
			n--
		}
		r.m.Refs, r.spans = append(r.m.Refs[:n], r.m.Refs[i+1:]...), append(r.spans[:n], r.spans[i+1:]...)
		r.m.TheirToken = true
		i = n
	}
}

// wasGiven reports whether the words before a person say whose the token was: "me diste el de", "ese es de".
func (r *peopleReader) wasGiven(i int) bool {
	from := 0
	if i > 0 {
		from = r.spans[i-1].to
	}
	for k := r.spans[i].from - 1; k >= from; k-- {
		switch {
		case r.is(k, r.u.c.not):
			return false
		case r.is(k, r.u.c.gave), r.givesNow(k), r.is(k, r.u.c.is) && r.is(k-1, r.u.c.those):
			return true
		}
	}
	return false
}

// isAsked reports whether a verb of wanting stands before a person.
func (r *peopleReader) isAsked(i int) bool {
	for k := 0; k < r.spans[i].from; k++ {
		if r.is(k, r.u.c.want) || r.words[k].key == "dije" || r.words[k].key == "puse" {
			return true
		}
	}
	return false
}

// givesNow reports whether a word says that another token came than the one that was asked for: "te dije Rosa y me das …".
func (r *peopleReader) givesNow(k int) bool {
	switch r.words[k].key {
	case "das", "dan", "mandas", "pasas", "tiras", "sale":
	default:
		return false
	}
	return k > 1 && r.is(k-1, r.u.c.tome) && (r.words[k-2].key == "y" || r.words[k-2].key == "pero") && slices.ContainsFunc(r.words[:k], func(w word) bool { return w.key == "dije" || w.key == "pedi" || w.key == "puse" })
}

// isCorrected reports whether the words before a person take back the person before: "pedí el de Juana pero era el de Tomás".
func (r *peopleReader) isCorrected(i int) bool {
	for k := r.spans[i-1].to; k < r.spans[i].prefix; k++ {
		switch r.words[k].key {
		case "era", "sino", "perdon", "digo":
			return true
		}
		if r.isThat(k) && r.is(k-1, r.u.c.article) && r.is(r.spans[i].prefix-1, r.u.c.is) && r.spans[i].prefix-1 > k {
			return true // "el que se atiende es Tomás"
		}
		if r.is(k, r.u.c.not) && r.words[k].endsClause && k > r.spans[i-1].to-1 && (r.words[k-1].endsClause || sighs[r.words[k-1].key] && k > r.spans[i-1].to) { // ", no, el de Tomás"
			return true
		}
	}
	return false
}

// isWantedInstead reports whether the words before a person want the token of that one: "yo quería el de", "era el de".
func (r *peopleReader) isWantedInstead(i int) bool {
	for k := r.spans[i-1].to; k < r.spans[i].from; k++ {
		if r.is(k, r.u.c.want|r.u.c.is|r.u.c.self) {
			return true
		}
	}
	return false
}

// dropStory drops people of whom the text only tells something, before it asks for the token of somebody: "Carlos está con
// Juana, le piden el token de Juana".
func (r *peopleReader) dropStory() {
	last := len(r.m.Refs) - 1
	if last < 1 || r.m.Intent != IntentToken || !r.asksTokenOf(last) {
		return
	}
	for i := last - 1; i >= 0; i-- {
		if r.isStory(i) && !r.m.Refs[i].Same && !r.m.Refs[i+1].Same {
			r.m.Refs, r.spans = append(r.m.Refs[:i], r.m.Refs[i+1:]...), append(r.spans[:i], r.spans[i+1:]...)
		}
	}
}

// isStory reports whether a person is only told of: "Carlos está con", "mi suegra llevó a".
func (r *peopleReader) isStory(i int) bool {
	c, sp := &r.u.c, r.spans[i]
	if kind := r.m.Refs[i].Kind; kind == RefMe || kind == RefAll || r.asksTokenOf(i) || r.is(sp.prefix, c.belongs) && !r.is(sp.prefix, c.mine) {
		return false
	}
	return sp.to < len(r.words) && !r.words[sp.to-1].endsClause && !r.inSet(sp.to, "closing") &&
		!r.is(sp.to, c.and|c.token|c.kin|c.name|c.needs|c.except|c.belongs|c.not)
}

// asksTokenOf reports whether "token de" stands before a person.
func (r *peopleReader) asksTokenOf(i int) bool {
	k := r.spans[i].prefix
	if r.m.Refs[i].Kind == RefMe && r.is(r.spans[i].to, r.u.c.token) {
		return true // "mi token"
	}
	return r.is(k-1, r.u.c.token|r.u.c.code) && r.is(k, r.u.c.of) || r.is(k, r.u.c.article) && r.is(k+1, r.u.c.of) && k+1 < r.spans[i].from
}

// wantsTheirs reports whether the text asks for the token of a person by a pronoun, and without the word: "pasame lo de ella".
func (r *peopleReader) wantsTheirs() bool {
	for i := 3; i < len(r.words); i++ {
		they := r.is(i, r.u.c.they) || r.isHim(i)
		article := r.is(i-2, r.u.c.article) || r.words[i-2].key == "lo"
		if they && r.is(i-1, r.u.c.of) && article && r.is(i-3, r.u.c.want|r.u.c.request) && !r.is(i-4, r.u.c.not) {
			return true
		}
	}
	return false
}

// dropEach drops the "cada uno" of people who are named beside it: "mi marido y yo necesitamos un token cada uno". Beside a number it is
// not certain who they are.
func (r *peopleReader) dropEach() {
	at := slices.IndexFunc(r.m.Refs, func(x Ref) bool { return x.Kind == RefAll })
	if at < 0 || r.words[r.spans[at].from].key != "kada" {
		return
	}
	if len(r.m.Refs) > 1 {
		r.m.Refs, r.spans = slices.Delete(r.m.Refs, at, at+1), slices.Delete(r.spans, at, at+1)
		return
	}
	for i := range r.words {
		if r.number(i) > 1 && r.is(i-1, r.u.c.is) || r.number(i) > 1 && r.words[max(i-1, 0)].key == "somos" {
			r.m.Refs[at] = Ref{Kind: RefName}
		}
	}
}

// askBetween makes it unknown whom a text means that names one person or another: "el de Juana o el de Tomás".
func (r *peopleReader) askBetween() {
	if r.meansOneOf() || r.isDictated() {
		r.m.Refs, r.spans = []Ref{{Kind: RefName}}, nil
		return
	}
	if len(r.spans) != len(r.m.Refs) {
		return
	}
	for i := 1; i < len(r.spans); i++ {
		for k := r.spans[i-1].to; k < r.spans[i].from && !r.m.Refs[i].Same; k++ {
			if key := r.words[k].key; (key == "o" || key == "u") && k <= r.spans[i].prefix {
				r.m.Refs, r.spans = []Ref{{Kind: RefName}}, nil
				return
			}
		}
	}
}

// meansOneOf reports whether a text names several people, and says that it means one of them: "mis hijos …, entra uno solo".
func (r *peopleReader) meansOneOf() bool {
	if len(groupByPerson(r.m.Refs)) < 2 && !slices.ContainsFunc(r.m.Refs, func(x Ref) bool { return x.Several() || x.Kind == RefAll }) {
		return false
	}
	for i := 1; i < len(r.words); i++ {
		one, alone := r.is(i-1, r.u.c.one), strings.HasPrefix(r.words[i].key, "solo") || r.words[i].key == "sola"
		if one && alone || r.words[i-1].key == "solo" && r.is(i, r.u.c.one) && (i+1 == len(r.words) || r.words[i].endsClause) || one && r.is(i, r.u.c.of) && slices.ContainsFunc(r.words[i:min(i+3, len(r.words))], func(w word) bool { return w.class&r.u.c.they != 0 || w.number > 1 }) {
			return true
		}
	}
	return false
}

// isDictated reports whether a text was dictated by somebody, so that "para mí" may be another person: "la abuela me dicta y yo escribo".
func (r *peopleReader) isDictated() bool {
	if !slices.ContainsFunc(r.m.Refs, func(x Ref) bool { return x.Kind == RefMe }) {
		return false
	}
	return slices.ContainsFunc(r.words, func(w word) bool { return strings.HasPrefix(w.key, "dikt") && w.key != "diktame" && w.key != "diktar" })
}

// sighs are words before a "no" that takes something back, by their phonetic keys: "uy no, el de Tomás".
var sighs = map[string]bool{phoneticKey("uy"): true, phoneticKey("ay"): true, phoneticKey("eh"): true, phoneticKey("ah"): true, phoneticKey("perdón"): true, phoneticKey("pará"): true, phoneticKey("esperá"): true}
