package nlu

// What is said about a person in a text: whether it is for them, or they are only spoken of.

// wished says whether somebody is named as one whose token is asked for, though the token is not: "el de Juana", "para
// mi hijo", at the beginning of what is said.
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

// helped says whether somebody is only who told or helped: "mi nieta me enseñó".
func (r *peopleReader) isHelper(to int) bool {
	at, ok := r.after(to, r.u.c.helps)
	return ok && !r.used[at]
}

// had says whether it is said that theirs is there already: "el de Juana ya lo tengo".
func (r *peopleReader) isThereAlready(to int) bool {
	if !r.is(to, r.u.c.already) {
		return false
	}
	_, ok := r.after(to+1, r.u.c.had)
	return ok
}

// elsewhere says whether somebody is only where one is, with whom, greeted, or whose thing it is: "el celular de mi hija".
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

// denied says whether it is said that it is not for them: "no el de Tomás", "para mí no".
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

// presents says whether the name at hand is how somebody presents themselves.
func (r *peopleReader) introducesSpeaker() bool {
	k := r.prefixStart - 1
	if k > 0 && r.is(k, r.u.c.light) {
		k--
	}
	return r.is(k, r.u.c.iam)
}

// after finds a word of a class at a place, or behind a few light words.
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
