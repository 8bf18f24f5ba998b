package nlu

import (
	"time"

	"llave/flows/backend"
)

// This file reads the month that a text names, and tells dates and hours from counts.

// NamedMonth is a month as a text names it. The zero value is none.
type NamedMonth struct {
	Month int // 1 to 12
	Year  int // if the text names it
	Plus  int // months from now, if the text says that; 0 with This
	This  bool
}

// At returns the month that is meant at a time: a name without a year is the next month of that name. Empty if the text names
// none.
func (m NamedMonth) At(now time.Time) backend.Month {
	now = now.In(backend.BuenosAires)
	year, month := now.Year(), now.Month()
	switch {
	case m.Month > 0 && m.Year > 0:
		year, month = m.Year, time.Month(m.Month)
	case m.Month > 0:
		month = time.Month(m.Month)
		if month < now.Month() {
			year++
		}
	case m.This || m.Plus > 0:
		month += time.Month(m.Plus)
	default:
		return ""
	}
	return backend.MonthOf(time.Date(year, month, 1, 0, 0, 0, 0, time.UTC))
}

// MonthIn returns the month that a text names, at a time; empty if none.
func (u *Parser) MonthIn(text string, now time.Time) backend.Month {
	return u.tokenize(text).month().At(now)
}

// isDate reports whether a number is part of a date: "12/2026", "mes 12", "el 12 de noviembre", "martes 24".
func (s *tokenized) isDate(i int) bool {
	if s.year(i+1) > 0 || s.is(i-1, s.u.c.month|s.u.c.weekday) {
		return true
	}
	at := i + 1
	if s.is(at, s.u.c.of) {
		at++
	}
	return at == i+2 && at < len(s.words) && s.u.months[s.words[at].id] > 0 && s.is(i-1, s.u.c.article)
}

// isHour reports whether a number is an hour: "a las 11", "tipo 10".
func (s *tokenized) isHour(i, width int) bool {
	return s.is(i-1, s.u.c.hours) && (s.words[i+width-1].endsClause || !s.is(i+width, s.u.c.token|s.u.c.sheet))
}

func (s *tokenized) year(i int) int {
	if i >= len(s.words) || len(s.words[i].key) != 4 || !isDigits(s.words[i].key) || s.words[i].key[:2] != "20" {
		return 0
	}
	n := 0
	for _, r := range s.words[i].key {
		n = n*10 + int(r-'0')
	}
	return n
}

// month reads the month that the text names.
func (s *tokenized) month() NamedMonth {
	for i, w := range s.words {
		n, isNumber := s.u.months[w.id], s.number(i)
		switch {
		case n > 0 && !s.is(i-1, s.u.c.kin): // not "mi primo Julio"
			at := i + 1
			if s.is(at, s.u.c.of) {
				at++
			}
			return NamedMonth{Month: n, Year: s.year(at)}
		case isNumber > 0 && isNumber <= 12 && (s.year(i+1) > 0 || s.is(i-1, s.u.c.month)):
			return NamedMonth{Month: isNumber, Year: s.year(i + 1)}
		case s.is(i, s.u.c.month) && (s.is(i+1, s.u.c.next) || s.is(i+1, s.u.c.light) && s.is(i+2, s.u.c.next) || s.is(i-1, s.u.c.next)):
			return NamedMonth{Plus: 1}
		case s.is(i, s.u.c.month) && s.is(i-1, s.u.c.this):
			return NamedMonth{This: true}
		}
	}
	return NamedMonth{}
}
