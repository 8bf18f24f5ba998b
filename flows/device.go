package flows

import (
	"time"

	"llave/bot"
)

// sharedLasts is how long a chat stays linked on a device that others use, too.
const sharedLasts = 12 * time.Hour

// timerShared is the timer that ends such a link.
const timerShared = "shared"

// device is what the person said of the device that the chat is on.
type device struct {
	Shared bool `json:"shared,omitempty"`
	// Until is the end of the link for that reason; zero while the chat is not linked.
	Until time.Time `json:"until,omitzero"`
}

// onDevice takes what the person answered to the channel: whether others use the device, too. The channel says what comes of it.
func (d *dialog) onDevice() {
	if d.in.Subtype == bot.DeviceShared {
		d.mem.Device.Shared = true // boundShared does the rest
		return
	}
	if !d.mem.Device.Until.IsZero() {
		d.out.Timers = append(d.out.Timers, bot.Timer{Name: timerShared})
	}
	d.mem.Device = device{}
}

// boundShared gives the link of a chat on a shared device its end: when that is said, and when such a chat is linked again.
func (d *dialog) boundShared() {
	if is := &d.mem.Device; is.Shared && is.Until.IsZero() && d.mem.linked() {
		is.Until = d.in.Now.Add(sharedLasts)
		d.out.Timers = append(d.out.Timers, bot.Timer{Name: timerShared, Due: is.Until})
	}
}

// endsShared reports whether the link's time is over, and ends the link then: at the timer, or at a message that is faster.
func (d *dialog) endsShared() bool {
	timer := d.in.Kind == bot.Alarm && d.in.Subtype == timerShared
	if d.in.Result != nil || !timer && !d.in.Kind.FromPerson() {
		return false
	}
	until := d.mem.Device.Until
	switch {
	case until.IsZero():
		return timer // the link has ended already
	case d.in.Now.Before(until):
		if timer { // of a link before this one
			d.out.Timers = append(d.out.Timers, bot.Timer{Name: timerShared, Due: until})
		}
		return timer
	}
	all := d.mem.credentials()
	if d.session.State != home {
		d.leave()
	}
	d.mem.unlink()
	d.session.Pending = nil
	d.out.Purge = true
	d.effect(opEndLinks, d.in.ID, endLinksArgs{all}, "")
	if d.session.Case.Assigned() {
		d.tell("chats.shared_over", nil)
	} else {
		d.offer(bot.Say, "chats.shared_over", nil, choices("link")...)
	}
	return true
}
