package archive_test

import (
	"errors"
	"flag"
	"os"
	"path/filepath"
	"strconv"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"llave/adapters/desk/archive"
	"llave/adapters/desk/archive/archivetest"
	"llave/bot"
)

// A log gives the same tables however it is applied: as a whole, or in parts, each of them twice, some of them after an
// attempt that failed, and going on in what a killed process left behind.
func TestFeedInParts(t *testing.T) {
	if f := flag.Lookup("rapid.checks"); f.Value.String() == f.DefValue { // files each time: ask for more with -rapid.checks
		if err := flag.Set(f.Name, "15"); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = flag.Set(f.Name, f.DefValue) })
	}
	dir, n := t.TempDir(), 0
	next := func() string {
		n++
		return filepath.Join(dir, strconv.Itoa(n)+".db")
	}
	rapid.Check(t, func(r *rapid.T) {
		clock := archivetest.NewClock()
		l, chats := archivetest.Random(r, clock, rapid.IntRange(1, 60).Draw(r, "steps"))
		whole := open(r, next(), clock)
		defer whole.Close()
		if err := whole.Apply(t.Context(), l.Shard, l.Events); err != nil {
			r.Fatal(err)
		}
		path := next()
		parts := open(r, path, clock)
		for at := 0; at < len(l.Events); {
			upto := min(len(l.Events), at+rapid.IntRange(1, 12).Draw(r, "part"))
			from := rapid.IntRange(0, at).Draw(r, "from") // what was applied before comes again
			if rapid.Bool().Draw(r, "fails first") {
				failing := append(append([]bot.Happened(nil), l.Events[from:upto]...), bot.Happened{Seq: uint64(upto + 2)})
				var gap *archive.GapError
				if err := parts.Apply(t.Context(), l.Shard, failing); !errors.As(err, &gap) {
					r.Fatalf("a gap: %v", err)
				}
			}
			if err := parts.Apply(t.Context(), l.Shard, l.Events[from:upto]); err != nil {
				r.Fatal(err)
			}
			if rapid.IntRange(0, 3).Draw(r, "kill") == 0 {
				left := next()
				copyFile(r, path, left)
				copyFile(r, path+"-wal", left+"-wal")
				if err := parts.Close(); err != nil {
					r.Fatal(err)
				}
				path, parts = left, open(r, left, clock)
			}
			at = upto
		}
		defer parts.Close()
		if diff := cmp.Diff(snapshot(r, whole, chats, l), snapshot(r, parts, chats, l)); diff != "" {
			r.Fatalf("in parts (+) it is not as at once (-):\n%s", diff)
		}
	})
}

func open(r *rapid.T, path string, clock *archivetest.Clock) *archive.Archive {
	r.Helper()
	a, err := archive.Open(r.Context(), archive.Options{Path: path, Key: archivetest.Key, Now: clock.Now, Cost: archivetest.Cheap})
	if err != nil {
		r.Fatal(err)
	}
	return a
}

func copyFile(r *rapid.T, from, to string) {
	r.Helper()
	data, err := os.ReadFile(from)
	if errors.Is(err, os.ErrNotExist) {
		return
	}
	if err == nil {
		err = os.WriteFile(to, data, 0o600)
	}
	if err != nil {
		r.Fatal(err)
	}
}

// tables is all that can be read of the fed tables.
type tables struct {
	Place    uint64
	Pages    map[archive.Tab]archive.Page
	Cases    []archive.Case
	Entries  [][]archive.Entry
	Outcomes []archive.Outcome
	Changes  []archive.Change
	Fetches  []archive.Fetch
	Records  []archive.Record
	Rows     uint64
}

func snapshot(r *rapid.T, a *archive.Archive, chats []*archivetest.Chat, l *archivetest.Log) (s tables) {
	r.Helper()
	ctx := r.Context()
	check := func(err error) {
		r.Helper()
		if err != nil {
			r.Fatal(err)
		}
	}
	var err error
	s.Place, err = a.Place(ctx, l.Shard)
	check(err)
	s.Pages = make(map[archive.Tab]archive.Page)
	for _, tab := range []archive.Tab{archive.TabFree, archive.TabMine, archive.TabAll, archive.TabClosed} {
		s.Pages[tab], err = a.List(ctx, archive.Query{Tab: tab, Agent: "ana"})
		check(err)
	}
	seen := map[string]bool{}
	for _, h := range l.Events {
		e := h.Entry
		if e.Kind == bot.EntryOpened {
			c, err := a.Case(ctx, e.Case, "beto")
			check(err)
			entries, err := a.Entries(ctx, e.Case, 0)
			check(err)
			s.Cases, s.Entries = append(s.Cases, c), append(s.Entries, entries)
			for i, entry := range entries {
				if entry.N != uint64(i+1) {
					r.Fatalf("case %d: entry %d has number %d", e.Case, i+1, entry.N)
				}
			}
		}
		if e.Act != "" && !seen[e.Act] {
			seen[e.Act] = true
			o, err := a.Outcome(ctx, e.Act)
			check(err)
			s.Outcomes = append(s.Outcomes, o)
		}
	}
	s.Changes, _, err = a.Changes(ctx, 0, 1000)
	check(err)
	s.Fetches, err = a.Fetches(ctx, 1000)
	check(err)
	s.Records, err = a.Records(ctx, archive.AuditQuery{Limit: 1000})
	check(err)
	s.Rows, err = a.Verify(ctx)
	check(err)
	if len(s.Records) != len(seen) { // one row for every act
		r.Fatalf("%d rows of the audit for %d acts", len(s.Records), len(seen))
	}
	return s
}
