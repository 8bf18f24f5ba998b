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
