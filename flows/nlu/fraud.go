package nlu

import "slices"

// This file tells frauds from tokens that were handed to staff, or to relatives.

// asksForOwn reports whether a relative asks for a token in the words of a match, and not a stranger: "mi hija me escribió para que le pase
// el token".
func (s *tokenized) asksForOwn(h Match) bool {
	if !s.isThat(h.from - 1) {
		return false
	}
	return s.inClass(0, h.from, s.u.c.kin|s.u.c.name) && !slices.ContainsFunc(s.words, func(w word) bool { return s.u.isInSet(w.id, "fellow") })
}

// isForStaff reports whether a match ends with somebody who has to be given the token: "le di el token al médico".
func (s *tokenized) isForStaff(h Match) bool {
	k := h.to
	if s.words[h.to-1].endsClause || !slices.ContainsFunc(s.words[h.from:h.to], func(w word) bool { return handed[w.key] }) {
		return false
	}
	for n := 0; n < 3 && k < len(s.words) && s.words[k].key != "a" && s.words[k].key != "al"; n++ { // "el token de Juana a la secretaria"
		if s.words[k-1].endsClause || s.is(k, s.u.c.title) || s.inSet(k, "staff") {
			break
		}
		k++
	}
	for s.is(k, s.u.c.article|s.u.c.belongs) {
		k++
	}
	return (s.is(k, s.u.c.title) || s.inSet(k, "staff"))
}

// handed are the verbs by which the speaker gave a token to somebody, by their phonetic keys.
var handed = map[string]bool{phoneticKey("di"): true, phoneticKey("pasé"): true, phoneticKey("dije"): true, phoneticKey("mandé"): true, phoneticKey("dicté"): true}

// isRefusedThen reports whether a token was handed over and not taken, and no stranger is told of: "le pasé el token de mamá y no le anda".
func (s *tokenized) isRefusedThen(all []Match, h Match) bool {
	if !slices.ContainsFunc(s.words[h.from:h.to], func(w word) bool { return handed[w.key] }) || slices.ContainsFunc(s.words, func(w word) bool {
		return s.u.isInSet(w.id, "fellow") && w.key != "persona" || s.u.isInSet(w.id, "calls") || s.u.isInSet(w.id, "asked")
	}) {
		return false
	}
	return slices.ContainsFunc(all, func(o Match) bool {
		return s.u.intent(o) == IntentRejected && o.from >= h.to && !s.u.phrases[o.phrase].alone
	})
}
