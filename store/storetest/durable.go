package storetest

import (
	"llave/bot"
)

// DurableChecks lists what outlives the process.
func DurableChecks() []DurableCheck {
	return []DurableCheck{
		{"Durable/all that can be seen is there again", durableAll},
		{"Durable/arrivals stay known", durableSeen},
		{"Durable/Seq goes on rising", durableSeq},
		{"Durable/numbers of events go on, trimmed or not", durableEvents},
		{"Durable/fences go on rising and the last one stays good", durableFences},
		{"Durable/tries that began stay counted", durableTries},
		{"Durable/once is for ever", durableOnce},
		{"Durable/messages to be kept stay so", durableKept},
		{"Durable/numbers of a sequence are not given again", durableNumbers},
	}
}

// again closes the store and opens it again.
func again(w *world, open func() Store) *world {
	w.Helper()
	w.must(w.store.(Store).Close(), "close")
	return enter(w.reporter, open())
}

func durableAll(t TB, open func() Store) {
	w := enter(t, open())
	k, other := key(3, 1), key(200, 1)
	w.commit(w.full(k, w.stage(k)))
	w.fresh(k, 2)
	w.stage(other)
	w.bury(other, "given up", 8)
	w.mark(bot.DeliveryResult{Chat: k, N: 1 << 8, State: bot.Attempting, Tries: 3, Due: hour(33)})
	before := w.look(k, other)
	for range 2 {
		w = again(w, open)
		w.equal(w.look(k, other), before, "what can be seen after opening again")
	}
}

func durableSeen(t TB, open func() Store) {
	w := enter(t, open())
	k := key(3, 1)
	w.fresh(k, 1)
	turn := w.turn(k)
	turn.Update = w.fresh(k, 2)
	w.commit(turn)
	w = again(w, open)
	for n := range uint64(2) {
		if r := w.accept(k, n+1); r.Seq != 0 {
			t.Errorf("update %d, accepted before, was accepted again", n+1)
		}
	}
	w.sweep(hour(1).Add(bot.DedupWindow))
	w = again(w, open)
	w.fresh(k, 1)
}

func durableSeq(t TB, open func() Store) {
	w := enter(t, open())
	k := key(3, 1)
	var last uint64
	for n := range uint64(3) {
		turn := w.turn(k)
		turn.Update = w.fresh(k, n)
		if turn.Update <= last {
			t.Errorf("Seq %d after %d", turn.Update, last)
		}
		last = turn.Update
		w.commit(turn) // nothing waits any more from which the number could be told
		w = again(w, open)
	}
}

func durableEvents(t TB, open func() Store) {
	w := enter(t, open())
	k := key(3, 1)
	for n := range uint64(4) {
		w.happen(k, "something")
		events := w.events(3)
		w.equal(events, []bot.Event{{Seq: n + 1, Chat: k, Body: bytesOf("something")}}, "events")
		if n%2 == 0 {
			w.must(w.store.Trim(t.Context(), 3, n+1), "trim")
			w = again(w, open)
		} else {
			w = again(w, open)
			w.equal(w.events(3), events, "events after opening again")
			w.must(w.store.Trim(t.Context(), 3, n+1), "trim")
		}
	}
}

func durableFences(t TB, open func() Store) {
	w := enter(t, open())
	k := key(3, 1)
	first := w.claim(3)
	second := w.claim(3, 4)
	last := w.claim() // of nothing, but a number is a number
	w = again(w, open)
	w.refused(bot.Turn{Chat: k, Fence: first}, bot.ErrFenced, "a fence of before, not the last")
	w.commit(bot.Turn{Chat: k, Fence: second})
	if f := w.claim(3); f <= last {
		t.Errorf("fence %d after %d", f, last)
	}
	w.refused(bot.Turn{Chat: k, Base: 1, Fence: second}, bot.ErrFenced, "the fence of the process before")
}

func durableTries(t TB, open func() Store) {
	w := enter(t, open())
	k := key(3, 1)
	seq := w.fresh(k, 1)
	for n := range 3 {
		w = again(w, open)
		w.claim(3)
		w.begin(k, seq)
		w = again(w, open)
		w.equal(w.tries(k), []int{n + 1}, "tries")
	}
}

func durableOnce(t TB, open func() Store) {
	w := enter(t, open())
	for _, value := range []string{"first", "second"} {
		got, err := w.store.PutIfAbsent(t.Context(), "salt", []byte(value))
		w.must(err, "once")
		w.equal(string(got), "first", "value")
		w = again(w, open)
	}
}

func durableKept(t TB, open func() Store) {
	w := enter(t, open())
	k := key(3, 1)
	turn := w.turn(k)
	turn.Replies, turn.Keep = [][]byte{bytesOf("a"), bytesOf("b")}, 1<<1
	w.commit(turn)
	w = again(w, open)
	turn = w.turn(k)
	turn.Purge = true
	w.commit(turn)
	w.equal(w.load(k).Outbox, []bot.OutboxMessage{{Chat: k, N: 1, Body: bytesOf("b")}}, "messages after a purge")
}

func durableNumbers(t TB, open func() Store) {
	w := enter(t, open())
	for n := range uint64(4) {
		first, err := w.store.TakeNumbers(t.Context(), "case", 16)
		w.must(err, "numbers")
		w.equal(first, 16*n+1, "first number")
		w = again(w, open)
	}
}
