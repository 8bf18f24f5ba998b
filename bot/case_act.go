package bot

import (
	"slices"
	"time"
)

// keptAgain bounds [Case.Again].
const keptAgain = 32

// Do is what an agent's act makes of a case. waited is how long the act waited for its turn. A refusal changes nothing. It is
// pure.
func (c *Case) Do(a Act, now time.Time, waited time.Duration, d Desk) CaseStep {
	if why := c.refuses(a, now, waited, d); why != "" {
		return CaseStep{Case: c, Refused: why}
	}
	event := CaseEvent(a.Do)
	switch a.Do {
	case DeedReopen:
		return c.step(CaseReopen, now, func(n *Case) { n.enterQueue(now, d) })
	case DeedCounter:
		return c.counter(a.On, now, d)
	case DeedTake, DeedTakeOver:
		return c.step(event, now, func(n *Case) { n.assign(a.By, now, d) })
	case DeedTransfer:
		return c.step(event, now, func(n *Case) { n.assign(a.To, now, d) })
	case DeedSay, DeedAgain:
		return c.step(event, now, func(n *Case) { n.spoke(a, now, d) })
	case DeedErrand:
		return c.step(event, now, func(n *Case) {
			n.Errand, n.ErrandUntil = a.ID, now.Add(ErrandTime)
			n.spoke(a, now, d)
		})
	case DeedRelease:
		return c.step(event, now, func(n *Case) { n.requeue(now, d) })
	case DeedReturn:
		return c.step(event, now, func(n *Case) { n.close(WhyReturned, now) })
	case DeedClose:
		return c.step(event, now, func(n *Case) { n.close(a.Why, now) })
	}
	return CaseStep{Case: c, Refused: RefusedNotAllowed}
}

// refuses says why an act is not done; empty if it is.
func (c *Case) refuses(a Act, now time.Time, waited time.Duration, d Desk) Refusal {
	switch {
	case a.By.ID == "" || a.By.Role != RoleAgent && a.By.Role != RoleSupervisor:
		return RefusedNotAllowed
	case c == nil || c.ID != a.Case:
		if a.Do == DeedReopen {
			return RefusedOver
		}
		return RefusedNotOpen
	case waited > StaleAfter:
		return RefusedLate
	case a.Do == DeedReopen:
		return c.refusesReopen(now)
	case !c.Open():
		return RefusedNotOpen
	}
	if why := c.refusesWho(a); why != "" {
		return why
	}
	switch {
	case a.Epoch != c.Epoch:
		return RefusedEpoch
	case a.needsSeen() && a.Seen < c.Received:
		return RefusedStale
	case a.Do == DeedAgain && (a.Of == 0 || a.Of > c.Last || slices.Contains(c.Again, a.Of)):
		return RefusedNoEntry
	case a.Do == DeedTransfer && c.Assigned() && c.Owner.ID == a.To.ID:
		return RefusedTaken
	case a.Do == DeedCounter && a.On && !d.IsOpen():
		return RefusedShut
	case a.Do == DeedClose && !a.Why.ByAgent(), a.Do == DeedTransfer && a.To.ID == "":
		return RefusedNotAllowed
	}
	return ""
}

// refusesReopen says why an agent cannot reopen the case.
func (c *Case) refusesReopen(now time.Time) Refusal {
	switch {
	case c.Open():
		return RefusedOpen
	case !c.Reopens(now):
		return RefusedOver
	}
	return ""
}

// refusesWho says whether the agent may do such a thing now: only the owner writes.
func (c *Case) refusesWho(a Act) Refusal {
	owner, chief := c.Assigned() && c.Owner.ID == a.By.ID, a.By.Role == RoleSupervisor
	switch a.Do {
	case DeedTake:
		if c.Assigned() {
			return RefusedTaken
		}
		return ""
	case DeedTakeOver:
		if !chief {
			return RefusedNotAllowed
		}
		return ""
	case DeedTransfer, DeedCounter:
		if !owner && !chief {
			return RefusedNotOwner
		}
		return ""
	case DeedClose:
		if !owner && !(chief && c.State == CaseQueued) {
			return RefusedNotOwner
		}
		return ""
	case DeedSay, DeedAgain, DeedErrand, DeedRelease, DeedReturn:
		if !owner {
			return RefusedNotOwner
		}
		return ""
	}
	return RefusedNotAllowed
}

// needsSeen says that an act answers the affiliate: its screen must have shown all that the affiliate had said.
func (a Act) needsSeen() bool {
	switch a.Do {
	case DeedSay, DeedErrand, DeedReturn, DeedClose:
		return true
	}
	return false
}

// assign gives the case to an agent, with the next word the agent's.
func (c *Case) assign(to Agent, now time.Time, d Desk) {
	c.Owner, c.Warned, c.Requeued, c.Delays = to, false, false, 0
	c.deskTurn(now, d)
}

// deskTurn has the affiliate wait for the desk. The time begins when the affiliate's first unanswered word came.
func (c *Case) deskTurn(now time.Time, d Desk) {
	if !c.DeskTurn || c.Alarm != CaseUnowned {
		c.Turned = now
	}
	c.DeskTurn, c.Warned = true, false
	wait := OwnerSilent
	if c.AtCounter {
		wait = CounterSilent
	}
	c.Alarm, c.Due = CaseUnowned, d.After(now, wait)
}

// spoke notes that the agent wrote: the desk waits for the affiliate.
func (c *Case) spoke(a Act, now time.Time, d Desk) {
	if a.Of != 0 {
		c.Again = append(slices.Clone(c.Again), a.Of)
		c.Again = c.Again[max(0, len(c.Again)-keptAgain):]
	}
	c.DeskTurn, c.Warned, c.Turned = false, false, now
	c.Alarm, c.Due = CaseQuiet, d.After(now, QuietWarning)
}

// enterQueue begins to wait for an agent.
func (c *Case) enterQueue(now time.Time, d Desk) {
	c.Why, c.Delays, c.Warned, c.ShutTold, c.Requeued, c.Gone = "", 0, false, !d.IsOpen(), false, false
	c.DeskTurn, c.Since, c.Turned = true, now, now
	if c.Wait = d.High; c.Wait <= 0 {
		c.Wait = CaseWait
	}
	c.waitForAgent(now, d)
}

// requeue puts the case before all others: its owner gave it back, or said nothing.
func (c *Case) requeue(now time.Time, d Desk) {
	c.Delays, c.Warned, c.Requeued = 0, false, true
	if !c.DeskTurn {
		c.DeskTurn, c.Turned = true, now
	}
	c.Alarm, c.Due = CaseRequeued, d.After(now, CaseHushed)
}

// waitForAgent sets the alarm of a queued case: the wait that was promised, then three times it, then again and again.
func (c *Case) waitForAgent(now time.Time, d Desk) {
	wait := c.Wait
	switch {
	case wait <= 0:
		wait = CaseWait
	case c.AtCounter:
		wait = min(wait, CounterSilent)
	}
	if c.Delays > 0 {
		wait *= 3
	}
	c.Alarm, c.Due = CaseUnclaimed, d.After(now, wait)
}

// close ends the case. It is remembered until the grace is over.
func (c *Case) close(why CloseWhy, now time.Time) {
	c.Why, c.DeskTurn, c.Warned, c.Requeued, c.AtCounter = why, false, false, false, false
	c.Alarm, c.Due = CaseForgotten, now.Add(CaseGrace)
}
