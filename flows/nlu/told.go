package nlu

import "strings"

// This file finds out who only told of a request, or passed it on.

// isHelper reports whether a person only told or helped: "mi nieta me enseñó", "mi hermano me pide", "mi hijo, que entiende de
// esto, me dijo".
func (r *peopleReader) isHelper(to int) bool {
	c := &r.u.c
	if r.words[to-1].endsClause && !r.isThat(to) {
		return false // "token de Juana, dice el doctor"
	}
	if r.words[r.prefixStart].key == "a" && r.prefixStart < to-1 {
		return false // "a mi marido le piden el token"
	}
	for k, n := to, 0; k < len(r.words) && n < maxTold; k, n = k+1, n+1 {
		tome := r.is(k-1, c.tome)
		switch {
		case r.is(k, c.kin|c.name) && (r.is(k-1, c.with) || r.is(k-2, c.with)): // "mi hermana está con mi mamá y me pide"
		case n <= 1 && r.is(k, c.kin|c.name) && r.is(k-1, c.of):
			continue // "la mamá del nene me dio el celular"
		case r.used[k], r.is(k, c.token|c.kin|c.name), r.isStaffAsking(k):
			return false
		case tome && r.inSet(k, "accompanies"):
			return true
		case r.inSet(k, "cares") && r.isPersonAt(k+1):
			return true // "mi hermana lleva a Tomás"
		case r.is(k, c.helps) && (tome || n <= maxLight && r.onlyLight(to, k)), r.is(k, c.needs|c.want|c.sent) && tome:
			return !r.isPatient(to, k)
		case r.is(k, c.needs|c.want):
			return false
		case r.words[k].endsClause:
			return false
		}
	}
	return false
}

// isPatient reports whether the verb of telling is of several, and the words before it say that the person is treated: "mi hijo tiene
// turno con el traumatólogo y me piden el token".
func (r *peopleReader) isPatient(from, verb int) bool {
	if !strings.HasSuffix(r.words[verb].key, "n") {
		return false
	}
	for k := from; k < verb; k++ {
		if r.inSet(k, "patient") {
			return true
		}
	}
	return false
}

// onlyLight reports whether all words from one place to another are light.
func (r *peopleReader) onlyLight(from, to int) bool {
	for k := from; k < to; k++ {
		if !r.is(k, r.u.c.light) {
			return false
		}
	}
	return true
}

// maxTold is how many words may stand between a person and the verb of telling.
const maxTold = 8

// isToldBy reports whether a verb of telling stands before a person, who is its subject: "me dijo mi hijo", "dice Tomás que".
func (r *peopleReader) isToldBy(from int) bool {
	c := &r.u.c
	if r.is(from, c.mine) || r.is(from, c.self) {
		return false // "me pide mi token"
	}
	for k := r.prefixStart; k < from; k++ {
		if !r.is(k, c.mine|c.article|c.other) || r.is(k, c.of) || r.is(k, c.belongs) && !r.is(k, c.mine) {
			return false
		}
	}
	k := r.prefixStart - 1
	if k < 0 || r.words[k].endsClause || r.used[k] {
		return false
	}
	return r.is(k, c.helps) || seeing[r.words[k].key] || r.is(k, c.needs|c.sent) && r.is(k-1, c.tome)
}

// introducedBy reports whether the words before a person say who the speaker is: "soy la mamá".
func (r *peopleReader) introducedBy(from int) bool {
	for k := from - 1; k >= 0 && k >= from-3; k-- {
		if r.is(k, r.u.c.iam) {
			return true
		}
	}
	return false
}

// isStaffAsking reports whether somebody of a place stands at a word as the one who asks: "mi marido está internado y la del hospital me
// pide el token".
func (r *peopleReader) isStaffAsking(k int) bool {
	c := &r.u.c
	if !r.is(k-1, c.article|c.one) || r.is(k-1, c.of) || r.words[k-1].key == "al" || r.words[k-1].key == "a" || r.is(k-2, c.in|c.with|c.belongs|c.kin|c.name) {
		return false
	}
	return r.is(k, c.title) || r.inSet(k, "staff") && !r.is(k, c.place) || r.is(k, c.of) && (r.is(k+1, c.place) || r.inSet(k+1, "staff"))
}

// isForThem reports whether the one who told of a request told it for themselves: "mi vieja me pide que le saque el token".
func (r *peopleReader) isForThem(i int) bool {
	c := &r.u.c
	gives := func(k int) bool { return r.inSet(k, "gives") && !strings.HasSuffix(r.words[k].text, "é") } // not "que le pasé"
	if !r.is(i, c.him) || r.is(i-1, c.tome) || !gives(i+1) && !(gives(i+2) && r.is(i+1, c.request|c.want)) {
		return false
	}
	for k := i + 1; k < len(r.words) && !r.words[k-1].endsClause; k++ {
		if key := r.words[k].key; (key == "a" || key == "al") && k+1 < len(r.words) && !r.words[k].endsClause {
			return false // "me dice que le pase el token a la secretaria"
		}
	}
	for k := i - 1; k >= 0 && k >= i-3; k-- {
		if r.isThat(k) || r.words[k].key == "si" {
			return true
		}
	}
	return false
}

// seeing are verbs by which others came to know a token, by their phonetic keys: "lo vio el vecino".
var seeing = map[string]bool{phoneticKey("vio"): true, phoneticKey("vieron"): true, phoneticKey("escuchó"): true, phoneticKey("escucharon"): true}

// isStaffSpeaking reports whether the speaker says that they work where tokens are asked for: "soy el farmacéutico".
func (r *peopleReader) isStaffSpeaking() bool {
	for i := range r.words {
		if !r.is(i, r.u.c.iam) {
			continue
		}
		k := i + 1
		for r.is(k, r.u.c.article|r.u.c.one|r.u.c.of) {
			k++
		}
		if r.is(k, r.u.c.title|r.u.c.place) || r.inSet(k, "staff") {
			return true
		}
	}
	return false
}

// isPersonAt reports whether "a" and a person stand at a place: "a mi mamá", "al nene".
func (r *peopleReader) isPersonAt(k int) bool {
	if k >= len(r.words) || r.words[k].key != "a" && r.words[k].key != "al" {
		return false
	}
	for k++; r.is(k, r.u.c.mine|r.u.c.article); k++ {
	}
	return k < len(r.words) && r.mayBePerson(k)
}
