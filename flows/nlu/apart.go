package nlu

import (
	"slices"

	"llave/flows/backend"
)

// This file finds people whom a text names, and does not join to the ones before: "el token de Juana, digo el de Tomás". Nothing says that
// the tokens of both are wanted, so that it must be asked.

// findApart marks each person who is not joined to the one before.
func (r *peopleReader) findApart() {
	if len(r.spans) != len(r.m.Refs) || r.saysBoth() {
		return
	}
	for i := 1; i < len(r.spans); i++ {
		x := &r.m.Refs[i]
		x.apart = !x.Same && !x.Not && !r.isJoinedTo(r.spans[i-1].to, r.spans[i].from)
	}
}

// isJoinedTo reports whether the words between two people join them: "y", "y el token de", "el de", a comma.
func (r *peopleReader) isJoinedTo(from, to int) bool {
	c := &r.u.c
	joined := from >= to || r.words[from-1].endsClause
	for k := from; k < to; k++ {
		key := r.words[k].key
		switch {
		case key == "por" || key == "a" && !joined || r.is(k, c.not|c.with|c.in):
			return false
		case r.is(k, c.and|c.other|c.one), r.number(k) > 0, r.inSet(k, "joins"), r.is(k, c.article) && r.is(k+1, c.of) && !r.is(k, c.of):
			joined = true
		case !r.is(k, c.before|c.token|c.code|c.sheet|c.want|c.request):
			return false
		}
		joined = joined || r.words[k].endsClause
	}
	return joined
}

// saysBoth reports whether a text says how many are meant: "los dos", "ambos", "los tokens de ellos".
func (r *peopleReader) saysBoth() bool {
	if slices.ContainsFunc(r.m.Refs, func(x Ref) bool { return x.Kind == RefAll }) {
		return true
	}
	for i := range r.words {
		switch key := r.words[i].key; {
		case key == "ambos", key == "ambas", key == "juntos", key == "juntas", key == "eyos", key == "eyas":
			return true
		case r.number(i) > 1 && i > 0 && (r.words[i-1].key == "los" || r.words[i-1].key == "las"):
			return true
		}
	}
	return false
}

// asksApart makes it unknown whom a text means that names several members, one of them apart from the others.
func (u *Parser) asksApart(m *ParsedText, s Speaker) {
	if len(m.Refs) < 2 || !m.Intent.AboutPeople() && !m.TheirToken || !slices.ContainsFunc(m.Refs[1:], func(x Ref) bool { return x.apart }) {
		return
	}
	var all []backend.MemberID
	for _, who := range groupByPerson(m.Refs) {
		ids, _ := u.resolvePerson(who, s)
		all = append(all, without(ids, all)...)
	}
	if len(all) > 1 {
		m.Refs = []Ref{{Kind: RefName}}
	}
}

// certain counts the people who are one whatever the group.
func (r *peopleReader) certain() (n int) {
	for _, who := range groupByPerson(r.m.Refs) {
		if !who[0].weak {
			n++
		}
	}
	return n
}
