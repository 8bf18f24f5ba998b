package nlu

import "slices"

// This file finds out whether a person in a text is meant, or only mentioned.

// asksForTheirs reports whether the text asks for the token of a person without the word: "el de Juana", "para mi hijo", at the
// beginning of a clause.
func (r *peopleReader) asksForTheirs(x Ref, from int) bool {
	c := &r.u.c
	k := r.prefixStart
	if x.Kind == RefMe {
		k = from
	}
	that := false
	for i := k - 1; i >= 0 && !r.words[i].endsClause; i-- {
		that = that || r.isThat(i)
		if r.used[i] || r.is(i, c.instead) || r.is(i, c.in) && r.is(i+1, c.instead) {
			continue // "en lugar del mío"
		}
		if r.inSet(i, "fails") && i > 0 && r.words[i-1].key == "aora" {
			continue // "ahora va el de Juana"
		}
		if r.is(i, c.helps) && that || r.is(i, c.is) && r.is(i-1, c.want) {
			return true // "dice Ana que me mandes el mío", "el que quiero es el de Juana"
		}
		if !r.is(i, c.filler|c.want|c.light) || r.is(i, c.with|c.in|c.not) {
			return false
		}
	}
	if x.Kind == RefMe {
		return !r.is(from, c.mine|c.self)
	}
	if r.words[k].key == "por" && r.is(k-1, c.is) {
		return true // "es por mi mamá"
	}
	return (r.is(k, c.article) || r.words[k].key == "lo") && r.is(k+1, c.of) && !r.is(k, c.of) || r.is(k, c.belongs) && !r.is(k, c.of|c.article|c.mine)
}

// isOf reports whether the words before a person say that something is theirs: "es de mi marido".
func (r *peopleReader) isOf(from int) bool {
	k := from - 1
	for k > 0 && r.is(k, r.u.c.mine|r.u.c.article) && !r.is(k, r.u.c.of) {
		k--
	}
	return r.is(k, r.u.c.of) && r.is(k-1, r.u.c.is)
}

// isOwned reports whether "es de" before a person says whose phone it is.
func (r *peopleReader) isOwned(from int) bool {
	for k := from - 1; k > 0 && k >= from-4; k-- {
		if r.is(k, r.u.c.is) {
			return r.is(k-1, r.u.c.thing) && !r.is(k-1, r.u.c.code) || r.inSet(k-1, "device")
		}
	}
	return false
}

// isThereAlready reports whether the text says that the token of a person is there already: "el de Juana ya lo tengo".
func (r *peopleReader) isThereAlready(to int) bool {
	if !r.is(to, r.u.c.already) {
		return false
	}
	if _, ok := r.after(to+1, r.u.c.had); ok || r.hasOne(to+1) {
		return true
	}
	return r.is(to+1, r.u.c.light) && to+3 < len(r.words) && r.words[to+2].endsClause && r.inSet(to+2, "uses") // "el de Carlos ya se usó, …"
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
	if r.is(r.prefixStart-1, c.tellto) && r.is(r.prefixStart, c.belongs) && !r.is(r.prefixStart, c.of|c.mine) || r.is(r.prefixStart-1, c.in) {
		return true // "le digo a mi hija", "en lo de mi hermana"
	}
	if r.words[r.prefixStart].key == "a" && r.inSet(r.prefixStart-1, "cares") && r.isThat(r.prefixStart-2) && r.isForWhom(r.prefixStart-3) {
		return true // "para la señora que cuida a mi mamá"
	}
	theirs := r.is(r.prefixStart, c.article) && r.is(r.prefixStart+1, c.of) && r.prefixStart+1 < from // "con el de Tomás"
	return r.is(r.prefixStart-1, c.with|c.iam) && r.m.Intent != IntentNone && !theirs ||
		r.is(r.prefixStart-1, c.thing) && !(r.m.Intent == IntentRejected && r.is(r.prefixStart-1, c.code)) && !r.used[r.prefixStart-1] && r.is(r.prefixStart, c.of) && r.prefixStart < from
}

// isForWhom reports whether a word is introduced as whom something is for.
func (r *peopleReader) isForWhom(i int) bool {
	for i--; r.is(i, r.u.c.article) && !r.is(i, r.u.c.of); i-- {
		if r.words[i].key == "al" || r.words[i].key == "a" {
			return true
		}
	}
	return r.is(i, r.u.c.belongs)
}

// isDenied reports whether the text says that it is not for a person: "no el de Tomás", "para mí no".
func (r *peopleReader) isDenied(to int) bool {
	if r.is(to, r.u.c.not) && !r.used[to] && !r.words[to-1].endsClause &&
		(to+1 == len(r.words) || r.words[to].endsClause || r.is(to+1, r.u.c.before) && !r.is(to+1, r.u.c.of) && !r.isObject(to+1) && !r.isAnchored()) {
		return true
	}
	if k := r.prefixStart - 1; k > 1 && r.words[k].key == "ber" && r.words[k-2].key == "tiene" {
		return true // "qué tiene que ver Carlos"
	}
	if r.isNotNeeded(to) || r.isPutOff(to) || r.isCancelled(to) {
		return true
	}
	for k := r.prefixStart - 1; k >= 0 && k >= r.end && !r.words[k].endsClause; k-- {
		if r.is(k, r.u.c.not) && k == r.prefixStart-1 && r.is(k-1, r.u.c.those) && k-1 >= r.end {
			return false // "ese no, el de Tomás"
		}
		if r.is(k, r.u.c.not) && !r.used[k] || r.is(k, r.u.c.instead) && r.is(k-1, r.u.c.in) {
			return true
		}
		if !r.is(k, r.u.c.light|r.u.c.want|r.u.c.before|r.u.c.is) {
			return false
		}
	}
	return false
}

// isObject reports whether a word is the object of a verb behind it, and introduces no person: the "la" of "no la encuentro".
func (r *peopleReader) isObject(i int) bool {
	return r.is(i, r.u.c.light) && r.is(i, r.u.c.article) && i+1 < len(r.words) && !r.is(i+1, r.u.c.of|r.u.c.kin|r.u.c.name|r.u.c.mine|r.u.c.token) && r.words[i+1].id >= 0
}

// isCancelled reports whether the text takes the request for the current person back, and asks for something after that: "cancelá el de
// Tomás y dame el de Juana".
func (r *peopleReader) isCancelled(to int) bool {
	k := r.prefixStart - 1
	if k < 0 || !r.is(k, r.u.c.annul) && r.words[k].key != "deja" && r.words[k].key != "olbida" && r.words[k].key != "olbidate" {
		return false
	}
	if !r.inClass(to, len(r.words), r.u.c.want) {
		return false
	}
	r.used[k] = true
	return true
}

// isPutOff reports whether the clause ends by saying that the token of a person can wait: "el de Juana después, ahora el de Tomás".
func (r *peopleReader) isPutOff(to int) bool {
	if to >= len(r.words) || r.words[to-1].endsClause || !r.words[to].endsClause && to+1 < len(r.words) {
		return false
	}
	late := r.words[to].key == "despues" || r.words[to].key == "luego"
	return late && !slices.ContainsFunc(r.words, func(w word) bool { return w.key == "primero" }) // "primero el mío, el de Juana después"
}

// isNotNeeded reports whether the clause ends by saying that the token of a person is not needed: "el de Juana no hace falta".
func (r *peopleReader) isNotNeeded(to int) bool {
	if to < len(r.words) && !r.words[to-1].endsClause && (r.words[to].key == "dejalo" || r.words[to].key == "olbidalo") {
		return true
	}
	if r.is(to, r.u.c.already) && !r.words[to-1].endsClause && !r.words[to].endsClause {
		to++ // "ya no lo necesita"
	}
	if !r.is(to, r.u.c.not) || r.words[to-1].endsClause || r.words[to].endsClause {
		return false
	}
	if going[r.words[min(to+1, len(r.words)-1)].key] && (to+2 == len(r.words) || r.words[to+1].endsClause) && r.inClass(to+1, len(r.words), r.u.c.want|r.u.c.token) {
		return true // "Juana no va, dame el de Tomás"
	}
	for k := to + 1; k < len(r.words) && k < to+4; k++ {
		if !r.is(k, r.u.c.light|r.u.c.want|r.u.c.needs) {
			return false
		}
		if k+1 == len(r.words) || r.words[k].endsClause {
			return r.is(k, r.u.c.want|r.u.c.needs)
		}
	}
	return false
}

// isAnchored reports whether a verb of wanting stands before the current person: "era el de Juana, no el de Tomás".
func (r *peopleReader) isAnchored() bool {
	for k := r.prefixStart - 1; k >= max(r.end, 0) && !r.words[k].endsClause; k-- {
		switch {
		case r.is(k, r.u.c.not|r.u.c.gave):
			return false
		case r.is(k, r.u.c.want|r.u.c.is):
			return !r.is(k-1, r.u.c.not|r.u.c.those)
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

// hasOne reports whether the words at a place say that somebody has a token: "mi hija ya tiene", "ya sacó el suyo".
func (r *peopleReader) hasOne(i int) bool {
	if i >= len(r.words) || r.words[i].key != "tiene" && r.words[i].key != "sako" && r.words[i].key != "retiro" {
		return false
	}
	if i+1 == len(r.words) || r.words[i].endsClause {
		return true
	}
	for k := i + 1; k < len(r.words) && k < i+3; k++ {
		if r.is(k, r.u.c.token) || r.words[k].key == "suyo" || r.words[k].key == "uno" {
			return true
		}
	}
	return false
}

// going are verbs of whoever comes along, by their phonetic keys.
var going = map[string]bool{phoneticKey("va"): true, phoneticKey("viene"): true, phoneticKey("vino"): true, phoneticKey("fue"): true, phoneticKey("puede"): true}
