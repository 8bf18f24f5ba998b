package flows

import (
	"time"

	"llave/bot"
	"llave/flows/nlu"
)

// isStale reports whether a request is too old to be granted without a question.
func (d *dialog) isStale(r Request) bool { return d.age(r) > bot.StaleAfter }

// age is how long ago a request was made. Both times are of our own clock.
func (d *dialog) age(r Request) time.Duration { return d.now().Sub(r.common().At) }

// now is when this turn runs: later than the time of acceptance if the update had to wait.
func (d *dialog) now() time.Time { return d.in.Now.Add(d.in.Waited - d.in.Lag) }

// answerIsStale reports whether a yes waited too long to be acted upon. The question is put again once. After that only our
// own waiting counts, which cannot be longer than the time since the question: the channel's clock may be wrong.
func (d *dialog) answerIsStale() bool {
	waited := d.in.Waited
	if d.mem.Repeated == d.mem.Question {
		waited = min(waited, d.now().Sub(d.mem.AskedAt))
	}
	if waited <= bot.StaleAfter {
		return false
	}
	d.mem.Repeated = d.mem.Question
	return true
}

// confirmStale asks whether an old request still stands.
func (d *dialog) confirmStale(r Request) {
	d.leaveWith(r)
	d.moveIn("stale", "doubt")
	d.ask("stale.ask", int(d.age(r)/time.Minute), choices("yes", "no")...)
}

// answerStale starts the old request as a new one, or forgets it.
func (d *dialog) answerStale(p nlu.ParsedText) bool {
	switch {
	case p.Yes:
		// The answer is at most as old as the question, so that it is never asked about again.
		r := d.mem.request()
		c := r.common()
		c.Asked, c.At, c.Members, c.Below = d.in.ID, d.now(), nil, false
		d.leave()
		d.start(r)
	case p.No:
		d.leave()
		d.say("stale.no", nil)
	default:
		return false
	}
	return true
}
