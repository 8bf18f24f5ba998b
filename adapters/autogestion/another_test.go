package autogestion

import (
	"fmt"
	"testing"
	"time"

	"llave/flows/backend"
)

// A token is replaced 6 times an hour and 20 a day for a person, over all accounts. Then the live one stays, and reading it
// is free.
func TestATokenIsReplacedTwentyTimesADay(t *testing.T) {
	w := demo(t)
	ctx := t.Context()
	g, carlos := w.linked(t, maria, "c"), w.linked(t, "20-99999003-8", "d")
	given := 0
	var last backend.Token
	another := func(c backend.Credential) bool {
		given++
		a, err := w.Another(ctx, c, carlos.Group.Own, fmt.Sprint(given))
		if err != nil {
			t.Fatal(err)
		}
		if len(a.Tokens) == 1 {
			last = a.Tokens[0]
		} else if a.Denials[0].Reason != backend.TooOften {
			t.Fatalf("denied: %+v", a.Denials)
		}
		return len(a.Tokens) == 1
	}
	done := 0
	for hour := range 24 {
		inHour := 0
		for n := range 8 {
			if another([]backend.Credential{g.Credential, carlos.Credential}[n%2]) {
				inHour++
			}
		}
		if done += inHour; inHour > DefaultReplacements.Hour {
			t.Errorf("hour %d: %d", hour, inHour)
		}
		cur, err := w.Current(ctx, g.Credential, []backend.MemberID{carlos.Group.Own})
		if err != nil || len(cur.Tokens) != 1 || cur.Tokens[0].Made.Before(last.Made) {
			t.Fatalf("the live token is %+v, %v", cur, err)
		}
		w.advance(59 * time.Minute)
	}
	if done != DefaultReplacements.Day {
		t.Errorf("%d in a day, want %d", done, DefaultReplacements.Day)
	}
	w.advance(24 * time.Hour)
	if !another(g.Credential) {
		t.Error("the next day gives none")
	}
}
