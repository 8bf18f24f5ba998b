package nlu

import "slices"

// This file finds what a text says beside its request: what it takes from the answer before.

// readSignals reads the day, and the words that stand for something said before.
func (s *tokenized) readSignals(m *ParsedText) {
	c := &s.u.c
	for i := range s.words {
		if m.Day.Kind == DayNone {
			m.Day = s.dayAt(i)
		}
		m.Pronoun = m.Pronoun || s.is(i, c.they) && s.is(i-1, c.belongs)
	}
	m.theirs = !m.Pronoun && s.isTheirs()
	m.Pronoun = m.Pronoun || m.theirs
	m.TheOther = s.isTheOther()
	m.OnlyDay = m.Intent == IntentNone && len(m.Refs) == 0 && s.saysOnlyDay(m.Day)
	m.OnlyHour = m.Intent == IntentNone && len(m.Refs) == 0 && m.Day.Kind == DayNone && s.saysOnlyHour()
	m.OnlyFor = m.Intent == IntentNone && len(m.Refs) > 0 && s.beginsWithFor()
	m.Repeat = m.Repeat || m.Intent == IntentToken && slices.ContainsFunc(m.matches, func(h Match) bool { return s.u.intent(h) == IntentAgain })
}

// beginsWithFor reports whether a text begins with "para".
func (s *tokenized) beginsWithFor() bool {
	for i := range s.words {
		if s.words[i].key == "para" {
			return true
		}
		if !s.is(i, s.u.c.and|s.u.c.filler) {
			return false
		}
	}
	return false
}

// isTheOther reports whether a text says no more than "el otro".
func (s *tokenized) isTheOther() bool {
	found := false
	for i := range s.words {
		switch {
		case s.is(i, s.u.c.other) && s.is(i-1, s.u.c.article):
			found = true
		case !s.is(i, s.u.c.filler|s.u.c.light|s.u.c.want|s.u.c.and):
			return false
		}
	}
	return found
}

// isTheirs reports whether a text asks for "el suyo", or "el de él": the token of a person who was named before.
func (s *tokenized) isTheirs() bool {
	for i := range s.words {
		if key := s.words[i].key; key != "suyo" && (key != "el" || !s.is(i-1, s.u.c.of) || i+1 < len(s.words) && !s.words[i].endsClause) {
			continue
		}
		if k := i - 1; s.is(k, s.u.c.article) || s.is(k-1, s.u.c.article) {
			return true
		}
	}
	return false
}

// Asks reports whether a text is a question by its sign, or by the word that it begins with.
func (u *Parser) Asks(text string) bool {
	s := u.tokenize(text)
	if s.question {
		return true
	}
	for i := range s.words {
		if asking[s.words[i].key] {
			return true
		}
		if !s.is(i, u.c.greets|u.c.and) {
			return false
		}
	}
	return false
}

// asking are the words that a question begins with, by their phonetic keys. "Que" and "como" are not among them: "como para el mes".
var asking = map[string]bool{phoneticKey("cuánto"): true, phoneticKey("cuántos"): true, phoneticKey("cuántas"): true, phoneticKey("cuándo"): true,
	phoneticKey("dónde"): true, phoneticKey("quién"): true, phoneticKey("cuál"): true, phoneticKey("puedo"): true}
