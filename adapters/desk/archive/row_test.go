package archive_test

import (
	"testing"

	"llave/adapters/desk/archive"
	"llave/adapters/desk/archive/archivetest"
	"llave/bot"
)

// A row that was read before shows what came since: who has the case, and what was said last.
func TestARowIsNeverOld(t *testing.T) {
	clock := archivetest.NewClock()
	a, l := archivetest.Open(t, clock), archivetest.NewLog(clock, 3)
	one, two := l.Chat("one").Opens("help", "hola"), l.Chat("two").Opens("help", "buenas")
	check := func(owner bot.AgentID, words string) {
		t.Helper()
		l.Feed(t, a)
		p, err := a.List(t.Context(), archive.Query{Tab: archive.TabAll})
		if err != nil || len(p.Rows) != 2 {
			t.Fatal(len(p.Rows), err)
		}
		for _, r := range p.Rows {
			switch r.ID {
			case one.Case.ID:
				if r.Owner.ID != owner || r.LastSaid.Text != words {
					t.Errorf("%q has it, %q was said last; want %q, %q", r.Owner.ID, r.LastSaid.Text, owner, words)
				}
			case two.Case.ID:
				if r.LastSaid.Text != "buenas" {
					t.Errorf("of the other case: %q", r.LastSaid.Text)
				}
			}
		}
		f, err := a.Front(t.Context(), "ana")
		if err != nil || f.Mine != 2-f.Free || f.First == nil {
			t.Errorf("front: %+v, %v", f, err)
		}
	}
	check("", "hola")
	check("", "hola")
	one.Says("sigo acá")
	check("", "sigo acá")
	one.Act(archivetest.Deed(archivetest.Ana, bot.DeedTake))
	check("ana", "sigo acá")
	one.Act(archivetest.Say(archivetest.Ana, "decime"))
	check("ana", "decime")
}

// What agents and the clock do comes by no channel: the case keeps what is known of its chat.
func TestACaseKeepsItsChannel(t *testing.T) {
	clock := archivetest.NewClock()
	a, l := archivetest.Open(t, clock), archivetest.NewLog(clock, 3)
	x := l.Chat("one").Opens("help", "hola")
	l.Feed(t, a)
	before, err := a.Case(t.Context(), x.Case.ID, "ana")
	if err != nil || before.Channel == "" || before.Label == "" || before.Sender == "" {
		t.Fatalf("%+v, %v", before.Row, err)
	}
	x.Act(archivetest.Deed(archivetest.Ana, bot.DeedTake))
	act := l.Events[len(l.Events)-1].Entry
	act.Channel, act.Label, act.Sender = "", "", ""
	l.Feed(t, a)
	after, err := a.Case(t.Context(), x.Case.ID, "ana")
	if err != nil || after.Owner.ID != "ana" || after.Channel != before.Channel || after.Label != before.Label || after.Sender != before.Sender {
		t.Errorf("after an act: %q, %q, %q, %v", after.Channel, after.Label, after.Sender, err)
	}
}
