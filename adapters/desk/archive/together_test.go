package archive_test

import (
	"context"
	"sync"
	"testing"
	"time"

	"llave/adapters/desk/archive"
	"llave/adapters/desk/archive/archivetest"
	"llave/bot"
)

// Shards are fed while pages are read and notes written; in the end everything is there, and what is promised counts all.
func TestTogether(t *testing.T) {
	clock := archivetest.NewClock()
	a := archivetest.Open(t, clock)
	const shards, cases = 4, 10
	ctx, stop := context.WithCancel(t.Context())
	var feeds, readers sync.WaitGroup
	check := func(err error) {
		if err != nil {
			t.Error(err)
		}
	}
	for s := range shards {
		l := archivetest.NewLog(clock, bot.Shard(s))
		for range cases {
			l.Chat("x").Opens("help", "hola")
		}
		feeds.Go(func() {
			for i := range l.Events {
				check(a.Apply(t.Context(), l.Shard, l.Events[i:i+1]))
			}
			_, err := a.AddNote(t.Context(), l.Events[0].Entry.Case, "ana", "una nota")
			check(err)
		})
	}
	for range 2 {
		readers.Go(func() {
			for ctx.Err() == nil {
				changed := a.Changed()
				_, err := a.List(t.Context(), archive.Query{Tab: archive.TabFree, Agent: "ana"})
				check(err)
				a.Desk()
				select {
				case <-changed:
				case <-ctx.Done():
				}
			}
		})
	}
	feeds.Wait()
	stop()
	readers.Wait()
	if d := a.Desk(); d.Ahead != shards*cases {
		clock.Add(2 * time.Second) // an answer is good for a second
		if d = a.Desk(); d.Ahead != shards*cases {
			t.Errorf("%d wait, want %d", d.Ahead, shards*cases)
		}
	}
	if n, err := a.Counts(t.Context(), "ana"); err != nil || n.Free != shards*cases {
		t.Errorf("%+v, %v", n, err)
	}
	if rows, err := a.Verify(t.Context()); err != nil || rows != shards {
		t.Errorf("%d rows of the audit, %v", rows, err)
	}
}
