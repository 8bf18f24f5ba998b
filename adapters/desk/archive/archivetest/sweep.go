package archivetest

import (
	"errors"
	"testing"
	"time"

	"llave/adapters/desk/archive"
	"llave/bot"
)

// A closed case goes with all that belongs to it when its time is over, and not before; an open one stays.
func retention(t *testing.T) {
	c := NewClock()
	a, l := Open(t, c), NewLog(c, 3)
	ctx := t.Context()
	closed, open := l.Chat("closed").Opens("help", "hola"), l.Chat("open").Opens("help", "hola")
	closed.Act(Deed(Ana, bot.DeedTake))
	closed.Act(Say(Ana, "Listo"))
	photo := closed.Sends(bot.Media{Type: "image/jpeg", Ref: []byte("ref")})
	closed.Act(Deed(Ana, bot.DeedReturn))
	l.Feed(t, a)
	id := closed.Case.ID
	f, err := a.Fetched(ctx, id, photo.N, archive.File{}, []byte("jpeg"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := a.AddNote(ctx, id, "ana", "una nota"); err != nil {
		t.Fatal(err)
	}
	sweep := func(after time.Duration) {
		t.Helper()
		c.Add(after)
		if err := a.Sweep(ctx); err != nil {
			t.Fatal(err)
		}
	}
	sweep(archive.DefaultRetention - time.Second)
	if _, err := a.Case(ctx, id, "ana"); err != nil {
		t.Errorf("before its time: %v", err)
	}
	sweep(time.Second)
	if _, err := a.Case(ctx, id, "ana"); !errors.Is(err, archive.ErrNotFound) {
		t.Errorf("after its time: %v", err)
	}
	entries, err1 := a.Entries(ctx, id, 0)
	notes, err2 := a.Notes(ctx, id)
	if _, _, err := a.File(ctx, f.ID); !errors.Is(err, archive.ErrNotFound) || len(entries) != 0 || len(notes) != 0 || err1 != nil || err2 != nil {
		t.Errorf("left: %d entries, %d notes, file %v", len(entries), len(notes), err)
	}
	if got, err := a.Case(ctx, open.Case.ID, "ana"); err != nil || got.ID != open.Case.ID {
		t.Errorf("the open case: %v", err)
	}
	if records, err := a.Records(ctx, archive.AuditQuery{Case: id}); err != nil || len(records) == 0 {
		t.Errorf("the audit has %d rows of it, %v", len(records), err)
	}
	if _, err := a.Verify(ctx); err != nil {
		t.Error(err)
	}
}

// What came of an act is known for eight days: longer than a page repeats it.
func oldOutcomes(t *testing.T) {
	c := NewClock()
	a, l := Open(t, c), NewLog(c, 3)
	x := l.Chat("one").Opens("help", "hola")
	x.Act(bot.Act{ID: "take", By: Ana, Do: bot.DeedTake})
	l.Feed(t, a)
	c.Add(8*24*time.Hour - time.Second)
	for _, want := range []error{nil, archive.ErrNotFound} {
		if err := a.Sweep(t.Context()); err != nil {
			t.Fatal(err)
		}
		if _, err := a.Outcome(t.Context(), "take"); !errors.Is(err, want) {
			t.Errorf("at %v: %v, want %v", c.Now(), err, want)
		}
		c.Add(time.Second)
	}
}
