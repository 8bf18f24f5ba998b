package bot

import "time"

// Act is what an agent does in a case: an update of the affiliate's chat, so that it is done once, in order, and in one
// commit with what it changes.
type Act struct {
	// ID is drawn by the page: the same act is the same ID, and is done once.
	ID string `json:"id"`
	Do Deed   `json:"do"`
	By Agent  `json:"by"`
	// Case and Epoch are what the screen showed, and Seen the last entry that it showed.
	Case  uint64 `json:"case"`
	Epoch uint64 `json:"epoch,omitempty"`
	Seen  uint64 `json:"seen,omitempty"`
	// Text and File are what is said. Text is also the note's place holder for none: notes never enter an act.
	Text string `json:"text,omitempty"`
	File *File  `json:"file,omitempty"`
	// To is who gets a case that is transferred.
	To Agent `json:"to,omitzero"`
	// Why is how a case is closed, and Go on what the bot does with a chat that is returned.
	Why    CloseWhy `json:"why,omitempty"`
	Resume bool     `json:"resume,omitempty"`
	// Of is the failed entry that is said again.
	Of uint64 `json:"of,omitempty"`
	// On says whether the affiliate is at a counter.
	On bool `json:"on,omitempty"`
	// Name and Args are an errand's.
	Name string `json:"name,omitempty"`
	Args Value  `json:"args,omitzero"`
}

// Deed is the kind of an act.
type Deed string

// What an agent can do.
const (
	DeedTake     Deed = "take"
	DeedSay      Deed = "say"
	DeedAgain    Deed = "again"    // a failed message, as a new one
	DeedErrand   Deed = "errand"   // the bot does something with the chat's own credential
	DeedRelease  Deed = "release"  // back to the queue
	DeedTransfer Deed = "transfer" // to another agent
	DeedTakeOver Deed = "takeover" // a supervisor takes another's case
	DeedReturn   Deed = "return"   // the chat goes back to the bot
	DeedClose    Deed = "close"
	DeedReopen   Deed = "reopen"
	DeedCounter  Deed = "counter" // the affiliate is at a counter, or no longer
)

// Refusal says why an act was not done.
type Refusal string

// Why an act is refused. There is no way to force one: whoever wants it all the same sends a new act that has seen more.
const (
	RefusedTaken      Refusal = "taken"       // another agent has it
	RefusedNotOwner   Refusal = "not_owner"   // only the owner may
	RefusedEpoch      Refusal = "epoch"       // who may write has changed since the screen was drawn
	RefusedStale      Refusal = "stale"       // the affiliate said something that the screen did not show
	RefusedNotOpen    Refusal = "not_open"    // the case is closed, or the chat has another one
	RefusedLate       Refusal = "late"        // the act waited longer than StaleAfter
	RefusedNotAllowed Refusal = "not_allowed" // the role may not
	RefusedUnlinked   Refusal = "unlinked"    // an errand needs a linked chat
	RefusedNoEntry    Refusal = "no_entry"    // there is no such entry, or it was said again already
	RefusedShut       Refusal = "shut"        // only while the desk is open
	RefusedBusy       Refusal = "busy"        // an errand waits until the back end has answered what the affiliate asked for
	RefusedNoMember   Refusal = "no_member"   // an errand is for nobody of the account
	RefusedOpen       Refusal = "open"        // a case that is open is not reopened
	RefusedOver       Refusal = "over"        // the case can be reopened no more
)

// Refusals are all reasons for which an act is refused.
func Refusals() []Refusal {
	return []Refusal{RefusedTaken, RefusedNotOwner, RefusedEpoch, RefusedStale, RefusedNotOpen, RefusedLate, RefusedNotAllowed, RefusedUnlinked,
		RefusedNoEntry, RefusedShut, RefusedBusy, RefusedNoMember, RefusedOpen, RefusedOver}
}

// actUpdate is how an act's update is called.
const actUpdate = "act/"

// Update is the update of the chat by which an act enters the engine.
func (a Act) Update(chat ChatID) Update {
	return Update{Chat: chat, ID: actUpdate + a.ID, Kind: Acted, Act: &a}
}

// AskedBy reports whether an effect was asked for by the errand of this act.
func (a Act) AskedBy(e *Effect) bool { return e != nil && e.Asked == actUpdate+a.ID }

// ErrandOf reports whether an effect was asked for by the case's errand, and still in its time.
func (c *Case) ErrandOf(e *Effect, now time.Time) bool {
	return c != nil && c.Errand != "" && e != nil && e.Asked == actUpdate+c.Errand && now.Before(c.ErrandUntil)
}
