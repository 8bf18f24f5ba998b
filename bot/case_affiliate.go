package bot

import "time"

// The functions below are what the affiliate and the clock make of a case. They are pure, and refuse what the table of
// moves does not have.

// OpenCase opens a case under the number that the desk has for it. Whoever has an open case, or nobody to take one, is refused.
func (c *Case) OpenCase(reason string, now time.Time, d Desk) CaseStep {
	if d.Next == 0 {
		return CaseStep{Case: c, Refused: RefusedNotOpen}
	}
	return c.step(CaseOpen, now, func(n *Case) {
		*n = Case{ID: d.Next, State: CaseQueued, Epoch: n.Epoch, Reason: reason, Opened: now}
		n.enterQueue(now, d)
	})
}

// Reopen opens a closed case again.
func (c *Case) Reopen(now time.Time, d Desk) CaseStep {
	if !c.Reopens(now) {
		return CaseStep{Case: c, Refused: RefusedNotOpen}
	}
	return c.step(CaseReopen, now, func(n *Case) { n.enterQueue(now, d) })
}

// Said notes that the affiliate said, pressed or sent something. The caller numbers the entry and sets Received.
func (c *Case) Said(now time.Time, d Desk) CaseStep {
	return c.step(CaseSaid, now, func(n *Case) {
		n.Gone = false
		if n.State == CaseAssigned {
			n.deskTurn(now, d)
		}
	})
}

// Leave gives the chat back to the bot because the affiliate wants it.
func (c *Case) Leave(now time.Time) CaseStep {
	return c.step(CaseLeave, now, func(n *Case) { n.close(WhyLeft, now) })
}

// AtTheCounter notes that the affiliate stands at a counter, while the desk is open.
func (c *Case) AtTheCounter(now time.Time, d Desk) CaseStep {
	if !d.IsOpen() {
		return CaseStep{Case: c, Refused: RefusedShut}
	}
	return c.counter(true, now, d)
}

func (c *Case) counter(on bool, now time.Time, d Desk) CaseStep {
	s := c.step(CaseCounter, now, func(n *Case) {
		if n.AtCounter == on {
			return
		}
		n.AtCounter = on
		switch {
		case n.State == CaseQueued && !n.Requeued && n.Delays == 0:
			n.waitForAgent(now, d)
		case n.State == CaseAssigned && n.DeskTurn:
			n.deskTurn(now, d)
		}
	})
	if !on {
		s.Became = ""
	}
	return s
}

// Blocked notes that the affiliate can no longer be reached, for good if ended.
func (c *Case) Blocked(ended bool, now time.Time) CaseStep {
	if ended {
		return c.step(CaseGone, now, func(n *Case) {
			n.Gone = true
			n.close(WhyGone, now)
		})
	}
	return c.step(CaseBlocked, now, func(n *Case) { n.Gone = true })
}

// DueAt is when the case has to be looked at again: zero for none. It is the case's alarm, or the desk's closing time.
func (c *Case) DueAt(d Desk) time.Time {
	if c == nil {
		return time.Time{}
	}
	if c.shutsBefore(d) {
		return d.Changes
	}
	return c.Due
}

// shutsBefore says that the desk closes before the case's alarm, and that the affiliate is to be told.
func (c *Case) shutsBefore(d Desk) bool {
	return c.State == CaseQueued && !c.ShutTold && d.IsOpen() && !d.Changes.IsZero() && d.Changes.Before(c.Due)
}

// Ring is what the clock makes of a case whose time has come. What waits does not go on while the desk is closed. A step
// without entry and words changes nothing but when to look again.
func (c *Case) Ring(now time.Time, d Desk) CaseStep {
	switch {
	case c == nil:
		return CaseStep{}
	case c.State == CaseQueued && !c.ShutTold && !d.IsOpen():
		return c.step(CaseShuts, now, func(n *Case) {
			n.ShutTold = true
			n.postpone(now, d)
		})
	case now.Before(c.Due):
		return CaseStep{Case: c}
	case c.Alarm != CaseForgotten && !d.IsOpen():
		next := *c
		next.postpone(now, d)
		return CaseStep{Case: &next}
	}
	return c.ring(now, d)
}

// postpone moves an alarm that would come while the desk is closed to its next opening.
func (c *Case) postpone(now time.Time, d Desk) {
	if !c.Due.After(d.Changes) {
		c.Due = d.After(now, time.Minute)
	}
}

// ring makes the move of the case's alarm.
func (c *Case) ring(now time.Time, d Desk) CaseStep {
	switch c.Alarm {
	case CaseUnclaimed:
		s := c.step(c.Alarm, now, func(n *Case) {
			n.Delays++
			n.waitForAgent(now, d)
		})
		if c.Delays >= 2 { // a supervisor is rung again; the affiliate has been told twice
			s.Became = ""
		}
		return s
	case CaseRequeued:
		return c.step(c.Alarm, now, func(n *Case) {
			n.Requeued = false
			n.waitForAgent(now, d)
		})
	case CaseUnowned:
		return c.step(c.Alarm, now, func(n *Case) { n.requeue(now, d) })
	case CaseQuiet:
		return c.step(c.Alarm, now, func(n *Case) {
			n.Warned = true
			n.Alarm, n.Due = CaseAbandoned, d.After(now, QuietClose)
		})
	case CaseAbandoned:
		return c.step(c.Alarm, now, func(n *Case) { n.close(WhyAbandoned, now) })
	case CaseForgotten:
		return CaseStep{}
	}
	next := *c // a case without an alarm is one of another version: it waits for an agent or for the affiliate
	next.waitForAgent(now, d)
	return CaseStep{Case: &next}
}
