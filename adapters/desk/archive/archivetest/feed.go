package archivetest

import (
	"errors"
	"testing"
	"time"

	"llave/adapters/desk/archive"
	"llave/bot"
)

// A hole in the log is said, with its numbers, and nothing is applied.
func gap(t *testing.T) {
	c := NewClock()
	a, l := Open(t, c), NewLog(c, 200)
	x := l.Chat("one").Opens("help", "hola")
	x.Says("dos")
	ctx := t.Context()
	if err := a.Apply(ctx, l.Shard, l.Events[:1]); err != nil {
		t.Fatal(err)
	}
	err := a.Apply(ctx, l.Shard, l.Events[2:])
	var g *archive.GapError
	if !errors.As(err, &g) || *g != (archive.GapError{Shard: 200, Have: 1, Got: 3}) {
		t.Fatalf("a gap: %v", err)
	}
	if at, err := a.Place(ctx, l.Shard); err != nil || at != 1 {
		t.Errorf("place %d, %v", at, err)
	}
	if at, err := a.Place(ctx, 7); err != nil || at != 0 {
		t.Errorf("place of a shard without events: %d, %v", at, err)
	}
	if err := a.SkipGap(ctx, l.Shard, 2, "carla"); err != nil {
		t.Fatal(err)
	}
	if err := a.Apply(ctx, l.Shard, l.Events[2:]); err != nil {
		t.Fatal(err)
	}
	if got, err := a.Case(ctx, x.Case.ID, "ana"); err != nil || got.Last != 3 {
		t.Errorf("healed by the next entry: %+v, %v", got, err)
	}
}

// An event of a newer program, or of none, is kept or skipped, and holds up no other.
func unreadable(t *testing.T) {
	c := NewClock()
	a, l := Open(t, c), NewLog(c, 3)
	x := l.Chat("one").Opens("help", "hola")
	l.Events = append(l.Events, bot.Happened{Seq: 3, Chat: x.Key}) // the chat was forgotten
	l.append(x.Key, &bot.Entry{V: bot.EntryVersion + 1, Kind: "dance", Case: x.Case.ID, N: 3})
	l.append(x.Key, &bot.Entry{V: bot.EntryVersion, Kind: bot.EntrySaid, Case: x.Case.ID, N: 3}) // without a head
	x.Says("sigo")
	l.Feed(t, a)
	if got, err := a.Entries(t.Context(), x.Case.ID, 2); err != nil || len(got) != 1 || got[0].Text != "sigo" {
		t.Errorf("%+v, %v", got, err)
	}
	if n, err := a.Unreadable(t.Context()); err != nil || n != 2 {
		t.Errorf("%d unreadable, %v", n, err)
	}
}

// An entry that comes after a later one of its case is filed, and does not make the case older.
func lateEntry(t *testing.T) {
	c := NewClock()
	a, l := Open(t, c), NewLog(c, 3)
	x := l.Chat("one").Opens("help", "hola")
	x.Act(Deed(Ana, bot.DeedTake))
	l.Events[1].Logged, l.Events[2].Logged = l.Events[2].Logged, l.Events[1].Logged
	l.Feed(t, a)
	if got, err := a.Case(t.Context(), x.Case.ID, "ana"); err != nil || got.State != bot.CaseAssigned || got.Last != 3 {
		t.Errorf("%+v, %v", got.Row.Case, err)
	}
	if got := names(list(t, a, archive.Query{Tab: archive.TabMine, Agent: "ana"})); len(got) != 1 {
		t.Errorf("mine: %v", got)
	}
	if got, err := a.Entries(t.Context(), x.Case.ID, 0); err != nil || len(got) != 3 || got[1].N != 2 {
		t.Errorf("%+v, %v", got, err)
	}
}

// Changes are replayed by their numbers; who has been away for too long is told so.
func changes(t *testing.T) {
	c := NewClock()
	a, l := Open(t, c), NewLog(c, 3)
	ctx := t.Context()
	if got, lost, err := a.Changes(ctx, 0, 10); err != nil || lost || len(got) != 0 {
		t.Errorf("of an empty database: %v, %v, %v", got, lost, err)
	}
	x := l.Chat("one").Opens("help", "hola")
	changed := a.Changed()
	l.Feed(t, a)
	<-changed
	if _, err := a.AddNote(ctx, x.Case.ID, "ana", "una nota"); err != nil {
		t.Fatal(err)
	}
	got, lost, err := a.Changes(ctx, 0, 10)
	if err != nil || lost || len(got) != 3 || got[0].What != "opened" || got[1] != (archive.Change{ID: 2, Case: x.Case.ID, N: 2, What: "said", At: c.Now()}) || got[2].What != archive.ChangeNote {
		t.Errorf("%+v, %v, %v", got, lost, err)
	}
	if last, err := a.LastChange(ctx); err != nil || last != 3 {
		t.Errorf("last change %d, %v", last, err)
	}
	if got, lost, err := a.Changes(ctx, 1, 1); err != nil || lost || len(got) != 1 || got[0].ID != 2 {
		t.Errorf("behind 1: %+v, %v, %v", got, lost, err)
	}
	if _, lost, err := a.Changes(ctx, 9, 10); err != nil || !lost {
		t.Errorf("a number that was never given is not lost: %v", err)
	}
	c.Add(25 * time.Hour)
	if err := a.Sweep(ctx); err != nil {
		t.Fatal(err)
	}
	for after, want := range map[uint64]bool{0: true, 1: true, 2: false, 3: false} {
		if _, lost, err := a.Changes(ctx, after, 10); err != nil || lost != want {
			t.Errorf("a day later, behind %d: lost %v, %v", after, lost, err)
		}
	}
	x.Says("sigo")
	l.Feed(t, a)
	if got, lost, err := a.Changes(ctx, 3, 10); err != nil || lost || len(got) != 1 || got[0].ID != 4 {
		t.Errorf("numbers are given again: %+v, %v, %v", got, lost, err)
	}
}
