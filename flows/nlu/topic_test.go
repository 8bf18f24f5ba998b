package nlu

import "testing"

// A request for a person is told apart from a request for help, and a danger is told beside any other request.
func TestTopics(t *testing.T) {
	u := newParser(t)
	for _, c := range []struct {
		text          string
		intent        Intent
		person, fraud bool
		danger, topic Topic
	}{
		{text: "ayuda", intent: IntentHelp},
		{text: "necesito ayuda", intent: IntentHelp},
		{text: "tengo una consulta", intent: IntentHelp},
		{text: "telefono de mesa de ayuda", intent: IntentHelp},
		{text: "persona", intent: IntentHelp, person: true, topic: TopicPerson},
		{text: "ayuda, quiero hablar con una persona", intent: IntentHelp, person: true, topic: TopicPerson},
		{text: "mesa de ayuda por favor", intent: IntentHelp, person: true, topic: TopicPerson},
		{text: "necesito ayuda, llamenme", intent: IntentHelp, person: true},
		{text: "no quiero hablar con una persona"},
		{text: "token", intent: IntentToken},
		{text: "necesito una ambulancia", intent: IntentHelp, danger: TopicDanger, topic: TopicDanger},
		{text: "me quiero matar", intent: IntentHelp, danger: TopicDespair, topic: TopicDespair},
	} {
		m := u.Parse(c.text)
		if m.Intent != c.intent || m.Person != c.person || m.Fraud != c.fraud || m.Danger != c.danger || m.Topic != c.topic {
			t.Errorf("%q: intent %q, person %v, fraud %v, danger %q, topic %q", c.text, m.Intent, m.Person, m.Fraud, m.Danger, m.Topic)
		}
	}
}
