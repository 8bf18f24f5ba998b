package storetest

import (
	"slices"
	"sync"

	"llave/bot"
)

func claimChecks() []Check {
	return []Check{
		{"Claim/fences rise, and only the latest of a shard is good", claimRises},
		{"Claim/counts the tries of what waits in the shards claimed", claimTries},
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

func claimTries(t TB, open func() bot.Store) {
	w := enter(t, open())
	a, b, other := key(3, 1), key(5, 1), key(4, 1)
	for _, k := range []bot.ChatKey{a, b, other} {
		w.fresh(k, 1)
		w.fresh(k, 2)
	}
	tries := func(k bot.ChatKey) (n []int) {
		for _, u := range w.load(k).Waiting {
			n = append(n, u.Tries)
		}
		return n
	}
	w.claim(3, 5)
	w.fresh(a, 3)
	w.claim(3, 3) // naming a shard twice is taking it once
	w.equal(tries(a), []int{2, 2, 1}, "tries where two claims were")
	w.equal(tries(b), []int{1, 1}, "tries where one claim was")
	w.equal(tries(other), []int{0, 0}, "tries where no claim was")
	turn := w.turn(a)
	turn.Update = w.load(a).Waiting[1].Seq
	w.commit(turn)
	w.claim(3)
	w.equal(tries(a), []int{3, 2}, "tries after one was answered")
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
			f, err := w.store.Claim(t.Context(), mine)
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
