package archivetest

import (
	"slices"
	"testing"
	"time"

	"github.com/alexedwards/scs/v2"

	"llave/adapters/desk/archive"
	"llave/bot"
)

// The desk knows who there is to take a case: nobody has an account, nobody is on duty, or somebody is, as long as their session
// lasts.
func staff(t *testing.T) {
	c := NewClock()
	a := Open(t, c)
	is := func(when string, want bot.Staff) {
		t.Helper()
		if got := a.Desk().Staff; got != want {
			t.Errorf("%s: %q, want %q", when, got, want)
		}
	}
	is("without agents", bot.StaffNone)
	if err := a.SeedDemo(t.Context()); err != nil {
		t.Fatal(err)
	}
	is("with the agents of the demo, before they sign in", bot.StaffAway)
	signsIn := func(user string) {
		t.Helper()
		if _, err := a.SignIn(t.Context(), user, archive.DemoPassword, "", "here"); err != nil {
			t.Fatal(err)
		}
		until := c.Now().Add(30 * time.Minute)
		data, err := scs.GobCodec{}.Encode(until, map[string]any{archive.SessionUser: user})
		if err != nil {
			t.Fatal(err)
		}
		if err := a.Sessions().Commit(user, data, until); err != nil {
			t.Fatal(err)
		}
	}
	signsIn("ana")
	is("Ana is here", "")
	if err := a.SetDuty(t.Context(), "ana", archive.DutyPause); err != nil {
		t.Fatal(err)
	}
	is("Ana has a break", bot.StaffAway)
	signsIn("beto")
	is("Beto is here", "")
	c.Add(29 * time.Minute)
	is("Beto has done nothing for a while", "")
	c.Add(2 * time.Minute)
	is("Beto has closed the browser", bot.StaffAway)
	signsIn("beto")
	is("Beto is back", "")
	for _, user := range []bot.AgentID{"ana", "beto", "carla"} {
		if err := a.DisableAgent(t.Context(), user, true, ""); err != nil {
			t.Fatal(err)
		}
	}
	if err := a.Sweep(t.Context()); err != nil { // once a minute: the commands of the operator are another process
		t.Fatal(err)
	}
	is("all are disabled", bot.StaffNone)
}

// The desk knows the first ones of the queue in the order in which agents see them.
func places(t *testing.T) {
	c := NewClock()
	a, l := Open(t, c), NewLog(c, 3)
	var want []uint64
	var third *Chat
	for _, name := range []string{"one", "two", "three"} {
		c.Add(time.Minute)
		third = l.Chat(name).Opens("rejected", "hola")
		want = append(want, third.Case.ID)
	}
	third.file(third.Case.AtTheCounter(c.Now(), l.Desk), bot.Entry{Kind: bot.EntryCounter})
	l.Feed(t, a)
	want = []uint64{want[2], want[0], want[1]}
	d := a.Desk()
	if n, known := d.Before(want[1]); !slices.Equal(d.Queue, want) || !known || n != 1 {
		t.Errorf("the queue is %v, want %v", d.Queue, want)
	}
	if _, known := d.Before(4); known {
		t.Error("a case that is not in the queue has a place")
	}
	third.Act(Deed(Ana, bot.DeedTake))
	l.Feed(t, a)
	if d := a.Desk(); !slices.Equal(d.Queue, want[1:]) {
		t.Errorf("the queue is %v, want %v", d.Queue, want[1:])
	}
}
