package flows

import "llave/flows/nlu"

// onTextWhileWaiting takes a text while the back end is asked. The ways out work; the rest waits.
func (d *dialog) onTextWhileWaiting(p nlu.ParsedText) {
	switch p.Intent {
	case nlu.IntentCancel, nlu.IntentBack, nlu.IntentMenu:
		d.cancelWaiting()
	case nlu.IntentHelp:
		d.help()
	case nlu.IntentUnlink:
		if d.in.Forwarded || !p.Unlinks {
			d.say("token.still", nil)
			return
		}
		d.leave()
		inChats(d).unlink()
	case nlu.IntentNone:
		if !inMesa(d).noted() {
			d.say("token.still", nil)
		}
	default:
		d.say("token.still", nil)
	}
}

// cancelWaiting stops waiting. An effect that only reads is forgotten. One that acts cannot be called back: its result is
// dealt with when it comes.
func (d *dialog) cancelWaiting() {
	row := d.row()
	d.dropped(nlu.ParsedText{Intent: nlu.IntentCancel})
	d.mem.Also = nil
	if !row.acts() {
		d.session.Pending = nil
	}
	if row.onCancel != nil {
		row.onCancel(d)
		return
	}
	d.leave()
	d.menu("menu.cancelled")
}

// cannotStop answers a person who stops waiting for an effect that cannot be called back.
func cannotStop(d *dialog) {
	d.leave()
	d.say("another.cannot_stop", nil)
}
