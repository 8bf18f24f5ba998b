package storetest

import (
	"slices"
	"sync"

	"llave/bot"
)

func careChecks() []Check {
	return []Check{
		{"Care/once keeps the first value", careOnce},
		{"Care/once of many at a time keeps one value", careOnceRace},
		{"Care/the dead are listed the newest first", careDead},
		{"Care/the dead are swept after KeepDead and not before", careDeadSwept},
		{"Care/a sweep touches nothing that is owed", careSweepOwed},
		{"Care/ping finds a good store ready", carePing},
		{"Care/numbers of a sequence are given once", careNumbers},
	}
}

func careOnce(t TB, open func() bot.Store) {
	w := enter(t, open())
	once := func(name, value, want string) {
		t.Helper()
		got, err := w.store.PutIfAbsent(t.Context(), name, []byte(value))
		w.must(err, "once")
		w.equal(string(got), want, "value of "+name)
	}
	if got, err := w.store.PutIfAbsent(t.Context(), "salt", nil); err != nil || got != nil {
		t.Errorf("a name that nobody gave a value has %q, %v", got, err)
	}
	once("salt", "first", "first")
	if got, err := w.store.PutIfAbsent(t.Context(), "salt", nil); err != nil || string(got) != "first" {
		t.Errorf("read without a value it is %q, %v", got, err)
	}
	once("salt", "second", "first")
	once("pepper", "third", "third")
	once("empty", "", "")
	once("empty", "too late", "")
	once("salt", "fourth", "first")
}

func careOnceRace(t TB, open func() bot.Store) {
	w := enter(t, open())
	got := make([]string, 32)
	var wg sync.WaitGroup
	for i := range got {
		wg.Go(func() {
			v, err := w.store.PutIfAbsent(t.Context(), "salt", bytesOf("value %d", i))
			if err != nil {
				t.Errorf("once: %v", err)
			}
			got[i] = string(v)
		})
	}
	wg.Wait()
	slices.Sort(got)
	w.equal(len(slices.Compact(got)), 1, "number of different values")
}

func (w *world) dead(limit int) []string {
	w.Helper()
	dead, err := w.store.Dead(w.Context(), limit)
	w.must(err, "dead")
	var names []string
	for _, d := range dead {
		names = append(names, string(d.Body))
	}
	return names
}

// bury gives up a message of a chat at an hour.
func (w *world) bury(k bot.ChatKey, name string, at int) {
	w.Helper()
	t := w.say(k, name)
	w.mark(bot.DeliveryResult{Chat: k, N: t.Base << 8, State: bot.DeadLettered, Reason: "r", At: hour(at)})
}

func careDead(t TB, open func() bot.Store) {
	w := enter(t, open())
	w.bury(key(3, 1), "a", 10)
	w.bury(key(200, 1), "b", 30)
	w.bury(key(3, 2), "c", 20) // noted later, but of an earlier hour
	r := w.acceptAt(key(4, 1), 1, hour(25))
	turn := w.turn(key(4, 1))
	turn.Update, turn.Quarantine, turn.QuarantinedBody = r.Seq, "panic", bytesOf("d")
	w.commit(turn)
	w.equal(w.dead(everything), []string{"b", "d", "c", "a"}, "the dead")
	w.equal(w.dead(2), []string{"b", "d"}, "the dead, limit 2")
	w.equal(w.dead(0), []string(nil), "the dead, limit 0")
}

func careDeadSwept(t TB, open func() bot.Store) {
	w := enter(t, open())
	w.bury(key(3, 1), "b", 10)
	w.bury(key(3, 1), "a", 9)
	w.bury(key(200, 1), "c", 11)
	w.sweep(hour(9).Add(bot.DeadLetterRetention))
	w.equal(w.dead(everything), []string{"c", "b", "a"}, "the dead, the oldest exactly KeepDead old")
	w.sweep(hour(11).Add(bot.DeadLetterRetention))
	w.equal(w.dead(everything), []string{"c"}, "the dead, two of them older than KeepDead")
	w.sweep(hour(12).Add(bot.DeadLetterRetention))
	w.equal(w.dead(everything), []string(nil), "the dead, all older than KeepDead")
}

func careSweepOwed(t TB, open func() bot.Store) {
	w := enter(t, open())
	k := key(3, 1)
	seq := w.stage(k)
	w.fresh(k, 2)
	turn := w.full(k, seq)
	turn.Quarantine, turn.QuarantinedBody, turn.Unreadable = "", nil, nil
	w.commit(turn)
	before := w.look(k)
	if c := before.Chats[k]; len(c.Waiting) == 0 || len(c.Outbox) == 0 || c.Effect == nil || len(before.Due) == 0 {
		t.Fatalf("something is missing before the sweep: %+v", before)
	}
	w.sweep(hour(0).Add(10 * bot.DedupWindow))
	w.equal(w.look(k), before, "after a sweep")
}

func carePing(t TB, open func() bot.Store) {
	w := enter(t, open())
	k := key(3, 1)
	w.commit(w.full(k, w.stage(k)))
	before := w.look(k)
	for range 3 {
		w.must(w.store.Ping(t.Context()), "ping")
	}
	w.equal(w.look(k), before, "after pings")
}

func careNumbers(t TB, open func() bot.Store) {
	w := enter(t, open())
	take := func(name string, n int) uint64 {
		first, err := w.store.TakeNumbers(t.Context(), name, n)
		if err != nil {
			t.Errorf("%d numbers of %s: %v", n, name, err)
		}
		return first
	}
	w.equal([]uint64{take("case", 3), take("case", 1), take("other", 2), take("case", 16)}, []uint64{1, 4, 1, 5}, "first numbers")
	for _, n := range []int{0, -1} {
		if first, err := w.store.TakeNumbers(t.Context(), "case", n); err == nil {
			t.Errorf("%d numbers are %d", n, first)
		}
	}
	firsts := make([]uint64, 32)
	var wg sync.WaitGroup
	for i := range firsts {
		wg.Go(func() { firsts[i] = take("case", 16) })
	}
	wg.Wait()
	slices.Sort(firsts)
	for i, first := range firsts {
		w.equal(first, uint64(21+16*i), "first number of a block that was taken beside others")
	}
}
