package flows

import (
	"strings"
	"testing"
	"time"

	"llave/bot"
)

// Where nobody can take a case nothing is promised that nobody can keep, in no notice: no time, no place in the counter's row, no
// opening. The phone and the way back are said.
func TestNobodyIsPromisedWhereNobodyIs(t *testing.T) {
	opens := monday.Add(20 * time.Hour)
	shut := bot.Hours{Changes: opens, Then: opens.Add(8 * time.Hour)}
	notices := map[string]func(*caseChat) bot.Decision{
		"opened":  func(c *caseChat) bot.Decision { return c.says("persona") },
		"again":   func(c *caseChat) bot.Decision { c.says("persona"); return c.says("persona") },
		"counter": func(c *caseChat) bot.Decision { c.says("persona"); return c.says("estoy en el mostrador") },
		"delayed": func(c *caseChat) bot.Decision { c.says("persona"); return c.rings() },
		"released": func(c *caseChat) bot.Decision {
			c.says("persona")
			c.does(ana, bot.DeedTake, nil)
			c.does(ana, bot.DeedRelease, nil)
			return c.rings()
		},
		"reopened": func(c *caseChat) bot.Decision {
			c.says("persona")
			c.does(ana, bot.DeedTake, nil)
			c.does(ana, bot.DeedClose, func(a *bot.Act) { a.Why = bot.WhyResolved })
			return c.says("persona")
		},
		"hours": func(c *caseChat) bot.Decision { return c.says("¿a qué hora atiende mesa de ayuda?") },
	}
	for _, x := range []struct {
		name  string
		staff bot.Staff
		hours bot.Hours
		says  string
	}{
		{"no agent", bot.StaffNone, bot.Hours{}, "Por ahora no hay quien atienda por este chat"},
		{"no agent, in hours", bot.StaffNone, bot.Hours{Open: true, Changes: opens, Then: opens.Add(time.Hour)}, "Por ahora no hay quien atienda por este chat"},
		{"no agent, out of hours", bot.StaffNone, shut, "Por ahora no hay quien atienda por este chat"},
		{"nobody on duty", bot.StaffAway, bot.Hours{}, "Ahora no hay nadie atendiendo"},
		{"nobody on duty, in hours", bot.StaffAway, bot.Hours{Open: true, Changes: opens, Then: opens.Add(time.Hour)}, "Ahora no hay nadie atendiendo"},
	} {
		for name, happens := range notices {
			c := newCaseChat(t)
			c.desk.Staff, c.desk.Hours = x.staff, x.hours
			if !x.hours.IsOpen() && (name == "delayed" || name == "released") {
				continue // no timer of waiting runs
			}
			d := happens(c)
			if len(d.Replies) != 1 {
				t.Fatalf("%s: %s: %+v", x.name, name, d.Replies)
			}
			text := d.Replies[0].Text
			if strings.Contains(text, "El horario de Mesa de Ayuda no lo tengo") && x.staff == bot.StaffAway {
				continue // that is an answer to who asks for the hours
			}
			if !strings.Contains(text, x.says) || !strings.Contains(text, "221-351-0282") {
				t.Errorf("%s: %s: %q", x.name, name, text)
			}
			for _, promise := range []string{"solemos contestar", "Solemos contestar", "apenas se libere", "te contestamos", "te contesta", "pasás adelante", "escribí *persona*", "ya lo tiene"} {
				if strings.Contains(text, promise) && !(promise == "ya lo tiene" && x.staff == bot.StaffAway) {
					t.Errorf("%s: %s promises %q: %q", x.name, name, promise, text)
				}
			}
			if (name == "opened" || name == "again" || name == "reopened") && !strings.Contains(text, "*BOT*") {
				t.Errorf("%s: %s: no way back: %q", x.name, name, text)
			}
			for _, o := range d.Replies[0].Choices {
				if o.Value == choiceCounter && x.staff == bot.StaffNone {
					t.Errorf("%s: %s offers the counter", x.name, name)
				}
			}
		}
	}
	c := newCaseChat(t) // nobody is on duty while the desk is closed: they come when it opens
	c.desk.Staff, c.desk.Hours = bot.StaffAway, shut
	wants(t, c.says("persona"), bot.Told, "Ahora Mesa de Ayuda está cerrada: te contestamos por acá *mañana, martes,", "bot")
}

// How many come before an open case is said where it is known, and is never guessed.
func TestThePlaceInTheQueue(t *testing.T) {
	for _, x := range []struct {
		queue []uint64
		want  string
	}{
		{nil, "sigue en la cola. "}, {[]uint64{7, 8}, "sigue en la cola. "}, {[]uint64{4821}, "sigue en la cola: no hay nadie antes. "},
		{[]uint64{7, 4821, 9}, "sigue en la cola: hay 1 persona antes. "}, {[]uint64{7, 8, 4821}, "sigue en la cola: hay 2 personas antes. "},
		{append(make([]uint64, manyAhead+1), 4821), "sigue en la cola. "},
	} {
		for name, happens := range map[string]func(*caseChat) bot.Decision{
			"again": func(c *caseChat) bot.Decision { return c.says("persona") }, "delayed": func(c *caseChat) bot.Decision { return c.rings() },
		} {
			c := newCaseChat(t)
			c.says("persona")
			c.desk.Queue = x.queue
			d := happens(c)
			if len(d.Replies) != 1 || !strings.Contains(d.Replies[0].Text, "Tu caso 4821 "+x.want) {
				t.Errorf("%s, queue %v: %+v", name, x.queue, d.Replies)
			}
		}
	}
}

// Words that were corrected are for the agent: the bot reads none of them, whatever they say. While nobody has the case it says that
// they are in it.
func TestCorrectedWordsAreTheAgents(t *testing.T) {
	corrects := func(c *caseChat, text string) bot.Decision {
		c.now = c.now.Add(time.Minute)
		return c.update(bot.Update{Kind: bot.Other, Subtype: "edited", Text: text})
	}
	for _, text := range []string{"token de juana", "BOT", "desvincular", "persona", "menú", "estoy en el mostrador", "sí"} {
		c := newCaseChat(t)
		if d := corrects(c, text); d.Effect != nil || d.Case != nil || len(d.Replies) != 1 || !strings.Contains(d.Replies[0].Text, "Vi que corregiste un mensaje") {
			t.Errorf("%q without a case: %+v %+v", text, d.Case, d.Replies)
		}
		c = newCaseChat(t)
		c.says("persona")
		if d := corrects(c, text); d.Effect != nil || d.Case != nil || len(d.Replies) != 1 || d.Replies[0].Text != "Lo agregué a tu caso 4821." {
			t.Errorf("%q in the queue: %+v %+v", text, d.Case, d.Replies)
		}
		silent(t, corrects(c, text))
		c = newCaseChat(t)
		c.says("persona")
		c.does(ana, bot.DeedTake, nil)
		if d := corrects(c, text); d.Case != nil {
			t.Errorf("%q with Ana: %+v", text, d.Case)
		} else {
			silent(t, d)
		}
	}
}
