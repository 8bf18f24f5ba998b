package flows

import (
	"slices"
	"strings"
)

// reader goes through a text and finds the people in it.
type reader struct {
	*speech
	m     *meaning
	chain int  // where what introduces the word at hand begins: the "de mi" of "de mi hija"
	end   int  // behind the last person
	first int  // where their name or kinship begins
	loose bool // the last person may be none: see ref.weak
	ghost bool // the last person is not whom it is about: what is said of them is not either
}

// readPeople finds the people and numbers among the words that are not the intent's.
func (u *understanding) readPeople(s *speech, m *meaning) {
	r := &reader{speech: s, m: m, end: -1}
	for i := 0; i < len(s.words); {
		i += max(1, r.step(i))
	}
	if len(persons(m.Who)) > 1 && slices.ContainsFunc(s.words, func(w word) bool { return w.class&u.c.they != 0 }) {
		m.Who = []ref{{Kind: refName}} // "mi hermana y mi mamá …, el de ella": which of them?
	}
	if m.Wish && (m.Intent == intentThanks || m.Intent == intentHello) {
		m.Intent = intentNone // "para Tomás, gracias"
	}
	if m.Intent == intentNone && !m.Wish && r.more() {
		m.Who = nil // spoken of, and nothing wanted
	}
}

// more says whether something is said beside people and politeness.
func (r *reader) more() bool {
	c := &r.u.c
	for i := range r.words {
		if !r.used[i] && !r.is(i, c.filler|c.light|c.want|c.and|c.before|c.not|c.except|c.kin|c.name|c.self|c.iam) && !isNumber(r.words[i].sound) {
			return true
		}
	}
	return false
}

// step deals with a word, and says how many it took.
func (r *reader) step(i int) int {
	if r.used[i] {
		return 1
	}
	if n, ok := smallNumber(r.words[i].sound); ok {
		r.m.Numbers = append(r.m.Numbers, n)
		return 1
	}
	r.introduced(i)
	if n := r.somebodyElse(i); n > 0 {
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
func (r *reader) introduced(i int) {
	r.chain = i
	for r.chain > max(r.end, 0) && (r.is(r.chain-1, r.u.c.before|r.u.c.other) || r.number(r.chain-1) > 0) && !r.words[r.chain-1].ends && !r.used[r.chain-1] {
		r.chain--
	}
}

// somebodyElse skips the name of a doctor, a place, or whoever signs.
func (r *reader) somebodyElse(i int) int {
	c, n := &r.u.c, 1
	switch {
	case r.is(i, c.place|c.in) && !r.words[i].ends:
		if r.is(i+1, c.of|c.article) && !r.is(i+2, c.name) {
			n++
		}
	case r.is(i, c.title|c.signs):
	default:
		return 0
	}
	for i+n < len(r.words) && r.nameish(i+n) && (r.is(i, c.signs) || !r.words[i+n-1].ends) {
		n++
	}
	return n
}

// nameish says whether a word may be part of a name.
func (r *reader) nameish(i int) bool {
	if i >= len(r.words) || r.used[i] {
		return false
	}
	w := &r.words[i]
	return w.id < 0 && hasLetter(w.sound) && !r.unlike(i) || w.class&(r.u.c.name|r.u.c.nameword) != 0
}

// unlike says whether a word that is in none of our lists ends as no name does.
func (r *reader) unlike(i int) bool {
	w := r.words[i]
	ends := func(e string) bool { return len(w.sound) > len(e)+1 && strings.HasSuffix(w.sound, e) }
	return w.id < 0 && (slices.ContainsFunc(r.u.endings, ends) ||
		r.is(i-1, r.u.c.belongs) && !r.is(i-1, r.u.c.of|r.u.c.mine) && slices.ContainsFunc(r.u.verbs, ends))
}

// meOrAll reads "para mí", "yo", "todos".
func (r *reader) meOrAll(i int) int {
	for _, p := range r.u.persons {
		to := i + len(p.parts)
		if to > len(r.words) || !p.begins(r.words[i:]) || slices.Contains(r.used[i:to], true) || !r.meant(p, i, to) {
			continue
		}
		r.add(ref{Kind: refKind(p.intent)}, i, to)
		return len(p.parts)
	}
	return 0
}

// meant says whether such words stand for people here.
func (r *reader) meant(p phrase, i, to int) bool {
	c := &r.u.c
	switch {
	case r.is(to-1, c.mine): // not "mi médico"
		return to == len(r.words) || r.words[to-1].ends || r.used[to] ||
			(r.is(to, c.token|c.code|c.and|c.not|c.light|c.filler|c.want|c.except) || r.u.months[r.words[to].id] > 0) && !r.is(to, c.noun|c.kin|c.name|c.nameword|c.mine)
	case r.is(i, c.self): // not "yo quiero el de Juana"
		return len(r.words) == 1 || r.is(i-1, c.and) && r.end == i-1 || r.is(i-1, c.iam) || r.is(to, c.and) && to+1 < len(r.words) && (r.personish(to+1) || r.personish(min(to+2, len(r.words)-1))) || r.alone(hit{from: i, to: to}, intentNone)
	case refKind(p.intent) == refAll: // not "todos los días", "hola a todos"
		ends := to == len(r.words) || r.words[to-1].ends
		return len(p.parts) > 1 || (ends || !r.is(to, c.light)) && (r.is(i-1, c.belongs|c.token) && !r.is(i-1, c.article) || i == 0)
	}
	return i == 0 || !r.is(i-1, c.kin)
}

// kinship reads "mi hija", and "hija" where it is not said to whoever listens.
func (r *reader) kinship(i int) int {
	w, c := &r.words[i], &r.u.c
	if w.class&c.kin == 0 {
		return 0
	}
	if r.is(i, c.lady) && r.nameish(i+1) && !r.is(i-1, c.mine) || r.is(i+1, c.token|c.code) && !w.ends && r.is(i, c.call) {
		return 1 // "la señora Peralta", "el viejo token"
	}
	_, verb := r.after(i+1, c.needs)
	bare := r.is(i-1, c.token) && !r.is(i, c.call) || r.is(i-1, c.and) && r.end == i-1 || verb || r.m.Intent == intentNone && r.speech.alone(hit{}, intentToken)
	if r.chain == i && (!bare || r.is(i-1, c.notours)) {
		if r.is(i-1, c.notours) {
			r.pass(i, i+1)
		}
		return 1
	}
	r.add(ref{Kind: refKin, Words: []string{r.u.kin[w.id]}, As: w.text}, i, i+1)
	return 1
}

// name reads the words that may be a name.
func (r *reader) name(i int) int {
	to, listed := i, false
	for r.nameish(to) && (to == i || !r.words[to-1].ends) {
		listed = listed || r.is(to, r.u.c.name)
		to++
	}
	if to == i || r.m.Intent == intentPreprint && r.u.months[r.words[i].id] > 0 && !(r.end == r.chain && len(r.m.Who) > 0) {
		return to - i
	}
	strong := r.nameStands(i, to)
	if !listed && !strong && r.words[i].id >= 0 {
		return to - i // a word that may be a name, and here is a word
	}
	var words []string
	for _, w := range r.words[i:to] {
		words = append(words, w.sound)
	}
	if r.presents() {
		r.m.Speaker = words
		r.pass(i, to)
		return to - i
	}
	r.add(ref{Kind: refName, Words: words, As: r.text(i, to), weak: !listed && !strong}, i, to)
	return to - i
}

// nameStands says whether words stand where a person is named.
func (r *reader) nameStands(i, to int) bool {
	c := &r.u.c
	_, verb := r.after(to, c.needs)
	belongs, of, article := false, false, false
	for k := r.chain; k < i; k++ {
		belongs = belongs || r.is(k, c.belongs) && !r.is(k, c.article)
		of = r.is(k, c.of) || of && r.is(k, c.article)
		article = r.is(k, c.article)
	}
	switch {
	case belongs && !article, of, verb: // "de la flaca", and not "para la salita"
		return true
	case r.chain == i && r.is(i-1, c.token|c.lady) && !r.words[i-1].ends:
		return to == len(r.words) || r.words[to-1].ends || r.is(to, c.and) || r.u.polite[intentYes][r.words[to].sound]
	case r.end >= 0 && !r.loose && (r.end == r.chain || r.is(r.chain-1, c.and) && r.end == r.chain-1):
		return true
	}
	return r.m.Intent == intentNone && (r.speech.alone(hit{from: i, to: to}, intentNone) || i == 0 && to == len(r.words))
}

// add takes somebody in, unless it is said that it is not about them.
func (r *reader) add(x ref, from, to int) {
	c := &r.u.c
	next := r.end >= 0 && r.end == r.chain
	of := next && r.is(r.chain, c.of) && r.chain < from && !r.words[r.chain-1].ends
	same := next && !of && r.apposed(x, from)
	switch {
	case r.ghost && (of || same), r.helped(to), r.had(to), r.elsewhere(from), r.denied(to):
		r.pass(from, to)
		return
	case of && len(r.m.Who) > 0:
		r.relative(to)
		return
	case r.is(r.chain-1, c.except):
		x.Not = true
	}
	x.Same = same && len(r.m.Who) > 0
	r.m.Who = append(r.m.Who, x)
	if !x.weak {
		r.take(from, to)
	}
	r.m.Wish = r.m.Wish || r.wished(x, from)
	if !x.Same {
		r.first = from
	}
	r.end, r.ghost, r.loose = to, false, x.weak
}

// pass goes over somebody whom it is not about.
func (r *reader) pass(from, to int) {
	r.take(from, to)
	r.end, r.first, r.ghost, r.loose = to, from, true, false
}

// take marks words as a person's.
func (r *reader) take(from, to int) {
	for k := from; k < to; k++ {
		r.used[k] = true
	}
}

// apposed says whether a name and a kinship side by side are one person.
func (r *reader) apposed(x ref, from int) bool {
	if x.Kind != refKin && x.Kind != refName {
		return false
	}
	for k := r.chain; k < from; k++ {
		if !r.is(k, r.u.c.mine|r.u.c.article|r.u.c.other) || r.is(k, r.u.c.of) {
			return false
		}
	}
	if r.ghost {
		return true
	}
	if len(r.m.Who) == 0 {
		return false
	}
	last := r.m.Who[len(r.m.Who)-1]
	return last.Kind == refKin && x.Kind == refName || last.Kind == refName && x.Kind == refKin
}

// relative makes "la hija" and "de Juana" one person, whom only they know.
func (r *reader) relative(to int) {
	r.end = to
	if to-r.first > 12 {
		return // no name is as long
	}
	var words []string
	for k := r.first; k < to; k++ {
		if r.is(k, r.u.c.kin|r.u.c.name) || r.words[k].id < 0 {
			words = append(words, r.words[k].sound)
		}
	}
	last := &r.m.Who[len(r.m.Who)-1]
	*last = ref{Kind: refName, Words: words, As: r.text(r.first, to), weak: last.weak}
	if !last.weak {
		r.take(r.first, to)
	}
}

// text is words as they were written.
func (r *reader) text(from, to int) string {
	out := ""
	for k, w := range r.words[from:to] {
		if k > 0 {
			out += " "
		}
		out += w.text
	}
	return out
}
