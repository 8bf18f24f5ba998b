package nlu

import (
	"slices"
	"strings"

	"llave/flows/backend"
)

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

// ParseByRules understands a text as ParseFor does, without the second opinion.
func (u *Parser) ParseByRules(text string, s Speaker) ParsedText { return u.rules.ParseFor(text, s) }

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
	if m.Intent == IntentNone && len(m.Unclear) == 0 && m.counted > 0 && s.isOnPaper(&m) {
		m.Intent = IntentPreprint // "mi mamá hace kinesio, preparale diez en papel"
		if who := slices.DeleteFunc(slices.Clone(m.mentioned), func(r Ref) bool { return r.weak }); len(groupByPerson(who)) == 1 {
			m.Refs = who
		}
	}
	if (m.Intent == IntentNone || m.Intent == IntentToken && !m.named) && len(m.Unclear) == 0 && m.TheirToken && s.month() != (NamedMonth{}) {
		m.Intent = IntentPreprint // "los de diciembre de mi mamá"
	}
	if m.Intent == "whatis" && m.TheirToken && !s.question && len(m.Refs) > 0 && s.tellsOfSignal(&m) {
		m.Intent = IntentToken // "el que quiero es el de mi mamá, que se quedó sin batería"
	}
	if m.Intent == IntentHelp && m.TheirToken && !m.named && s.personAfterRequest(&m) {
		m.Intent, m.Person = IntentToken, true // "pasame el de mi mamá y quiero hablar con alguien"
	}
	if s.asksAboutToken(&m) {
		m.Intent, m.Refs, m.TheirToken = "whatis", nil, false
	}
	if s.tellsOfToken(&m) {
		m.Intent, m.Refs = IntentNone, nil // "Carlos le mostró el token a un compañero"
	}
	if s.hasToken(&m) {
		m.Intent, m.Refs, m.Refuses = IntentNone, nil, true // "ya tengo el token"
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
	who, dropped := m.Refs[:0:0], false
	for _, r := range m.Refs {
		if r.weak && !u.isMember(r, s.Group) {
			dropped = true
			continue
		}
		r.weak, r.apart = false, r.apart || dropped && !r.Same
		who, dropped = append(who, r), false
	}
	m.Refs = who
	u.asksApart(m, s)
	if len(m.among) > 0 {
		u.chooseByPronoun(m, s)
	}
	if m.taken && u.isOtherSex(m, s) {
		m.Refs = []Ref{{Kind: RefName}} // "mi marido dice …, el token de ella"
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
