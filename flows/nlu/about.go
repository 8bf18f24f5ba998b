package nlu

import (
	"slices"
	"strings"
)

// This file finds texts that speak of a token and ask for none: questions about it, thanks for it, stories of it.

// asksIfNeeded reports whether a question asks at a word if a token is needed for something: "¿necesito token para sacar sangre?".
func (s *tokenized) asksIfNeeded(m *ParsedText, i int) bool {
	if len(m.Refs) > 0 || !s.is(i, s.u.c.want|s.u.c.needs) || s.is(i, s.u.c.tome) {
		return false
	}
	at := i + 1
	for s.is(at, s.u.c.one|s.u.c.article) {
		at++
	}
	needs := strings.HasPrefix(s.words[i].key, "nesesit") || s.words[i].key == "falta" || s.words[i].key == "presiso"
	return needs && s.is(at, s.u.c.token) && at+1 < len(s.words) && s.words[at+1].key == "para" && !s.words[at].endsClause
}

// offersChoice reports whether an alternative begins at a word: "¿va mi token o el de él?".
func (s *tokenized) offersChoice(i int) bool {
	return s.words[i].key == "o" && (s.is(i+1, s.u.c.article) && (s.is(i+2, s.u.c.of) || s.is(i+2, s.u.c.mine)) || i+1 < len(s.words) && s.words[i+1].key == "kon")
}

// tellsOfSignal reports whether the best match of a text is that a phone has no signal.
func (s *tokenized) tellsOfSignal(m *ParsedText) bool {
	return slices.ContainsFunc(m.matches, func(h Match) bool { return h.outcome == counts && s.u.phrases[h.phrase].topic == "signal" })
}

// thanksForToken reports whether a text thanks for a token that was given, and asks for none: "gracias, con el token que me diste ya me
// atendieron".
func (s *tokenized) thanksForToken(m *ParsedText) bool {
	if m.Intent != IntentToken || s.has(s.u.c.want|s.u.c.not) || s.question {
		return false
	}
	thanks, given := false, false
	for i := range s.words {
		thanks = thanks || s.words[i].key == "grasias"
		given = given || s.is(i, s.u.c.token) && s.isThat(i+1) && s.is(i+2, s.u.c.tome) && s.is(i+3, s.u.c.gave)
	}
	return thanks && given
}

// asksAboutToken reports whether a text asks something about tokens and wants none: "¿el token se comparte?", "¿me atienden sin token?".
func (s *tokenized) asksAboutToken(m *ParsedText) bool {
	if !s.question || m.Intent != IntentToken {
		return false
	}
	for i := range s.words {
		switch {
		case s.asksDuty(i) && (len(m.Refs) == 0 || s.isMisuse(i+1)), s.words[i].key == "sin" && s.is(i+1, s.u.c.token):
			return true
		}
	}
	for i := range s.words {
		switch {
		case s.asksIfNeeded(m, i), s.offersChoice(i):
			return true
		case s.is(i, s.u.c.token) && s.is(i+1, s.u.c.is) && len(m.Refs) == 0 && !s.words[i].endsClause && !strings.HasPrefix(s.words[0].key, "kual"):
			return true // "¿el token es por persona?"
		case s.words[i].key == "ay" && !s.is(i+1, s.u.c.token):
		case s.is(i, s.u.c.want|s.u.c.request):
			return false
		}
	}
	return slices.ContainsFunc(s.words, func(w word) bool { return s.u.isInSet(w.id, "asksof") })
}

// shown are the beginnings of verbs by which a token became known to others, by their phonetic keys.
var shown = []string{"mostr", "dikt", "publik", "subi", "kompart", "kopi", "anot", "kant", "grit", "reenbi", "filtr", "difund"}

// tellsOfToken reports whether a text only tells of a token that others came to know: "Carlos le mostró el token a un compañero".
func (s *tokenized) tellsOfToken(m *ParsedText) bool {
	if m.Intent != IntentToken || m.TheirToken || s.question || s.has(s.u.c.want|s.u.c.request|s.u.c.needs) {
		return false
	}
	for i := range s.words {
		if !s.is(i, s.u.c.token|s.u.c.code) {
			continue
		}
		if s.wasSeen(i+1) || s.wasUsed(i+1) {
			return true
		}
		k := i - 1
		for k > 0 && s.is(k, s.u.c.light|s.u.c.notours) {
			k--
		}
		if k >= 0 && (strings.HasSuffix(s.words[k].text, "ó") || strings.HasSuffix(s.words[k].key, "aron") || strings.HasSuffix(s.words[k].key, "ieron")) &&
			slices.ContainsFunc(shown, func(v string) bool { return strings.HasPrefix(s.words[k].key, v) }) {
			return true
		}
	}
	return false
}

// hasToken reports whether a text says that the speaker has the token, and asks for nothing: "ya tengo el token".
func (s *tokenized) hasToken(m *ParsedText) bool {
	if m.Intent != IntentToken || m.TheirToken || s.question || s.has(s.u.c.want|s.u.c.request|s.u.c.needs|s.u.c.not) {
		return false
	}
	for i := 1; i < len(s.words); i++ {
		if s.is(i-1, s.u.c.already) && s.is(i, s.u.c.had) && (s.is(i+1, s.u.c.token) || s.is(i+2, s.u.c.token) && s.is(i+1, s.u.c.light)) {
			return true
		}
	}
	return false
}

// wasSeen reports whether the words from a place on say that others know the token: "[el token de mi mamá] lo vio el vecino".
func (s *tokenized) wasSeen(from int) bool {
	for i := from; i+1 < len(s.words) && i < from+5 && !s.words[i].endsClause; i++ {
		if s.words[i].key != "lo" {
			continue
		}
		switch s.words[i+1].key {
		case "bio", "bieron", "eskucho", "eskucharon", "sabe", "saben":
			return true
		}
	}
	return false
}

// wasUsed reports whether the words from a place on say that a token was used: "[el token de Juana] ya lo gasté".
func (s *tokenized) wasUsed(from int) bool {
	for i := from; i+1 < len(s.words) && i < from+5 && !s.words[i].endsClause; i++ {
		if !s.is(i, s.u.c.already) {
			continue
		}
		for i++; i < len(s.words) && s.is(i, s.u.c.light); i++ {
		}
		return i < len(s.words) && usedUp[s.words[i].key]
	}
	return false
}

// usedUp are verbs of what became of a token, by their phonetic keys.
var usedUp = map[string]bool{phoneticKey("usé"): true, phoneticKey("usó"): true, phoneticKey("usaron"): true, phoneticKey("usamos"): true, phoneticKey("gasté"): true, phoneticKey("gastó"): true,
	phoneticKey("gastaron"): true, phoneticKey("ocupé"): true, phoneticKey("ocuparon"): true, phoneticKey("venció"): true, phoneticKey("utilicé"): true, phoneticKey("utilizó"): true, phoneticKey("quemé"): true}

// asksDuty reports whether a question asks at a word what has to be done, or can be: "¿tengo que dar el token?", "¿se le puede dar al
// cadete?", "¿en una urgencia también piden token?".
func (s *tokenized) asksDuty(i int) bool {
	switch s.words[i].key {
	case "tengo", "ay", "tenemos", "tiene":
		return s.isThat(i + 1)
	case "puede", "pueden":
		return s.isMisuse(i+1) || i > 0 && (s.words[i-1].key == "se" || i > 1 && s.words[i-2].key == "se" && s.is(i-1, s.u.c.him))
	case "piden", "pide":
		return i == 0 || s.words[max(i-2, 0)].key == "tambien" || !s.is(i-1, s.u.c.tome|s.u.c.him) && s.words[i-1].key != "lo"
	case "falta":
		return i > 0 && s.words[i-1].key == "ase" && !s.is(i-2, s.u.c.tome|s.u.c.him) && (s.is(i+1, s.u.c.token) || s.is(i+2, s.u.c.token))
	case "ago", "asemos":
		return s.isThat(i-1) && i+1 == len(s.words)
	}
	return false
}

// isMisuse reports whether a word is a verb of what others may do with a token: "¿pueden usar mi token?".
func (s *tokenized) isMisuse(i int) bool { return i < len(s.words) && misuse[s.words[i].key] }

// misuse are those verbs, by their phonetic keys.
var misuse = map[string]bool{phoneticKey("usar"): true, phoneticKey("usarlo"): true, phoneticKey("utilizar"): true, phoneticKey("ver"): true, phoneticKey("verlo"): true, phoneticKey("compartir"): true,
	phoneticKey("robar"): true, phoneticKey("robarme"): true, phoneticKey("prestar"): true, phoneticKey("vender"): true, phoneticKey("copiar"): true, phoneticKey("hackear"): true}

// offersPerson reports whether an alternative that begins at a word is a person: "¿otro token o persona?".
func (s *tokenized) offersPerson(i int) bool {
	if i >= len(s.words) || s.words[i].key != "o" {
		return false
	}
	for i++; s.is(i, s.u.c.filler|s.u.c.light|s.u.c.want|s.u.c.one); i++ {
	}
	return s.inSet(i, "people")
}
