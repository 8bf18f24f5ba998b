package nlu

import "slices"

// Match is a phrase that was found in a text.
type Match struct {
	phrase   int32
	from, to int // its words, and those between them
	score    int
	outcome  Outcome
}

// The words that may stand between two words of a phrase: light words, and words of a person's name.
const (
	maxLight  = 2
	maxPerson = 3
	maxWide   = 6 // any words, in a phrase that is "wide"
)

// margin is by how much the best match must outweigh one of another intent in other words. Below it, the text is unclear.
const margin = 4

// findMatches finds every phrase in a text, with its score and its outcome.
func (u *Parser) findMatches(s *tokenized) []Match {
	out := make([]Match, 0, 4)
	for i, w := range s.words {
		if w.id < 0 {
			continue
		}
		for _, n := range u.starts[w.id] {
			p := &u.phrases[n]
			if p.intent == IntentYes || p.intent == IntentNo || len(p.parts) > len(s.words)-i {
				continue
			}
			if to, edits, ok := s.matchAt(p, i); ok {
				out = append(out, Match{n, i, to, p.weight + 2*len(p.parts) - 4*edits, counts})
			}
		}
	}
	for i := range out {
		out[i].outcome = u.outcome(s, out, i)
	}
	return out
}

// matchAt reports whether a phrase begins at a word, where it ends, and how many letters were corrected.
func (s *tokenized) matchAt(p *phrase, at int) (to, edits int, ok bool) {
	i := at
	for j, e := range p.parts {
		light, person, others := 0, 0, 0
		for i < len(s.words) && !s.fits(p, e, i) {
			switch {
			case j == 0, p.destroys() && s.words[i-1].endsClause:
				return 0, 0, false
			case p.wide && e.id == s.u.that && e.id >= 0:
				return 0, 0, false // "por qué", and not "por mi hija que"
			case p.wide && others < maxWide:
				others++
			case p.intent == IntentVoid && (s.number(i) > 0 || s.number(i-1) > 0 && s.is(i, s.u.c.and)): // "el 1, 2 y 3 de la hoja"
			case (s.is(i, s.u.c.light) || s.number(i) > 0 && !p.destroys()) && light < maxLight:
				light++
			case (s.mayBePerson(i) || s.is(i, s.u.c.between|s.u.c.noun)) && person < maxPerson && !p.destroys():
				person++
				light = 0
			default:
				return 0, 0, false
			}
			i++
		}
		if i == len(s.words) || j > 0 && p.destroys() && s.words[i-1].endsClause {
			return 0, 0, false
		}
		edits += s.words[i].distance
		i++
	}
	return i, edits, true
}

// fits reports whether a word can take a slot of a phrase. A phrase that destroys must be spelt correctly, but for the word
// "token": "desvinculo" is no "desvincula".
func (s *tokenized) fits(p *phrase, e slot, i int) bool {
	w := &s.words[i]
	if w.id < 0 || !s.u.slotFits(e, w.id) {
		return false
	}
	return w.distance == 0 || !p.intent.destroys() || w.class&s.u.c.token != 0
}

// chooseIntent takes the intent of the best match. It takes none if a match in other words is about as good, or if the best
// is doubtful.
func (u *Parser) chooseIntent(s *tokenized, m *ParsedText) {
	best, rival := -1, -1
	for i := range m.matches {
		h := &m.matches[i]
		if h.outcome == counts && u.isUndone(m.matches, *h) {
			h.outcome = inside
		}
		if h.outcome != counts && h.outcome != doubtful {
			continue
		}
		if best < 0 || h.score > m.matches[best].score {
			best = i
		}
	}
	for i, h := range m.matches {
		if best >= 0 && h.outcome == counts && u.intent(h) == IntentRejected && u.phrases[m.matches[best].phrase].isPlainHelp() && u.isRival(h, m.matches[best]) {
			best = i // "me hicieron pasar vergüenza, el token no pasaba"
			break
		}
	}
	for i, h := range m.matches {
		if best >= 0 && h.outcome == counts && u.isRival(h, m.matches[best]) && (rival < 0 || h.score > m.matches[rival].score) {
			rival = i
		}
	}
	if best >= 0 {
		if i := u.plainRequest(s, m.matches, best); i >= 0 {
			best, rival = i, -1
		}
		if i := u.requestInDanger(m.matches, best); i >= 0 {
			best, rival = i, -1
		}
		if i := u.anotherBeforeComplaint(s, m.matches, best); i >= 0 {
			best, rival = i, -1
		}
		if i := u.requestAfterPerson(s, m.matches, best); i >= 0 {
			best, rival = i, -1
		}
		if i := u.requestBeforePerson(s, m.matches, best); i >= 0 {
			best, rival = i, -1
		}
	}
	switch {
	case m.No && (best < 0 || !u.intent(m.matches[best]).AboutPeople() || !s.behindComma(m.matches[best].from)):
		m.Intent = IntentNo
	case best < 0 && m.Yes:
		m.Intent = IntentYes
	case best < 0:
	case m.matches[best].outcome == doubtful && s.offersPerson(m.matches[best].to):
		m.Unclear = []Intent{u.intent(m.matches[best]), IntentHelp} // "¿otro token o persona?"
	case m.matches[best].outcome == doubtful && s.question && doubts[u.intent(m.matches[best])].intent != "":
		m.Intent, m.Topic = doubts[u.intent(m.matches[best])].intent, doubts[u.intent(m.matches[best])].topic
	case m.matches[best].outcome == doubtful, u.intent(m.matches[best]) == IntentUnclear:
		m.Unclear = []Intent{u.intent(m.matches[best])}
	case rival >= 0:
		m.Unclear = []Intent{u.intent(m.matches[best]), u.intent(m.matches[rival])}
	default:
		m.Intent = u.intent(m.matches[best])
		u.markIntent(s, m)
	}
	m.Refuses = m.Intent == IntentNone && len(m.Unclear) == 0 && (s.refusesActs() || slices.ContainsFunc(m.matches, func(h Match) bool {
		return h.outcome == negated && u.intent(h).request() != IntentNone
	}))
	m.Repeat = m.Intent == IntentSame || m.Intent != IntentNone && slices.ContainsFunc(m.matches, func(h Match) bool { return h.outcome == counts && u.intent(h) == IntentSame })
	if m.Intent == IntentWhere || m.Intent == IntentSame {
		m.Intent = IntentToken
	}
}

// doubts are what a question about something that destroys asks: "si saco otro token, ¿el de antes sirve?".
var doubts = map[Intent]struct {
	intent Intent
	topic  Topic
}{IntentAnother: {"whatis", "unused"}, IntentVoid: {"printing", "lost"}}

// refusesActs reports whether a text says of an act, and nothing else, that it is not to be done: "no lo mandes".
func (s *tokenized) refusesActs() bool {
	found := false
	for i := range s.words {
		switch {
		case s.is(i, s.u.c.lest):
			k := i - 1
			for k > 0 && s.is(k, s.u.c.light) && !s.is(k, s.u.c.not) {
				k--
			}
			if k < 0 || !s.is(k, s.u.c.not) {
				return false
			}
			found = true
		case !s.is(i, s.u.c.not|s.u.c.light|s.u.c.filler) && s.words[i].key != "nada" && s.words[i].key != "todabia":
			return false
		}
	}
	return found
}

// plainRequest finds the match of a plain request for the token, "dame el token", beside a complaint or a trouble with the
// account: the request is what can be granted at once. -1 if there is none.
func (u *Parser) plainRequest(s *tokenized, all []Match, best int) int {
	p := &u.phrases[all[best].phrase]
	if p.topic != "signal" && (!p.intent.givesWay() || p.topic != "" && p.topic != TopicFirst) || all[best].outcome != counts {
		return -1
	}
	for i, h := range all {
		if h.outcome != counts || u.intent(h) != IntentToken || !s.is(h.from, s.u.c.token) || overlap(h, all[best]) && h.from > all[best].from {
			continue
		}
		for k := h.from - 1; k >= 0 && !s.words[k].endsClause; k-- {
			if s.is(k, s.u.c.want|s.u.c.request) {
				return i
			}
			if !s.is(k, s.u.c.light) {
				break
			}
		}
	}
	return -1
}

// requestInDanger finds the request of a text that tells of a danger: "token de Juana, se desmayó". -1 if there is none.
func (u *Parser) requestInDanger(all []Match, best int) int {
	found := -1
	if topic := u.phrases[all[best].phrase].topic; topic != TopicDanger && topic != TopicDespair {
		return found
	}
	for i, h := range all {
		if h.outcome == counts && u.intent(h).request() != IntentNone && (found < 0 || h.score > all[found].score) {
			found = i
		}
	}
	return found
}

// anotherBeforeComplaint finds the request for a new token that a text begins with, before it says what is wrong with the old one: "otro
// token para Juana, el que tiene ya lo usaron". -1 if there is none.
func (u *Parser) anotherBeforeComplaint(s *tokenized, all []Match, best int) int {
	if u.intent(all[best]) != IntentRejected {
		return -1
	}
	for i, h := range all {
		if h.outcome != counts || u.intent(h) != IntentAnother || h.to > all[best].from || !s.onlyPolite(0, h.from) {
			continue
		}
		for k := h.to - 1; k < all[best].from; k++ {
			if s.words[k].endsClause || s.isThat(k) { // not "necesito otro el de juana no anda"
				return i
			}
		}
	}
	return -1
}

// behindComma reports whether a clause ends before a word: "no, el token".
func (s *tokenized) behindComma(i int) bool {
	return slices.ContainsFunc(s.words[:i], func(w word) bool { return w.endsClause })
}

// isPlainHelp reports whether a phrase asks for help, and for nothing that goes before a complaint about a token.
func (p *phrase) isPlainHelp() bool { return p.intent == IntentHelp && p.topic == "" }

func (u *Parser) intent(h Match) Intent { return u.phrases[h.phrase].intent }

// isUndone reports whether a match lies in one that was negated: the token of "no quiero otro token".
func (u *Parser) isUndone(all []Match, h Match) bool {
	return slices.ContainsFunc(all, func(o Match) bool {
		return o.outcome == negated && u.intent(o).destroys() && o.from <= h.from && h.to <= o.to
	})
}

// isRival reports whether a match has another intent than the best, in other words, and is about as good.
func (u *Parser) isRival(h, best Match) bool {
	a, b := u.intent(h), u.intent(best)
	if b == IntentRejected && u.phrases[h.phrase].isPlainHelp() {
		return false
	}
	return !overlap(h, best) && u.publicName(a) != u.publicName(b) && best.score-h.score < margin
}

// markIntent marks the words of the intent, so that they are not read as a person.
func (u *Parser) markIntent(s *tokenized, m *ParsedText) {
	for _, h := range m.matches {
		i := u.intent(h)
		if i != m.Intent && i != IntentInsult && i != IntentExclaim || h.outcome == notAlone || h.outcome == negated {
			continue
		}
		p, j := &u.phrases[h.phrase], 0
		for k := h.from; k < h.to && j < len(p.parts); k++ {
			if s.fits(p, p.parts[j], k) {
				j++
				s.used[k] = j < len(p.parts) || !s.is(k, s.u.c.belongs) // the "para" of "una hoja para" introduces whom it is for
			}
		}
	}
}
