package nlu

import "strings"

// kinship reads "mi hija", and "hija" where it does not address the listener.
func (r *peopleReader) kinship(i int) int {
	w, c := &r.words[i], &r.u.c
	if kin := r.childByAge(i); kin != "" {
		r.add(Ref{Kind: RefKin, Words: []string{kin}, Text: r.text(i, i+2)}, i, i+2)
		return 2
	}
	if w.class&c.kin == 0 {
		return 0
	}
	if r.is(i, c.lady) && r.mayBeName(i+1) && !r.is(i-1, c.mine) || r.is(i+1, c.token|c.code) && !w.endsClause && r.is(i, c.call) {
		return 1 // "la señora Peralta", "el viejo token"
	}
	if r.is(i, c.lady) && r.is(i+1, c.kin) && !w.endsClause {
		return 1 // "mi señora madre"
	}
	if plural[r.u.kin[w.id]] != nil && r.isOneOf(r.prefixStart) {
		r.add(Ref{Kind: RefName}, i, i+1) // "uno de los chicos": which?
		return 1
	}
	if of := r.theirRelative(i); of != nil {
		r.add(Ref{Kind: RefName, Words: []string{w.key}, Text: w.text, Relative: of}, i, i+1)
		return 1
	}
	if w.key == "pa" && r.is(i+1, c.mine|c.article|c.name|c.kin) {
		return 0 // "token pa mi marido"
	}
	if r.isStaff(i) {
		r.skip(i, i+1)
		return 1
	}
	_, verb := r.after(i+1, c.needs)
	bare := r.isSubject(i) || r.is(i-1, c.token) && !r.is(i, c.call) || r.is(i-1, c.and) && r.end == i-1 || verb || r.m.Intent == IntentNone && r.tokenized.alone(Match{}, IntentToken)
	if r.prefixStart == i && (!bare || r.is(i-1, c.notours)) {
		if r.is(i-1, c.notours) {
			r.skip(i, i+1)
		}
		return 1
	}
	r.add(Ref{Kind: RefKin, Words: []string{r.u.kin[w.id]}, Text: w.text}, i, i+1)
	return 1
}

// relativeOfSeen is "la abuela" as a relative of the person before: "juana está con la abuela". Nil if the word says nothing of that.
func (r *peopleReader) relativeOfSeen(kin string) *Relative {
	switch kin {
	case "abuela", "abuelo", "hermana", "hermano", "padre", "madre":
		for i := len(r.seen) - 1; i >= 0; i-- {
			switch of := r.seen[i]; {
			case of.Kind == RefName, of.Kind == RefKin && (of.Words[0] == "hijo" || of.Words[0] == "hija" || of.Words[0] == "hijos"):
				return &Relative{Kin: kin, Of: of}
			}
		}
	}
	return nil
}

// isStaff reports whether a kinship word stands for somebody of a place: "la señora de la farmacia", "el pibe del mostrador".
func (r *peopleReader) isStaff(i int) bool {
	if r.is(i-1, r.u.c.mine) || !r.is(i, r.u.c.call|r.u.c.lady) || r.words[i].endsClause {
		return false
	}
	if r.is(i, r.u.c.lady) && r.is(i-1, r.u.c.article) && r.isThat(i+1) {
		return true // "la señora que cuido"
	}
	if !r.is(i+1, r.u.c.of) {
		return false
	}
	at := i + 2
	for r.is(at, r.u.c.article) {
		at++
	}
	return at < len(r.words) && r.words[at].id >= 0 && !r.is(at, r.u.c.kin|r.u.c.name|r.u.c.nameword|r.u.c.mine|r.u.c.light)
}

// apposed reports whether a name and a kinship side by side are one person.
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

// mergeRelative makes one person of "la hija" and "de Juana". Mostly, only the speaker knows them.
func (r *peopleReader) mergeRelative(x Ref, to int) {
	r.end = to
	if to-r.first > 12 {
		return // no name is so long
	}
	var words []string
	for k := r.first; k < to; k++ {
		if r.is(k, r.u.c.kin|r.u.c.name) || r.words[k].id < 0 {
			words = append(words, r.words[k].key)
		}
	}
	last := &r.m.Refs[len(r.m.Refs)-1]
	var relative *Relative
	if last.Kind == RefKin && last.Relative == nil && !last.Same {
		relative = &Relative{Kin: last.Words[0], Of: x}
	}
	*last = Ref{Kind: RefName, Words: words, Text: r.text(r.first, to), weak: last.weak, Relative: relative}
	if !last.weak {
		r.markUsed(r.first, to)
	}
}

// isOneOf reports whether a prefix is that of one of several people: "uno de los", "alguno de mis".
func (r *peopleReader) isOneOf(prefix int) bool {
	if !r.is(prefix, r.u.c.of) {
		return false
	}
	k := prefix - 1
	return r.is(k, r.u.c.one) || k >= 0 && (strings.HasPrefix(r.words[k].key, "algun") || strings.HasPrefix(r.words[k].key, "kualkier"))
}

// theirRelative is "su hermano" as a relative of the person before. Nil if the word says nothing of that.
func (r *peopleReader) theirRelative(i int) *Relative {
	if i == 0 || len(r.seen) == 0 || !r.isTheirs(i) {
		return nil
	}
	of := r.seen[len(r.seen)-1]
	if of.Kind != RefName && of.Kind != RefKin {
		return nil
	}
	return &Relative{Kin: r.u.kin[r.words[i].id], Of: of}
}

// isTheirs reports whether "su" stands before a kinship.
func (r *peopleReader) isTheirs(i int) bool {
	return r.is(i, r.u.c.kin) && i > 0 && (r.words[i-1].key == "su" || r.words[i-1].key == "sus")
}

// childByAge is the kinship that "el más chico", "la más grande" stand for; empty if the words are others.
func (r *peopleReader) childByAge(i int) string {
	if r.words[i].key != "mas" || i == 0 || i+1 == len(r.words) || r.words[i].endsClause {
		return ""
	}
	last := r.words[i+1].key
	if !ages[last] || r.end >= 0 && r.end == r.prefixStart || r.is(i+2, r.u.c.mine|r.u.c.kin|r.u.c.name) && !r.words[i+1].endsClause {
		return "" // "mi nieta la más chica"
	}
	switch before := r.words[i-1].key; {
	case before == "la" && !strings.HasSuffix(last, "o"):
		return "hija"
	case (before == "el" || before == "al" || before == "del") && !strings.HasSuffix(last, "a"):
		return "hijo"
	}
	return ""
}

// ages are the words that tell children by their age, by their phonetic keys.
var ages = map[string]bool{phoneticKey("chico"): true, phoneticKey("chica"): true, phoneticKey("chiquito"): true, phoneticKey("chiquita"): true,
	phoneticKey("grande"): true, phoneticKey("pequeño"): true, phoneticKey("pequeña"): true, phoneticKey("menor"): true, phoneticKey("mayor"): true}

// isSubject reports whether a kinship word is what a verb of its sentence is about, and no address: "mamá quedó internada".
func (r *peopleReader) isSubject(i int) bool {
	return (i == 0 || r.words[i-1].endsClause || r.is(i-1, r.u.c.filler)) && !r.words[i].endsClause && i+1 < len(r.words) && subjects[r.words[i+1].key] && !r.is(i, r.u.c.lady)
}

// subjects are verbs of the third person of which a relative may be the subject, by their phonetic keys.
var subjects = map[string]bool{phoneticKey("está"): true, phoneticKey("quedó"): true, phoneticKey("tiene"): true, phoneticKey("va"): true, phoneticKey("fue"): true,
	phoneticKey("vino"): true, phoneticKey("sigue"): true, phoneticKey("sale"): true, phoneticKey("entra"): true, phoneticKey("llegó"): true, phoneticKey("se"): true, phoneticKey("anda"): true}
