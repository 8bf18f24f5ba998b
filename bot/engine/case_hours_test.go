package engine_test

import (
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"llave/bot"
	"llave/bot/engine"
)

// officeHours are from 8 to 18, each day.
func officeHours() bot.Desk {
	now := time.Now().UTC()
	day := now.Truncate(24 * time.Hour)
	opens, shuts := day.Add(8*time.Hour), day.Add(18*time.Hour)
	switch {
	case now.Before(opens):
		return bot.Desk{Hours: bot.Hours{Changes: opens, Then: shuts}}
	case now.Before(shuts):
		return bot.Desk{Hours: bot.Hours{Open: true, Changes: shuts, Then: opens.Add(24 * time.Hour)}}
	}
	return bot.Desk{Hours: bot.Hours{Changes: opens.Add(24 * time.Hour), Then: shuts.Add(24 * time.Hour)}}
}

// Sentence 12: outside the hours no time of waiting runs, and the affiliate hears once that the desk has closed. Also where
// what is known of the hours is a while old.
func TestNothingIsWaitedForOutsideTheHours(t *testing.T) {
	for _, old := range []bool{false, true} {
		bubble(t, func(t *testing.T) {
			hours := officeHours
			if old {
				hours = func() bot.Desk { return snapshotOf(officeHours) }
			}
			h, d := openDesk(t, memory(), seldom, func(c *engine.Config) { c.Desk = hours })
			defer h.stop()
			time.Sleep(17*time.Hour + 50*time.Minute)
			opened(t, h, d)
			h.writes(chatB, "person")
			h.writes(chatA, "and nobody answers")
			time.Sleep(3 * 24 * time.Hour)
			var waits []bot.EntryKind
			for _, e := range d.entries() {
				switch e.Kind {
				case bot.EntryDelayed, bot.EntryUnowned, bot.EntryWarned:
					waits = append(waits, e.Kind)
					if hour := e.At.Hour(); hour < 8 || hour >= 18 {
						t.Errorf("%s at %s", e.Kind, e.At)
					}
				}
			}
			if len(waits) < 10 || !slices.Contains(waits, bot.EntryUnowned) {
				t.Errorf("in three days happens only %q", waits)
			}
			shut := 0
			for _, said := range h.screen.read(chatB) {
				if said == "told shut" {
					shut++
				}
			}
			if shut != 1 {
				t.Errorf("told %d times that the desk has closed", shut)
			}
			if n := h.Stats().Turns.Load(); n > 500 {
				t.Errorf("%d turns in three days", n)
			}
			synctest.Wait()
		})
	}
}

// snapshotOf is what the hours were at the last half minute.
func snapshotOf(hours func() bot.Desk) bot.Desk {
	now := time.Now().UTC()
	d := hours()
	if late := now.Sub(now.Truncate(30 * time.Second)); late > 0 && !d.Changes.IsZero() {
		for _, edge := range []int{8, 18} {
			at := now.Truncate(24 * time.Hour).Add(time.Duration(edge) * time.Hour)
			if now.Sub(at) >= 0 && now.Sub(at) < 30*time.Second { // it has changed, and is not known yet
				return bot.Desk{Hours: bot.Hours{Open: edge == 18, Changes: at, Then: d.Changes}}
			}
		}
	}
	return d
}
