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
	seen := map[string]int{}
	unseen := func() (out []string) {
		for _, what := range []string{"refused commit", "refused result", "wrote commit", "wrote result", "received answer", "asked ", "given "} {
			if seen[what] == 0 {
				out = append(out, what)
			}
		}
		return out
	}
	least, most := uint64(2), uint64(30)
	if underRace {
		least, most = 1, 1
	}
	for seed := uint64(0); seed < least || seed < most && len(unseen()) > 0; seed++ {
		for name, s := range scenarios {
			if underRace && name != killedAndHeldUp {
				continue
			}
			list := s.play(t, seed, "")
			for _, v := range enginetest.Judge(list) {
				t.Errorf("%s, seed %d: %s", name, seed, v)
			}
			for _, r := range list {
				seen[string(r.What)+" "+r.Class]++
			}
		}
	}
	if missing := unseen(); len(missing) > 0 && !underRace {
		t.Errorf("no history has a record of %q: %v", missing, seen)
	}
}

// A bug that is planted in what an engine stands on, or in how it is used, breaks the law that it should.
func TestTheJudgeFindsPlantedBugs(t *testing.T) {
	if underRace {
		t.Skip("it looks for no race, and is slow beside the detector: make check runs it without")
	}
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
