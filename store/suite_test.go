package store

import (
	"flag"
	"slices"
	"strings"
	"testing"

	"llave/bot"
	"llave/store/storetest"
)

// TestSuiteCanFail breaks the store in memory, one promise at a time. A check of the chapter that the promise belongs to
// must fail, and, where the property can see it, the property by itself.
func TestSuiteCanFail(t *testing.T) {
	setFlag(t, "rapid.nofailfile", "true") // that something is found is all that is asked here
	setFlag(t, "rapid.shrinktime", "0s")
	setFlag(t, "rapid.checks", "2000") // it ends with the first that finds something
	for _, c := range chapters() {
		for _, f := range c.faults {
			t.Run(f.name, func(t *testing.T) {
				t.Parallel()
				c.notices(t, f)
			})
		}
	}
}

func (c *chapter) notices(t *testing.T, f plantedFault) {
	red := func(check storetest.Check) bool {
		return watch(t.Context(), func(tb storetest.TB) {
			check.Run(tb, func() bot.Store {
				b := newFaultyStore()
				f.plant(b)
				return b
			})
		})
	}
	var noticed bool
	for _, check := range storetest.Checks() {
		mine := slices.ContainsFunc(c.checks, func(prefix string) bool { return strings.HasPrefix(check.Name, prefix) })
		if mine && !noticed && red(check) {
			t.Logf("red: %s", check.Name)
			noticed = true
		}
		if check.Name == storetest.ModelCheck && f.model && !red(check) {
			t.Error("the property does not notice")
		}
	}
	if !noticed {
		t.Errorf("no check of %q notices", c.checks)
	}
}

// TestSuiteIsQuietOnAGoodStore is the other half: without a fault no check fails.
func TestSuiteIsQuietOnAGoodStore(t *testing.T) {
	setFlag(t, "rapid.checks", "10")
	for _, c := range storetest.Checks() {
		if watch(t.Context(), func(tb storetest.TB) { c.Run(tb, func() bot.Store { return newFaultyStore() }) }) {
			t.Errorf("%s goes red on a store that keeps its promises", c.Name)
		}
	}
}

// setFlag sets a flag of the property's for the time of a test.
func setFlag(t *testing.T, name, value string) {
	t.Helper()
	f := flag.Lookup(name)
	before := f.Value.String()
	if err := flag.Set(name, value); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = flag.Set(name, before) })
}
