package engine

import (
	"llave/bot"
)

// outcome is what the decisions of a turn add up to.
type outcome struct {
	bot.Decision
	pending *call // the effect that was not answered in time
	aside   string
}

func (o *outcome) add(d bot.Decision) {
	o.Session, o.Effect = d.Session, d.Effect
	o.Replies = append(o.Replies, d.Replies...)
	o.Timers = append(o.Timers, d.Timers...)
	o.Events = append(o.Events, d.Events...)
	o.Purge = o.Purge || d.Purge
}

func (o *outcome) late(c *call, interim *bot.Reply) {
	o.Session.Pending, o.pending = &c.effect, c
	switch {
	case interim == nil:
	case c.effect.Once: // it has not even begun: whether it takes long is not known yet
		c.effect.Interim = interim
	default:
		o.Replies = append(o.Replies, *interim)
	}
}

// slow says the interim of an effect that could not begin before its turn had ended, if it is still awaited.
func slow(w *work) outcome {
	o := outcome{Decision: bot.Decision{Session: w.session}}
	if p := w.session.Pending; p != nil && effectID(p) == w.update.Subtype && p.Interim != nil {
		o.Replies = []bot.Reply{*p.Interim}
	}
	return o
}

// unlessGone keeps in mind whether the chat takes anything, and drops what nobody would read: what others have to
// tell a chat that is gone, and what was on its way there.
func (sh *Shard) unlessGone(w *work, o outcome) outcome {
	w.keepThread(&o.Session)
	o.Session.Gone = w.update.Kind == bot.Gone || w.session.Gone && !w.update.Kind.FromPerson()
	if o.Session.Gone {
		sh.stats.Dropped.Add(int64(len(o.Replies)))
		o.Replies, o.Purge = nil, true
	}
	return o
}

// setAside leaves the session as it was and says sorry.
func (sh *Shard) setAside(w *work, why string) outcome {
	sh.stats.Quarantined.Add(1)
	o := outcome{aside: why}
	o.Session = w.session
	if p, r := o.Session.Pending, w.update.Result; p != nil && r != nil && p.Key == r.Key {
		o.Session.Pending = nil // this was its answer, and no other will come
	}
	in := bot.Input{Accepted: w.update}
	in.Kind, in.Text, in.Result, in.Choice = bot.Broken, "", nil, bot.Choice{}
	if d, err := sh.decide(w.session, in); err == nil && w.update.Chat != "" {
		o.Replies = d.Replies
	}
	return o
}
