package engine

import (
	"encoding/json"
	"fmt"
	"time"

	"llave/bot"
)

// gate is what a turn does with the chat's case, besides what the script says: the moves of the machine, and what is filed.
// The engine does it, whatever the script is; a turn of a chat without a case has none.
type gate struct {
	was, c  *bot.Case // before the turn, and now
	entries []bot.Entry
	said    int         // place of the entry of what the affiliate said, from 1; 0: none
	act     *bot.Act    // an agent's deed
	refused bot.Refusal // why it is not done
	became  bot.Became  // what the script is asked to tell
	spoken  *bot.Reply  // the agent's words
	hushed  int64       // replies of the script that are not said
	now     time.Time   // of the turn
}

// beginCase makes the moves that an update makes by itself. It may be called again: it begins anew.
func (sh *Shard) beginCase(w *turn) {
	w.gate = nil
	u, c := &w.update, w.session.Case
	if c == nil && u.Kind != bot.Acted {
		return
	}
	g := &gate{was: c, c: c, now: u.Now}
	w.gate = g
	switch {
	case w.unreadable:
	case u.Kind == bot.Acted && u.Act != nil:
		g.do(u.Act, w.in.Waited, w.in.Desk)
	case u.Kind == bot.Alarm && u.Subtype == bot.CaseTimer:
		g.ring(w.in.Desk)
	case u.Kind == bot.Gone && !w.superseded():
		g.gone(u.Subtype == bot.Closed)
	case u.Kind == bot.Receipted:
		g.receipt(u)
	case u.Kind.FromPerson():
		g.noteSaid(w.in.Desk)
	}
	w.in.Became = g.became
}

// caseNow is the chat's case as far as the turn has come.
func (w *turn) caseNow() *bot.Case {
	if w.gate != nil {
		return w.gate.c
	}
	return w.session.Case
}

// caseSession is the session before the turn, with the case as it is now.
func (w *turn) caseSession() bot.Session {
	s := w.session
	s.Case = w.caseNow()
	return s
}

// asksScript reports whether the script sees the update. Agents' words need none; of the rest of what agents and the clock do
// it sees what the affiliate is to be told.
func (w *turn) asksScript() bool {
	switch {
	case w.update.Kind == bot.Receipted:
		return false
	case w.update.Kind == bot.Acted, w.update.Kind == bot.Alarm && w.update.Subtype == bot.CaseTimer:
		return w.gate != nil && w.gate.became != ""
	}
	return true
}

// enter files an entry under the next number, with the case as it is after it.
func (g *gate) enter(c *bot.Case, e bot.Entry) {
	next := *c
	next.Last++
	if e.Kind == bot.EntrySaid {
		next.Received = next.Last
	}
	e.Case, e.N, e.Head = next.ID, next.Last, &next
	g.c = &next
	g.entries = append(g.entries, e)
}

// step takes a move of the machine. A move without an entry changes the case all the same.
func (g *gate) step(s bot.CaseStep, e bot.Entry) {
	g.became = s.Became
	if s.Case == nil || s.Entry == "" {
		g.c = s.Case
		return
	}
	e.Kind = s.Entry
	g.enter(s.Case, e)
}

// noteSaid notes that the affiliate said something while the case is open. What it was is known when the script has read it.
func (g *gate) noteSaid(d bot.Desk) {
	if !g.c.Open() {
		return
	}
	g.step(g.c.Said(g.now, d), bot.Entry{})
	g.said = len(g.entries)
}

// do makes the move of an agent's act, or files why it is not done.
func (g *gate) do(a *bot.Act, waited time.Duration, d bot.Desk) {
	g.act = a
	s := g.c.Do(*a, g.now, waited, d)
	if s.Refused != "" {
		g.refuse(s.Refused)
		return
	}
	e := entryOf(a)
	switch a.Do {
	case bot.DeedSay, bot.DeedAgain:
		e.Text, e.File, e.Of = a.Text, a.File, a.Of
	case bot.DeedErrand:
		e.Subtype = a.Name
	}
	g.step(s, e)
	if a.Do == bot.DeedSay || a.Do == bot.DeedAgain {
		g.spoken = &bot.Reply{
			Kind: bot.Spoken, Text: a.Text, File: a.File, From: a.By.Name, Expires: g.now.Add(bot.SpokenLasts), Case: g.c.ID, Entry: g.c.Last,
		}
	}
}

// entryOf is the entry of an act, without what it did.
func entryOf(a *bot.Act) bot.Entry { return bot.Entry{By: a.By, Act: a.ID, Deed: a.Do, To: a.To} }

// refuse leaves the one entry of an act that is not done. It has no number if the chat has not that case.
func (g *gate) refuse(why bot.Refusal) {
	g.refused = why
	e := entryOf(g.act)
	e.Kind, e.Refused, e.Of = bot.EntryRefused, why, g.act.Of
	if g.c != nil && g.c.ID == g.act.Case {
		g.enter(g.c, e)
		return
	}
	e.Case = g.act.Case
	g.entries = append(g.entries, e)
}

// ring makes the move of the case's timer.
func (g *gate) ring(d bot.Desk) { g.step(g.c.Ring(g.now, d), bot.Entry{}) }

// gone notes that the affiliate cannot be reached any more. It is noted once.
func (g *gate) gone(ended bool) {
	if g.c.Gone && !ended {
		return
	}
	if s := g.c.Blocked(ended, g.now); s.Refused == "" {
		g.step(s, bot.Entry{})
	}
}

// receipt files how far an agent's message has come. The desk knows the message by its mark.
func (g *gate) receipt(u *bot.Accepted) {
	what := bot.Delivery(u.Subtype)
	if u.Mark == "" || what != bot.DeliveryDelivered && what != bot.DeliveryRead {
		return
	}
	g.entries = append(g.entries, bot.Entry{Case: g.c.ID, Kind: bot.EntryDelivery, Mark: u.Mark, Delivery: what})
}

// request does what the affiliate wants of the case, as the script understood it. The script has promised it in the same
// decision: one that the machine refuses is a fault of the script, and nothing of the decision is said.
func (sh *Shard) request(w *turn, d *bot.Decision) error {
	if d.Case == nil {
		return nil
	}
	if w.gate == nil {
		w.gate = &gate{now: w.update.Now}
	}
	g, r := w.gate, d.Case
	var s bot.CaseStep
	switch r.Do {
	case bot.CaseOpen:
		s = g.c.OpenCase(r.Reason, g.now, w.in.Desk)
	case bot.CaseReopen:
		s = g.c.Reopen(g.now, w.in.Desk)
	case bot.CaseLeave:
		s = g.c.Leave(g.now)
	case bot.CaseCounter:
		s = g.c.AtTheCounter(g.now, w.in.Desk)
	default:
		return fmt.Errorf("script asks of the case what it cannot do: %q", r.Do)
	}
	if s.Refused != "" {
		return fmt.Errorf("script asks of the case what cannot be done: %s: %s", r.Do, s.Refused)
	}
	e := bot.Entry{}
	if r.Do == bot.CaseOpen || r.Do == bot.CaseReopen {
		if e.Card = r.Card; e.Card != nil && !json.Valid(e.Card) {
			return fmt.Errorf("script gives a card that is no JSON")
		}
	}
	g.step(s, e)
	w.opened = w.opened || r.Do == bot.CaseOpen
	if g.said == 0 && w.update.Kind.FromPerson() {
		g.noteSaid(w.in.Desk)
	}
	return nil
}

// inErrand reports whether the turn does an agent's errand.
func (g *gate) inErrand() bool {
	return g != nil && g.act != nil && g.refused == "" && g.act.Do == bot.DeedErrand
}

// voidErrand is the outcome of an errand that the script cannot do: as if it had been refused at once.
func (sh *Shard) voidErrand(w *turn, why bot.Refusal) turnOutcome {
	g := w.gate
	w.gate = &gate{was: g.was, c: g.was, act: g.act, now: g.now}
	w.gate.refuse(why)
	return turnOutcome{Decision: bot.Decision{Session: w.caseSession()}}
}
