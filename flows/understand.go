package flows

import (
	"strings"

	"llave/flows/backend"
)

// intent is what somebody wants, by the name it has in words/es.txt.
type intent string

const (
	intentNone       intent = ""
	intentToken      intent = "token"
	intentNumber     intent = "number"
	intentAnother    intent = "another"
	intentRejected   intent = "rejected"
	intentPreprint   intent = "preprint"
	intentCredential intent = "credential"
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
	intentSame       intent = "same" // "el mismo": the token as it is
	intentInsult     intent = "insult"
	intentLost       intent = "lost"  // "no sé qué hacer"
	intentOther      intent = "other" // "otra persona"
	intentMore       intent = "more"  // more preprinted tokens, besides those there are
	intentVoid       intent = "void"  // preprinted tokens that must not be used any more

	// intentOtherMonth is a button only.
	intentOtherMonth intent = "othermonth"

	// Found in texts, and never what is understood of one.
	intentDoubt   intent = "doubt"   // what makes "otro token" no wish: "si pido otro token"
	intentUnclear intent = "unclear" // known to mean two things
	intentExclaim intent = "exclaim" // "madre mía" is nobody's mother
	intentAgain   intent = "again"   // "otra vez": what there is already
	intentLeaving intent = "leaving" // "baja": of the chat, or of somebody at the insurer's
)

// meaning is what was understood of a text.
type meaning struct {
	Intent intent
	// Who is whom it is about, in the order in which they were named.
	Who []ref
	// Wish says that somebody is named as whose token is wanted, whatever the intent: "el de Juana".
	Wish bool
	// Numbers are small numbers that stand alone: answers to a list.
	Numbers []int
	// Yes and No say that the text is that and nothing else.
	Yes, No bool
	// Unclear are the meanings that were found where none of them may be acted upon: it has to be asked.
	Unclear []intent
	// Count is how many preprinted tokens, Month for which month; zero if it was not said.
	// More says that they come on top of those there are. Listed are the numbers of tokens on a sheet, and Single that it is
	// not about the whole sheet.
	Count  int
	Month  monthSaid
	More   bool
	Listed []int
	Single bool
	// Again says that the sheet that there is already is wanted once more.
	Again bool
	// Unlinks says that to unlink was said with its own word, and Leaving that "baja" was said, in whatever sentence.
	Unlinks, Leaving bool
	// ThisChat says that it is this chat that is to be left.
	ThisChat bool
	// Annuls says that something is said to be made void, not only that it was lost.
	Annuls bool
	// Speaker is the name by which somebody presented themselves: "soy Pedro".
	Speaker []string
	// hits are why: see understanding.why.
	hits []hit
}

// ref is a person as somebody named them.
type ref struct {
	Kind refKind `json:"k"`
	// Words are the name as it was written, or the kinship it stands for.
	Words []string `json:"w,omitempty"`
	// As is how it was written, to say it back.
	As string `json:"as,omitempty"`
	// Same says that it tells more of the person before: "mi hija Juana".
	Same bool `json:"same,omitempty"`
	// Not takes the person out of those before: "todos menos Juana".
	Not bool `json:"not,omitempty"`

	weak bool // nothing around it says that it is a person: it counts only if the group has one of this name
}

type refKind string

const (
	refMe   refKind = "me"
	refAll  refKind = "all"
	refKin  refKind = "kin"
	refName refKind = "name"
)

// aboutPeople are the intents that are about somebody.
func (i intent) aboutPeople() bool {
	switch i {
	case intentToken, intentNumber, intentAnother, intentRejected, intentPreprint, intentMore, intentVoid, intentCredential, intentOther:
		return true
	}
	return false
}

// onPaper are the intents that are about preprinted tokens: numbers belong to them.
func (i intent) onPaper() bool { return i == intentPreprint || i == intentMore || i == intentVoid }

// destroys says whether acting on it takes something away: it must have been said, not only spoken of.
func (i intent) destroys() bool { return i == intentAnother || i == intentUnlink }

// read understands a text. It never guesses a person: what it does not know stays a name, for the flow to ask about.
func (u *understanding) read(text string) meaning {
	s := u.listen(cleanLines(text))
	var m meaning
	m.Yes, m.No = !s.question && only(u.yes, u.polite[intentYes], s.words), only(u.no, u.polite[intentNo], s.words)
	m.hits = u.hits(s)
	u.decide(s, &m)
	u.readPeople(s, &m)
	if m.Intent == intentToken && s.several(m.Who) {
		m.Intent = intentPreprint
	}
	s.readPaper(&m)
	s.readLeaving(&m)
	if m.Intent == intentNone && len(m.Unclear) == 0 && len(m.Who) == 0 && len(m.Speaker) > 0 {
		m.Who = []ref{{Kind: refName, Words: m.Speaker, As: s.said(m.Speaker)}}
	}
	return m
}

// cleanLines cleans a text line by line: the end of a line ends a sentence.
func cleanLines(text string) string {
	lines := strings.Split(text, "\n")
	for i, line := range lines {
		lines[i] = backend.Clean(line)
	}
	return strings.Join(lines, "\n")
}

// heard is read for somebody whose chat has this memory: names that are nobody's are told from other words, and what
// somebody who is not the chat's usual person calls "mi" is not taken for that person's.
func (u *understanding) heard(text string, s Speaker) meaning {
	m := u.read(text)
	who := m.Who[:0:0]
	for _, r := range m.Who {
		if !r.weak || u.isMember(r, s.Group) {
			r.weak = false
			who = append(who, r)
		}
	}
	m.Who = who
	if len(m.Speaker) > 0 && m.Intent.aboutPeople() {
		u.speaks(&m, s)
	}
	return m
}

// isMember says whether a word that may be a name is the first name of somebody in the group.
func (u *understanding) isMember(r ref, g backend.Group) bool {
	for _, w := range r.Words {
		for _, p := range g.Members {
			if u.calls(w, split(p.Name)) {
				return true
			}
		}
	}
	return false
}

// speaks takes "mi" and kinship as said by whoever presented themselves, unless that is who uses the chat.
func (u *understanding) speaks(m *meaning, s Speaker) {
	ids, maybe := u.nameMeant(m.Speaker, s.Group)
	if len(ids) == 1 && ids[0] == s.Self {
		return
	}
	if len(ids)+len(maybe) == 0 && !u.isName(m.Speaker[0]) {
		return // "soy docente"
	}
	name := ref{Kind: refName, Words: m.Speaker, As: strings.Join(m.Speaker, " ")}
	for i, r := range m.Who {
		switch r.Kind {
		case refMe:
			m.Who[i] = name
		case refKin:
			m.Who[i] = ref{Kind: refName, Words: []string{r.As}, As: r.As, Same: r.Same}
		}
	}
	if len(m.Who) == 0 {
		m.Who = []ref{name}
	}
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

// longest is how many words of the longest of the phrases stand at the beginning.
func longest(these []phrase, words []word) int {
	best := 0
	for _, p := range these {
		if len(p.parts) <= len(words) && len(p.parts) > best && p.begins(words) {
			best = len(p.parts)
		}
	}
	return best
}

func (p phrase) begins(words []word) bool {
	for i, e := range p.parts {
		if words[i].slips > 0 || words[i].id != e.id {
			return false
		}
	}
	return true
}
