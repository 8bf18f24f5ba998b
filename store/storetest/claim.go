package storetest

import (
	"errors"
	"slices"
	"sync"

	"llave/bot"
)

func claimChecks() []Check {
	return []Check{
		{"Claim/fences rise, and only the latest of a shard is good", claimRises},
		{"Claim/counts no tries, and Begin counts one", claimTries},
		{"Claim/Begin is refused to who does not hold the shard, and of what does not wait", beginRefused},
		{"Claim/of many at once the greatest fence holds", claimRace},
	}
}

func claimRises(t TB, open func() bot.Store) {
	w := enter(t, open())
	a, b := key(3, 1), key(4, 1)
	first := w.claim(3, 4)
	if first == 0 {
		t.Errorf("the first fence is zero: no proof of anything")
	}
	w.say(a)
	w.say(b)
	oldA, oldB := w.turn(a), w.turn(b)
	second := w.claim(3)
	third := w.claim(5, 6, 7)
	if !(first < second && second < third) {
		t.Errorf("fences %d, %d, %d do not rise", first, second, third)
	}
	w.refused(oldA, bot.ErrFenced, "a commit in the shard that was taken")
	w.commit(oldB) // the other shard was left alone
	w.say(a)
	w.fresh(a, 1) // anybody accepts
}

// tries of what waits in a chat.
func (w *world) tries(k bot.ChatKey) (n []int) {
	w.Helper()
	for _, u := range w.load(k).Waiting {
		n = append(n, u.Tries)
	}
	return n
}

func (w *world) begin(k bot.ChatKey, seq uint64) {
	w.Helper()
	w.must(w.store.BeginTurn(w.Context(), w.fence(k.Shard()), k, seq), "begin")
}

func claimTries(t TB, open func() bot.Store) {
	w := enter(t, open())
	a, neighbour := key(3, 1), key(3, 2)
	first, second := w.fresh(a, 1), w.fresh(a, 2)
	w.fresh(neighbour, 1)
	w.claim(3)
	w.claim(3, 4)
	w.equal(w.tries(a), []int{0, 0}, "tries after two claims")
	w.begin(a, first)
	w.begin(a, first)
	w.begin(a, second)
	w.claim(3)
	w.equal(w.tries(a), []int{2, 1}, "tries after two turns of the first and one of the second began")
	w.equal(w.tries(neighbour), []int{0}, "tries in another chat")
	before := w.load(a)
	turn := w.turn(a)
	turn.Update = first
	w.commit(turn)
	w.equal(w.tries(a), []int{1}, "tries after the first was answered")
	w.equal(w.load(a).Waiting[0], before.Waiting[1], "what waits behind it")
}

func beginRefused(t TB, open func() bot.Store) {
	w := enter(t, open())
	k, other := key(3, 1), key(3, 2)
	old := w.claim(3)
	seq, elsewhere := w.fresh(k, 1), w.fresh(other, 1)
	f := w.claim(3)
	refused := func(want error, why string, f bot.Fence, seq uint64) {
		t.Helper()
		if err := w.store.BeginTurn(t.Context(), f, k, seq); !errors.Is(err, want) {
			t.Errorf("%s: begin = %v, want %v", why, err, want)
		}
	}
	refused(bot.ErrFenced, "the shard was taken", old, seq)
	refused(bot.ErrConflict, "an update of another chat", f, elsewhere)
	refused(bot.ErrConflict, "an update that never was", f, seq+elsewhere+7)
	w.equal(append(w.tries(k), w.tries(other)...), []int{0, 0}, "tries after refusals")
	turn := w.turn(k)
	turn.Update = seq
	w.commit(turn)
	refused(bot.ErrConflict, "an update that was answered", f, seq)
}

func claimRace(t TB, open func() bot.Store) {
	w := enter(t, open())
	shards := []bot.Shard{9, 3, 200, 4}
	fences := make([]bot.Fence, 16)
	var wg sync.WaitGroup
	for i := range fences {
		wg.Go(func() {
			mine := slices.Clone(shards)
			if i%2 == 1 {
				slices.Reverse(mine)
			}
			f, err := w.store.AcquireShards(t.Context(), mine)
			if err != nil {
				t.Errorf("claim: %v", err)
			}
			fences[i] = f
		})
	}
	wg.Wait()
	slices.Sort(fences)
	w.equal(len(slices.Compact(slices.Clone(fences))), len(fences), "number of different fences")
	for _, s := range shards {
		turn := bot.Turn{Chat: key(s, 1)}
		for _, f := range fences[:len(fences)-1] {
			turn.Fence = f
			w.refused(turn, bot.ErrFenced, "a commit under a fence that is not the greatest")
		}
		turn.Fence = fences[len(fences)-1]
		w.commit(turn)
	}
}
