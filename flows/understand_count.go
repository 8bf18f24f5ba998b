package flows

import "time"

// monthSaid is a month as somebody said it. The zero value is none.
type monthSaid struct {
	Month int // 1 to 12
	Year  int // if it was said
	Plus  int // months from now, if that was said: 0 with This
	This  bool
}

// at is the month that is meant, said at a moment: a name without a year is the next month of that name.
func (m monthSaid) at(now time.Time) (year int, month time.Month, ok bool) {
	switch {
	case m.Month > 0 && m.Year > 0:
		year, month = m.Year, time.Month(m.Month)
	case m.Month > 0:
		year, month = now.Year(), time.Month(m.Month)
		if month < now.Month() {
			year++
		}
	case m.This || m.Plus > 0:
		next := time.Date(now.Year(), now.Month()+time.Month(m.Plus), 1, 0, 0, 0, 0, time.UTC)
		year, month = next.Year(), next.Month()
	default:
		return 0, 0, false
	}
	return year, month, true
}

// count reads how many are wanted: the number before the tokens, or the only one there is.
func (s *speech) count() int {
	found := 0
	for i := range s.words {
		n := s.number(i)
		if n == 0 || s.isDate(i) || s.is(i+1, s.u.c.years|s.u.c.kin) {
			continue
		}
		if s.is(i+1, s.u.c.token) || i+1 < len(s.words) && s.used[i+1] {
			return n
		}
		if found != 0 {
			return 0 // which of them?
		}
		found = n
	}
	return found
}

// several says whether more tokens are asked for than people are named: "10 tokens para mamá". Those are on paper.
func (s *speech) several(who []ref) bool {
	for _, r := range who {
		if r.Kind == refAll || r.Kind == refKin && plural[r.Words[0]] != nil {
			return false
		}
	}
	for i := range s.words {
		if n := s.number(i); n > max(len(who), 1) && s.is(i+1, s.u.c.token) && (n > 2 || len(who) > 0) {
			return true
		}
	}
	return false
}

// number is the number that a word says, or 0.
func (s *speech) number(i int) int {
	if n, ok := smallNumber(s.words[i].sound); ok {
		return n
	}
	return s.u.numbers[s.words[i].id]
}

// isDate says whether a number is part of a date: "12/2026", "mes 12".
func (s *speech) isDate(i int) bool { return s.year(i+1) > 0 || s.is(i-1, s.u.c.month) }

func (s *speech) year(i int) int {
	if i >= len(s.words) || len(s.words[i].sound) != 4 || !isNumber(s.words[i].sound) || s.words[i].sound[:2] != "20" {
		return 0
	}
	n := 0
	for _, r := range s.words[i].sound {
		n = n*10 + int(r-'0')
	}
	return n
}

// month reads for which month.
func (s *speech) month() monthSaid {
	for i, w := range s.words {
		n, isNumber := s.u.months[w.id], s.number(i)
		switch {
		case n > 0 && !s.is(i-1, s.u.c.kin): // not "mi primo Julio"
			at := i + 1
			if s.is(at, s.u.c.of) {
				at++
			}
			return monthSaid{Month: n, Year: s.year(at)}
		case isNumber > 0 && isNumber <= 12 && s.isDate(i):
			return monthSaid{Month: isNumber, Year: s.year(i + 1)}
		case s.is(i, s.u.c.month) && (s.is(i+1, s.u.c.next) || s.is(i+1, s.u.c.light) && s.is(i+2, s.u.c.next) || s.is(i-1, s.u.c.next)):
			return monthSaid{Plus: 1}
		case s.is(i, s.u.c.month) && s.is(i-1, s.u.c.this):
			return monthSaid{This: true}
		}
	}
	return monthSaid{}
}
