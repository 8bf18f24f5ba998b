package flows

import "strings"

// nameAlone is how many words a text may have that asks for a token with a name and nothing else, while a case is open: longer ones
// are about something else, and for the agent.
const nameAlone = 3

// noted says that a text that was not understood is in the case: the engine has put it there. It does not say so every time.
// False: no case is open.
func (d mesaDialog) noted() bool {
	switch {
	case !d.session.Case.Open():
		return false
	case d.in.Media != nil:
		d.received()
	case d.in.Now.Sub(d.mem.Mesa.Noted) >= sameNoted:
		d.mem.Mesa.Noted = d.in.Now
		d.tell("mesa.queued_noted", d.data())
	}
	return true
}

// received says that a file is in the case: once for several that come together. False: no case is open, or there is no file.
func (d mesaDialog) received() bool {
	if !d.session.Case.Open() || d.in.Media == nil {
		return false
	}
	before := d.mem.Unreadable
	d.mem.Unreadable = unreadable{d.in.Subtype, d.in.Now}
	if before.Subtype != d.in.Subtype || d.in.Now.Sub(before.At) >= sameUnreadable {
		d.tell("mesa.queued_file", d.data())
	}
	return true
}

// tells reports whether a text tells an agent something, and is no name that asks for a token.
func (d mesaDialog) tells() bool {
	return d.session.Case.Open() && len(strings.Fields(d.in.Text)) > nameAlone
}
