package flows

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"llave/bot"
	"llave/flows/backend"
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

// In every state, while the back end is asked, too, a danger is answered first, and what is open stays open.
func TestADangerIsAnsweredInEveryState(t *testing.T) {
	sc := newScript(t)
	for state, row := range sc.machines.states {
		for said, number := range map[string]string{"necesito una ambulancia": "107", "me quiero morir": "0800-999-0091"} {
			m := mariaAsks(requestIn(state), choices("yes", "no")...)
			m.Link.Others, m.Listed = []backend.LinkedChat{{ID: "1"}}, []backend.LinkedChat{{ID: "1"}}
			s := bot.Session{V: version, State: state, Data: m}
			if row.results != nil {
				s.Pending = &bot.Effect{Op: opCurrent, Key: "k"}
			}
			d, err := sc.Decide(s, bot.Input{Accepted: bot.Accepted{Update: bot.Update{ID: "2", Kind: bot.Message, Text: said}, Now: monday, Seed: "SEEDSEEDSEED"}})
			if err != nil || len(d.Replies) == 0 {
				t.Errorf("%q in %s: %v, %v", said, state, d.Replies, err)
				continue
			}
			if r := d.Replies[0]; r.Kind != bot.Told || !strings.Contains(r.Text, number) {
				t.Errorf("%q in %s is answered first by %q", said, state, r.Text)
			}
			if d.Session.State != state || (d.Session.Pending == nil) != (s.Pending == nil) {
				t.Errorf("%q in %s leads to %s, with %v", said, state, d.Session.State, d.Session.Pending)
			}
		}
	}
}

// A chat that is taken for a program, because its messages come too fast, gets the numbers of a danger, once.
func TestADangerIsAnsweredInAMutedChat(t *testing.T) {
	c := atCounter(t)
	for n, want := range []bool{true, false} {
		m := c.s.Data.(*memory)
		m.Pace.Muted, m.Pace.Score, m.Pace.Last = true, paceMax, c.now.Add(19*time.Second)
		if have := c.says("me quiero morir, no aguanto más y no sé qué hacer con todo esto"); strings.Contains(have, "0800-999-0091") != want {
			t.Errorf("message %d is answered with %q", n, have)
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
