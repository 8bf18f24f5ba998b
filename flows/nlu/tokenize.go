package nlu

import (
	"slices"
	"strings"
	"unicode"
)

// word is a word of a text.
type word struct {
	key        string
	id         int32   // its number in the words file; -1 if it is not there
	class      classes // the classes it is in
	number     int     // the number that it says, in digits or not; 0 if it says none
	distance   int     // how many letters were corrected for that
	endsClause bool    // a comma, a full stop or the like follows
	minus      bool    // a minus sign stands before it
	text       string  // as written
	at         int     // where it begins in the text
}

// tokenized is a text, cut into words.
type tokenized struct {
	u        *Parser
	words    []word
	used     []bool // by the intent or a person
	question bool   // it has a question mark
}

// tokenize cuts a text into words and finds each in the words file.
func (u *Parser) tokenize(text string) *tokenized {
	s := &tokenized{u: u, words: make([]word, 0, 1+strings.Count(text, " ")), question: strings.Contains(text, "?")}
	start, minus := -1, false
	for i, r := range text {
		if isLetter(r) {
			if start < 0 {
				start = i
			}
			continue
		}
		if start >= 0 {
			s.addWord(text[start:i], start, minus)
			start, minus = -1, false
		}
		minus = (r == '-' || r == '−') && (i == 0 || text[i-1] == ' ')
		if len(s.words) > 0 && r != ' ' && r != '\'' {
			s.words[len(s.words)-1].endsClause = true
		}
	}
	if start >= 0 {
		s.addWord(text[start:], start, minus)
	}
	s.used = make([]bool, len(s.words))
	for i := range s.words {
		if s.words[i].id < 0 {
			s.correct(i)
		}
	}
	return s
}

func isLetter(r rune) bool {
	return r < 0x80 && ('a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || '0' <= r && r <= '9') ||
		r >= 0x80 && (unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.Is(unicode.Mn, r) || isSign(r))
}

// addWord adds a word, unless it has no sound.
func (s *tokenized) addWord(text string, at int, minus bool) {
	w := word{key: phoneticKey(strings.ToLower(text)), id: -1, minus: minus, text: text, at: at}
	if w.key == "" {
		return
	}
	if full := s.u.written[w.key]; full != "" {
		w.key = full
	}
	w.number, _ = smallNumber(w.key)
	if id, ok := s.u.ids[w.key]; ok {
		w.id, w.class = id, s.u.classes[id]
		if w.number == 0 && !isDigits(w.key) {
			w.number = s.u.numbers[id]
		}
	} else if parts := s.splitJoined(text, w.key); parts != nil {
		for _, p := range parts {
			s.addWord(text[at-w.at:at-w.at+len(p)], at, minus)
			at += len(p)
		}
		return
	}
	s.words = append(s.words, w)
}

// correct replaces an unknown word by the known word that it misspells, if there is exactly one. After "de" or "para" it is
// more likely a name, and stays as it is unless it may be a kinship or a month.
func (s *tokenized) correct(i int) {
	w := &s.words[i]
	if len(w.key) < 4 || !hasLetter(w.key) {
		return
	}
	best, at, tie := 3, int32(-1), false
	for _, id := range s.u.corrections[w.key[0]] {
		n := editDistance(w.key, s.u.keys[id])
		if n > 0 && n <= maxDistance(s.u.keys[id]) && n <= best {
			tie = n == best && s.u.kin[id] != s.u.kin[at]
			best, at = n, id
		}
	}
	if at < 0 || tie {
		return
	}
	person := s.u.classes[at]&s.u.c.kin != 0 || s.u.months[at] > 0
	if i > 0 && s.is(i-1, s.u.c.belongs) && !s.words[i-1].endsClause && !person {
		return
	}
	w.id, w.class, w.number, w.distance = at, s.u.classes[at], s.u.numbers[at], best
}

// maxDistance is how many letters of a word may be wrong.
func maxDistance(key string) int {
	if len(key) >= 9 {
		return 2
	}
	return 1
}

// is reports whether the word at a place is in one of the classes.
func (s *tokenized) is(i int, c classes) bool {
	return i >= 0 && i < len(s.words) && s.words[i].class&c != 0
}

// inSet reports whether the word at a place is in a set.
func (s *tokenized) inSet(i int, name string) bool {
	return i >= 0 && i < len(s.words) && s.u.isInSet(s.words[i].id, name)
}

func (u *Parser) isInSet(id int32, name string) bool {
	return id >= 0 && u.sets[id]&u.setBits[name] != 0
}

// has reports whether a word is in one of the classes.
func (s *tokenized) has(c classes) bool {
	return slices.ContainsFunc(s.words, func(w word) bool { return w.class&c != 0 })
}

// asWritten returns a name as it was written.
func (s *tokenized) asWritten(words []string) string {
	for i := range s.words {
		if i+len(words) > len(s.words) {
			break
		}
		var out []string
		for j, w := range words {
			if s.words[i+j].key == w {
				out = append(out, s.words[i+j].text)
			}
		}
		if len(out) == len(words) {
			return strings.Join(out, " ")
		}
	}
	return strings.Join(words, " ")
}

// smallNumber reads one or two digits.
func smallNumber(w string) (int, bool) {
	if len(w) > 2 || !isDigits(w) {
		return 0, false
	}
	n := 0
	for _, r := range w {
		n = n*10 + int(r-'0')
	}
	return n, true
}

// Adds reports whether a text begins with a word for "and": it adds to the text before.
func (u *Parser) Adds(text string) bool { return u.tokenize(text).is(0, u.c.and) }
