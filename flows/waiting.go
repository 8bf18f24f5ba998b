package flows

import (
	"reflect"

	"llave/flows/nlu"
)

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
		if len(p.Refs) > 0 && (p.TheirToken || d.parser.Resolve(p.Refs, d.mem.speaker()).Unresolved == nil) { // "y el de Juana"
			p.Intent = nlu.IntentToken
			d.onTextWhileWaiting(p)
			return
		}
		if !inMesa(d).noted() {
			d.say("token.still", nil)
		}
	default:
		if d.queueWhileWaiting(p) {
			d.say("token.queued", nil)
			return
		}
		d.say("token.still", nil)
	}
}

// maxQueued is how many requests may wait for the back end's answer to the one before.
const maxQueued = 4

// queueWhileWaiting keeps what a text asks for until the open request is granted. False: it asks for nothing that can wait, or for
// what is under way already.
func (d *dialog) queueWhileWaiting(p nlu.ParsedText) bool {
	if !d.mem.linked() || d.in.Forwarded || !canWait[p.Intent] || !d.machines.flows[flowOf(d.session.State)].grants {
		return false
	}
	queued := false
	for _, r := range d.requestsOf(p) {
		if len(d.mem.Also) < maxQueued && !d.isUnderWay(r) {
			d.queue(r)
			queued = true
		}
	}
	return queued
}

// canWait are the intents of requests.
var canWait = map[nlu.Intent]bool{nlu.IntentToken: true, nlu.IntentCredential: true, nlu.IntentAnother: true, nlu.IntentRejected: true,
	nlu.IntentPreprint: true, nlu.IntentVoid: true}

// isUnderWay reports whether a request asks for the same as the open one, or as one that waits: a person in a hurry writes twice.
func (d *dialog) isUnderWay(r Request) bool {
	same := func(of Request) bool {
		if of == nil {
			return false
		}
		a, b := r.common(), of.common()
		if a.Intent != b.Intent {
			return false
		}
		if len(a.Refs)+len(a.Members) == 0 { // "token", while some token is asked for
			return true
		}
		if len(a.Refs) > 0 && len(b.Refs) > 0 {
			return reflect.DeepEqual(a.Refs, b.Refs)
		}
		who := d.parser.Resolve(a.Refs, d.mem.speaker())
		return who.Unresolved == nil && reflect.DeepEqual(append(who.Members, a.Members...), b.Members)
	}
	if same(d.mem.request()) {
		return true
	}
	for _, q := range d.mem.Also {
		if same(q.request()) {
			return true
		}
	}
	return false
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
