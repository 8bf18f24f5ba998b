package nlu

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
		case r.is(k, r.u.c.gave), r.is(k, r.u.c.is) && r.is(k-1, r.u.c.those):
			return true
		}
	}
	return false
}

// isAsked reports whether a verb of wanting stands before a person.
func (r *peopleReader) isAsked(i int) bool {
	for k := 0; k < r.spans[i].from; k++ {
		if r.is(k, r.u.c.want) {
			return true
		}
	}
	return false
}

// isCorrected reports whether the words before a person take back the person before: "pedí el de Juana pero era el de Tomás".
func (r *peopleReader) isCorrected(i int) bool {
	for k := r.spans[i-1].to; k < r.spans[i].prefix; k++ {
		if r.words[k].key == "era" || r.words[k].key == "sino" {
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
	c := &r.u.c
	last := len(r.m.Refs) - 1
	if last < 1 || r.m.Intent != IntentToken || !r.asksTokenOf(last) {
		return
	}
	for i := last - 1; i >= 0; i-- {
		sp, to := r.spans[i], r.spans[i].to
		bare := !r.is(sp.prefix, c.belongs) || r.is(sp.prefix, c.mine)
		tells := to < len(r.words) && !r.words[to-1].endsClause && !r.is(to, c.and|c.token|c.kin|c.name|c.needs|c.except|c.belongs|c.not) && (!r.is(to, c.filler) || r.inSet(to, "state"))
		if bare && tells && !r.m.Refs[i].Same && !r.m.Refs[i+1].Same && !r.asksTokenOf(i) && r.m.Refs[i].Kind != RefMe && r.m.Refs[i].Kind != RefAll {
			r.m.Refs, r.spans = append(r.m.Refs[:i], r.m.Refs[i+1:]...), append(r.spans[:i], r.spans[i+1:]...)
		}
	}
}

// asksTokenOf reports whether "token de" stands before a person.
func (r *peopleReader) asksTokenOf(i int) bool {
	k := r.spans[i].prefix
	return r.is(k-1, r.u.c.token|r.u.c.code) && r.is(k, r.u.c.of) || r.is(k, r.u.c.article) && r.is(k+1, r.u.c.of) && k+1 < r.spans[i].from
}

// takeCompanion takes the one person who is with the speaker, if the text asks for their token by a pronoun: "estoy con Tomás
// y le piden el token".
func (r *peopleReader) takeCompanion() {
	c := &r.u.c
	if len(r.m.Refs) > 0 || len(r.companions) != 1 || !r.m.Intent.AboutPeople() {
		return
	}
	for i := range r.words {
		if r.is(i, c.they) && r.is(i-1, c.belongs) || r.is(i, c.him) && (r.is(i+1, c.needs) || r.is(i+1, c.token)) {
			r.m.Refs = r.companions
			return
		}
	}
}
