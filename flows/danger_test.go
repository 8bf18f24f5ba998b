package flows

import (
	"encoding/json"
	"testing"

	"llave/bot"
)

// A danger is answered first, inside any question and beside any wish; the wish is granted all the same.
func TestADangerIsAnsweredFirst(t *testing.T) {
	for _, x := range []struct {
		before, said string
		want, never  []string
	}{
		{"", "necesito una ambulancia", []string{"107", "911", "[Hablar con una persona]"}, []string{"?", "Token"}},
		{"", "quiero matarme", []string{"911", "107", "135", "0800-999-0091", "(011) 5275-1135"}, []string{"Token"}},
		{"", "token para la ambulancia", []string{"107", "María Elena Gómez"}, nil},
		{"", "mi hija se desmayó, dame su token", []string{"107", "Juana Ruiz"}, nil},
		{"10 preimpresos para mamá", "me quiero morir", []string{"0800-999-0091"}, []string{"¿Sí o no?", "entend"}},
		{"otro token de juana", "no respira", []string{"107"}, []string{"¿Sí o no?"}},
		{"", "necesito una ambulancia y hablar con una persona", []string{"107", "Mesa de Ayuda"}, nil},
	} {
		c := atCounter(t)
		if x.before != "" {
			c.says(x.before)
		}
		state := c.s.State
		c.expect(x.said, x.want, x.never)
		if x.before != "" && c.s.State != state {
			t.Errorf("%q ends the question: %s", x.said, c.s.State)
		}
		if first := c.last.Replies[0]; first.Kind != bot.Told {
			t.Errorf("%q is answered first by %q (%s)", x.said, first.Text, first.Kind)
		}
	}
}

// While an agent has the case the danger is told as a notice, and the desk gets a mark.
func TestADangerIsToldWhileAnAgentHasTheCase(t *testing.T) {
	for said, mark := range map[string]string{"me quiero morir": "danger", "no respira mi mamá": "danger", "me llamaron y me pidieron el código": "fraud"} {
		c := atCounter(t)
		c.s.Case = &bot.Case{ID: 4820, State: bot.CaseAssigned, Owner: ana}
		c.says(said)
		if len(c.last.Replies) != 1 || c.last.Replies[0].Kind != bot.Told || len(c.last.Replies[0].Choices) > 0 {
			t.Errorf("%q is answered by %+v", said, c.last.Replies)
		}
		var h CaseHint
		if err := json.Unmarshal(c.last.Hint, &h); err != nil || h.Intent != mark {
			t.Errorf("%q: the desk is told %s", said, c.last.Hint)
		}
	}
}

// A fraud that is reported is never answered by "whose token?".
func TestAFraudIsAnsweredByWhatToDo(t *testing.T) {
	for _, said := range []string{"me llamaron y me pidieron el código", "alguien usó mi token", "me llegó un código que no pedí", "le di el código a un desconocido", "un tipo me pidió el token por teléfono"} {
		c := atCounter(t)
		c.expect(said, []string{"No le des", "[Chats vinculados]", "[Hablar con una persona]"}, []string{"¿De quién", "Token de"})
	}
	c := atCounter(t)
	c.s.Data = &memory{}
	c.expect("me llamaron y me pidieron el código", []string{"No le des", "[Hablar con una persona]"}, []string{"[Chats vinculados]"})
}
