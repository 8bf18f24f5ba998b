package bot

import (
	"slices"
	"time"
)

// Case is one escalation of a chat to Mesa de Ayuda. It is part of the chat's session, so that what an agent does is
// committed on the path of every update. Its moves are [CaseMoves]; a value is never changed in place.
type Case struct {
	ID    uint64    `json:"id"`
	State CaseState `json:"state"`
	// Epoch rises with every change of who may write. An act names the epoch that its screen showed.
	Epoch uint64 `json:"epoch"`
	// Owner is who has the case; in another state than assigned, who had it last.
	Owner Agent `json:"owner,omitzero"`
	// Last is the number of the last entry, and Received that of the last one that the affiliate made. Entries are numbered
	// from 1 without gaps.
	Last     uint64 `json:"last"`
	Received uint64 `json:"heard,omitempty"`
	// DeskTurn says that the affiliate waits for the desk, and not the desk for the affiliate.
	DeskTurn  bool `json:"desk,omitempty"`
	AtCounter bool `json:"counter,omitempty"`
	// Gone says that the affiliate blocked the bot.
	Gone bool `json:"gone,omitempty"`
	// Reason is the script's word for what the case is about, and Why how it was closed.
	Reason string   `json:"reason,omitempty"`
	Why    CloseWhy `json:"why,omitempty"`
	// Opened is when the case was opened, Since when it came into its state, Turned when the turn passed to who has it.
	Opened time.Time `json:"opened"`
	Since  time.Time `json:"since"`
	Turned time.Time `json:"turned"`
	// Alarm is what happens at Due if nothing else happens before.
	Alarm CaseEvent `json:"alarm,omitempty"`
	Due   time.Time `json:"due,omitzero"`
	// Wait is how long the affiliate was told to wait in the queue.
	Wait time.Duration `json:"wait,omitempty"`
	// Delays counts how often nobody took it in time. Warned, ShutTold and Requeued say what the affiliate has been told, or
	// is still to be told: that the case will be closed, that the desk has closed, that it is in the queue again.
	Delays   int  `json:"delays,omitempty"`
	Warned   bool `json:"warned,omitempty"`
	ShutTold bool `json:"shut,omitempty"`
	Requeued bool `json:"requeued,omitempty"`
	// Errand is the act by which the agent had the bot do something, until ErrandUntil: the bot may say what came of it.
	Errand      string    `json:"errand,omitempty"`
	ErrandUntil time.Time `json:"errand_until,omitzero"`
	// Again are the failed entries that were said again, the last ones.
	Again []uint64 `json:"again,omitempty"`
}

// CaseState is where a case stands.
type CaseState string

// The states of a case. A chat without a case has none.
const (
	CaseQueued   CaseState = "queued"   // nobody has it; the bot goes on
	CaseAssigned CaseState = "assigned" // its owner writes, and the bot is silent
	CaseClosed   CaseState = "closed"   // the bot goes on; the case can be reopened for [CaseGrace]
)

// CloseWhy says how a case was closed.
type CloseWhy string

// How a case is closed: by an agent, by the affiliate, or by time.
const (
	WhyResolved  CloseWhy = "resolved"
	WhyElsewhere CloseWhy = "elsewhere" // it is done in another place
	WhySilent    CloseWhy = "silent"    // an agent closes it because the affiliate says nothing
	WhyAbuse     CloseWhy = "abuse"     // it is not reopened
	WhyReturned  CloseWhy = "returned"  // the agent gave the chat back to the bot
	WhyLeft      CloseWhy = "left"      // the affiliate went back to the bot
	WhyAbandoned CloseWhy = "abandoned" // the affiliate said nothing for long
	WhyGone      CloseWhy = "gone"      // the chat is closed for good
)

// ByAgent reports whether an agent may close a case so.
func (w CloseWhy) ByAgent() bool {
	return w == WhyResolved || w == WhyElsewhere || w == WhySilent || w == WhyAbuse
}

// AgentID names an agent of Mesa de Ayuda.
type AgentID string

// Agent is who acts. The desk sets it from the signed-in session, never from a form.
type Agent struct {
	ID   AgentID `json:"id"`
	Name string  `json:"name"`
	Role Role    `json:"role,omitempty"`
}

// Role is what an agent may do.
type Role string

// The roles. Those of an admin and of an auditor act on no case.
const (
	RoleAgent      Role = "agent"
	RoleSupervisor Role = "supervisor"
	RoleAdmin      Role = "admin"
	RoleAuditor    Role = "auditor"
)

// How long the stages of a case last. All but CaseGrace and CaseHushed count only while the desk is open.
const (
	CaseWait      = 15 * time.Minute // in the queue, where no other wait was promised
	OwnerSilent   = 5 * time.Minute  // an owner who says nothing loses the case
	CounterSilent = 2 * time.Minute  // the same, with the affiliate at a counter; and the wait in the queue there
	QuietWarning  = 30 * time.Minute // an affiliate who says nothing is warned
	QuietClose    = 2 * time.Hour    // after the warning the case is closed
	CaseHushed    = 2 * time.Minute  // before the affiliate hears that the case is in the queue again
	CaseGrace     = 24 * time.Hour   // a closed case can be reopened
	ErrandTime    = 10 * time.Minute // an errand may take
	SpokenLasts   = 2 * time.Hour    // an agent's words are sent, or fail
)

// CaseTimer is the name of the one timer that an open case has. A script sets none of this name.
const CaseTimer = "case"

// Open reports whether there is a case and it is not closed.
func (c *Case) Open() bool { return c != nil && c.State != CaseClosed }

// Assigned reports whether an agent has the case: the bot is silent.
func (c *Case) Assigned() bool { return c != nil && c.State == CaseAssigned }

// Reopens reports whether a closed case may be opened again at now.
func (c *Case) Reopens(now time.Time) bool {
	return c != nil && c.State == CaseClosed && c.Why != WhyAbuse && c.Why != WhyGone && now.Before(c.Since.Add(CaseGrace))
}

// Hours are the desk's opening hours, as far as a case needs them: whether it is open now, when that changes, and when it
// changes again. The zero Hours are always open.
type Hours struct {
	Open    bool      `json:"open"`
	Changes time.Time `json:"changes,omitzero"`
	Then    time.Time `json:"then,omitzero"`
}

// IsOpen reports whether the desk is open.
func (h Hours) IsOpen() bool { return h.Open || h.Changes.IsZero() }

// After is the moment at which the desk has been open for d, counted from now. Beyond the next two changes it is the end
// of what is known: whoever waits looks again then.
func (h Hours) After(now time.Time, d time.Duration) time.Time {
	switch {
	case h.Changes.IsZero():
		return now.Add(d)
	case h.Open:
		if end := now.Add(d); h.Then.IsZero() || end.Before(h.Changes) {
			return end
		}
		return h.Then.Add(d - h.Changes.Sub(now))
	}
	if end := h.Changes.Add(d); h.Then.IsZero() || end.Before(h.Then) {
		return end
	}
	return h.Then
}

// Desk is what may be promised about Mesa de Ayuda now.
type Desk struct {
	Hours
	// Next is the number that a case would get; zero: none can be opened now.
	Next uint64
	// Ahead is how many wait in the queue, and Queue the first ones of them, in its order, as far as is known.
	Ahead int
	Queue []uint64
	// Staff says whether there is nobody to take a case.
	Staff Staff
	// Low and High are how long the last ones waited, as a band; zero: nothing can be promised.
	Low, High time.Duration
	// Banner is what the desk says to everybody: a disturbance that is known.
	Banner string
}

// Before is how many cases of the queue come before one; false: it is not known.
func (d Desk) Before(id uint64) (int, bool) {
	at := slices.Index(d.Queue, id)
	return at, at >= 0
}

// Staff is who there is to take a case. Empty: somebody, or it is not known.
type Staff string

// Who there is, where there is nobody.
const (
	StaffNone Staff = "none" // no agent has an account
	StaffAway Staff = "away" // none is on duty
)
