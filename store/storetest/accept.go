package storetest

import (
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"llave/bot"
)

func acceptChecks() []Check {
	return []Check{
		{"Accept/keeps an arrival once", acceptOnce},
		{"Accept/knows an arrival after it was answered", acceptAnswered},
		{"Accept/knows an arrival for as long as Keep", acceptKeep},
		{"Accept/a swept id does not take what waits with it", acceptSweptWaits},
		{"Accept/Seq rises over the chats of a shard", acceptSeq},
		{"Accept/Seq is the order of acceptance under concurrency", acceptSeqConcurrent},
		{"Accept/of many at once exactly one is no duplicate", acceptRace},
		{"Accept/the receipt carries session and version", acceptReceipt},
	}
}

func acceptOnce(t TB, open func() bot.Store) {
	w := enter(t, open())
	k := key(3, 1)
	w.fresh(k, 1)
	again, err := w.store.Accept(t.Context(), bot.Arrival{Chat: k, ID: id(1), At: hour(5), Body: bytesOf("other words")})
	w.must(err, "accept again")
	if again.Seq != 0 {
		t.Errorf("the same id in the same chat got Seq %d, want 0: a duplicate", again.Seq)
	}
	w.fresh(k, 2)
	w.fresh(key(3, 2), 1) // the same id means nothing in another chat
	w.fresh(key(4, 1), 1)
	var got []string
	for _, u := range w.load(k).Waiting {
		got = append(got, string(u.Body))
	}
	w.equal(got, []string{"update 1", "update 2"}, "waiting")
}

func acceptAnswered(t TB, open func() bot.Store) {
	w := enter(t, open())
	k := key(3, 1)
	turn := w.turn(k)
	turn.Update = w.fresh(k, 1)
	w.commit(turn)
	if r := w.accept(k, 1); r.Seq != 0 {
		t.Errorf("an answered update was accepted again as %d", r.Seq)
	}
	w.equal(len(w.load(k).Waiting), 0, "number of updates waiting")
}

func acceptKeep(t TB, open func() bot.Store) {
	w := enter(t, open())
	k := key(9, 1)
	w.acceptAt(k, 1, hour(0))
	w.acceptAt(k, 2, hour(-1)) // accepted after it, but of an earlier hour
	w.acceptAt(k, 3, hour(1))
	duplicate := func(n uint64, want bool, when string) {
		t.Helper()
		if r := w.acceptAt(k, n, hour(0).Add(bot.DedupWindow)); (r.Seq == 0) != want {
			t.Errorf("%s: update %d is a duplicate: %t, want %t", when, n, r.Seq == 0, want)
		}
	}
	duplicate(1, true, "before any sweep")
	w.sweep(hour(-1).Add(bot.DedupWindow))
	duplicate(2, true, "exactly Keep later")
	w.sweep(hour(0).Add(bot.DedupWindow))
	duplicate(2, false, "just after Keep")
	duplicate(1, true, "exactly Keep later, a younger one")
	duplicate(3, true, "within Keep")
	w.sweep(hour(2).Add(bot.DedupWindow))
	duplicate(3, false, "just after Keep, the youngest")
	duplicate(2, true, "accepted again and young again")
	w.sweep(hour(0).Add(bot.DedupWindow + time.Hour))
	duplicate(2, true, "still young")
}

func acceptSweptWaits(t TB, open func() bot.Store) {
	w := enter(t, open())
	k := key(9, 1)
	seq := w.fresh(k, 1)
	before := w.look(k)
	w.sweep(hour(0).Add(2 * bot.DedupWindow))
	w.equal(w.look(k), before, "what waits after its id was swept")
	turn := w.turn(k)
	turn.Update = seq
	w.commit(turn)
}

func acceptSeq(t TB, open func() bot.Store) {
	w := enter(t, open())
	var last uint64
	for n, chat := range []uint64{1, 2, 1, 3, 2, 2, 1} {
		seq := w.fresh(key(3, chat), uint64(n))
		if seq <= last {
			t.Errorf("accepted %d-th in the shard: Seq %d after %d", n, seq, last)
		}
		last = seq
		turn := w.turn(key(3, chat))
		turn.Update = seq // numbers are not given again when nothing waits
		w.commit(turn)
		w.fresh(key(200, 1), uint64(n)) // what another shard takes in has no say
	}
}

// stamped is an accept with the moments, by a logical clock, at which it began and had ended.
type stamped struct {
	seq        uint64
	began, end int64
}

func acceptSeqConcurrent(t TB, open func() bot.Store) {
	w := enter(t, open())
	const callers, each = 16, 12
	var clock atomic.Int64
	var wg sync.WaitGroup
	all := make([][]stamped, callers)
	for c := range all {
		wg.Go(func() {
			for n := range each {
				s := stamped{began: clock.Add(1)}
				a := bot.Arrival{Chat: key(3, uint64(c%5)), ID: id(uint64(c*each + n)), At: hour(0), Body: bytesOf("x")}
				r, err := w.store.Accept(t.Context(), a)
				if err != nil {
					t.Errorf("accept: %v", err)
				}
				s.seq, s.end = r.Seq, clock.Add(1)
				all[c] = append(all[c], s)
			}
		})
	}
	wg.Wait()
	got := slices.Concat(all...)
	slices.SortFunc(got, func(a, b stamped) int { return int(a.seq) - int(b.seq) })
	var began int64
	for i, s := range got {
		if s.seq == 0 || i > 0 && s.seq == got[i-1].seq {
			t.Errorf("Seq %d given to an arrival of its own, want each its own and none zero", s.seq)
		}
		if s.end < began {
			t.Errorf("Seq %d had been given before one with a lower Seq was asked for", s.seq)
		}
		began = max(began, s.began)
	}
	for c := range uint64(5) {
		waiting := w.load(key(3, c)).Waiting
		if !slices.IsSortedFunc(waiting, func(a, b bot.Waiting) int { return int(a.Seq) - int(b.Seq) }) {
			t.Errorf("chat %d: waiting is not in the order of acceptance", c)
		}
	}
}

func acceptRace(t TB, open func() bot.Store) {
	w := enter(t, open())
	k := key(3, 1)
	var fresh atomic.Int64
	var wg sync.WaitGroup
	start := make(chan struct{})
	for range 64 {
		wg.Go(func() {
			<-start
			r, err := w.store.Accept(t.Context(), bot.Arrival{Chat: k, ID: id(1), At: hour(0), Body: bytesOf("x")})
			if err != nil {
				t.Errorf("accept: %v", err)
			}
			if r.Seq != 0 {
				fresh.Add(1)
			}
		})
	}
	close(start)
	wg.Wait()
	w.equal(fresh.Load(), int64(1), "arrivals that were no duplicate")
	w.equal(len(w.load(k).Waiting), 1, "updates waiting")
}

func acceptReceipt(t TB, open func() bot.Store) {
	w := enter(t, open())
	k := key(3, 1)
	receipt := func(n, version uint64, session string) {
		t.Helper()
		r := w.accept(k, n)
		w.equal(r.Version, version, "version in the receipt")
		w.equal(string(r.Session), session, "session in the receipt")
	}
	receipt(1, 0, "")
	w.say(k)
	receipt(2, 1, "session 1")
	w.say(k)
	receipt(3, 2, "session 2")
	receipt(3, 2, "session 2") // a duplicate's too
}
