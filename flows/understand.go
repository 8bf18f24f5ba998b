package flows

import (
	"embed"
	"fmt"
	"strings"
	"unicode"
)

//go:embed words/es.txt
var wordFiles embed.FS

// intent is what somebody wants, by the name it has in words/es.txt.
type intent string

const (
	intentNone   intent = ""
	intentToken  intent = "token"
	intentNumber intent = "number"
	// "credencial"
	intentCredential intent = "credential"
	intentAnother    intent = "another"
	intentRejected   intent = "rejected"
	intentHelp       intent = "help"
	intentMenu       intent = "menu"
	intentCancel     intent = "cancel"
	intentBack       intent = "back"
	intentLink       intent = "link"
	intentUnlink     intent = "unlink"
	intentChats      intent = "chats"
	intentYes        intent = "yes"
	intentNo         intent = "no"
	intentHello      intent = "hello"
	intentThanks     intent = "thanks"
	intentWhere      intent = "where"
	intentLost       intent = "lost"  // "no sé qué hacer"
	intentOther      intent = "other" // "otra persona"
)

// meaning is what was understood of a text.
type meaning struct {
	Intent intent
	// Who is whom it is about, in the order in which they were named.
	Who []ref
	// Numbers are small numbers that stand alone: answers to a list.
	Numbers []int
	// Yes and No say that the text is that and nothing else.
	Yes, No bool
	// Below says that it is no text but an option of the last message, and Old that it is one of an earlier message,
	// which may have been about somebody else.
	Below, Old bool
}

// ref is a person as somebody named them.
type ref struct {
	Kind refKind `json:"k"`
	// Words are the name as it was written, or the kinship it stands for.
	Words []string `json:"w,omitempty"`
	// As is how it was written, to say it back.
	As string `json:"as,omitempty"`
}

type refKind string

const (
	refMe   refKind = "me"
	refAll  refKind = "all"
	refKin  refKind = "kin"
	refName refKind = "name"
)

// understanding is the word list, ready for use.
type understanding struct {
	phrases []phrase                   // intents, in the order of the file
	yes, no []phrase                   // those of them that say yes and no
	kin     map[string]string          // sound -> kinship
	kinWord map[string]string          // kinship -> how it is written to a person
	people  map[string]refKind         // sound of a phrase -> me, all
	polite  map[intent]map[string]bool // sounds that may stand beside a yes, and beside a no
	short   map[string][]string        // sound of a short form -> first names it may stand for
	known   map[string]bool            // every sound above: a word that is known is not taken for a slip of another
	common  map[string]bool            // those of them that are nobody's name
}

type phrase struct {
	intent intent
	words  []string
}

func loadUnderstanding() (*understanding, error) {
	text, err := wordFiles.ReadFile("words/es.txt")
	if err != nil {
		return nil, err
	}
	u := &understanding{kin: map[string]string{}, kinWord: map[string]string{}, people: map[string]refKind{},
		polite: map[intent]map[string]bool{intentYes: {}, intentNo: {}}, short: map[string][]string{}, known: map[string]bool{}, common: map[string]bool{}}
	for i, line := range strings.Split(string(text), "\n") {
		if line = strings.TrimSpace(line); line == "" || line[0] == '#' {
			continue
		}
		name, list, ok := strings.Cut(line, ":")
		if !ok {
			return nil, fmt.Errorf("words: line %d has no colon", i+1)
		}
		u.add(strings.Fields(name), strings.Split(list, "|"))
	}
	return u, nil
}

func (u *understanding) add(name, list []string) {
	for _, text := range list {
		words := split(text)
		key := strings.Join(words, " ")
		for _, w := range words {
			u.known[w] = true
			u.common[w] = u.common[w] || name[0] != "kin" && name[0] != "short"
		}
		switch name[0] {
		case "kin":
			u.kin[key] = name[1]
			if u.kinWord[name[1]] == "" {
				u.kinWord[name[1]] = strings.TrimSpace(text)
			}
		case "short":
			full := strings.Join(split(strings.Join(name[1:], " ")), " ")
			u.short[key] = append(u.short[key], full)
		case "filler":
		case "polite":
			u.polite[intent(name[1])][key] = true
		case "me", "all":
			u.people[key] = refKind(name[0])
		default:
			p := phrase{intent(name[0]), words}
			u.phrases = append(u.phrases, p)
			switch p.intent {
			case intentYes:
				u.yes = append(u.yes, p)
			case intentNo:
				u.no = append(u.no, p)
			}
		}
	}
}

// read understands a text. It never guesses a person: what it does not know stays a name, for the flow to ask about.
func (u *understanding) read(text string) meaning {
	heard := split(text)
	words := make([]word, len(heard))
	for i, w := range heard {
		words[i] = word{w, !u.known[w] && len(w) >= 4}
	}
	var m meaning
	used := make([]bool, len(words))
	m.Yes, m.No = only(u.yes, u.polite[intentYes], words), only(u.no, u.polite[intentNo], words)
	for _, p := range u.phrases {
		if p.intent == intentYes && !m.Yes || p.intent == intentNo && !m.No {
			continue
		}
		if at := find(words, p.words); at >= 0 {
			m.Intent = p.intent
			for i := range p.words {
				used[at+i] = true
			}
			break
		}
	}
	if m.Intent == intentWhere {
		m.Intent = intentToken
	}
	u.readPeople(&m, heard, used)
	for i := range m.Who {
		m.Who[i].As = u.as(text, m.Who[i])
	}
	return m
}

// as is how a person was called, for saying it back.
func (u *understanding) as(text string, r ref) string {
	switch r.Kind {
	case refKin:
		return u.kinWord[r.Words[0]]
	case refName:
		return u.written(text, r.Words)
	}
	return ""
}

// only says whether the words begin with a yes (or no) and go on with nothing but more of it and politeness. A slip
// is none: "clara" is a name and no "claro".
func only(these []phrase, polite map[string]bool, words []word) bool {
	for at := 0; at < len(words); {
		n := longest(these, words[at:])
		switch {
		case n > 0:
			at += n
		case at > 0 && polite[words[at].sound]:
			at++
		default:
			return false
		}
	}
	return len(words) > 0
}

func begins(words []word, phrase []string) bool {
	for i, p := range phrase {
		if words[i].sound != p {
			return false
		}
	}
	return true
}

// longest is how many words of the longest of the phrases stand at the beginning.
func longest(these []phrase, words []word) int {
	best := 0
	for _, p := range these {
		if len(p.words) <= len(words) && len(p.words) > best && begins(words, p.words) {
			best = len(p.words)
		}
	}
	return best
}

// readPeople finds the people and numbers among the words that are not the intent's.
func (u *understanding) readPeople(m *meaning, words []string, used []bool) {
	var name []string
	flush := func() {
		if len(name) > 0 {
			m.Who = append(m.Who, ref{Kind: refName, Words: name})
			name = nil
		}
	}
	for i := 0; i < len(words); i++ {
		w := words[i]
		if used[i] {
			flush()
			continue
		}
		if n, ok := smallNumber(w); ok {
			flush()
			m.Numbers = append(m.Numbers, n)
			continue
		}
		if r, length := u.person(words[i:], used[i:]); length > 0 {
			flush()
			m.Who = append(m.Who, r)
			i += length - 1
			continue
		}
		if u.isName(w) {
			name = append(name, w)
			continue
		}
		flush()
	}
	flush()
	m.Who = u.withoutPossessive(m.Who)
}

// written returns words as they stand in the text that they were read from; empty if they do not.
func (u *understanding) written(text string, words []string) string {
	var out []string
	for _, f := range strings.FieldsFunc(text, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.Is(unicode.Mn, r) }) {
		if len(out) < len(words) && sound(strings.ToLower(f)) == words[len(out)] {
			out = append(out, f)
		}
	}
	if len(out) < len(words) {
		return ""
	}
	return strings.Join(out, " ")
}

// isName says whether a word may be a name: it is nothing else that we know.
func (u *understanding) isName(w string) bool {
	return !u.common[w] && !isNumber(w) && hasLetter(w)
}

// person reads "mi", "todos", "hija" or "mi hija" at the beginning of words.
func (u *understanding) person(words []string, used []bool) (ref, int) {
	for n := min(4, len(words)); n > 0; n-- {
		free := true
		for _, x := range used[:n] {
			free = free && !x
		}
		if !free {
			continue
		}
		key := strings.Join(words[:n], " ")
		if k, ok := u.people[key]; ok {
			return ref{Kind: k}, n
		}
		if k, ok := u.kin[key]; ok {
			return ref{Kind: refKin, Words: []string{k}}, n
		}
	}
	return ref{}, 0
}

// withoutPossessive drops a "mi" that only belongs to the word behind it: "mi hija", "mi juana".
func (u *understanding) withoutPossessive(who []ref) []ref {
	out := who[:0]
	for i, r := range who {
		if r.Kind == refMe && i+1 < len(who) && who[i+1].Kind != refMe {
			continue
		}
		out = append(out, r)
	}
	return out
}
