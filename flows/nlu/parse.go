package nlu

import (
	"strings"

	"llave/flows/backend"
)

// Intent is what a text wants, by the name that it has in words/es.txt.
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

	// IntentOtherMonth is the value of a button. No text has it.
	IntentOtherMonth Intent = "othermonth"

	// The following are found in texts, and are never the intent of one.
	IntentDoubt   Intent = "doubt"   // what makes "otro token" no request: "si pido otro token"
	IntentUnclear Intent = "unclear" // it may mean two things
	IntentExclaim Intent = "exclaim" // "madre mía" is no mother
	IntentAgain   Intent = "again"   // "otra vez": the sheet that exists
	IntentLeaving Intent = "leaving" // "baja": of the chat, or of a member at the insurer
)

// ParsedText is what a text was understood to say.
type ParsedText struct {
	Intent Intent
	// Refs are the people that it is about, in the order of the text.
	Refs []Ref
	// TheirToken says that the text asks for the token of a person without the word: "el de Juana".
	TheirToken bool
	// Numbers are small numbers that stand alone: answers to a list.
	Numbers []int
	// Yes and No say that the text is a yes, or a no, and nothing else.
	Yes, No bool
	// Unclear are the intents that were found, where none of them is certain enough to act upon.
	Unclear []Intent
	// Count is the number of preprinted tokens and Month their month; zero if the text names none. More says that they come
	// on top of the existing ones. TokenNumbers are the numbers of tokens on a sheet, and Single says that the text is not
	// about the whole sheet.
	Count        int
	Month        NamedMonth
	More         bool
	TokenNumbers []int
	Single       bool
	// Paper says that a complaint is about a token on a sheet.
	Paper bool
	// Again says that the text asks for the existing sheet once more.
	Again bool
	// Unlinks says that the text has a word that means only unlinking. Leaving says that it has the word "baja".
	Unlinks, Leaving bool
	// ThisChat says that the text is about leaving this chat.
	ThisChat bool
	// Voids says that the text asks to make tokens void, and not only that they were lost.
	Voids bool
	// Topic is what the text wants of its intent, if the words file tells: "person" of help.
	Topic Topic
	// Person says that the text asks for a person, and not only for help.
	Person bool
	// Danger is a danger that the text tells of, beside or without a request. It must be answered first.
	Danger Topic
	// Fraud says that somebody asked for a code or used one that was not theirs.
	Fraud bool
	// Told says that a person only told of the request, or passed it on: "mi hija me pide el token". Without Refs it is not
	// certain whom the request is for.
	Told bool
	// Introduced is the name by which the person introduced themselves: "soy Pedro".
	Introduced []string
	// Refuses says that the text asks for nothing because a "no" stands over what it names: "no quiero el token".
	Refuses bool
	// Day is a day other than today that the text names: "para mañana". A token lives today only.
	Day Day
	// OnlyDay says that the text names that day and nothing else, OnlyHour that it names a later hour of today: "para la tarde".
	OnlyDay, OnlyHour bool
	// Repeat says that the text asks for what was said before once more: "repetime", "cuál era". TheOther says that it says
	// only "el otro", Pronoun that it means a person by "ella": both take their meaning from what was said before.
	Repeat, TheOther, Pronoun bool
	// OnlyFor says that the text names people and nothing that is asked for: "para Juana también".
	OnlyFor bool
	// Also are further requests of the same text, in its order, and Asked its questions.
	Also, Asked []ParsedText
	// Guessed says that the rules found no intent, and that it is the second opinion's.
	Guessed bool
	// among are several people of whom the text means one by a pronoun, him says that it is a man: "Juana y Tomás …, el token de él".
	among []Ref
	him   bool
	// theirs says that the pronoun is "él".
	theirs bool
	// mentioned are people of a text that asks for nothing by the rules.
	mentioned []Ref
	// counted is the number that the text names, whatever it is about.
	counted int
	// named says that the text has the word "token", and not only one that may stand for it.
	named bool
	// wants says that it has a verb of wanting.
	wants bool
	// matches are the phrases that were found: see Parser.explain.
	matches []Match
}

// Ref is a reference to a person in a text.
type Ref struct {
	Kind RefKind `json:"k"`
	// Words are the name, as phonetic keys, or the kinship.
	Words []string `json:"w,omitempty"`
	// Text is the reference as it was written, to repeat it.
	Text string `json:"as,omitempty"`
	// Same says that it is about the same person as the reference before: "mi hija Juana".
	Same bool `json:"same,omitempty"`
	// Not removes the person from those before: "todos menos Juana".
	Not bool `json:"not,omitempty"`
	// Relative says how the person is related to another one: "la abuela de los chicos".
	Relative *Relative `json:"rel,omitempty"`

	weak bool // the words around it do not introduce a person: it counts only if the group has a member of this name
}

// Relative is a kinship to another person than the speaker.
type Relative struct {
	Kin string `json:"kin"`
	Of  Ref    `json:"of"`
}

// RefKind is how a text refers to a person: "mí", "todos", a kinship or a name.
type RefKind string

const (
	RefMe   RefKind = "me"
	RefAll  RefKind = "all"
	RefKin  RefKind = "kin"
	RefName RefKind = "name"
)

// AboutPeople reports whether the intent is about a person.
func (i Intent) AboutPeople() bool {
	switch i {
	case IntentToken, IntentNumber, IntentAnother, IntentRejected, IntentPreprint, IntentMore, IntentVoid, IntentCredential, IntentOther:
		return true
	}
	return false
}

// OfToday reports whether the intent is about a token that lives today only.
func (i Intent) OfToday() bool {
	switch i {
	case IntentToken, IntentNumber, IntentCredential, IntentAnother:
		return true
	}
	return false
}

// onPaper reports whether the intent is about preprinted tokens, so that numbers belong to it.
func (i Intent) onPaper() bool { return i == IntentPreprint || i == IntentMore || i == IntentVoid }

// destroys reports whether acting on the intent takes something away. It must be asked for, and not only mentioned.
func (i Intent) destroys() bool { return i == IntentAnother || i == IntentUnlink }

// givesWay reports whether the intent gives way to a plain request for the token in the same text.
func (i Intent) givesWay() bool {
	switch i {
	case IntentHelp, IntentLink, "register", "password", IntentMenu, IntentLost, IntentHello, IntentThanks:
		return true
	}
	return false
}

// Parse understands a text. It guesses no person: an unknown word stays a name, for the flow to ask about.
func (u *Parser) Parse(text string) ParsedText {
	text = cleanLines(text)
	s := u.tokenize(text)
	m := u.read(s)
	if rest, ok := u.splitQuestions(text, s, &m); ok {
		return rest
	}
	if requests := u.splitRequests(text, s, &m); requests != nil {
		first := requests[0]
		first.Introduced, first.Also = m.Introduced, requests[1:]
		first.Danger, first.Fraud, first.Person = m.Danger, m.Fraud, m.Person
		return first
	}
	return m
}

// parseOne understands a text as one request.
func (u *Parser) parseOne(text string) ParsedText { return u.read(u.tokenize(text)) }

// read understands the words of a text.
func (u *Parser) read(s *tokenized) ParsedText {
	var m ParsedText
	m.Yes, m.No = !s.question && isOnly(u.yes, u.polite[IntentYes], s.words), isOnly(u.no, u.polite[IntentNo], s.words)
	m.matches = u.findMatches(s)
	u.chooseIntent(s, &m)
	u.readPeople(s, &m)
	if m.Intent == IntentToken && s.asksSeveral(m.Refs) {
		m.Intent = IntentPreprint
	}
	if m.Intent == IntentNone && len(m.Unclear) == 0 && s.failsOfPerson(&m) {
		m.Intent = IntentRejected // "el de Tomás no pasó"
	}
	if m.Intent == IntentRejected && m.TheirToken && s.isForNow(&m) {
		m.Intent = IntentToken // "el de Carlos ya se usó, ahora va el de Juana"
	}
	m.counted, m.named, m.wants = s.count(), s.has(u.c.token), s.has(u.c.want)
	if s.countsForPeople(&m) {
		m.Intent = IntentPreprint
	}
	if (m.Intent == IntentNone || m.Intent == IntentToken && !m.named) && len(m.Unclear) == 0 && m.TheirToken && s.month() != (NamedMonth{}) {
		m.Intent = IntentPreprint // "los de diciembre de mi mamá"
	}
	if m.Intent == IntentHelp && m.TheirToken && !m.named && s.personAfterRequest(&m) {
		m.Intent, m.Person = IntentToken, true // "pasame el de mi mamá y quiero hablar con alguien"
	}
	if s.asksAboutToken(&m) {
		m.Intent, m.Refs, m.TheirToken = "whatis", nil, false
	}
	if s.thanksForToken(&m) {
		m.Intent, m.Refs = IntentThanks, nil
	}
	if s.isForSomebody(&m) {
		m.Intent = IntentOther // whose it is must be asked
	}
	u.secondGuess(s, &m)
	s.readTopics(&m)
	if s.asksSeveralToday(&m) {
		m.Intent, m.Topic = "whatis", TopicMany
	}
	s.readSignals(&m)
	s.readPaper(&m)
	s.readLeaving(&m)
	if m.Intent == IntentNone && len(m.Unclear) == 0 && len(m.Refs) == 0 && len(m.Introduced) > 0 {
		m.Refs = []Ref{{Kind: RefName, Words: m.Introduced, Text: s.asWritten(m.Introduced)}}
	}
	return m
}

// cleanLines cleans a text line by line. The end of a line ends a sentence.
func cleanLines(text string) string {
	if !strings.Contains(text, "\n") {
		return backend.Clean(text)
	}
	lines := strings.Split(text, "\n")
	for i, line := range lines {
		lines[i] = backend.Clean(line)
	}
	return strings.Join(lines, "\n")
}

// ParseFor parses a text of a chat. It drops words that may be a name and match no member. If another person than the usual
// user of the chat introduces themselves, "mi" and kinship words are theirs.
func (u *Parser) ParseFor(text string, s Speaker) ParsedText {
	m := u.Parse(text)
	u.relate(&m, s)
	for i := range m.Also {
		m.Also[i].Introduced = m.Introduced
		u.relate(&m.Also[i], s)
	}
	return m
}

// relate drops the words that may be a name and match no member, and reads "mi" as the speaker's.
func (u *Parser) relate(m *ParsedText, s Speaker) {
	who := m.Refs[:0:0]
	for _, r := range m.Refs {
		if !r.weak || u.isMember(r, s.Group) {
			r.weak = false
			who = append(who, r)
		}
	}
	m.Refs = who
	if len(m.among) > 0 {
		u.chooseByPronoun(m, s)
	}
	if len(m.Introduced) > 0 && m.Intent.AboutPeople() {
		u.reinterpretSpeaker(m, s)
	}
}

// isMember reports whether a word that may be a name is the first name of a member.
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

// reinterpretSpeaker resolves "mi" and kinship words relative to the person who introduced themselves, unless that is the
// user of the chat.
func (u *Parser) reinterpretSpeaker(m *ParsedText, s Speaker) {
	ids, candidates := u.namedMembers(m.Introduced, s.Group)
	if len(ids) == 1 && ids[0] == s.Self {
		return
	}
	if len(ids)+len(candidates) == 0 && !u.isFirstName(m.Introduced[0]) {
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

// isOnly reports whether words are one or more of the phrases, and polite words after them. A misspelt word does not count:
// "clara" is a name and no "claro".
func isOnly(these []phrase, polite map[string]bool, words []word) bool {
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

// longest returns how many words of the longest phrase stand at the beginning.
func longest(these []phrase, words []word) int {
	best := 0
	for _, p := range these {
		if len(p.parts) <= len(words) && len(p.parts) > best && p.begins(words) {
			best = len(p.parts)
		}
	}
	return best
}

// begins reports whether the phrase stands at the beginning of words.
func (p phrase) begins(words []word) bool {
	for i, e := range p.parts {
		if words[i].distance > 0 || words[i].id != e.id {
			return false
		}
	}
	return true
}
