package flows

import "time"

// How long after a message that cannot be read another one of its kind gets no answer: several pictures at once, a message
// that is corrected again and again.
const (
	sameUnreadable = 10 * time.Second
	sameEdited     = time.Hour
)

// unreadable says that something cannot be read: once for what comes together.
func (t *talk) unreadable() {
	quiet := sameUnreadable
	if t.in.Subtype == "edited" {
		quiet = sameEdited
	}
	before := t.m.Unreadable
	t.m.Unreadable = unreadable{t.in.Subtype, t.in.Now}
	if before.What == t.in.Subtype && t.in.Now.Sub(before.At) < quiet {
		return
	}
	t.say("menu.unreadable", t.in.Subtype)
}

// unreadable is the last message that could not be read.
type unreadable struct {
	What string    `json:"what,omitempty"`
	At   time.Time `json:"at,omitzero"`
}
