package nlu

import (
	"slices"
	"strings"
)

// This file finds the person whom a pronoun means: "estoy con Tomás y le piden el token".

// takeCompanion takes the one person who is with the speaker, or told of the request, if the text asks for their token by a
// pronoun: "estoy con Tomás y le piden el token".
func (r *peopleReader) takeCompanion() {
	c := &r.u.c
	if len(r.companions) != 1 || !r.m.Intent.AboutPeople() {
		return
	}
	if r.alsoTheirs() { // "con mi mamá: el token de ella y el mío"
		r.m.Refs = append(r.companions, r.m.Refs...)
		r.spans = nil
		return
	}
	for i := range r.m.Refs {
		if !r.isStory(i) {
			return
		}
	}
	for i := range r.words {
		theirs := r.is(i, c.they) && r.is(i-1, c.belongs) || r.isHim(i)
		if theirs && len(r.m.Refs) > 0 { // "mi mamá está con Juana, el token de ella": who?
			r.m.among, r.m.him = append(slices.Clone(r.m.Refs), r.companions...), r.isHim(i)
			r.m.Refs, r.spans = []Ref{{Kind: RefName}}, nil
			return
		}
		if theirs || len(r.m.Refs) == 0 && (r.is(i, c.him) && (r.is(i+1, c.needs) || r.is(i+1, c.token)) || r.isForThem(i) || r.isAttended(i)) {
			r.m.Refs, r.spans, r.m.taken = r.companions, nil, true
			r.m.takenHer, r.m.takenHim = theirs && !r.isHim(i), r.isHim(i)
			return
		}
	}
}

// alsoTheirs reports whether a text asks for the token of the companion by a pronoun, and for the speaker's.
func (r *peopleReader) alsoTheirs() bool {
	if len(r.companions) != 1 || len(r.m.Refs) != 1 || r.m.Refs[0].Kind != RefMe {
		return false
	}
	for i := range r.words {
		if r.is(i, r.u.c.they) && r.is(i-1, r.u.c.of) || r.isHim(i) {
			return true
		}
	}
	return false
}

// asksByPronoun reports whether the text asks for something for "ella", or "él", and it is not denied.
func (r *peopleReader) asksByPronoun() (her, him bool) {
	c := &r.u.c
	for i := range r.words {
		asked := r.is(i-1, c.belongs) || r.is(i-1, c.needs)
		if asked && (r.is(i-2, c.article|c.is) && r.is(i-3, c.not) || r.is(i-2, c.not)) {
			continue // "y no el de ella"
		}
		her = her || r.is(i, c.they) && !strings.HasSuffix(r.words[i].key, "os") && !strings.HasSuffix(r.words[i].key, "as") && (asked || r.is(i+1, c.needs))
		him = him || r.words[i].key == "el" && r.endsAt(i) && asked
	}
	return her, him
}

// hesitates reports whether a text ends by taking back that it is certain: "…, ay no sé".
func (r *peopleReader) hesitates() bool {
	n := len(r.words)
	return n > 3 && r.words[n-1].key == "se" && r.is(n-2, r.u.c.not)
}

// onlyTold reports whether the token of none of the people is asked for by their name.
func (r *peopleReader) onlyTold() bool {
	for i := range r.m.Refs {
		if i >= len(r.spans) || r.asksTokenOf(i) || r.is(r.spans[i].prefix, r.u.c.belongs) && !r.is(r.spans[i].prefix, r.u.c.mine) {
			return false
		}
	}
	return true
}

// isHim reports whether a word is the pronoun of "el token de él".
func (r *peopleReader) isHim(i int) bool {
	return r.words[i].key == "el" && r.is(i-1, r.u.c.of) && r.endsAt(i)
}

// endsAt reports whether nothing of the same clause follows a word, but "y" or "no".
func (r *peopleReader) endsAt(i int) bool {
	return i+1 == len(r.words) || r.words[i].endsClause || r.words[i+1].key == "y" || r.words[i+1].key == "no"
}

// takeTheirs takes the only person of a text for whom a new token is wanted by a pronoun: "Tomás mostró el número, cambiáselo".
func (r *peopleReader) takeTheirs() {
	if r.m.Intent != IntentAnother || len(r.m.Refs) > 0 || len(r.seen) != 1 {
		return
	}
	for i := range r.words {
		key := r.words[i].key
		if strings.HasSuffix(key, "selo") || strings.HasSuffix(key, "sela") || strings.HasSuffix(key, "le") && len(key) > 3 && r.is(i+1, r.u.c.other|r.u.c.one|r.u.c.article|r.u.c.token) {
			r.m.Refs, r.spans = r.seen[:1], nil
			return
		}
	}
}

// isAttended reports whether a word is the pronoun of whom somebody does not attend to: "sin el token no la atienden".
func (r *peopleReader) isAttended(i int) bool {
	return (r.words[i].key == "la" || r.words[i].key == "lo") && i+1 < len(r.words) && strings.HasPrefix(r.words[i+1].key, "atien")
}
