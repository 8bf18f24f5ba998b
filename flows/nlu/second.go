package nlu

import (
	"fmt"
	"math/bits"
	"slices"
)

// secondOpinion is a linear model over the letters of a text. It knows no people, and never acts: it names an intent where the
// rules found none, and it stops a token that the rules would give on a mere mention. second_test.go makes it from the tuning
// part of the labelled set.
type secondOpinion struct {
	weights []int8 // a row of len(opinions) for each feature
}

// opinions are the intents that the model tells apart, by their public names.
var opinions = []string{"token", "another", "preprint", "rejected", "help", "menu", "cancel", "back", "link", "unlink", "register", "password", "mydata", "faq", "thanks", "none"}

// load reads the model.
func (o *secondOpinion) load() error {
	raw, err := wordFiles.ReadFile("words/second.bin")
	if err != nil {
		return err
	}
	if len(raw) != len(opinions)<<featureBits {
		return fmt.Errorf("words: second.bin has %d bytes", len(raw))
	}
	o.weights = make([]int8, len(raw))
	for i, b := range raw {
		o.weights[i] = int8(b)
	}
	return nil
}

const (
	featureBits = 13
	logit       = 16 // one unit of a score
)

// features are the hashed parts of a text: words, pairs of words, and three or four letters in a row. Names and numbers are
// all the same to it.
func (u *Parser) features(s *tokenized, visit func(uint32)) (n int) {
	emit := func(seed uint32, a, b string) {
		visit(hash(seed, a, b) >> (32 - featureBits))
		n++
	}
	last := ""
	for i := range s.words {
		key := u.masked(&s.words[i])
		emit(1, key, "")
		emit(2, last, key)
		last = key
		if len(key) < 3 {
			continue
		}
		padded := "^" + key + "$"
		for k := range len(padded) - 2 {
			emit(3, padded[k:k+3], "")
			if k+4 <= len(padded) {
				emit(4, padded[k:k+4], "")
			}
		}
	}
	return n
}

// masked is the key of a word; one key for all names, kinships and numbers.
func (u *Parser) masked(w *word) string {
	switch {
	case isDigits(w.key):
		return "0"
	case w.class&u.c.kin != 0:
		return "K"
	case w.class&u.c.name != 0:
		return "N"
	}
	return w.key
}

// hash is FNV-1a over a seed and two strings.
func hash(h uint32, a, b string) uint32 {
	h ^= 2166136261
	for i := range len(a) {
		h = (h ^ uint32(a[i])) * 16777619
	}
	h = (h ^ 0xff) * 16777619
	for i := range len(b) {
		h = (h ^ uint32(b[i])) * 16777619
	}
	return (h ^ h>>15) * 2654435761
}

// ask returns the most likely intent of a text, and by how much it outweighs the next, in units of which logit are one logit.
func (o *secondOpinion) ask(u *Parser, s *tokenized) (best string, lead int) {
	if len(o.weights) == 0 {
		return "", 0
	}
	var sums [16]int
	n := u.features(s, func(f uint32) {
		for i, w := range o.weights[int(f)*len(opinions):][:len(opinions)] {
			sums[i] += int(w)
		}
	})
	at, second := 0, -1
	for i := 1; i < len(opinions); i++ {
		if sums[i] > sums[at] {
			at, second = i, at
		} else if second < 0 || sums[i] > sums[second] {
			second = i
		}
	}
	return opinions[at], (sums[at] - sums[second]) / max(1, sqrt(n))
}

// sqrt is the whole part of a square root.
func sqrt(n int) int {
	r := 1 << ((bits.Len(uint(n)) + 1) / 2)
	for r*r > n {
		r = (r + n/r) / 2
		if r*r > n && (r-1)*(r-1) <= n {
			r--
		}
	}
	return r
}

// guesses are the intents that the second opinion may name: none of them gives or takes anything at once.
var guesses = map[string]Intent{"help": IntentHelp, "rejected": IntentRejected, "register": "register", "password": "password", "link": IntentLink, "faq": "others", "preprint": IntentPreprint, "thanks": IntentThanks, "cancel": IntentCancel}

// The leads, in sixteenths of a logit, from which the second opinion counts.
var (
	guessLead  = 1 * logit
	insteadOf  = 3 * logit
	switchLead = 3 * logit / 2
	unlinkLead = 3 * logit
)

// secondGuess lets the model name an intent where the rules found none, and in place of one that is only mentioned or as
// harmless.
func (u *Parser) secondGuess(s *tokenized, m *ParsedText) {
	lead := 0
	switch {
	case m.Intent == IntentNone && s.mayGuess(m):
		lead = guessLead
	case m.Intent == IntentToken && !m.named && s.saysEnough(2) && slices.ContainsFunc(s.words, func(w word) bool { return s.u.isInSet(w.id, "key") }): // "la clave" may be the password
		lead = guessLead
	case m.Intent == IntentToken && !s.has(u.c.want|u.c.request) && !m.TheirToken && !m.Repeat && len(s.words) >= 4 && !s.endsWithToken() && !m.taken:
		lead = insteadOf
	case m.Intent == IntentLost && len(s.words) >= 5:
		lead = guessLead
	case m.Intent != IntentNone && m.Intent != IntentPreprint && u.isGuess(m.Intent) && s.mayGuess(m) && m.Topic == "" && u.scoreOf(m) < sureScore:
		lead = switchLead
	default:
		return
	}
	public, got := u.second.ask(u, s)
	i, ok := guesses[public]
	switch {
	case lead == guessLead && m.Intent == IntentToken && public != "password":
	case public == "unlink" && (m.Intent == IntentNone || m.Intent == IntentThanks) && got >= unlinkLead && s.hasLogOut():
		m.Intent, m.Topic, m.Guessed = IntentUnlink, TopicAsk, true
	case !ok, got < lead, public == u.publicName(m.Intent), i == IntentPreprint && m.Intent != IntentNone:
	default:
		if m.Intent == IntentNone && i == IntentRejected && len(groupByPerson(m.mentioned)) == 1 {
			m.Refs = m.mentioned
		}
		m.Intent, m.Guessed = i, true
	}
}

// sureScore is the score from which a phrase is so long that the second opinion does not count.
const sureScore = 96

// scoreOf is the score of the best match of an intent.
func (u *Parser) scoreOf(m *ParsedText) (best int) {
	for _, h := range m.matches {
		if h.outcome == counts && u.intent(h) == m.Intent {
			best = max(best, h.score)
			if u.phrases[h.phrase].alone {
				return sureScore // the text says nothing else
			}
		}
	}
	return best
}

// saysEnough reports whether a text has so many words, and no number: "noviembre, 14 y 15" is an answer, and so is "una docena".
func (s *tokenized) saysEnough(least int) bool {
	n := 0
	for i := range s.words {
		if key := s.words[i].key; isDigits(key) || s.number(i) > 0 {
			return false
		} else if len(key) >= 3 {
			n++
		}
	}
	return n >= least
}

// isGuess reports whether the second opinion may take an intent for another.
func (u *Parser) isGuess(i Intent) bool {
	_, ok := guesses[u.publicName(i)]
	return ok
}

// hasLogOut reports whether a text has a word for logging out, and one for what is logged in.
func (s *tokenized) hasLogOut() bool {
	verbs, things := s.u.setBits["removes"]|s.u.setBits["closes"]|s.u.setBits["logsout"]|s.u.setBits["locks"]|s.u.setBits["cuts"], s.u.setBits["device"]|s.u.setBits["account"]|s.u.setBits["bond"]
	verb, thing := false, false
	for i := range s.words {
		if id := s.words[i].id; id >= 0 && s.words[i].distance == 0 {
			verb, thing = verb || s.u.sets[id]&verbs != 0, thing || s.u.sets[id]&things != 0
		}
	}
	return verb && thing
}

// mayGuess reports whether a text without an intent says enough to guess one, and the rules did not refuse one.
func (s *tokenized) mayGuess(m *ParsedText) bool {
	if len(m.Unclear)+len(m.Refs) > 0 || m.TheirToken || m.Yes || m.No {
		return false
	}
	for _, h := range m.matches {
		if h.outcome == negated || h.outcome == doubtful {
			return false
		}
	}
	return s.saysEnough(3)
}

// endsWithToken reports whether the last clause of a text says "su token", and nothing else: that is a request.
func (s *tokenized) endsWithToken() bool {
	found := false
	for i := len(s.words) - 1; i >= 0 && !(s.words[i].endsClause && i < len(s.words)-1); i-- {
		switch {
		case s.is(i, s.u.c.token):
			found = true
		case !s.is(i, s.u.c.filler|s.u.c.light|s.u.c.notours):
			return false
		}
		if i == 0 {
			return false
		}
	}
	return found
}
