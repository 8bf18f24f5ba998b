package bot

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"
)

var (
	ana   = Agent{ID: "ana", Name: "Ana", Role: RoleAgent}
	beto  = Agent{ID: "beto", Name: "Beto", Role: RoleAgent}
	carla = Agent{ID: "carla", Name: "Carla", Role: RoleSupervisor}
	noon  = time.Date(2026, 11, 30, 12, 0, 0, 0, time.UTC)
)

// desk is a desk that is always open and has a number to give.
var desk = Desk{Next: 4821}

// office is a desk that is open from 8 to 18, seen at now.
func office(now time.Time) Desk {
	day := now.Truncate(24 * time.Hour)
	opens, shuts := day.Add(8*time.Hour), day.Add(18*time.Hour)
	d := Desk{Next: 4821}
	switch {
	case now.Before(opens):
		d.Hours = Hours{Changes: opens, Then: shuts}
	case now.Before(shuts):
		d.Hours = Hours{Open: true, Changes: shuts, Then: opens.Add(24 * time.Hour)}
	default:
		d.Hours = Hours{Changes: opens.Add(24 * time.Hour), Then: shuts.Add(24 * time.Hour)}
	}
	return d
}

func opened(t *testing.T, now time.Time, d Desk) *Case {
	t.Helper()
	s := (*Case)(nil).OpenCase("token", now, d)
	if s.Refused != "" || s.Case.State != CaseQueued || s.Case.ID != d.Next {
		t.Fatalf("opened: %+v", s)
	}
	return s.Case
}

// act is what an agent does who sees the case as it is.
func (c *Case) act(do Deed, by Agent) Act {
	return Act{ID: fmt.Sprint(do, c.Epoch), Do: do, By: by, Case: c.ID, Epoch: c.Epoch, Seen: c.Received, To: beto, Why: WhyResolved, Text: "x", Of: 1}
}

func (c *Case) does(t *testing.T, a Act, now time.Time, d Desk) *Case {
	t.Helper()
	s := c.Do(a, now, 0, d)
	if s.Refused != "" {
		t.Fatalf("%s by %s in %s is refused: %s", a.Do, a.By.ID, c.State, s.Refused)
	}
	return s.Case
}

func TestWhoMayDoWhat(t *testing.T) {
	queued := opened(t, noon, desk)
	queued.Last = 3
	owned := queued.does(t, queued.act(DeedTake, ana), noon, desk)
	shut := owned.does(t, owned.act(DeedClose, ana), noon, desk)
	auditor := Agent{ID: "zoe", Role: RoleAuditor}
	for name, c := range map[string]struct {
		at   *Case
		do   Deed
		by   Agent
		want Refusal
	}{
		"take":                           {queued, DeedTake, ana, ""},
		"take what is taken":             {owned, DeedTake, beto, RefusedTaken},
		"take one's own":                 {owned, DeedTake, ana, RefusedTaken},
		"say unowned":                    {queued, DeedSay, ana, RefusedNotOwner},
		"say":                            {owned, DeedSay, ana, ""},
		"say in another's":               {owned, DeedSay, beto, RefusedNotOwner},
		"a supervisor says in another's": {owned, DeedSay, carla, RefusedNotOwner},
		"say in a closed one":            {shut, DeedSay, ana, RefusedNotOpen},
		"again":                          {owned, DeedAgain, ana, ""},
		"errand":                         {owned, DeedErrand, ana, ""},
		"another's errand":               {owned, DeedErrand, carla, RefusedNotOwner},
		"release":                        {owned, DeedRelease, ana, ""},
		"release another's":              {owned, DeedRelease, beto, RefusedNotOwner},
		"transfer":                       {owned, DeedTransfer, ana, ""},
		"transfer another's":             {owned, DeedTransfer, beto, RefusedNotOwner},
		"a supervisor transfers":         {owned, DeedTransfer, carla, ""},
		"a supervisor gives one out":     {queued, DeedTransfer, carla, ""},
		"an agent takes over":            {owned, DeedTakeOver, beto, RefusedNotAllowed},
		"a supervisor takes over":        {owned, DeedTakeOver, carla, ""},
		"return":                         {owned, DeedReturn, ana, ""},
		"return another's":               {owned, DeedReturn, carla, RefusedNotOwner},
		"close another's":                {owned, DeedClose, carla, RefusedNotOwner},
		"a supervisor closes a queued":   {queued, DeedClose, carla, ""},
		"an agent closes a queued":       {queued, DeedClose, ana, RefusedNotOwner},
		"reopen":                         {shut, DeedReopen, beto, ""},
		"reopen what is open":            {owned, DeedReopen, ana, RefusedOpen},
		"counter":                        {owned, DeedCounter, ana, ""},
		"another's counter":              {owned, DeedCounter, beto, RefusedNotOwner},
		"an auditor takes":               {queued, DeedTake, auditor, RefusedNotAllowed},
		"nobody takes":                   {queued, DeedTake, Agent{Role: RoleAgent}, RefusedNotAllowed},
		"an unknown deed":                {owned, "shout", ana, RefusedNotAllowed},
	} {
		before := *c.at
		s := c.at.Do(c.at.act(c.do, c.by), noon, 0, desk)
		if s.Refused != c.want {
			t.Errorf("%s: refused %q, want %q", name, s.Refused, c.want)
		}
		if !slices.Equal(before.Again, c.at.Again) || before.Epoch != c.at.Epoch || before.State != c.at.State {
			t.Errorf("%s changes the case that it was given", name)
		}
	}
}

func TestWhatAScreenMustHaveSeen(t *testing.T) {
	c := opened(t, noon, desk)
	c = c.does(t, c.act(DeedTake, ana), noon, desk)
	for _, do := range []Deed{DeedSay, DeedErrand, DeedReturn, DeedClose} {
		a := c.act(do, ana)
		next := *c.Said(noon, desk).Case
		next.Received, next.Last = c.Last+1, c.Last+1
		if s := next.Do(a, noon, 0, desk); s.Refused != RefusedStale {
			t.Errorf("%s of what was not seen: %q", do, s.Refused)
		}
		a.Seen = next.Received
		if s := next.Do(a, noon, 0, desk); s.Refused != "" {
			t.Errorf("%s of what was seen: %q", do, s.Refused)
		}
		if s := next.Do(a, noon, StaleAfter+time.Second, desk); s.Refused != RefusedLate {
			t.Errorf("%s that waited too long: %q", do, s.Refused)
		}
		a.Epoch--
		if s := next.Do(a, noon, 0, desk); s.Refused != RefusedEpoch {
			t.Errorf("%s of another epoch: %q", do, s.Refused)
		}
		a.Case++
		if s := next.Do(a, noon, 0, desk); s.Refused != RefusedNotOpen {
			t.Errorf("%s in another case: %q", do, s.Refused)
		}
	}
}

func TestAgainIsOnce(t *testing.T) {
	c := opened(t, noon, desk)
	c.Last = 7
	c = c.does(t, c.act(DeedTake, ana), noon, desk)
	a := c.act(DeedAgain, ana)
	a.Of = 5
	c = c.does(t, a, noon, desk)
	if s := c.Do(a, noon, 0, desk); s.Refused != RefusedNoEntry {
		t.Errorf("said again twice: %q", s.Refused)
	}
	for _, of := range []uint64{0, 8} {
		if a.Of = of; c.Do(a, noon, 0, desk).Refused != RefusedNoEntry {
			t.Errorf("entry %d is said again", of)
		}
	}
}

// The clock alone brings a case from one stage to the next, and each says what the affiliate is told.
func TestTheClockOfACase(t *testing.T) {
	at := func(c *Case, after time.Duration, want Became, state CaseState) *Case {
		t.Helper()
		if got := c.Due.Sub(noon); got != after {
			t.Fatalf("%s: due after %s, want %s", c.Alarm, got, after)
		}
		if s := c.Ring(c.Due.Add(-time.Second), desk); s.Became != "" || s.Case != c {
			t.Fatalf("%s: it rings before its time", c.Alarm)
		}
		s := c.Ring(c.Due, desk)
		if s.Became != want || s.Case.state() != state {
			t.Fatalf("%s: became %q in %q, want %q in %q", c.Alarm, s.Became, s.Case.state(), want, state)
		}
		return s.Case
	}
	c := opened(t, noon, desk)
	c = at(c, 15*time.Minute, BecameDelayed, CaseQueued)
	c = at(c, 60*time.Minute, BecameDelayed, CaseQueued)
	c = at(c, 105*time.Minute, "", CaseQueued) // rung for a supervisor; the affiliate has been told twice
	c = c.does(t, c.act(DeedTake, ana), noon, desk)
	c = at(c, 5*time.Minute, "", CaseQueued)
	c = at(c, 7*time.Minute, BecameRequeued, CaseQueued)
	c = c.does(t, c.act(DeedTake, ana), noon, desk)
	c = c.does(t, c.act(DeedSay, ana), noon, desk)
	c = at(c, 30*time.Minute, BecameWarned, CaseAssigned)
	c = at(c, 150*time.Minute, BecameAbandoned, CaseClosed)
	c = at(c, 26*time.Hour+30*time.Minute, "", "")
	if c != nil {
		t.Errorf("not forgotten: %+v", c)
	}
}

func TestTheCounterIsQuicker(t *testing.T) {
	c := opened(t, noon, desk)
	s := c.AtTheCounter(noon, desk)
	if s.Became != BecameCounter || s.Case.Due.Sub(noon) != CounterSilent {
		t.Errorf("at the counter: %q, due after %s", s.Became, s.Case.Due.Sub(noon))
	}
	c = s.Case.does(t, s.Case.act(DeedTake, ana), noon, desk)
	if c.Due.Sub(noon) != CounterSilent {
		t.Errorf("taken at the counter: due after %s", c.Due.Sub(noon))
	}
	evening := noon.Add(8 * time.Hour)
	if s := c.AtTheCounter(evening, office(evening)); s.Refused != RefusedShut {
		t.Errorf("at the counter of an evening: %q", s.Refused)
	}
}

// What is asked for of an evening waits for the morning; the affiliate is told once when the desk closes.
func TestClosedHours(t *testing.T) {
	late := noon.Add(5*time.Hour + 50*time.Minute) // 17:50
	c := opened(t, late, office(late))
	if due := c.DueAt(office(late)); !due.Equal(noon.Add(6 * time.Hour)) {
		t.Fatalf("looked at again at %s", due)
	}
	closing := noon.Add(6 * time.Hour)
	s := c.Ring(closing, office(closing))
	if s.Became != BecameShut {
		t.Fatalf("at closing time it became %q", s.Became)
	}
	if c = s.Case; !c.Due.Equal(noon.Add(20*time.Hour + 5*time.Minute)) { // 10 minutes had passed
		t.Errorf("due %s", c.Due)
	}
	night := noon.Add(12 * time.Hour)
	if s := c.Ring(night, office(night)); s.Became != "" || s.Entry != "" || s.Case.DueAt(office(night)).Before(noon.Add(20*time.Hour)) {
		t.Errorf("at night: %+v", s)
	}
	c = opened(t, night, office(night))
	if !c.ShutTold || !c.Due.Equal(noon.Add(20*time.Hour+CaseWait)) {
		t.Errorf("opened at night: told %v, due %s", c.ShutTold, c.Due)
	}
}

func TestAffiliateCloses(t *testing.T) {
	c := opened(t, noon, desk)
	left := c.Leave(noon).Case
	if left.Open() || left.Why != WhyLeft || left.Epoch != c.Epoch+1 {
		t.Errorf("left: %+v", left)
	}
	if s := left.Reopen(noon.Add(23*time.Hour), desk); s.Case.ID != c.ID || s.Case.State != CaseQueued {
		t.Errorf("reopened: %+v", s)
	}
	if s := left.Reopen(noon.Add(25*time.Hour), desk); s.Refused == "" {
		t.Error("reopened after the grace")
	}
	abused := c.does(t, c.act(DeedTake, ana), noon, desk)
	a := abused.act(DeedClose, ana)
	a.Why = WhyAbuse
	if abused = abused.does(t, a, noon, desk); abused.Reopens(noon) {
		t.Error("reopened after abuse")
	}
	if s := c.Blocked(true, noon); s.Case.Open() || s.Case.Why != WhyGone {
		t.Errorf("closed for good: %+v", s.Case)
	}
	if s := c.Blocked(false, noon); !s.Case.Open() || !s.Case.Gone || s.Case.Said(noon, desk).Case.Gone {
		t.Errorf("blocked: %+v", s.Case)
	}
	if s := (*Case)(nil).OpenCase("", noon, Desk{}); s.Refused == "" {
		t.Error("a case without a number")
	}
	if s := c.OpenCase("", noon, desk); s.Refused == "" {
		t.Error("a second open case")
	}
}

// Whatever happens in whatever order: only moves of the table are made, the epoch rises exactly when who may write changes,
// an open case always has an alarm, and the clock alone ends it or rings.
func TestCaseMoves(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		now := noon.Add(time.Duration(rapid.IntRange(0, 24*60).Draw(t, "start")) * time.Minute)
		hours := rapid.Bool().Draw(t, "hours")
		at := func() Desk {
			if hours {
				return office(now)
			}
			return desk
		}
		var c *Case
		for range rapid.IntRange(1, 40).Draw(t, "steps") {
			before, event := c, ""
			var s CaseStep
			switch event = rapid.SampledFrom([]string{"open", "reopen", "said", "leave", "counter", "blocked", "gone", "ring", "act", "act", "act", "wait"}).Draw(t, "event"); event {
			case "open":
				s = c.OpenCase("r", now, at())
			case "reopen":
				s = c.Reopen(now, at())
			case "said":
				s = c.Said(now, at())
			case "leave":
				s = c.Leave(now)
			case "counter":
				s = c.AtTheCounter(now, at())
			case "blocked", "gone":
				s = c.Blocked(event == "gone", now)
			case "ring":
				if due := c.DueAt(at()); due.After(now) {
					now = due
				}
				s = c.Ring(now, at())
			case "wait":
				now = now.Add(time.Duration(rapid.IntRange(1, 600).Draw(t, "minutes")) * time.Minute)
				continue
			case "act":
				a := Act{ID: "x", Case: 4821, To: beto, Of: 1, On: true, Why: WhyResolved}
				a.Do = rapid.SampledFrom([]Deed{DeedTake, DeedSay, DeedErrand, DeedRelease, DeedTransfer, DeedTakeOver, DeedReturn, DeedClose, DeedReopen, DeedCounter}).Draw(t, "deed")
				a.By = rapid.SampledFrom([]Agent{ana, beto, carla}).Draw(t, "by")
				if c != nil {
					a.Epoch, a.Seen = c.Epoch, c.Received
				}
				s = c.Do(a, now, 0, at())
			}
			if c = s.Case; s.Refused != "" && c != before {
				t.Fatalf("%s is refused and changes the case", event)
			}
			checkMove(t, event, before, c, now, at())
		}
		clockAlone(t, c, now, hours)
	})
}

// checkMove checks one move.
func checkMove(t *rapid.T, event string, before, after *Case, now time.Time, d Desk) {
	if after.Open() && (after.Alarm == "" || after.DueAt(d).IsZero()) {
		t.Fatalf("%s leaves an open case without an alarm: %+v", event, after)
	}
	if before == nil || after == nil || before == after {
		return
	}
	owner := func(c *Case) AgentID {
		if c.Assigned() {
			return c.Owner.ID
		}
		return ""
	}
	if changed := owner(before) != owner(after) || before.Open() != after.Open(); changed && after.Epoch <= before.Epoch {
		t.Fatalf("%s changes who may write and leaves the epoch: %+v", event, after)
	}
	if after.Epoch > before.Epoch+1 || after.Epoch < before.Epoch {
		t.Fatalf("%s: epoch %d after %d", event, after.Epoch, before.Epoch)
	}
	legal := slices.ContainsFunc(caseMoves, func(m CaseMove) bool {
		return slices.Contains(m.From, before.State) && (m.To == after.State || m.To == "" && before.State == after.State)
	})
	if !legal && before.State != after.State {
		t.Fatalf("%s: from %s to %s is no move", event, before.State, after.State)
	}
	if after.State == CaseQueued && before.State == CaseAssigned && !after.DeskTurn {
		t.Fatalf("%s: nobody's turn in the queue", event)
	}
}

// clockAlone lets only time pass: the case is closed and forgotten, or a supervisor is rung.
func clockAlone(t *rapid.T, c *Case, now time.Time, hours bool) {
	for range 200 {
		if c == nil {
			return
		}
		d := desk
		if hours {
			d = office(now)
		}
		if due := c.DueAt(d); due.After(now) {
			if now = due; hours {
				d = office(now)
			}
		}
		s := c.Ring(now, d)
		if s.Entry == EntryDelayed {
			return
		}
		if s.Became != "" && !d.IsOpen() && s.Became != BecameShut {
			t.Fatalf("%s while the desk is closed", s.Became)
		}
		c = s.Case
	}
	t.Fatalf("time alone does not end it: %+v", c)
}

// Every move of the table can be made, and every event has a row.
func TestEveryMoveIsReached(t *testing.T) {
	for _, m := range CaseMoves() {
		for _, from := range m.From {
			var c *Case
			if from != "" {
				c = &Case{ID: 1, State: from, Epoch: 1, Owner: ana, Since: noon, Last: 1}
			}
			s := c.step(m.Event, noon, nil)
			if s.Refused != "" || m.To != "" && s.Case.State != m.To || s.Entry != m.Entry || s.Became != m.Became {
				t.Errorf("%s from %q: %+v", m.Event, from, s)
			}
		}
	}
	if s := (*Case)(nil).step("no such event", noon, nil); s.Refused == "" {
		t.Error("an unknown event moves a case")
	}
}

func TestHoursAfter(t *testing.T) {
	day := time.Date(2026, 11, 30, 0, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		at   float64
		d    time.Duration
		want float64
	}{{9, time.Hour, 10}, {17, 2 * time.Hour, 24 + 9}, {3, time.Hour, 9}, {20, time.Hour, 24 + 9}, {18, time.Minute, 24 + 8 + 1./60}} {
		now := day.Add(time.Duration(c.at * float64(time.Hour)))
		got := office(now).After(now, c.d).Sub(day).Hours()
		if got < c.want-.001 || got > c.want+.001 {
			t.Errorf("%s open after %gh is %gh, want %gh", c.d, c.at, got, c.want)
		}
	}
	if got := (Hours{}).After(noon, time.Hour); !got.Equal(noon.Add(time.Hour)) {
		t.Errorf("always open: %s", got)
	}
}
