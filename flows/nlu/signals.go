package nlu

import (
	"slices"
	"time"
)

// This file finds what a text says beside its request: another day, and what it takes from the answer before.

// Day is a day that a text names, other than today.
type Day struct {
	Kind    DayKind
	Weekday time.Weekday // of DayWeekday: it may be today's
}

// DayKind is how a text names a day.
type DayKind string

const (
	DayNone     DayKind = ""
	DayTomorrow DayKind = "tomorrow" // "mañana", "pasado mañana"
	DayWeekday  DayKind = "weekday"  // "el martes"
	DayWeek     DayKind = "week"     // "toda la semana", "los días que vienen"
	DayLonger   DayKind = "longer"   // "un token que dure"
)

// weekdays are the days by their phonetic keys.
var weekdays = map[string]time.Weekday{
	"domingo": time.Sunday, "lunes": time.Monday, "martes": time.Tuesday, "mierkoles": time.Wednesday, "juebes": time.Thursday,
	"biernes": time.Friday, "sabado": time.Saturday,
}

// lasting are words for a token that lives longer than a day, by their phonetic keys.
var lasting = map[string]bool{phoneticKey("dure"): true, phoneticKey("duren"): true, phoneticKey("durable"): true, phoneticKey("permanente"): true, phoneticKey("duradero"): true}

// readSignals reads the day, and the words that stand for something said before.
func (s *tokenized) readSignals(m *ParsedText) {
	c := &s.u.c
	for i := range s.words {
		if m.Day.Kind == DayNone {
			m.Day = s.dayAt(i)
		}
		m.Pronoun = m.Pronoun || s.is(i, c.they) && s.is(i-1, c.belongs)
	}
	m.TheOther = s.isTheOther()
	m.OnlyFor = m.Intent == IntentNone && len(m.Refs) > 0 && s.beginsWithFor()
	m.Repeat = m.Repeat || m.Intent == IntentToken && slices.ContainsFunc(m.matches, func(h Match) bool { return s.u.intent(h) == IntentAgain })
}

// beginsWithFor reports whether a text begins with "para".
func (s *tokenized) beginsWithFor() bool {
	for i := range s.words {
		if s.words[i].key == phoneticKey("para") {
			return true
		}
		if !s.is(i, s.u.c.and|s.u.c.filler) {
			return false
		}
	}
	return false
}

// dayAt reads the day at a word: "para mañana", and not "a la mañana".
func (s *tokenized) dayAt(i int) Day {
	key := s.words[i].key
	day, named := weekdays[key]
	switch {
	case key == "mañana" && !s.is(i-1, s.u.c.article|s.u.c.this) && (i == 0 || s.words[i-1].key != "esta"):
		return Day{Kind: DayTomorrow}
	case key == "semana" && !s.isToday(i):
		return Day{Kind: DayWeek}
	case lasting[key]:
		return Day{Kind: DayLonger}
	case named && s.is(i-1, s.u.c.article|s.u.c.this|s.u.c.belongs) && !s.words[i-1].endsClause && s.words[i].id >= 0:
		return Day{Kind: DayWeekday, Weekday: day}
	}
	return Day{}
}

// isToday reports whether a week is only told of: "hace una semana", "fin de semana".
func (s *tokenized) isToday(i int) bool {
	for k := max(0, i-2); k < i; k++ {
		if s.words[k].key == "ase" || s.words[k].key == "fin" || s.words[k].key == "pasada" {
			return true
		}
	}
	return i+1 < len(s.words) && s.words[i+1].key == "pasada"
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
