package engine_test

import (
	"testing"

	"llave/bot/enginetest"
)

// law reports whether a law was broken.
func law(found []enginetest.Violation, l enginetest.Law) bool {
	for _, v := range found {
		if v.Law == l {
			return true
		}
	}
	return false
}

// What engines do on one store, killed, held up and stopped, breaks no law.
func TestTheJudgeAcceptsTheEngine(t *testing.T) {
	seen, seeds := map[string]int{}, uint64(2)
	if underRace {
		seeds = 1
	}
	for name, s := range scenarios {
		for seed := range seeds {
			list := s.play(t, seed, "")
			for _, v := range enginetest.Judge(list) {
				t.Errorf("%s, seed %d: %s", name, seed, v)
			}
			for _, r := range list {
				seen[string(r.What)+" "+r.Class]++
			}
		}
	}
	for _, what := range []string{"refused commit", "refused result", "wrote commit", "wrote result", "received answer", "asked ", "given "} {
		if seen[what] == 0 {
			t.Errorf("no history has a record of %q: %v", what, seen)
		}
	}
}

// A bug that is planted in what an engine stands on, or in how it is used, breaks the law that it should.
func TestTheJudgeFindsPlantedBugs(t *testing.T) {
	for _, c := range []struct {
		bug      bug
		scenario string
		law      enginetest.Law
	}{
		{ackBeforeKeep, killed, enginetest.Gone},
		{keyPerAttempt, killed, enginetest.Doubled},
		{noFenceInCommit, killedAndHeldUp, enginetest.Unfenced},
		{noFenceInResult, heldUp, enginetest.Unfenced},
		{ownFirst, stopped, enginetest.OutOfOrder},
		{noLookAtLease, heldUp, enginetest.Overtaken},
		{wakeUpsNeverFound, quiet, enginetest.Gone},
		{triesOfGivingBack, aFlood, enginetest.GivenUp},
		{noLeave, stopped, enginetest.Slow},
	} {
		t.Run(string(c.bug), func(t *testing.T) {
			for seed := range uint64(30) {
				if law(enginetest.Judge(scenarios[c.scenario].play(t, seed, c.bug)), c.law) {
					t.Logf("found with seed %d", seed)
					return
				}
			}
			t.Errorf("never found: %s", c.law)
		})
	}
}
