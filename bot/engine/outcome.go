package engine

import (
	"llave/bot"
)

// turnOutcome is the sum of a turn's decisions.
type turnOutcome struct {
	bot.Decision
	pending    *effectCall // the effect that was not answered in time
	quarantine string
	entries    []bot.Entry // of the chat's case
}

func (o *turnOutcome) add(d bot.Decision) {
	o.Session, o.Effect = d.Session, d.Effect
	o.Replies = append(o.Replies, d.Replies...)
	o.Timers = append(o.Timers, d.Timers...)
	o.Events = append(o.Events, d.Events...)
	o.Purge = o.Purge || d.Purge
	if d.Said != "" {
		o.Said = d.Said
	}
	if d.Hint != nil {
		o.Hint = d.Hint
	}
}

func (o *turnOutcome) late(c *effectCall, interim *bot.Reply) {
	o.Session.Pending, o.pending = &c.effect, c
	switch {
	case interim == nil:
	case c.effect.Once: // it has not begun: whether it takes long is not known
		c.effect.Interim = interim
	default:
		o.Replies = append(o.Replies, *interim)
	}
}

// slowOutcome sends the interim of an effect that could not begin before its turn had ended, if the session still
// waits for it.
func slowOutcome(w *turn) turnOutcome {
	o := turnOutcome{Decision: bot.Decision{Session: w.caseSession()}}
	if p := w.session.Pending; p != nil && effectID(p) == w.update.Subtype && p.Interim != nil {
		o.Replies = []bot.Reply{*p.Interim}
	}
	return o
}

// applyReachability updates Session.Gone and drops the replies to a chat that cannot be reached. An update that was
// quarantined, or came too late, says nothing about that.
func (sh *Shard) applyReachability(w *turn, o turnOutcome) turnOutcome {
	if o.quarantine != "" || w.superseded() {
		return o
	}
	w.keepThread(&o.Session)
	w.keepAlbum(&o.Session)
	o.Session.Gone = w.update.Kind == bot.Gone || w.session.Gone && !w.update.Kind.FromPerson()
	if o.Session.Gone {
		sh.stats.Dropped.Add(int64(len(o.Replies)))
		o.Replies, o.Purge = nil, true
	}
	return o
}

// quarantine leaves the session as it was and says that the update could not be dealt with.
func (sh *Shard) quarantine(w *turn, why string) turnOutcome {
	sh.stats.Quarantined.Add(1)
	sh.log.Error("update set aside", "chat", w.update.Chat, "key", w.key, "seq", w.update.Seq, "reason", why)
	sh.beginCase(w) // what the script made of it is dropped; what an agent or the clock did holds
	o := turnOutcome{quarantine: why}
	o.Session = w.caseSession()
	if p, r := o.Session.Pending, w.update.Result; p != nil && r != nil && p.Key == r.Key {
		o.Session.Pending = nil // this was its answer; no other will come
	}
	in := bot.Input{Accepted: w.update}
	in.Kind, in.Text, in.Result, in.Choice = bot.Broken, "", nil, bot.Choice{}
	if d, err := sh.decide(o.Session, in); err == nil && w.update.Chat != "" {
		o.Replies = d.Replies
	}
	return o
}
