package nlu

import "slices"

// This file takes several wishes of one text apart: "otro token de Juana y la credencial de Tomás".

// maxWishes bounds how many wishes of a text are told apart.
const maxWishes = 4

// splitWishes parses the wishes of a text one by one, if it holds several of different kinds, or sheets for several people. It
// returns nil if the text is one wish.
func (u *Parser) splitWishes(text string, s *tokenized, m *ParsedText) []ParsedText {
	if !s.maySplit(m) {
		return nil
	}
	var wishes []ParsedText
	from := 0
	for i := 1; i <= len(s.words) && len(wishes) < maxWishes; i++ {
		if i < len(s.words) && !s.beginsWish(i) {
			continue
		}
		end := len(text)
		if i < len(s.words) {
			end = s.words[i].at
		}
		part := u.parseOne(text[s.words[from].at:end])
		if !part.isWish(wishes) {
			continue // the words belong to the next wish: "de Juana, otro token"
		}
		part.takeSheet(wishes)
		wishes, from = append(wishes, part), i
	}
	if from < len(s.words) || !severalWishes(wishes) {
		return nil
	}
	return wishes
}

// maySplit reports whether a text may hold several wishes: it has matches of several kinds, or several numbers beside a sheet.
func (s *tokenized) maySplit(m *ParsedText) bool {
	kinds, numbers, first := 0, 0, IntentNone
	for _, h := range m.matches {
		i := s.u.intent(h).wish()
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
	return kinds > 1 || first == IntentVoid && numbers > 0 || first == IntentPreprint && numbers > 1 && len(m.Refs) > 1
}

// isCovered reports whether a better match has words of a match: the token of "otro token" is no wish of its own.
func (s *tokenized) isCovered(all []Match, h Match) bool {
	return slices.ContainsFunc(all, func(o Match) bool {
		return o.score > h.score && overlap(o, h) && s.u.intent(o).wish() != IntentNone && s.u.intent(o) != s.u.intent(h)
	})
}

// wish is the kind of wish of an intent, among those of which a text may hold several; none for others.
func (i Intent) wish() Intent {
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

// beginsWish reports whether a wish may begin at a word: after a comma, or at "y".
func (s *tokenized) beginsWish(i int) bool {
	return s.words[i-1].endsClause || s.words[i].key == "y" || s.words[i].key == "e" || s.is(i, s.u.c.and) && s.words[i].key == "tambien"
}

// isWish reports whether a part of a text is a wish of its own. A count or a person after a sheet is one: "5 para Juana y 10
// para mi mamá", "anulá la hoja y haceme una de 5".
func (m *ParsedText) isWish(before []ParsedText) bool {
	switch {
	case m.Intent == IntentToken:
		return m.named || m.TheirToken
	case m.Intent.wish() != IntentNone:
		return true
	case m.Intent != IntentNone || len(before) == 0:
		return false
	}
	switch before[len(before)-1].Intent {
	case IntentVoid:
		return m.wants && m.counted > 0
	case IntentPreprint:
		return m.counted != 0 || len(m.Refs) > 0
	}
	return m.TheirToken && len(m.Refs) > 0
}

// takeSheet completes a wish by the one before it: a count after a sheet wants a sheet, too.
func (m *ParsedText) takeSheet(before []ParsedText) {
	if len(before) == 0 || m.Intent != IntentNone {
		return
	}
	last := before[len(before)-1]
	m.Intent = IntentToken
	if (last.Intent == IntentPreprint || last.Intent == IntentVoid) && m.counted != 0 {
		m.Intent, m.Count = IntentPreprint, m.counted
		if m.Month == (NamedMonth{}) {
			m.Month = last.Month
		}
		if len(m.Refs) == 0 {
			m.Refs = last.Refs
		}
	}
}

// severalWishes reports whether wishes are of several kinds, or sheets with counts of their own.
func severalWishes(wishes []ParsedText) bool {
	if len(wishes) < 2 {
		return false
	}
	sheets := 0
	for _, w := range wishes {
		if w.Intent != wishes[0].Intent {
			return true
		}
		if w.Intent == IntentPreprint && w.Count != 0 && len(w.Refs) > 0 {
			sheets++
		}
	}
	return sheets == len(wishes)
}
