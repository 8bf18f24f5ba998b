package nlu

import "slices"

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

// grandchildren are the kinships of which a word for a child may speak again: "mi nieta …, el token de la nena".
var grandchildren = map[string][]string{
	"hija": {"nieta", "sobrina", "ahijada", "bisnieta", "hijastra", "entenada", "prima"},
	"hijo": {"nieto", "sobrino", "ahijado", "bisnieto", "hijastro", "entenado", "primo"},
}

// dropEchoes drops a child that is another word for the person named before, as "la nena" is after "mi nieta". Where only that person
// was mentioned, the token is theirs.
func (r *peopleReader) dropEchoes() {
	for i := len(r.m.Refs) - 1; i >= 0; i-- {
		x := r.m.Refs[i]
		if x.Kind != RefKin || len(r.spans) != len(r.m.Refs) || !r.isBareChild(i) {
			continue
		}
		before := slices.ContainsFunc(r.m.Refs[:i], func(o Ref) bool { return isEchoed(o, x) })
		with := slices.IndexFunc(r.companions, func(o Ref) bool { return isEchoed(o, x) })
		switch {
		case before:
			r.m.Refs, r.spans = slices.Delete(r.m.Refs, i, i+1), slices.Delete(r.spans, i, i+1)
		case with >= 0:
			r.m.Refs[i] = r.companions[with]
		}
	}
}

// isBareChild reports whether a reference is a word for a child without "mi": "la nena".
func (r *peopleReader) isBareChild(i int) bool {
	sp := r.spans[i]
	for k := sp.prefix; k < sp.from; k++ {
		if r.is(k, r.u.c.mine) {
			return false
		}
	}
	return r.is(sp.from, r.u.c.call)
}

func isEchoed(o, child Ref) bool {
	return o.Kind == RefKin && slices.Contains(grandchildren[child.Words[0]], o.Words[0])
}

// askBetween makes it unknown whom a text means that names one person or another: "el de Juana o el de Tomás".
func (r *peopleReader) askBetween() {
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

// sighs are words before a "no" that takes something back, by their phonetic keys: "uy no, el de Tomás".
var sighs = map[string]bool{phoneticKey("uy"): true, phoneticKey("ay"): true, phoneticKey("eh"): true, phoneticKey("ah"): true, phoneticKey("perdón"): true, phoneticKey("pará"): true, phoneticKey("esperá"): true}
