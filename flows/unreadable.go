package flows

import (
	"time"

	"llave/bot"
)

// How long after a message that cannot be read another one of its kind gets no answer: several pictures at once, a message
// that is edited again and again.
const (
	sameUnreadable = 10 * time.Second
	sameEdited     = time.Hour
)

// unreadable is the last message that could not be read.
type unreadable struct {
	Subtype string    `json:"what,omitempty"`
	At      time.Time `json:"at,omitzero"`
}

// corrects reports whether the affiliate changed the words of an earlier message. They are for the agent of a case: the bot has
// answered the first ones, and reads no others.
func (d *dialog) corrects() bool { return d.in.Kind == bot.Other && d.in.Subtype == "edited" }

// onUnreadable says that a message cannot be read: once for several that come together.
func (d *dialog) onUnreadable() {
	quiet := sameUnreadable
	if d.corrects() {
		quiet = sameEdited
	}
	before := d.mem.Unreadable
	d.mem.Unreadable = unreadable{d.in.Subtype, d.in.Now}
	if before.Subtype == d.in.Subtype && d.in.Now.Sub(before.At) < quiet {
		return
	}
	if before.Subtype != d.in.Subtype && d.text("menu.unreadable", before.Subtype) != d.text("menu.unreadable", d.in.Subtype) {
		d.mem.Said = said{} // another line: a photo that is seen once only gets its own sentence after any other
	}
	d.say("menu.unreadable", d.in.Subtype)
}
