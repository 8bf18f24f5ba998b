package nlu

import "slices"

// This file takes several requests of one text apart: "otro token de Juana y la credencial de Tomás".

// maxRequests bounds how many requests of a text are told apart.
const maxRequests = 4

// splitRequests parses the requests of a text one by one, if it holds several of different kinds, or sheets for several people. It
// returns nil if the text is one request.
func (u *Parser) splitRequests(text string, s *tokenized, m *ParsedText) []ParsedText {
	if !s.maySplit(m) {
		return nil
	}
	var requests []ParsedText
	from := 0
	for i := 1; i <= len(s.words) && len(requests) < maxRequests; i++ {
		if i < len(s.words) && !s.beginsRequest(i) {
			continue
		}
		end := len(text)
		if i < len(s.words) {
			end = s.words[i].at
		}
		part := u.parseOne(text[s.words[from].at:end])
		if !part.isRequest(requests) && !(len(requests) == 0 && s.opensWithTheirs(&part, i)) {
			continue // the words belong to the next request: "de Juana, otro token"
		}
		if n := len(requests) - 1; n >= 0 && part.isHeading() && requests[n].Intent == IntentPreprint && requests[n].Count != 0 {
			from = i // "doce para mi mamá y cuatro para Tomás, impresos"
			continue
		}
		part.takeSheet(requests)
		part.takePronoun(requests)
		if n := len(requests) - 1; n >= 0 && part.Intent == IntentPreprint && requests[n].isHeading() {
			requests = requests[:n] // "hojas para diciembre: 5 para Juana y 10 para mi mamá"
		}
		requests, from = append(requests, part), i
	}
	if from < len(s.words) || !severalRequests(requests) {
		return nil
	}
	return requests
}

// maySplit reports whether a text may hold several requests: it has matches of several kinds, or several numbers beside a sheet.
func (s *tokenized) maySplit(m *ParsedText) bool {
	kinds, numbers, first := 0, 0, IntentNone
	if s.correctedCount() > 0 {
		return false
	}
	for _, h := range m.matches {
		i := s.u.intent(h).request()
		paper := h.outcome == notAlone && i == IntentPreprint // "una hoja de 10"
		if (h.outcome == counts || paper) && i != IntentNone && i != first && !s.isCovered(m.matches, h) {
			kinds, first = kinds+1, i
		}
	}
	for i := range s.words {
		if s.number(i) > 0 && !s.isDate(i) {
			numbers++
		}
	}
	if kinds == 1 && first == IntentAnother && len(groupByPerson(m.Refs)) > 1 && slices.ContainsFunc(m.matches, func(h Match) bool {
		return h.outcome == counts && s.u.intent(h) == IntentSame
	}) {
		return true // "a Juana cambiale el token y a Tomás dale el de hoy"
	}
	if kinds == 1 && first == IntentPreprint && m.TheirToken && len(m.Refs) > 0 && m.Refs[0].Kind == RefMe {
		return true // "el mío y una hoja de 4 para mamá"
	}
	return kinds > 1 || first == IntentVoid && (numbers > 0 || len(m.Refs) > 1) || (first == IntentPreprint || m.Intent == IntentPreprint) && numbers > 1 && len(m.Refs) > 1
}

// isCovered reports whether a better match has words of a match: the token of "otro token" is no request of its own.
func (s *tokenized) isCovered(all []Match, h Match) bool {
	return slices.ContainsFunc(all, func(o Match) bool {
		return o.score > h.score && overlap(o, h) && s.u.intent(o).request() != IntentNone && s.u.intent(o) != s.u.intent(h)
	})
}

// request is the kind of request of an intent, among those of which a text may hold several; none for others.
func (i Intent) request() Intent {
	switch i {
	case IntentToken, IntentAnother, IntentPreprint, IntentVoid:
		return i
	case IntentCredential:
		return IntentToken
	case IntentMore:
		return IntentPreprint
	}
	return IntentNone
}

// beginsRequest reports whether a request may begin at a word: after a comma, or at "y".
func (s *tokenized) beginsRequest(i int) bool {
	return s.words[i-1].endsClause || s.words[i].key == "y" || s.words[i].key == "e" || s.is(i, s.u.c.and) && s.words[i].key == "tambien"
}

// isRequest reports whether a part of a text is a request of its own. A count or a person after a sheet is one: "5 para Juana y 10
// para mi mamá", "anulá la hoja y haceme una de 5".
func (m *ParsedText) isRequest(before []ParsedText) bool {
	switch {
	case m.Intent == IntentToken:
		return m.named || m.TheirToken || m.Repeat && len(m.Refs) > 0
	case m.Intent.request() != IntentNone:
		return true
	case m.Intent != IntentNone:
		return false
	case len(before) == 0:
		return m.TheirToken && m.wants && len(m.Refs) > 0
	}
	switch before[len(before)-1].Intent {
	case IntentVoid:
		return m.wants && m.counted > 0
	case IntentPreprint:
		return m.counted != 0 || len(m.Refs) > 0
	}
	return m.TheirToken && len(m.Refs) > 0
}

// opensWithTheirs reports whether a text begins with the speaker's token, and joins another request to it at a word: "el mío y una hoja de 4
// para mamá".
func (s *tokenized) opensWithTheirs(part *ParsedText, i int) bool {
	return part.Intent == IntentNone && part.TheirToken && len(part.Refs) == 1 && part.Refs[0].Kind == RefMe && i < len(s.words) && s.words[i].key == "y" &&
		!(s.is(i+1, s.u.c.article) && s.is(i+2, s.u.c.of)) && !s.is(i+1, s.u.c.belongs)
}

// isHeading reports whether a request for sheets names neither people nor a count: those follow.
func (m *ParsedText) isHeading() bool {
	return m.Intent == IntentPreprint && len(m.Refs) == 0 && m.Count == 0
}

// countsForPeople reports whether a text is a count for each of some people and nothing else: "5 para Juana y 10 para mi mamá". Several
// tokens for a person are preprinted ones.
func (s *tokenized) countsForPeople(m *ParsedText) bool {
	if len(m.Refs) == 0 || m.named && m.Intent != IntentNone || m.Intent != IntentNone && m.Intent != IntentToken {
		return false
	}
	found := false
	for i := range s.words {
		switch n := s.number(i); {
		case n > 1 && i+1 < len(s.words) && s.words[i+1].key == "para":
			found = true
		case n > 0, !s.mayBePerson(i) && !s.is(i, s.u.c.filler|s.u.c.light|s.u.c.want|s.u.c.and|s.u.c.belongs|s.u.c.before):
			return false
		}
	}
	return found
}

// takeSheet completes a request by the one before it: a count after a sheet wants a sheet, too.
func (m *ParsedText) takeSheet(before []ParsedText) {
	if len(before) == 0 {
		if m.Intent == IntentNone { // "dame el de Tomás y …"
			m.Intent = IntentToken
		}
		return
	}
	last := before[len(before)-1]
	if m.Intent == IntentPreprint && last.Intent == IntentPreprint && m.Month == (NamedMonth{}) {
		m.Month = last.Month
	}
	if m.Intent != IntentNone {
		return
	}
	m.Intent = IntentToken
	if (last.Intent == IntentPreprint || last.Intent == IntentVoid) && m.counted != 0 {
		m.Intent, m.Count = IntentPreprint, m.counted
		if m.Month == (NamedMonth{}) {
			m.Month = last.Month
		}
		if len(m.Refs) == 0 {
			m.Refs = m.mentioned // "y otros cinco para Tomás"
		}
		if len(m.Refs) == 0 {
			m.Refs = last.Refs
		}
	}
}

// takePronoun takes the people of the request before as those of whom a pronoun may mean one: "el token de Juana y una hoja para ella".
func (m *ParsedText) takePronoun(before []ParsedText) {
	if len(before) == 0 || !m.Pronoun || len(m.among) > 0 || slices.ContainsFunc(m.Refs, func(r Ref) bool { return r.Kind != RefName || len(r.Words) > 0 }) {
		return
	}
	m.among, m.him = before[len(before)-1].Refs, m.theirs
	m.Refs = []Ref{{Kind: RefName}}
}

// severalRequests reports whether requests are of several kinds, or sheets with counts of their own.
func severalRequests(requests []ParsedText) bool {
	if len(requests) < 2 {
		return false
	}
	sheets := 0
	for _, w := range requests {
		if w.Intent != requests[0].Intent {
			return true
		}
		if w.Intent == IntentPreprint && w.Count != 0 && len(w.Refs) > 0 {
			sheets++
		}
	}
	return sheets == len(requests)
}
