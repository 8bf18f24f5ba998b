package nlu

import (
	"slices"
	"strings"
)

// This file finds what a text says beside a request: a question, "dame el de Juana, ¿hasta qué hora vale?", and the wish for a person,
// "el token de mamá y una persona".

// leastQuestion is the score from which a phrase is a question of its own, and not only a word that questions have.
const leastQuestion = 60

// splitQuestions takes the questions out of a text that also asks for something, and parses the rest. Not ok: it does not hold both.
func (u *Parser) splitQuestions(text string, s *tokenized, m *ParsedText) (rest ParsedText, ok bool) {
	if !u.mayAskBeside(m) {
		return rest, false
	}
	var left strings.Builder
	var asked []ParsedText
	from := 0
	for i := 1; i <= len(s.words); i++ {
		if i < len(s.words) && !s.words[i-1].endsClause && s.words[i].key != "y" {
			continue
		}
		end := len(text)
		if i < len(s.words) {
			end = s.words[i].at
		}
		part := text[s.words[from].at:end]
		if q := u.parseOne(part); u.isQuestion(&q) {
			asked = append(asked, q)
		} else {
			left.WriteString(part)
		}
		from = i
	}
	if len(asked) == 0 || left.Len() == 0 {
		return rest, false
	}
	rest = u.Parse(left.String())
	if rest.Intent == IntentNone && rest.TheirToken && len(rest.Refs) > 0 {
		rest.Intent = IntentToken // "pasame el de mi mamá"
	}
	if rest.Intent.request() == IntentNone || !rest.wants && len(rest.Refs) == 0 {
		return rest, false
	}
	rest.Asked = asked
	return rest, true
}

// mayAskBeside reports whether a text has a question and a request in other words.
func (u *Parser) mayAskBeside(m *ParsedText) bool {
	question, request := -1, -1
	for i, h := range m.matches {
		switch {
		case h.outcome != counts:
		case u.isQuestionIntent(u.intent(h)) && h.score >= leastQuestion && (question < 0 || h.score > m.matches[question].score):
			question = i
		}
	}
	if question < 0 {
		return false
	}
	for i, h := range m.matches {
		if h.outcome == counts && u.intent(h).request() != IntentNone && !overlap(h, m.matches[question]) {
			request = i
		}
	}
	return request >= 0 || len(m.Refs) > 0
}

func (u *Parser) isQuestionIntent(i Intent) bool { return u.publicName(i) == "faq" }

// isQuestion reports whether a part of a text is a question by the rules.
func (u *Parser) isQuestion(m *ParsedText) bool {
	if m.Topic == "signal" && len(m.Refs)+len(m.mentioned) > 0 {
		return false // "mi mamá se quedó sin batería"
	}
	return u.isQuestionIntent(m.Intent) && !m.Guessed && slices.ContainsFunc(m.matches, func(h Match) bool {
		return h.outcome == counts && u.intent(h) == m.Intent && h.score >= leastQuestion
	})
}

// asksPersonBeside reports whether a text with a request also asks for a person: as its first clause, or behind a comma or "y".
func (s *tokenized) asksPersonBeside(m *ParsedText) bool {
	if m.Intent.request() == IntentNone && m.Intent != IntentRejected {
		return false
	}
	return slices.ContainsFunc(m.matches, func(h Match) bool {
		p := &s.u.phrases[h.phrase]
		if p.topic != TopicPerson || h.outcome != counts && h.outcome != notAlone {
			return false
		}
		begins := s.onlyPolite(0, h.from) || s.isJoined(h.from) || s.beginsRequest(h.from) || s.is(h.from-1, s.u.c.and)
		ends := h.to == len(s.words) || s.words[h.to-1].endsClause || s.is(h.to, s.u.c.and)
		if h.outcome == notAlone { // "y una persona", and nothing behind it
			return begins && h.from > 0 && s.onlyPolite(h.to, len(s.words))
		}
		return begins && ends
	})
}

// onlyPolite reports whether a text says nothing between two words.
func (s *tokenized) onlyPolite(from, to int) bool {
	for i := from; i < to; i++ {
		if !s.is(i, s.u.c.filler|s.u.c.light|s.u.c.want) {
			return false
		}
	}
	return true
}

// requestAfterPerson finds the request for a token that a text joins to the wish for a person by "y": "una persona y el token de Juana".
// -1 if there is none.
func (u *Parser) requestAfterPerson(s *tokenized, all []Match, best int) int {
	if u.phrases[all[best].phrase].topic != TopicPerson || all[best].outcome != counts {
		return -1
	}
	for i := all[best].to; i < len(s.words); i++ {
		if s.is(i, s.u.c.not) { // "y el token no anda"
			return -1
		}
	}
	for i, h := range all {
		if h.outcome != counts || u.intent(h) != IntentToken || !s.is(h.from, s.u.c.token) || h.from < all[best].to {
			continue
		}
		k := h.from - 1
		for k > all[best].to && s.is(k, s.u.c.light|s.u.c.want) {
			k--
		}
		if s.words[k].key == "y" {
			return i
		}
	}
	return -1
}

// personAfterRequest reports whether a text asks for the token of people before it asks for a person of the desk.
func (s *tokenized) personAfterRequest(m *ParsedText) bool {
	for _, h := range m.matches {
		if s.u.phrases[h.phrase].topic == TopicPerson && h.outcome == counts {
			for i := range h.from {
				if s.is(i, s.u.c.want|s.u.c.request) && s.inClass(i+1, h.from, s.u.c.kin|s.u.c.name) && !s.inClass(0, h.from, s.u.c.not|s.u.c.with) {
					return true
				}
			}
		}
	}
	return false
}

// inClass reports whether a word between two places is in one of the classes.
func (s *tokenized) inClass(from, to int, c classes) bool {
	return slices.ContainsFunc(s.words[min(from, to):to], func(w word) bool { return w.class&c != 0 })
}

// isForNow reports whether a text says of one token that it was used, and asks for somebody's now: "el de Carlos ya se usó, ahora el de
// Juana".
func (s *tokenized) isForNow(m *ParsedText) bool {
	now := slices.IndexFunc(s.words, func(w word) bool { return w.key == "aora" })
	if now < 1 {
		now = slices.IndexFunc(s.words, func(w word) bool { return w.class&s.u.c.want != 0 })
		if now < 1 || s.inClass(0, now, s.u.c.not) {
			return false
		}
	}
	return !slices.ContainsFunc(m.matches, func(h Match) bool {
		return h.outcome == counts && s.u.intent(h) == IntentRejected && (h.to > now || !s.inSet(h.to-1, "uses") && !strings.HasPrefix(s.words[h.to-1].key, "us"))
	})
}

// failsOfPerson reports whether a text says of somebody's token, and nothing else, that it was not taken: "el de Tomás no pasó".
func (s *tokenized) failsOfPerson(m *ParsedText) bool {
	if len(m.Refs) == 0 || !m.TheirToken {
		return false
	}
	for i := 2; i+1 < len(s.words); i++ {
		if !s.is(i, s.u.c.not) || s.words[i-1].endsClause || !s.is(i-1, s.u.c.kin|s.u.c.name) {
			continue
		}
		k := i + 1
		for k < len(s.words)-1 && s.is(k, s.u.c.light) {
			k++
		}
		if (s.inSet(k, "fails") || s.inSet(k, "takes")) && s.words[k].key != "ba" && s.onlyPolite(k+1, len(s.words)) {
			return true
		}
	}
	return false
}

// requestBeforePerson finds the request for a token that a text makes before it asks for a person: "dame el token de mi mamá y después
// quiero hablar con alguien". -1 if there is none.
func (u *Parser) requestBeforePerson(s *tokenized, all []Match, best int) int {
	if u.phrases[all[best].phrase].topic != TopicPerson || all[best].outcome != counts || s.inClass(0, all[best].from, s.u.c.not) {
		return -1
	}
	and := all[best].from - 1
	for and > 0 && s.is(and, s.u.c.filler|s.u.c.light|s.u.c.want) && s.words[and].key != "y" {
		and--
	}
	if and <= 0 || s.words[and].key != "y" {
		return -1
	}
	for i, h := range all {
		if h.outcome == counts && u.intent(h) == IntentToken && s.is(h.from, s.u.c.token) && h.to <= and && s.inClass(0, h.from, s.u.c.want|s.u.c.request) {
			return i
		}
	}
	return -1
}

// isJoined reports whether "y" stands before a word, and polite words between them: "y después quiero hablar".
func (s *tokenized) isJoined(i int) bool {
	for i--; i > 0 && s.is(i, s.u.c.filler|s.u.c.light|s.u.c.want); i-- {
		if s.words[i].key == "y" {
			return true
		}
	}
	return false
}
