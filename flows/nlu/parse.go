package nlu

import (
	"strings"

	"llave/flows/backend"
)

// intent is what somebody wants, by the name it has in words/es.txt.
type Intent string

const (
	IntentNone       Intent = ""
	IntentToken      Intent = "token"
	IntentNumber     Intent = "number"
	IntentAnother    Intent = "another"
	IntentRejected   Intent = "rejected"
	IntentPreprint   Intent = "preprint"
	IntentCredential Intent = "credential"
	IntentHelp       Intent = "help"
	IntentMenu       Intent = "menu"
	IntentCancel     Intent = "cancel"
	IntentBack       Intent = "back"
	IntentLink       Intent = "link"
	IntentUnlink     Intent = "unlink"
	IntentChats      Intent = "chats"
	IntentYes        Intent = "yes"
	IntentNo         Intent = "no"
	IntentHello      Intent = "hello"
	IntentThanks     Intent = "thanks"
	IntentWhere      Intent = "where"
	IntentSame       Intent = "same" // "el mismo": the token as it is
	IntentInsult     Intent = "insult"
	IntentLost       Intent = "lost"  // "no sé qué hacer"
	IntentOther      Intent = "other" // "otra persona"
	IntentMore       Intent = "more"  // more preprinted tokens, besides those there are
	IntentVoid       Intent = "void"  // preprinted tokens that must not be used any more

	// intentOtherMonth is a button only.
	IntentOtherMonth Intent = "othermonth"

	// Found in texts, and never what is understood of one.
	IntentDoubt   Intent = "doubt"   // what makes "otro token" no wish: "si pido otro token"
	IntentUnclear Intent = "unclear" // known to mean two things
	IntentExclaim Intent = "exclaim" // "madre mía" is nobody's mother
	IntentAgain   Intent = "again"   // "otra vez": what there is already
	IntentLeaving Intent = "leaving" // "baja": of the chat, or of somebody at the insurer's
)

// meaning is what was understood of a text.
type ParsedText struct {
	Intent Intent
	// Who is whom it is about, in the order in which they were named.
	Refs []Ref
	// Wish says that somebody is named as whose token is wanted, whatever the intent: "el de Juana".
	TheirToken bool
	// Numbers are small numbers that stand alone: answers to a list.
	Numbers []int
	// Yes and No say that the text is that and nothing else.
	Yes, No bool
	// Unclear are the meanings that were found where none of them may be acted upon: it has to be asked.
	Unclear []Intent
	// Count is how many preprinted tokens, Month for which month; zero if it was not said.
	// More says that they come on top of those there are. Listed are the numbers of tokens on a sheet, and Single that it is
	// not about the whole sheet.
	Count        int
	Month        NamedMonth
	More         bool
	TokenNumbers []int
	Single       bool
	// Again says that the sheet that there is already is wanted once more.
	Again bool
	// Unlinks says that to unlink was said with its own word, and Leaving that "baja" was said, in whatever sentence.
	Unlinks, Leaving bool
	// ThisChat says that it is this chat that is to be left.
	ThisChat bool
	// Annuls says that something is said to be made void, not only that it was lost.
	Voids bool
	// Speaker is the name by which somebody presented themselves: "soy Pedro".
	Introduced []string
	// hits are why: see understanding.why.
	matches []Match
}

// ref is a person as somebody named them.
type Ref struct {
	Kind RefKind `json:"k"`
	// Words are the name as it was written, or the kinship it stands for.
	Words []string `json:"w,omitempty"`
	// As is how it was written, to say it back.
	Text string `json:"as,omitempty"`
	// Same says that it tells more of the person before: "mi hija Juana".
	Same bool `json:"same,omitempty"`
	// Not takes the person out of those before: "todos menos Juana".
	Not bool `json:"not,omitempty"`

	weak bool // nothing around it says that it is a person: it counts only if the group has one of this name
}

type RefKind string

const (
	RefMe   RefKind = "me"
	RefAll  RefKind = "all"
	RefKin  RefKind = "kin"
	RefName RefKind = "name"
)

// aboutPeople are the intents that are about somebody.
func (i Intent) AboutPeople() bool {
	switch i {
	case IntentToken, IntentNumber, IntentAnother, IntentRejected, IntentPreprint, IntentMore, IntentVoid, IntentCredential, IntentOther:
		return true
	}
	return false
}

// onPaper are the intents that are about preprinted tokens: numbers belong to them.
func (i Intent) onPaper() bool { return i == IntentPreprint || i == IntentMore || i == IntentVoid }

// destroys says whether acting on it takes something away: it must have been said, not only spoken of.
func (i Intent) destroys() bool { return i == IntentAnother || i == IntentUnlink }

// read understands a text. It never guesses a person: what it does not know stays a name, for the flow to ask about.
func (u *Parser) Parse(text string) ParsedText {
	s := u.tokenize(cleanLines(text))
	var m ParsedText
	m.Yes, m.No = !s.question && only(u.yes, u.polite[IntentYes], s.words), only(u.no, u.polite[IntentNo], s.words)
	m.matches = u.findMatches(s)
	u.chooseIntent(s, &m)
	u.readPeople(s, &m)
	if m.Intent == IntentToken && s.several(m.Refs) {
		m.Intent = IntentPreprint
	}
	s.readPaper(&m)
	s.readLeaving(&m)
	if m.Intent == IntentNone && len(m.Unclear) == 0 && len(m.Refs) == 0 && len(m.Introduced) > 0 {
		m.Refs = []Ref{{Kind: RefName, Words: m.Introduced, Text: s.asWritten(m.Introduced)}}
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
func (u *Parser) ParseFor(text string, s Speaker) ParsedText {
	m := u.Parse(text)
	who := m.Refs[:0:0]
	for _, r := range m.Refs {
		if !r.weak || u.isMember(r, s.Group) {
			r.weak = false
			who = append(who, r)
		}
	}
	m.Refs = who
	if len(m.Introduced) > 0 && m.Intent.AboutPeople() {
		u.reinterpretSpeaker(&m, s)
	}
	return m
}

// isMember says whether a word that may be a name is the first name of somebody in the group.
func (u *Parser) isMember(r Ref, g backend.Group) bool {
	for _, w := range r.Words {
		for _, p := range g.Members {
			if u.isFirstNameOf(w, phoneticKeys(p.Name)) {
				return true
			}
		}
	}
	return false
}

// speaks takes "mi" and kinship as said by whoever presented themselves, unless that is who uses the chat.
func (u *Parser) reinterpretSpeaker(m *ParsedText, s Speaker) {
	ids, maybe := u.namedMembers(m.Introduced, s.Group)
	if len(ids) == 1 && ids[0] == s.Self {
		return
	}
	if len(ids)+len(maybe) == 0 && !u.isFirstName(m.Introduced[0]) {
		return // "soy docente"
	}
	name := Ref{Kind: RefName, Words: m.Introduced, Text: strings.Join(m.Introduced, " ")}
	for i, r := range m.Refs {
		switch r.Kind {
		case RefMe:
			m.Refs[i] = name
		case RefKin:
			m.Refs[i] = Ref{Kind: RefName, Words: []string{r.Text}, Text: r.Text, Same: r.Same}
		}
	}
	if len(m.Refs) == 0 {
		m.Refs = []Ref{name}
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
		case at > 0 && polite[words[at].key]:
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
		if words[i].distance > 0 || words[i].id != e.id {
			return false
		}
	}
	return true
}
