package nlu

import (
	"slices"
	"strings"
)

// reader goes through a text and finds the people in it.
type peopleReader struct {
	*tokenized
	m           *ParsedText
	prefixStart int  // where what introduces the word at hand begins: the "de mi" of "de mi hija"
	end         int  // behind the last person
	first       int  // where their name or kinship begins
	weak        bool // the last person may be none: see ref.weak
	skipped     bool // the last person is not whom it is about: what is said of them is not either
}

// readPeople finds the people and numbers among the words that are not the intent's.
func (u *Parser) readPeople(s *tokenized, m *ParsedText) {
	r := &peopleReader{tokenized: s, m: m, end: -1}
	for i := 0; i < len(s.words); {
		i += max(1, r.step(i))
	}
	if len(groupByPerson(m.Refs)) > 1 && slices.ContainsFunc(s.words, func(w word) bool { return w.class&u.c.they != 0 }) {
		m.Refs = []Ref{{Kind: RefName}} // "mi hermana y mi mamá …, el de ella": which of them?
	}
	if m.TheirToken && (m.Intent == IntentThanks || m.Intent == IntentHello) {
		m.Intent = IntentNone // "para Tomás, gracias"
	}
	if m.Intent == IntentNone && !m.TheirToken && r.saysMore() {
		m.Refs = nil // spoken of, and nothing wanted
	}
}

// more says whether something is said beside people and politeness.
func (r *peopleReader) saysMore() bool {
	c := &r.u.c
	for i := range r.words {
		if !r.used[i] && !r.is(i, c.filler|c.light|c.want|c.and|c.before|c.not|c.except|c.kin|c.name|c.self|c.iam) && !isNumber(r.words[i].key) {
			return true
		}
	}
	return false
}

// step deals with a word, and says how many it took.
func (r *peopleReader) step(i int) int {
	if r.used[i] {
		return 1
	}
	if n, ok := smallNumber(r.words[i].key); ok {
		r.m.Numbers = append(r.m.Numbers, n)
		return 1
	}
	r.findPrefix(i)
	if n := r.skipOthers(i); n > 0 {
		return n
	}
	if n := r.meOrAll(i); n > 0 {
		return n
	}
	if n := r.kinship(i); n > 0 {
		return n
	}
	return r.name(i)
}

// introduced finds where the words begin that introduce the one at i.
func (r *peopleReader) findPrefix(i int) {
	r.prefixStart = i
	for r.prefixStart > max(r.end, 0) && (r.is(r.prefixStart-1, r.u.c.before|r.u.c.other) || r.number(r.prefixStart-1) > 0) && !r.words[r.prefixStart-1].endsClause && !r.used[r.prefixStart-1] {
		r.prefixStart--
	}
}

// somebodyElse skips the name of a doctor, a place, or whoever signs.
func (r *peopleReader) skipOthers(i int) int {
	c, n := &r.u.c, 1
	switch {
	case r.is(i, c.place|c.in) && !r.words[i].endsClause:
		if r.is(i+1, c.of|c.article) && !r.is(i+2, c.name) {
			n++
		}
	case r.is(i, c.title|c.signs):
	default:
		return 0
	}
	for i+n < len(r.words) && r.nameish(i+n) && (r.is(i, c.signs) || !r.words[i+n-1].endsClause) {
		n++
	}
	return n
}

// nameish says whether a word may be part of a name.
func (r *peopleReader) nameish(i int) bool {
	if i >= len(r.words) || r.used[i] {
		return false
	}
	w := &r.words[i]
	return w.id < 0 && hasLetter(w.key) && !r.unlike(i) || w.class&(r.u.c.name|r.u.c.nameword) != 0
}

// unlike says whether a word that is in none of our lists ends as no name does.
func (r *peopleReader) unlike(i int) bool {
	w := r.words[i]
	ends := func(e string) bool { return len(w.key) > len(e)+1 && strings.HasSuffix(w.key, e) }
	return w.id < 0 && (slices.ContainsFunc(r.u.endings, ends) ||
		r.is(i-1, r.u.c.belongs) && !r.is(i-1, r.u.c.of|r.u.c.mine) && slices.ContainsFunc(r.u.verbs, ends))
}

// meOrAll reads "para mí", "yo", "todos".
func (r *peopleReader) meOrAll(i int) int {
	for _, p := range r.u.persons {
		to := i + len(p.parts)
		if to > len(r.words) || !p.begins(r.words[i:]) || slices.Contains(r.used[i:to], true) || !r.standsForPeople(p, i, to) {
			continue
		}
		r.add(Ref{Kind: RefKind(p.intent)}, i, to)
		return len(p.parts)
	}
	return 0
}

// meant says whether such words stand for people here.
func (r *peopleReader) standsForPeople(p phrase, i, to int) bool {
	c := &r.u.c
	switch {
	case r.is(to-1, c.mine): // not "mi médico"
		return to == len(r.words) || r.words[to-1].endsClause || r.used[to] ||
			(r.is(to, c.token|c.code|c.and|c.not|c.light|c.filler|c.want|c.except) || r.u.months[r.words[to].id] > 0) && !r.is(to, c.noun|c.kin|c.name|c.nameword|c.mine)
	case r.is(i, c.self): // not "yo quiero el de Juana"
		return len(r.words) == 1 || r.is(i-1, c.and) && r.end == i-1 || r.is(i-1, c.iam) || r.is(to, c.and) && to+1 < len(r.words) && (r.personish(to+1) || r.personish(min(to+2, len(r.words)-1))) || r.alone(Match{from: i, to: to}, IntentNone)
	case RefKind(p.intent) == RefAll: // not "todos los días", "hola a todos"
		ends := to == len(r.words) || r.words[to-1].endsClause
		return len(p.parts) > 1 || (ends || !r.is(to, c.light)) && (r.is(i-1, c.belongs|c.token) && !r.is(i-1, c.article) || i == 0)
	}
	return i == 0 || !r.is(i-1, c.kin)
}

// kinship reads "mi hija", and "hija" where it is not said to whoever listens.
func (r *peopleReader) kinship(i int) int {
	w, c := &r.words[i], &r.u.c
	if w.class&c.kin == 0 {
		return 0
	}
	if r.is(i, c.lady) && r.nameish(i+1) && !r.is(i-1, c.mine) || r.is(i+1, c.token|c.code) && !w.endsClause && r.is(i, c.call) {
		return 1 // "la señora Peralta", "el viejo token"
	}
	_, verb := r.after(i+1, c.needs)
	bare := r.is(i-1, c.token) && !r.is(i, c.call) || r.is(i-1, c.and) && r.end == i-1 || verb || r.m.Intent == IntentNone && r.tokenized.alone(Match{}, IntentToken)
	if r.prefixStart == i && (!bare || r.is(i-1, c.notours)) {
		if r.is(i-1, c.notours) {
			r.skip(i, i+1)
		}
		return 1
	}
	r.add(Ref{Kind: RefKin, Words: []string{r.u.kin[w.id]}, Text: w.text}, i, i+1)
	return 1
}

// name reads the words that may be a name.
func (r *peopleReader) name(i int) int {
	to, listed := i, false
	for r.nameish(to) && (to == i || !r.words[to-1].endsClause) {
		listed = listed || r.is(to, r.u.c.name)
		to++
	}
	if to == i || r.m.Intent == IntentPreprint && r.u.months[r.words[i].id] > 0 && !(r.end == r.prefixStart && len(r.m.Refs) > 0) {
		return to - i
	}
	strong := r.nameStands(i, to)
	if !listed && !strong && r.words[i].id >= 0 {
		return to - i // a word that may be a name, and here is a word
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
	return to - i
}

// nameStands says whether words stand where a person is named.
func (r *peopleReader) nameStands(i, to int) bool {
	c := &r.u.c
	_, verb := r.after(to, c.needs)
	belongs, of, article := false, false, false
	for k := r.prefixStart; k < i; k++ {
		belongs = belongs || r.is(k, c.belongs) && !r.is(k, c.article)
		of = r.is(k, c.of) || of && r.is(k, c.article)
		article = r.is(k, c.article)
	}
	switch {
	case belongs && !article, of, verb: // "de la flaca", and not "para la salita"
		return true
	case r.prefixStart == i && r.is(i-1, c.token|c.lady) && !r.words[i-1].endsClause:
		return to == len(r.words) || r.words[to-1].endsClause || r.is(to, c.and) || r.u.polite[IntentYes][r.words[to].key]
	case r.end >= 0 && !r.weak && (r.end == r.prefixStart || r.is(r.prefixStart-1, c.and) && r.end == r.prefixStart-1):
		return true
	}
	return r.m.Intent == IntentNone && (r.tokenized.alone(Match{from: i, to: to}, IntentNone) || i == 0 && to == len(r.words))
}

// add takes somebody in, unless it is said that it is not about them.
func (r *peopleReader) add(x Ref, from, to int) {
	c := &r.u.c
	next := r.end >= 0 && r.end == r.prefixStart
	of := next && r.is(r.prefixStart, c.of) && r.prefixStart < from && !r.words[r.prefixStart-1].endsClause
	same := next && !of && r.apposed(x, from)
	switch {
	case r.skipped && (of || same), r.isHelper(to), r.isThereAlready(to), r.mentionedOnly(from), r.isDenied(to):
		r.skip(from, to)
		return
	case of && len(r.m.Refs) > 0:
		r.mergeRelative(to)
		return
	case r.is(r.prefixStart-1, c.except):
		x.Not = true
	}
	x.Same = same && len(r.m.Refs) > 0
	r.m.Refs = append(r.m.Refs, x)
	if !x.weak {
		r.markUsed(from, to)
	}
	r.m.TheirToken = r.m.TheirToken || r.asksForTheirs(x, from)
	if !x.Same {
		r.first = from
	}
	r.end, r.skipped, r.weak = to, false, x.weak
}

// pass goes over somebody whom it is not about.
func (r *peopleReader) skip(from, to int) {
	r.markUsed(from, to)
	r.end, r.first, r.skipped, r.weak = to, from, true, false
}

// take marks words as a person's.
func (r *peopleReader) markUsed(from, to int) {
	for k := from; k < to; k++ {
		r.used[k] = true
	}
}

// apposed says whether a name and a kinship side by side are one person.
func (r *peopleReader) apposed(x Ref, from int) bool {
	if x.Kind != RefKin && x.Kind != RefName {
		return false
	}
	for k := r.prefixStart; k < from; k++ {
		if !r.is(k, r.u.c.mine|r.u.c.article|r.u.c.other) || r.is(k, r.u.c.of) {
			return false
		}
	}
	if r.skipped {
		return true
	}
	if len(r.m.Refs) == 0 {
		return false
	}
	last := r.m.Refs[len(r.m.Refs)-1]
	return last.Kind == RefKin && x.Kind == RefName || last.Kind == RefName && x.Kind == RefKin
}

// relative makes "la hija" and "de Juana" one person, whom only they know.
func (r *peopleReader) mergeRelative(to int) {
	r.end = to
	if to-r.first > 12 {
		return // no name is as long
	}
	var words []string
	for k := r.first; k < to; k++ {
		if r.is(k, r.u.c.kin|r.u.c.name) || r.words[k].id < 0 {
			words = append(words, r.words[k].key)
		}
	}
	last := &r.m.Refs[len(r.m.Refs)-1]
	*last = Ref{Kind: RefName, Words: words, Text: r.text(r.first, to), weak: last.weak}
	if !last.weak {
		r.markUsed(r.first, to)
	}
}

// text is words as they were written.
func (r *peopleReader) text(from, to int) string {
	out := ""
	for k, w := range r.words[from:to] {
		if k > 0 {
			out += " "
		}
		out += w.text
	}
	return out
}
