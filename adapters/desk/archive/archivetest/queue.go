package archivetest

import (
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"llave/adapters/desk/archive"
	"llave/bot"
)

func names(p archive.Page) (list []string) {
	for _, r := range p.Rows {
		list = append(list, r.Sender[len("Sender "):])
	}
	return list
}

func list(t *testing.T, a *archive.Archive, q archive.Query) archive.Page {
	t.Helper()
	p, err := a.List(t.Context(), q)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// The free ones stand in the order in which they are to be taken: at the counter, given back, oldest first.
func queueOrder(t *testing.T) {
	c := NewClock()
	a, l := Open(t, c), NewLog(c, 3)
	next := func(name string) *Chat {
		c.Add(time.Minute)
		return l.Chat(name).Opens("rejected", "hola")
	}
	first, second, third, fourth := next("one"), next("two"), next("three"), next("four")
	third.file(third.Case.AtTheCounter(c.Now(), l.Desk), bot.Entry{Kind: bot.EntryCounter})
	fourth.Act(Deed(Ana, bot.DeedTake))
	c.Add(time.Minute)
	fourth.Act(Deed(Ana, bot.DeedRelease))
	fourth.Says("sigo acá") // does not change its place
	l.Feed(t, a)
	if got := names(list(t, a, archive.Query{Tab: archive.TabFree})); !slices.Equal(got, []string{"three", "four", "one", "two"}) {
		t.Errorf("free: %v", got)
	}
	for _, x := range []*Chat{first, second} {
		x.Act(Deed(Ana, bot.DeedTake))
	}
	first.Act(Say(Ana, "Decime"))
	third.Act(Deed(Beto, bot.DeedTake))
	fourth.Act(Deed(Beto, bot.DeedTake))
	fourth.Act(Deed(Beto, bot.DeedReturn))
	l.Feed(t, a)
	if got := names(list(t, a, archive.Query{Tab: archive.TabMine, Agent: "ana"})); !slices.Equal(got, []string{"two", "one"}) {
		t.Errorf("mine: %v", got)
	}
	if got := names(list(t, a, archive.Query{Tab: archive.TabAll})); !slices.Equal(got, []string{"three", "two", "one"}) {
		t.Errorf("all: %v", got)
	}
	if n, err := a.Counts(t.Context(), "ana"); err != nil || n != (archive.Counts{Free: 0, Mine: 2, All: 3}) {
		t.Errorf("counts: %+v, %v", n, err)
	}
	if d := a.Desk(); d.Ahead != 0 || !d.IsOpen() {
		t.Errorf("desk: %+v", d)
	}
}

// A case that is reopened waits behind those who came before.
func reopened(t *testing.T) {
	c := NewClock()
	a, l := Open(t, c), NewLog(c, 3)
	back := l.Chat("back").Opens("help", "hola")
	back.Act(Deed(Ana, bot.DeedTake))
	back.Act(Deed(Ana, bot.DeedReturn))
	c.Add(time.Minute)
	l.Chat("waits").Opens("help", "hola")
	c.Add(time.Minute)
	back.file(back.Case.Reopen(c.Now(), l.Desk), bot.Entry{Kind: bot.EntryReopened})
	l.Feed(t, a)
	if got := names(list(t, a, archive.Query{Tab: archive.TabFree})); !slices.Equal(got, []string{"waits", "back"}) {
		t.Errorf("free: %v", got)
	}
}

// The closed ones come page by page, the last first, each once, also when two were closed in the same moment.
func closedPages(t *testing.T) {
	c := NewClock()
	a, l := Open(t, c), NewLog(c, 3)
	const n = 23
	for i := range n {
		x := l.Chat(fmt.Sprint(i)).Opens("help", "hola")
		x.Act(Deed(Ana, bot.DeedTake))
		x.Act(bot.Act{By: Ana, Do: bot.DeedClose, Why: bot.WhyResolved})
		if i%2 == 0 {
			c.Add(time.Second)
		}
	}
	l.Feed(t, a)
	var got []string
	for after := ""; ; {
		p := list(t, a, archive.Query{Tab: archive.TabClosed, After: after, Limit: 5})
		got = append(got, names(p)...)
		if after = p.Next; after == "" {
			break
		}
	}
	if len(got) != n {
		t.Fatalf("%d rows: %v", len(got), got)
	}
	for i, name := range got {
		if name != fmt.Sprint(n-1-i) {
			t.Fatalf("row %d is %s: %v", i, name, got)
		}
	}
	if _, err := a.List(t.Context(), archive.Query{Tab: archive.TabClosed, After: "x"}); !errors.Is(err, archive.ErrNotFound) {
		t.Errorf("a page that is none: %v", err)
	}
	if _, err := a.List(t.Context(), archive.Query{Tab: "x"}); !errors.Is(err, archive.ErrNotFound) {
		t.Errorf("a tab that is none: %v", err)
	}
}

// What an agent has not seen is counted for that agent.
func unread(t *testing.T) {
	c := NewClock()
	a, l := Open(t, c), NewLog(c, 3)
	x := l.Chat("one").Opens("help", "hola")
	x.Act(Deed(Ana, bot.DeedTake))
	x.Says("dos")
	l.Feed(t, a)
	count := func(agent bot.AgentID) int {
		t.Helper()
		found, err := a.Case(t.Context(), x.Case.ID, agent)
		if err != nil {
			t.Fatal(err)
		}
		return found.Unread
	}
	if err := a.Seen(t.Context(), x.Case.ID, "ana", x.Case.Last); err != nil {
		t.Fatal(err)
	}
	x.Says("tres")
	l.Feed(t, a)
	if err := a.Seen(t.Context(), x.Case.ID, "ana", 1); err != nil { // an older screen takes nothing back
		t.Fatal(err)
	}
	if ana, beto := count("ana"), count("beto"); ana != 1 || beto != 3 {
		t.Errorf("unread: %d for ana, %d for beto", ana, beto)
	}
}

func caseAndThread(t *testing.T) {
	c := NewClock()
	a, l := Open(t, c), NewLog(c, 3)
	x := l.Chat("one").Opens("rejected", "me lo rechazaron")
	x.Act(Deed(Ana, bot.DeedTake))
	l.Feed(t, a)
	got, err := a.Case(t.Context(), x.Case.ID, "ana")
	if err != nil {
		t.Fatal(err)
	}
	if got.State != bot.CaseAssigned || got.Owner != Ana || got.Sender != "Sender one" || got.Ref != "ref one" || got.Chat != x.Key || string(got.Card) != `{"name":"Card one","reason":"rejected"}` {
		t.Errorf("%+v", got)
	}
	if got.LastSaid.N != 2 || got.LastSaid.Text != "me lo rechazaron" {
		t.Errorf("said last: %+v", got.LastSaid)
	}
	if !got.Taken.Equal(c.Now()) || !got.Replied.IsZero() {
		t.Errorf("taken %v, replied %v", got.Taken, got.Replied)
	}
	entries, err := a.Entries(t.Context(), x.Case.ID, 1)
	if err != nil || len(entries) != 2 || entries[0].N != 2 || entries[0].Text != "me lo rechazaron" || entries[1].Kind != bot.EntryTaken || entries[1].By != Ana {
		t.Errorf("%+v, %v", entries, err)
	}
	if _, err := a.Case(t.Context(), 1, "ana"); !errors.Is(err, archive.ErrNotFound) {
		t.Errorf("another case: %v", err)
	}
	if _, err := a.Entry(t.Context(), x.Case.ID, 99); !errors.Is(err, archive.ErrNotFound) {
		t.Errorf("another entry: %v", err)
	}
}
