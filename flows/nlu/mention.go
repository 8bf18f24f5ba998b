package nlu

// This file finds out whether a person in a text is meant, or only mentioned.

// asksForTheirs reports whether the text asks for the token of a person without the word: "el de Juana", "para mi hijo", at the
// beginning of a clause.
func (r *peopleReader) asksForTheirs(x Ref, from int) bool {
	c := &r.u.c
	k := r.prefixStart
	if x.Kind == RefMe {
		k = from
	}
	for i := k - 1; i >= 0 && !r.words[i].endsClause; i-- {
		if !r.is(i, c.filler|c.want|c.light) || r.is(i, c.with|c.in|c.not) {
			return false
		}
	}
	if x.Kind == RefMe {
		return !r.is(from, c.mine|c.self)
	}
	return r.is(k, c.article) && r.is(k+1, c.of) && !r.is(k, c.of) || r.is(k, c.belongs) && !r.is(k, c.of|c.article|c.mine)
}

// isHelper reports whether a person only told or helped: "mi nieta me enseñó".
func (r *peopleReader) isHelper(to int) bool {
	at, ok := r.after(to, r.u.c.helps)
	return ok && !r.used[at]
}

// isThereAlready reports whether the text says that the token of a person is there already: "el de Juana ya lo tengo".
func (r *peopleReader) isThereAlready(to int) bool {
	if !r.is(to, r.u.c.already) {
		return false
	}
	_, ok := r.after(to+1, r.u.c.had)
	return ok
}

// mentionedOnly reports whether a person is mentioned as a place, a companion, an addressee or the owner of a thing: "el celular
// de mi hija".
func (r *peopleReader) mentionedOnly(from int) bool {
	c := &r.u.c
	if r.prefixStart == 0 || r.words[r.prefixStart-1].endsClause {
		return false
	}
	if r.is(r.prefixStart-1, c.greets) && !r.is(r.prefixStart, c.of) && (r.prefixStart == from || r.is(r.prefixStart, c.mine)) && r.m.Intent.AboutPeople() {
		return true
	}
	return r.is(r.prefixStart-1, c.with|c.iam) && r.m.Intent != IntentNone ||
		r.is(r.prefixStart-1, c.thing) && !r.used[r.prefixStart-1] && r.is(r.prefixStart, c.of) && r.prefixStart < from
}

// isDenied reports whether the text says that it is not for a person: "no el de Tomás", "para mí no".
func (r *peopleReader) isDenied(to int) bool {
	if r.is(to, r.u.c.not) && !r.used[to] && !r.words[to-1].endsClause &&
		(to+1 == len(r.words) || r.words[to].endsClause || r.is(to+1, r.u.c.before) && !r.is(to+1, r.u.c.of)) {
		return true
	}
	for k := r.prefixStart - 1; k >= 0 && k >= r.end && !r.words[k].endsClause; k-- {
		if r.is(k, r.u.c.not) && !r.used[k] || r.is(k, r.u.c.instead) && r.is(k-1, r.u.c.in) {
			return true
		}
		if !r.is(k, r.u.c.light|r.u.c.want|r.u.c.before) {
			return false
		}
	}
	return false
}

// introducesSpeaker reports whether the current name is how the speaker introduces themselves.
func (r *peopleReader) introducesSpeaker() bool {
	k := r.prefixStart - 1
	if k > 0 && r.is(k, r.u.c.light) {
		k--
	}
	return r.is(k, r.u.c.iam)
}

// after finds a word of a class at a place, or after a few light words.
func (r *peopleReader) after(at int, c classes) (int, bool) {
	for n := 0; n <= maxLight && at < len(r.words); n++ {
		if r.is(at, c) {
			return at, true
		}
		if !r.is(at, r.u.c.light) || r.words[at-1].endsClause {
			break
		}
		at++
	}
	return 0, false
}
