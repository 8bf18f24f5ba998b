package archive_test

import (
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"llave/adapters/desk/archive"
	"llave/adapters/desk/archive/archivetest"
	"llave/bot"
)

// BenchmarkFeed applies batches as the engine does: a conversation of 25 entries a case. The figure to reach is 2,000 entries/s.
func BenchmarkFeed(b *testing.B) {
	clock := archivetest.NewClock()
	a := archivetest.Open(b, clock)
	l := archivetest.NewLog(clock, 3)
	for i := 0; len(l.Events) < b.N; i++ {
		x := l.Chat(fmt.Sprint(i)).Opens("help", "Me rechazaron el token en la farmacia y no sé qué hacer.")
		x.Act(archivetest.Deed(archivetest.Ana, bot.DeedTake))
		for range 11 {
			x.Says("La farmacéutica dice que el token no es de hoy, pero recién lo pedí.")
			x.Act(archivetest.Say(archivetest.Ana, "Te mando otro ahora; mostrale ese, por favor."))
		}
		x.Act(archivetest.Deed(archivetest.Ana, bot.DeedReturn))
	}
	b.ResetTimer()
	const batch = 256
	for at := 0; at < b.N; at += batch {
		if err := a.Apply(b.Context(), l.Shard, l.Events[at:min(at+batch, b.N)]); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "entries/s")
}

// BenchmarkFeedOne applies one entry at a time: the worst case.
func BenchmarkFeedOne(b *testing.B) {
	clock := archivetest.NewClock()
	a := archivetest.Open(b, clock)
	l := archivetest.NewLog(clock, 3)
	x := l.Chat("one").Opens("help", "hola")
	l.Feed(b, a)
	for range b.N {
		x.Says("La farmacéutica dice que el token no es de hoy, pero recién lo pedí.")
	}
	b.ResetTimer()
	for i := range b.N {
		if err := a.Apply(b.Context(), l.Shard, l.Events[i+2:i+3]); err != nil {
			b.Fatal(err)
		}
	}
}

// closedCases is how many closed cases the database of the next benchmarks holds, beside 500 open ones.
const closedCases = 100_000

// BenchmarkFilled measures the pages of the desk on a database with many closed cases. The figures to reach: a list 30 ms, a
// case 40 ms.
func BenchmarkFilled(b *testing.B) {
	clock := archivetest.NewClock()
	a := archivetest.OpenAt(b, filepath.Join(b.TempDir(), "mesa.db"), clock)
	open := filled(b, a, clock)
	for _, q := range []archive.Query{{Tab: archive.TabFree}, {Tab: archive.TabMine}, {Tab: archive.TabAll}, {Tab: archive.TabClosed}} {
		q.Agent = "ana"
		b.Run("list "+string(q.Tab), func(b *testing.B) {
			rows := 0
			for b.Loop() {
				p, err := a.List(b.Context(), q)
				if err != nil || len(p.Rows) == 0 {
					b.Fatal(len(p.Rows), err)
				}
				rows = len(p.Rows)
			}
			b.ReportMetric(float64(rows), "rows")
		})
	}
	b.Run("page 1000 of the closed", func(b *testing.B) {
		after := fmt.Sprintf("%d-%d", clock.Now().Add(-50_000*time.Minute).UnixMicro(), 1<<40)
		for b.Loop() {
			if p, err := a.List(b.Context(), archive.Query{Tab: archive.TabClosed, After: after}); err != nil || len(p.Rows) == 0 {
				b.Fatal(len(p.Rows), err)
			}
		}
	})
	b.Run("counts", func(b *testing.B) {
		for b.Loop() {
			if n, err := a.Counts(b.Context(), "ana"); err != nil || n.All != 500 {
				b.Fatal(n, err)
			}
		}
	})
	b.Run("case", func(b *testing.B) {
		for b.Loop() {
			if _, err := a.Case(b.Context(), open.Case.ID, "ana"); err != nil {
				b.Fatal(err)
			}
			if list, err := a.Entries(b.Context(), open.Case.ID, 0); err != nil || len(list) < 25 {
				b.Fatal(len(list), err)
			}
		}
	})
}

func BenchmarkDesk(b *testing.B) {
	a := archivetest.Open(b, archivetest.NewClock())
	for b.Loop() {
		a.Desk()
	}
}

// filled fills a database, and returns one of the open chats, with 25 entries.
func filled(b *testing.B, a *archive.Archive, clock *archivetest.Clock) (open *archivetest.Chat) {
	b.Helper()
	l := archivetest.NewLog(clock, 3)
	at := 0
	flush := func() {
		if err := a.Apply(b.Context(), l.Shard, l.Events[at:]); err != nil {
			b.Fatal(err)
		}
		at = len(l.Events)
	}
	closed := bot.Case{State: bot.CaseClosed, Why: bot.WhyReturned, Owner: archivetest.Ana, Epoch: 3}
	for i := range closedCases {
		clock.Add(time.Minute)
		head := closed
		head.ID, head.Opened, head.Since, head.Turned = uint64(i+1), clock.Now(), clock.Now(), clock.Now()
		e := bot.Entry{V: bot.EntryVersion, Case: head.ID, N: 1, Head: &head, At: clock.Now(), Kind: bot.EntryClosed, Channel: "Telegram", Label: "···1234", Sender: "María"}
		l.Events = append(l.Events, bot.Happened{Seq: uint64(len(l.Events) + 1), Chat: bot.ChatKey{3, byte(i), byte(i >> 8), byte(i >> 16)}, Logged: bot.Logged{Entry: &e}})
		if i%4096 == 0 {
			flush()
		}
	}
	for i := range 500 {
		x := l.Chat(fmt.Sprint("open ", i)).Opens("help", "hola")
		if i%2 == 0 {
			x.Act(archivetest.Deed(archivetest.Ana, bot.DeedTake))
		}
		for range 25 {
			x.Says("La farmacéutica dice que el token no es de hoy.")
		}
		open = x
	}
	flush()
	return open
}
