package store

import (
	"flag"
	"testing"

	"llave/bot"
	"llave/store/storetest"
)

// TestSuiteCanFail breaks the store in memory, one promise at a time, and wants the suite to notice: a check
// made for the promise, and, where the property can see it, the property by itself.
func TestSuiteCanFail(t *testing.T) {
	quiet(t)
	for _, bug := range plantedBugs() {
		t.Run(bug.name, func(t *testing.T) {
			open := func() bot.Store {
				b := straight()
				bug.plant(b)
				return b
			}
			var red []string
			for _, c := range storetest.Checks() {
				if c.Name == storetest.ModelCheck && !bug.model {
					continue // it would look for long and find nothing
				}
				if watch(t.Context(), func(tb storetest.TB) { c.Run(tb, open) }) {
					red = append(red, c.Name)
				} else if c.Name == storetest.ModelCheck {
					t.Error("the property does not notice")
				}
			}
			t.Logf("red: %q", red)
			if len(red) == 0 || red[0] == storetest.ModelCheck {
				t.Error("no check by name notices")
			}
		})
	}
}

// TestSuiteIsQuietOnAGoodStore is the other half: bent but not broken, nothing goes red.
func TestSuiteIsQuietOnAGoodStore(t *testing.T) {
	for _, c := range storetest.Checks() {
		if watch(t.Context(), func(tb storetest.TB) { c.Run(tb, func() bot.Store { return straight() }) }) {
			t.Errorf("%s goes red on a store that keeps its promises", c.Name)
		}
	}
}

// quiet keeps the property from making its findings small and from writing them down: that they are found is
// all that is asked here.
func quiet(t *testing.T) {
	t.Helper()
	for name, value := range map[string]string{"rapid.nofailfile": "true", "rapid.shrinktime": "0s"} {
		f := flag.Lookup(name)
		before := f.Value.String()
		if err := flag.Set(name, value); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = flag.Set(name, before) })
	}
}
