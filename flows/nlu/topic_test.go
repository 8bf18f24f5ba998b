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

// A person who is told of is none who is asked for: the word asks for an agent only with a verb of asking, alone, or in a question.
func TestAPersonWhoIsToldOf(t *testing.T) {
	u := newParser(t)
	for _, text := range []string{
		"estoy con una persona que necesita el token", "hay una persona esperando", "hay alguien esperando atrás mío", "soy la persona que pidió el token",
		"una persona mayor necesita el token", "vine con una persona discapacitada", "hay un empleado que me pide el token", "es para una persona mayor",
		"la persona está internada", "hay una empleada que no entiende", "una persona me pide el token",
	} {
		if u.Parse(text).Person {
			t.Errorf("%q asks for a person", text)
		}
	}
	for _, text := range []string{
		"persona", "una persona", "con una persona", "hay alguien?", "hay alguien ahí", "no hay una persona?", "hay una persona que me atienda",
		"con una persona, no con un robot", "comunicame con una persona que necesito el token", "hay alguien que me pueda ayudar", "quiero una persona que me atienda",
	} {
		if !u.Parse(text).Person {
			t.Errorf("%q asks for no person", text)
		}
	}
	for text, want := range map[string]Intent{
		"estoy con una persona que necesita el token": IntentOther, "una persona mayor necesita el token": IntentOther, "es para una persona mayor": IntentOther,
		"token para una persona que no tiene celular": IntentOther, "soy la persona que necesita el token": IntentToken,
		"una persona me pide el token": IntentToken, "la persona de la farmacia me pide el token": IntentToken,
	} {
		if got := u.Parse(text).Intent; got != want {
			t.Errorf("%q is %q, want %q", text, got, want)
		}
	}
}
