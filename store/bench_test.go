package store

import (
	"context"
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"sync/atomic"
	"testing"
	"time"

	"llave/bot"
)

// benchKey is the n-th of many chats; keys are spread over the shards as hashes are.
func benchKey(n uint64) (k bot.ChatKey) {
	r := rand.NewPCG(n, 1)
	binary.BigEndian.PutUint64(k[:], r.Uint64())
	binary.BigEndian.PutUint64(k[8:], r.Uint64())
	return k
}

func allShards() (all []bot.Shard) {
	for n := range bot.Shards {
		all = append(all, bot.Shard(n))
	}
	return all
}

// bencher runs turns as the engine does: what was accepted says which version the session has.
type bencher struct {
	store   bot.Store
	fence   bot.Fence
	update  atomic.Uint64
	at      time.Time
	session []byte
	reply   []byte
}

func newBencher(b *testing.B, s bot.Store) *bencher {
	f, err := s.AcquireShards(b.Context(), allShards())
	if err != nil {
		b.Fatal(err)
	}
	return &bencher{store: s, fence: f, at: time.Now(), session: make([]byte, 600), reply: make([]byte, 300)}
}

// turn is one update from its acceptance to its answer's being sent.
func (x *bencher) turn(ctx context.Context, k bot.ChatKey) error {
	a := bot.Arrival{Chat: k, At: x.at, Body: x.reply}
	binary.BigEndian.PutUint64(a.ID[:], x.update.Add(1)*0x9e3779b97f4a7c15)
	r, err := x.store.Accept(ctx, a)
	if err != nil {
		return err
	}
	t := bot.Turn{Chat: k, Base: r.Version, Fence: x.fence, Update: r.Seq, Session: x.session, Replies: [][]byte{x.reply}}
	if err := x.store.Commit(ctx, t); err != nil {
		return err
	}
	return x.store.RecordDelivery(ctx, []bot.DeliveryResult{{Chat: k, N: r.Version << 8, Fence: x.fence, State: bot.Delivered}})
}

// run spreads turns over callers, each of which picks chats that no other picks.
func (x *bencher) run(b *testing.B, callers int, chats uint64) {
	b.SetParallelism(max(1, callers/runtime.GOMAXPROCS(0)))
	var caller atomic.Uint64
	b.ResetTimer()
	b.RunParallel(func(pb *testing.PB) {
		me, all := caller.Add(1)-1, uint64(b.N)
		r := rand.New(rand.NewPCG(me, all))
		for pb.Next() {
			n := r.Uint64N(chats)
			n -= n % uint64(callers) // callers differ by what is left over
			if err := x.turn(b.Context(), benchKey(n+me)); err != nil {
				b.Error(err)
				return
			}
		}
	})
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "turns/s")
}

func BenchmarkMemoryTurn(b *testing.B) {
	x := newBencher(b, NewMemory())
	b.ReportAllocs()
	for n := range uint64(b.N) {
		if err := x.turn(b.Context(), benchKey(n%1000)); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkSQLiteTurn(b *testing.B) {
	for _, callers := range []int{1, 64} {
		b.Run(map[int]string{1: "alone", 64: "64 at once"}[callers], func(b *testing.B) {
			s, err := OpenSQLite(filepath.Join(b.TempDir(), "llave.db"))
			if err != nil {
				b.Fatal(err)
			}
			defer s.Close()
			b.ReportAllocs()
			x := newBencher(b, s)
			if callers == 1 {
				for n := range uint64(b.N) {
					if err := x.turn(b.Context(), benchKey(n%1000)); err != nil {
						b.Fatal(err)
					}
				}
				b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "turns/s")
				return
			}
			x.run(b, callers, 1000)
		})
	}
}

// BenchmarkMillion compares a turn among a thousand chats with one among a million, each of which has a session
// and an id that is remembered, and reports how long it takes to open the
// file and to take it over. It takes a minute to fill.
func BenchmarkMillion(b *testing.B) {
	for _, chats := range []uint64{1_000, 1_000_000} {
		path := filepath.Join(b.TempDir(), "llave.db")
		fill := func() {
			s, err := OpenSQLite(path)
			if err != nil {
				b.Fatal(err)
			}
			fillChats(b, s, chats)
			if err := s.Close(); err != nil {
				b.Fatal(err)
			}
		}
		filled := false
		b.Run(fmt.Sprintf("%d chats", chats), func(b *testing.B) {
			if !filled { // a benchmark is run more than once to find out how often to run it
				fill()
				filled = true
			}
			began := time.Now()
			s, err := OpenSQLite(path)
			if err != nil {
				b.Fatal(err)
			}
			defer s.Close()
			opened := time.Since(began)
			takeOver(b, s)
			started := time.Since(began)
			newBencher(b, s).run(b, 64, chats)
			b.ReportMetric(float64(opened.Microseconds())/1000, "open-ms")
			b.ReportMetric(float64(started.Microseconds())/1000, "start-ms")
			b.ReportMetric(residentMiB(), "rss-MiB")
		})
	}
}

// takeOver does what an engine does with a store before it begins: it claims every shard and asks each who is owed
// something.
func takeOver(b testing.TB, s *SQLite) {
	b.Helper()
	if _, err := s.AcquireShards(b.Context(), allShards()); err != nil {
		b.Fatal(err)
	}
	for _, shard := range allShards() {
		if _, err := s.PendingChats(b.Context(), shard, bot.ChatKey{}, 256); err != nil {
			b.Fatal(err)
		}
	}
}

// fillChats gives a store many chats in the way that is quickest, behind the back of its own calls.
func fillChats(b testing.TB, s *SQLite, chats uint64) {
	const together = 10_000
	session, now := make([]byte, 600), time.Now().UnixMicro()
	for first := uint64(0); first < chats; first += together {
		err := s.write(b.Context(), "fill", func(l *conn) error {
			for n := first; n < min(first+together, chats); n++ {
				k := benchKey(n)
				_, err := l.Exec(`INSERT INTO chat (key, version, session) VALUES (?, 1, ?)`, k[:], session)
				if err != nil {
					return err
				}
				if _, err = l.Exec(`INSERT INTO seen (chat, id, at) VALUES (?, ?, ?)`, k[:], k[:], now); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			b.Fatal(err)
		}
	}
}

// residentMiB is the memory of this process; zero where it cannot be told.
func residentMiB() float64 {
	text, err := os.ReadFile("/proc/self/statm")
	var all, resident float64
	if err == nil {
		_, err = fmt.Sscan(string(text), &all, &resident)
	}
	if err != nil {
		return 0
	}
	return resident * float64(os.Getpagesize()) / (1 << 20)
}
