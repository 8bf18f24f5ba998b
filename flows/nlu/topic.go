package nlu

// Topic is what a text wants of its intent: the part of a phrase's name behind the slash, "help/person".
type Topic string

// Topics that the code knows.
const (
	TopicPerson  Topic = "person"  // of help: a person is asked for
	TopicDanger  Topic = "danger"  // of help: somebody needs an ambulance
	TopicDespair Topic = "despair" // of help: somebody wants to die
	TopicFirst   Topic = "first"   // of register: a first time of something
	TopicAsk     Topic = "ask"     // of unlink: said in other words, so that the bot asks first
	TopicLeave   Topic = "leave"   // of unlink: the insurer is left, and not the chat
	TopicMany    Topic = "many"    // of whatis: how many tokens there are
	TopicSpoiled Topic = "spoiled" // of preprint: the sheet cannot be read any more
	TopicFraud   Topic = "fraud"   // of help: somebody asked for a code, or used one
)

// destroys reports whether acting on the phrase takes something away at once.
func (p *phrase) destroys() bool {
	return p.intent.destroys() && p.topic != TopicAsk && p.topic != TopicLeave
}

// readTopics finds the topic of the intent, and the dangers that are told beside it.
func (s *tokenized) readTopics(m *ParsedText) {
	best := Match{}
	for _, h := range m.matches {
		p := &s.u.phrases[h.phrase]
		if h.outcome == counts && p.intent == m.Intent && h.score > best.score {
			best, m.Topic = h, p.topic
		}
	}
	for _, h := range m.matches {
		topic := s.u.phrases[h.phrase].topic
		switch {
		case h.outcome != counts:
		case topic == TopicPerson: // not "teléfono de mesa de ayuda"
			m.Person = m.Person || m.Intent == IntentHelp && (m.Topic == topic || !overlap(h, best))
		case topic == TopicDespair, topic == TopicDanger && m.Danger == "":
			m.Danger = topic
		case topic == TopicFraud:
			m.Fraud = true
		}
	}
	m.Person = m.Person || s.asksPersonBeside(m)
}

// tellsOfPerson reports whether a match with "hay" or "con" tells of a person and asks for none: "estoy con una persona que necesita el
// token", "hay una persona esperando".
func (s *tokenized) tellsOfPerson(h Match) bool {
	first := s.words[h.from].key
	if first != "ay" && first != "kon" || s.question || !s.inSet(h.to-1, "people") {
		return false
	}
	that := false
	for i := h.to; i < len(s.words) && !s.words[i-1].endsClause; i++ {
		switch {
		case s.inSet(i, "attends"), s.is(i, s.u.c.not|s.u.c.and) && !that:
			return false
		case s.is(i, s.u.c.needs), !s.is(i, s.u.c.filler|s.u.c.light|s.u.c.want):
			return true
		}
		that = that || s.isThat(i)
	}
	return false
}

// isForSomebody reports whether a request is for a person whom it does not name: "estoy con una persona que necesita el token", "para
// una persona mayor". One who asks the speaker for it is staff.
func (s *tokenized) isForSomebody(m *ParsedText) bool {
	if m.Intent != IntentToken && m.Intent != IntentNone || len(m.Refs) > 0 || len(m.Unclear) > 0 {
		return false
	}
	for i := range s.words {
		if key := s.words[i].key; key != "persona" && key != "alguien" {
			continue
		}
		k := i - 1
		for s.is(k, s.u.c.one|s.u.c.other|s.u.c.article) && !s.is(k, s.u.c.of) {
			k--
		}
		switch {
		case s.is(k, s.u.c.iam):
			return false
		case s.is(k, s.u.c.belongs): // "para una persona"
			return m.Intent == IntentToken || s.onlyPolite(0, k)
		case m.Intent == IntentToken && s.needsIt(i+1):
			return true
		}
	}
	return false
}

// needsIt reports whether the words behind a person say that they need something, and not that they ask the speaker for it.
func (s *tokenized) needsIt(from int) bool {
	for i := from; i < len(s.words) && !s.words[i-1].endsClause; i++ {
		switch {
		case s.is(i, s.u.c.token), s.is(i, s.u.c.tome):
			return false
		case s.is(i, s.u.c.needs):
			return true
		}
	}
	return false
}
