package nlu

import (
	"slices"
	"strings"
)

// peopleReader goes through a text and finds the people in it.
type peopleReader struct {
	*tokenized
	m           *ParsedText
	prefixStart int  // where the words begin that introduce the current one: the "de mi" of "de mi hija"
	end         int  // after the last person
	first       int  // where their name or kinship begins
	weak        bool // the last person may be none: see Ref.weak
	skipped     bool // the last person is only mentioned, and so is what follows about them
	spans       []span
	companions  []Ref // who is with the speaker: "estoy con Juana"
	seen        []Ref // everybody before, also those who are only mentioned
}

// span is where a reference stands: its name, and the words that introduce it.
type span struct{ prefix, from, to int }

// readPeople finds the people and numbers among the words that are not the intent's.
func (u *Parser) readPeople(s *tokenized, m *ParsedText) {
	r := &peopleReader{tokenized: s, m: m, end: -1}
	for i := 0; i < len(s.words); {
		i += max(1, r.step(i))
	}
	r.dropEach()
	r.dropRepeated()
	r.dropHeading()
	r.dropEchoes()
	r.dropContrasted()
	r.dropStory()
	both := r.alsoTheirs()
	r.takeCompanion()
	r.takeTheirs()
	r.askBetween()
	r.findApart()
	if her, him := r.asksByPronoun(); !both && len(groupByPerson(m.Refs)) > 1 && (him && r.onlyTold() || slices.ContainsFunc(s.words, func(w word) bool { return w.class&u.c.they != 0 && !strings.HasSuffix(w.key, "s") })) {
		if her != him && (r.onlyTold() || r.certain() == 1) {
			m.among, m.him = m.Refs, him
		}
		m.Refs = []Ref{{Kind: RefName}} // "mi hermana y mi mamá …, el de ella": which of them?
	}
	m.Told = m.Told || m.Intent == IntentToken && len(m.Refs) == 0 && len(r.companions) > 0 // "estoy con Juana, el token": whose?
	if m.TheirToken && (m.Intent == IntentThanks || m.Intent == IntentHello) {
		m.Intent = IntentNone // "para Tomás, gracias"
	}
	if m.Intent == IntentNone && len(m.among) > 0 && r.wantsTheirs() {
		m.Intent, m.TheirToken = IntentToken, true
	}
	if m.Intent == IntentNone && !m.TheirToken && len(groupByPerson(m.Refs)) == 1 && r.wantsTheirs() {
		her, him := r.asksByPronoun()
		m.Intent, m.TheirToken, m.among, m.him, m.Refs = IntentToken, true, m.Refs, him && !her, []Ref{{Kind: RefName}}
	}
	if her, him := r.asksByPronoun(); m.Intent.AboutPeople() && len(m.Refs) > 0 && (her || him) && r.hesitates() {
		m.Refs, m.among = []Ref{{Kind: RefName}}, nil
	}
	if m.Intent == IntentNone && !m.TheirToken && r.saysMore() {
		m.mentioned, m.Refs = m.Refs, nil // and nothing is asked for
	}
}

// saysMore reports whether the text says something beside people and polite words.
func (r *peopleReader) saysMore() bool {
	c := &r.u.c
	for i := range r.words {
		if !r.used[i] && !r.is(i, c.filler|c.light|c.want|c.and|c.before|c.not|c.except|c.kin|c.name|c.self|c.iam|c.is) && r.number(i) == 0 && !isDigits(r.words[i].key) {
			return true
		}
	}
	return false
}

// step reads the word at a place, and returns how many words it took.
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

// findPrefix finds where the words begin that introduce the one at i.
func (r *peopleReader) findPrefix(i int) {
	r.prefixStart = i
	if r.isTheirs(i) && len(r.seen) > 0 || r.is(i, r.u.c.kin) && r.is(i-1, r.u.c.lady) && r.is(i-2, r.u.c.mine) {
		r.prefixStart-- // "el de su hermano", "mi señora madre"
	}
	if r.is(i-1, r.u.c.lady) && r.is(i, r.u.c.name) && !r.is(i-2, r.u.c.mine) && !r.words[i-1].endsClause {
		r.prefixStart-- // "la señora Rosa"
	}
	for r.prefixStart > max(r.end, 0) && (r.is(r.prefixStart-1, r.u.c.before|r.u.c.other) || r.number(r.prefixStart-1) > 0) && !r.words[r.prefixStart-1].endsClause && !r.used[r.prefixStart-1] {
		r.prefixStart--
	}
}

// skipOthers skips the name of a doctor, of a place, or of the person who signs.
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
	for i+n < len(r.words) && r.mayBeName(i+n) && (r.is(i, c.signs) || !r.words[i+n-1].endsClause) {
		n++
	}
	return n
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

// standsForPeople reports whether such words stand for people here.
func (r *peopleReader) standsForPeople(p phrase, i, to int) bool {
	c := &r.u.c
	switch {
	case r.isSubjectOfWant(to): // "a mí me hace falta el de Tomás"
		return false
	case r.is(to-1, c.mine): // not "mi médico"
		return to == len(r.words) || r.words[to-1].endsClause || r.used[to] ||
			(r.is(to, c.token|c.code|c.and|c.not|c.light|c.filler|c.want|c.except) || r.u.months[r.words[to].id] > 0) && !r.is(to, c.noun|c.kin|c.name|c.nameword|c.mine|c.lady)
	case r.is(i, c.self) && r.is(to, c.want) && !r.words[i].endsClause && !strings.HasSuffix(r.words[to].key, "mos"):
		return false // "me diste el de Juana y yo quería el de Tomás"
	case r.is(i, c.self): // not "yo quiero el de Juana"
		return len(r.words) == 1 || r.is(i-1, c.and) && r.end == i-1 || r.is(i-1, c.iam) || r.is(to, c.and) && to+1 < len(r.words) && (r.mayBePerson(to+1) || r.mayBePerson(min(to+2, len(r.words)-1))) || r.alone(Match{from: i, to: to}, IntentNone)
	case RefKind(p.intent) == RefAll && i > 0 && r.number(i-1) > 0: // "5 cada uno"
		return false
	case RefKind(p.intent) == RefAll: // not "todos los días", "hola a todos"
		ends := to == len(r.words) || r.words[to-1].endsClause
		return len(p.parts) > 1 || (ends || !r.is(to, c.light)) && (r.is(i-1, c.belongs|c.token) && !r.is(i-1, c.article) || i == 0)
	}
	return i == 0 || !r.is(i-1, c.kin) && !r.isTheirThing(i)
}

// isTheirThing reports whether "mío" says whose something is that is no token: "el más chico mío", "el celular es mío".
func (r *peopleReader) isTheirThing(i int) bool {
	if !strings.HasPrefix(r.words[i].key, "mi") || r.is(i, r.u.c.mine) {
		return false
	}
	if ages[r.words[i-1].key] || r.is(i-1, r.u.c.name) && !r.words[i-1].endsClause {
		return true
	}
	return r.is(i-1, r.u.c.is) && (r.is(i-2, r.u.c.thing) || r.inSet(i-2, "device"))
}

// isSubjectOfWant reports whether "a mí" only says who wants something for another person: "a mí me hace falta el de Tomás".
func (r *peopleReader) isSubjectOfWant(to int) bool {
	if to < 2 || r.words[to-2].key != "a" || !r.is(to-1, r.u.c.mine) || r.words[to-1].endsClause || !r.is(to, r.u.c.tome) {
		return false
	}
	wants := false
	for k := to; k+1 < len(r.words) && !r.words[k].endsClause; k++ {
		wants = wants || r.is(k, r.u.c.want|r.u.c.needs)
		if wants && r.is(k, r.u.c.belongs) && !r.is(k, r.u.c.article) && r.is(k+1, r.u.c.kin|r.u.c.name|r.u.c.mine) {
			return true
		}
	}
	return false
}

// add adds a person, unless the text says that it is not about them.
func (r *peopleReader) add(x Ref, from, to int) {
	c := &r.u.c
	if x.Kind == RefKin && !r.inClass(r.prefixStart, from, c.mine) && r.inClass(r.prefixStart, from, c.article) {
		x.Relative = r.relativeOfSeen(x.Words[0])
	}
	r.seen = append(r.seen, x)
	next := r.end >= 0 && r.end == r.prefixStart
	of := next && r.is(r.prefixStart, c.of) && r.prefixStart < from && !r.words[r.prefixStart-1].endsClause
	same := next && !of && r.apposed(x, from)
	switch {
	case x.Kind == RefKin && !r.inClass(r.prefixStart, from, c.mine) && r.isStaffSpeaking():
		r.skip(from, to) // "soy el farmacéutico, el token que le diste a la señora"
		return
	case r.skipped && (of || same), r.isThereAlready(to), r.isDenied(to):
		if r.skipped && of && r.introducedBy(r.first) { // "soy la mamá de Juana"
			r.m.Told = true
		}
		r.skip(from, to)
		return
	case r.isHelper(to), r.isToldBy(from):
		if of && len(r.m.Refs) > 0 { // "la maestra de Tomás me pide"
			r.dropLast()
		}
		r.m.Told, r.companions = true, append(r.companions, x)
		r.skip(from, to)
		return
	case r.isOf(from) && (r.m.Intent == IntentRejected || r.isOwned(from)):
		r.skip(from, to) // "dice que es de mi marido", "el celular es de María"
		return
	case r.mentionedOnly(from):
		if r.is(r.prefixStart-1, c.with) {
			r.companions = append(r.companions, x)
		}
		r.skip(from, to)
		return
	case of && len(r.m.Refs) > 0:
		r.mergeRelative(x, to)
		return
	case r.is(r.prefixStart-1, c.except):
		x.Not = true
	}
	x.Same = same && len(r.m.Refs) > 0
	if r.addsTo(from) { // "el token y el de Juana"
		r.m.Refs, r.spans = append(r.m.Refs, Ref{Kind: RefMe}), append(r.spans, span{r.prefixStart, r.prefixStart, r.prefixStart})
	}
	r.m.Refs, r.spans = append(r.m.Refs, x), append(r.spans, span{r.prefixStart, from, to})
	if !x.weak {
		r.markUsed(from, to)
	}
	r.m.TheirToken = r.m.TheirToken || r.asksForTheirs(x, from)
	if !x.Same {
		r.first = from
	}
	r.end, r.skipped, r.weak = to, false, x.weak
}

// addsTo reports whether the token of the current person is wanted beside the speaker's: "el token y también el de Juana".
func (r *peopleReader) addsTo(from int) bool {
	c, k := &r.u.c, r.prefixStart
	if r.m.Intent != IntentToken || len(r.m.Refs) > 0 || r.skipped || !r.is(k, c.article) || !r.is(k+1, c.of) || r.is(k, c.of) || k+1 >= from {
		return false
	}
	and := false
	for k--; k >= 0 && r.is(k, c.and|c.light) && !r.is(k, c.not); k-- {
		and = and || r.is(k, c.and)
	}
	return and && slices.ContainsFunc(r.words[:k+1], func(w word) bool { return w.class&c.token != 0 })
}

// dropLast forgets the last person.
func (r *peopleReader) dropLast() {
	n := len(r.m.Refs) - 1
	r.m.Refs, r.spans = r.m.Refs[:n], r.spans[:n]
}

// skip goes over a person who is only mentioned.
func (r *peopleReader) skip(from, to int) {
	r.markUsed(from, to)
	r.end, r.first, r.skipped, r.weak = to, from, true, false
}

// markUsed marks words as a person's.
func (r *peopleReader) markUsed(from, to int) {
	for k := from; k < to; k++ {
		r.used[k] = true
	}
}

// text returns words as they were written.
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
