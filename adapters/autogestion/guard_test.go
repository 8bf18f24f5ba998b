package autogestion

import (
	"testing"

	"pgregory.net/rapid"
)

func TestGuardsGrowAndEnd(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		g := guardHere
		n := rapid.IntRange(0, 100).Draw(t, "locks")
		if l := g.length(n); l < g.lock || l > g.maxLock || g.length(n+1) < l {
			t.Fatalf("lock %d lasts %s", n, l)
		}
	})
}
