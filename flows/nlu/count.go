package nlu

import (
	"slices"
	"strings"
)

// Counts without a number: one that cannot be made, and as many as possible.
const (
	CountInvalid = -1
	CountMax     = -2
)

// count returns how many tokens the text asks for: the number before the word, or the only number; 0 if there is none.
func (s *tokenized) count() int {
	found := 0
	if n := s.correctedCount(); n > 0 {
		return n
	}
	for i := 0; i < len(s.words); {
		n, width := s.quantity(i)
		at := i
		if i += max(width, 1); n == 0 || s.isDate(at) || s.isHour(at, width) || s.is(i, s.u.c.years|s.u.c.kin|s.u.c.sheet|s.u.c.greets) && !s.is(i, s.u.c.token) {
			continue
		}
		if s.inSet(i, "times") {
			continue // "tres veces por semana"
		}
		if s.inSet(i, "sessions") {
			return n
		}
		if s.is(i, s.u.c.token) || i < len(s.words) && s.used[i] || s.is(i, s.u.c.of) && s.is(i+1, s.u.c.token) {
			return n
		}
		if found != 0 {
			return 0 // which of them?
		}
		found = n
	}
	return found
}

// correctedCount returns the number that takes an earlier one back: "diez, no, mejor cinco". 0 if there is none.
func (s *tokenized) correctedCount() int {
	before := false
	for i := range s.words {
		n, width := s.quantity(i)
		if n <= 0 || s.isDate(i) || s.isHour(i, width) {
			continue
		}
		if before && i > 0 {
			if s.takesBack(i) {
				return n
			}
		}
		before = true
	}
	return 0
}

// takesBack reports whether the words before a number take an earlier one back: "no, mejor", "digo de", "no pará,".
func (s *tokenized) takesBack(i int) bool {
	for k := i - 1; k >= 0 && k >= i-4; k-- {
		switch key := s.words[k].key; {
		case key == "mejor", key == "perdon", key == "digo", key == "sean", key == "serian", key == "korrijo", key == "kise":
			return true
		case key == "no" && s.words[k].endsClause, key == "para" && s.words[k].endsClause:
			return true
		case !s.is(k, s.u.c.light|s.u.c.filler):
			return false
		}
	}
	return false
}

// quantity reads a number of any size, and how many words it takes: "31", "treinta y uno", "media docena", "muchos".
func (s *tokenized) quantity(i int) (n, width int) {
	w := s.words[i]
	switch {
	case isDigits(w.key):
		n = figure(w.key)
		if s.year(i) > 0 {
			return 0, 1
		}
		if n == 0 || w.minus {
			return CountInvalid, 1
		}
		return s.dozens(i, n, 1)
	case s.is(i, s.u.c.most):
		return CountMax, 1
	case s.is(i, s.u.c.lots):
		return CountInvalid, 1
	case s.is(i, s.u.c.half) && s.is(i+1, s.u.c.dozen):
		return 6, 2
	case s.is(i, s.u.c.one) && (s.is(i+1, s.u.c.token) || s.is(i+1, s.u.c.dozen)):
		return s.dozens(i, 1, 1)
	}
	n = s.number(i)
	if n >= 20 && n%10 == 0 && n < 100 && s.is(i+1, s.u.c.and) && i+2 < len(s.words) {
		if unit := s.number(i + 2); unit > 0 && unit < 10 {
			return n + unit, 3
		}
		if s.is(i+2, s.u.c.one) {
			return n + 1, 3
		}
	}
	return s.dozens(i, n, 1)
}

// dozens multiplies the number before "docenas".
func (s *tokenized) dozens(i, n, width int) (int, int) {
	if n > 0 && s.is(i+width, s.u.c.dozen) && !s.is(i, s.u.c.dozen) {
		return n * 12, width + 1
	}
	return n, width
}

// figure reads a number in digits; CountInvalid if it is too large.
func figure(w string) int {
	if len(w) > 4 {
		return CountInvalid
	}
	n := 0
	for _, r := range w {
		n = n*10 + int(r-'0')
	}
	return n
}

// Amount returns how many a text says, as the answer to that question: there "uno" is a number, too.
func (u *Parser) Amount(text string) (n int, said bool) {
	s := u.tokenize(text)
	if n = s.count(); n != 0 {
		return n, true
	}
	one, each := false, false
	for i := range s.words {
		one, each = one || s.is(i, u.c.one), each || one && s.is(i, u.c.noun)
		if !s.is(i, u.c.one|u.c.light|u.c.filler|u.c.token) {
			return 0, false // "esperá un momento"
		}
	}
	if each {
		return CountInvalid, true // "uno por día"
	}
	if one {
		return 1, true
	}
	return 0, false
}

// NumbersIn returns the numbers of tokens on a sheet that a text names: "el 3 y el 5", "del 3 al 7".
func (u *Parser) NumbersIn(text string) []int { return u.tokenize(text).sheetNumbers() }

func (s *tokenized) sheetNumbers() []int {
	var out []int
	for i := 0; i < len(s.words); {
		n, width := s.quantity(i)
		at := i
		if i += max(width, 1); n <= 0 || s.isDate(at) || s.is(at, s.u.c.one) || s.is(i, s.u.c.years) {
			continue
		}
		if k := len(out); k > 0 && s.is(i-2, s.u.c.upto) && out[k-1] < n && n-out[k-1] < 100 {
			for m := out[k-1] + 1; m < n; m++ {
				out = append(out, m)
			}
		}
		if !slices.Contains(out, n) {
			out = append(out, n)
		}
	}
	return out
}

// lostNumbers are the numbers of lost tokens: "el 7 de la hoja". Other numbers do not narrow what was lost: "hace 2 días", "la
// hoja de los 6 tokens".
func (s *tokenized) lostNumbers() []int {
	var out []int
	for i := 1; i < len(s.words); i++ {
		if n, width := s.quantity(i); n > 0 && s.is(i-1, s.u.c.article) && s.is(i+width, s.u.c.of) && !s.isDate(i) {
			out = append(out, n)
		}
	}
	return out
}

// readPaper reads what the text says about preprinted tokens.
func (s *tokenized) readPaper(m *ParsedText) {
	switch m.Intent {
	case IntentVoid:
		m.Month = s.month()
		for i := range s.words {
			m.Voids = m.Voids || s.is(i, s.u.c.annul)
			m.Single = m.Single || s.is(i, s.u.c.one) && s.is(i+1, s.u.c.token)
		}
		if m.TokenNumbers = s.lostNumbers(); m.Voids {
			m.TokenNumbers = s.sheetNumbers()
		}
		m.Single = m.Single || len(m.TokenNumbers) > 0
	case IntentRejected:
		if m.Paper = s.has(s.u.bits["sheet"]) || slices.ContainsFunc(s.words, func(w word) bool { return s.u.isInSet(w.id, "sheets") }); m.Paper {
			m.TokenNumbers = s.sheetNumbers()
		}
	case IntentMore:
		m.Intent, m.More = IntentPreprint, true
		fallthrough
	case IntentPreprint:
		m.Count, m.Month = s.count(), s.month()
		m.Again = slices.ContainsFunc(m.matches, func(h Match) bool { return s.u.intent(h) == IntentAgain })
	}
}

// asksSeveral reports whether the text asks for more tokens than people: "10 tokens para mamá". Those are preprinted.
func (s *tokenized) asksSeveral(who []Ref) bool {
	for _, r := range who {
		if r.Kind == RefAll || r.Several() {
			return false
		}
	}
	for i := range s.words {
		n, width := s.quantity(i)
		at := i + width
		if n > 11 && s.is(at, s.u.c.of) {
			at++ // "dos docenas de tokens"
		}
		if n == CountInvalid && s.is(i, s.u.c.lots) && len(who) > 0 && s.is(at, s.u.c.token) {
			return true // "varios tokens para mamá"
		}
		if n > max(len(who), 1) && s.is(at, s.u.c.token) && !s.words[at-1].endsClause && !s.isHour(i, width) && (n > 2 || len(who) > 0) &&
			(n < 100 || strings.HasSuffix(strings.ToLower(s.words[at].text), "s")) { // "calle 8 n.º 200, token": the number of a house
			return true
		}
	}
	return false
}

// asksSeveralToday reports whether the text asks for several tokens of today and names nobody: "3 tokens para hoy". There is one for a
// person at a time.
func (s *tokenized) asksSeveralToday(m *ParsedText) bool {
	if m.Intent != IntentToken && m.Intent != IntentPreprint || len(m.Refs) > 0 || s.has(s.u.c.sheet) {
		return false
	}
	today, several := false, false
	for i := range s.words {
		n, width := s.quantity(i)
		today = today || s.words[i].key == "oy"
		several = several || n > 1 && s.is(i+width, s.u.c.token)
	}
	return today && several
}

// number returns the number that a word says, or 0.
func (s *tokenized) number(i int) int { return s.words[i].number }

// isOnPaper reports whether a text has a number, and says "en papel", which is no request alone.
func (s *tokenized) isOnPaper(m *ParsedText) bool {
	return slices.ContainsFunc(m.matches, func(h Match) bool {
		return h.outcome == notAlone && s.u.intent(h) == IntentPreprint && h.to-h.from > 1
	})
}
