package bot

import (
	"slices"
	"time"
)

// CaseEvent is what moves a case.
type CaseEvent string

// What moves a case besides the deeds of agents, whose events have the names of the deeds.
const (
	CaseOpen      CaseEvent = "open"      // the affiliate asks for a person
	CaseReopen    CaseEvent = "reopen"    // again, within [CaseGrace]
	CaseSaid      CaseEvent = "said"      // the affiliate says or sends something
	CaseLeave     CaseEvent = "leave"     // the affiliate goes back to the bot
	CaseCounter   CaseEvent = "counter"   // the affiliate is at a counter
	CaseBlocked   CaseEvent = "blocked"   // the affiliate blocked the bot
	CaseGone      CaseEvent = "gone"      // the chat is closed for good
	CaseUnclaimed CaseEvent = "unclaimed" // nobody took it in time
	CaseRequeued  CaseEvent = "requeued"  // it has been in the queue again for a while
	CaseShuts     CaseEvent = "shuts"     // the desk closes with the case in the queue
	CaseUnowned   CaseEvent = "unowned"   // its owner says nothing
	CaseQuiet     CaseEvent = "quiet"     // the affiliate says nothing
	CaseAbandoned CaseEvent = "abandoned" // and has been warned
	CaseForgotten CaseEvent = "forgotten" // the grace is over
)

// Became is what a case became, for the script to find words.
type Became string

// What a case becomes. The affiliate is told; the texts are the script's.
const (
	BecameOpened      Became = "opened"
	BecameReopened    Became = "reopened"
	BecameTaken       Became = "taken"
	BecameTransferred Became = "transferred"
	BecameTakenOver   Became = "takenover" // told at the first word only
	BecameRequeued    Became = "requeued"
	BecameReturned    Became = "returned"
	BecameClosed      Became = "closed"
	BecameLeft        Became = "left"
	BecameWarned      Became = "warned"
	BecameAbandoned   Became = "abandoned"
	BecameDelayed     Became = "delayed"
	BecameShut        Became = "shut"
	BecameCounter     Became = "counter"
	BecameErrand      Became = "errand" // the script does the errand
)

// CaseMove is a row of the table of moves.
type CaseMove struct {
	Event CaseEvent
	// From are the states that it may happen in; the empty state is a chat without a case.
	From []CaseState
	// To is the state that it leads to; empty: the same.
	To CaseState
	// Epoch says that who may write changes.
	Epoch bool
	// Entry is what the case records, and Became what the script is asked to tell; either may be empty.
	Entry  EntryKind
	Became Became
}

var (
	noCase   = []CaseState{"", CaseClosed}
	queued   = []CaseState{CaseQueued}
	assigned = []CaseState{CaseAssigned}
	closed   = []CaseState{CaseClosed}
	anyOpen  = []CaseState{CaseQueued, CaseAssigned}
)

// caseMoves is every move that a case can make. What is not in it does not happen.
var caseMoves = []CaseMove{
	{CaseOpen, noCase, CaseQueued, true, EntryOpened, BecameOpened},
	{CaseReopen, closed, CaseQueued, true, EntryReopened, BecameReopened},
	{CaseSaid, anyOpen, "", false, EntrySaid, ""},
	{CaseLeave, anyOpen, CaseClosed, true, EntryLeft, BecameLeft},
	{CaseCounter, anyOpen, "", false, EntryCounter, BecameCounter},
	{CaseBlocked, anyOpen, "", false, EntryGone, ""},
	{CaseGone, anyOpen, CaseClosed, true, EntryGone, ""},
	{CaseUnclaimed, queued, "", false, EntryDelayed, BecameDelayed},
	{CaseRequeued, queued, "", false, "", BecameRequeued},
	{CaseShuts, queued, "", false, "", BecameShut},
	{CaseUnowned, assigned, CaseQueued, true, EntryUnowned, ""},
	{CaseQuiet, assigned, "", false, EntryWarned, BecameWarned},
	{CaseAbandoned, assigned, CaseClosed, true, EntryClosed, BecameAbandoned},
	{CaseForgotten, closed, "", false, "", ""},
	{CaseEvent(DeedTake), queued, CaseAssigned, true, EntryTaken, BecameTaken},
	{CaseEvent(DeedSay), assigned, "", false, EntrySpoken, ""},
	{CaseEvent(DeedAgain), assigned, "", false, EntrySpoken, ""},
	{CaseEvent(DeedErrand), assigned, "", false, EntryErrand, BecameErrand},
	{CaseEvent(DeedRelease), assigned, CaseQueued, true, EntryReleased, ""},
	{CaseEvent(DeedTransfer), anyOpen, CaseAssigned, true, EntryTransferred, BecameTransferred},
	{CaseEvent(DeedTakeOver), anyOpen, CaseAssigned, true, EntryTakenOver, BecameTakenOver},
	{CaseEvent(DeedReturn), assigned, CaseClosed, true, EntryReturned, BecameReturned},
	{CaseEvent(DeedClose), anyOpen, CaseClosed, true, EntryClosed, BecameClosed},
}

// CaseMoves is the table of moves, for drawing it.
func CaseMoves() []CaseMove { return slices.Clone(caseMoves) }

// caseMove finds the row of an event; nil if it cannot happen in the state.
func caseMove(event CaseEvent, from CaseState) *CaseMove {
	for i := range caseMoves {
		if m := &caseMoves[i]; m.Event == event && slices.Contains(m.From, from) {
			return m
		}
	}
	return nil
}

// state is the state of a case that may not be there.
func (c *Case) state() CaseState {
	if c == nil {
		return ""
	}
	return c.State
}

// CaseStep is what came of an event: the case as it is now, the entry that it leaves, and what the script is to tell. A
// refused step leaves the case as it was. A nil Case is none: it was forgotten.
type CaseStep struct {
	Case    *Case
	Refused Refusal
	Entry   EntryKind
	Became  Became
}

// step makes a move, and lets f say what else changes.
func (c *Case) step(event CaseEvent, now time.Time, f func(next *Case)) CaseStep {
	m := caseMove(event, c.state())
	if m == nil {
		return CaseStep{Case: c, Refused: RefusedNotOpen}
	}
	next := Case{}
	if c != nil {
		next = *c
	}
	if m.To != "" && m.To != next.State {
		next.State, next.Since = m.To, now
	}
	if m.Epoch {
		next.Epoch++
		next.Errand, next.ErrandUntil = "", time.Time{}
	}
	if f != nil {
		f(&next)
	}
	return CaseStep{Case: &next, Entry: m.Entry, Became: m.Became}
}
