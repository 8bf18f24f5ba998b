package engine

import (
	"encoding/json"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"llave/bot"
)

// closeGate ends a turn's part in the case: what may not be said is dropped, and what was said is filed.
func (sh *Shard) closeGate(w *turn, o turnOutcome) turnOutcome {
	o.Replies = ofTheScript(o.Replies)
	g := w.gate
	if g != nil {
		o.Replies = g.silence(w, o.Replies)
	}
	o = sh.applyReachability(w, o)
	if g != nil && g.spoken != nil {
		o = g.speak(o)
	}
	o.Replies = sh.withForget(w, o)
	o.Timers = w.caseTimer(o.Timers)
	if g != nil {
		g.fileSaid(w, &o)
		sh.fileReplies(w, o.Replies)
		o.entries = sh.complete(w, g.entries)
	}
	o.Session.Case = w.caseNow()
	return o
}

// ofTheScript takes from the script's replies what only the engine may say: an agent's words, and whose they are.
func ofTheScript(replies []bot.Reply) []bot.Reply {
	for i := range replies {
		r := &replies[i]
		if r.Kind == bot.Spoken {
			r.Kind = bot.Say
		}
		r.From, r.Case, r.Entry = "", 0, 0
	}
	return replies
}

// silence drops what the bot would say while an agent has the case, unless the agent asked for it. What nobody has just asked
// for is owed: the agent may send it.
func (g *gate) silence(w *turn, replies []bot.Reply) []bot.Reply {
	if !g.c.Assigned() || g.ofErrand(w) {
		return replies
	}
	var said []bot.Reply
	var owed []string
	for _, r := range replies {
		if r.Kind == bot.Told {
			said = append(said, r)
			continue
		}
		g.hushed++
		if text := redact(r.Text); text != "" {
			owed = append(owed, text)
		}
	}
	if len(owed) > 0 && !w.update.Kind.FromPerson() {
		g.enter(g.c, bot.Entry{Kind: bot.EntryOwed, Text: strings.Join(owed, "\n\n")})
	}
	return said
}

// ofErrand reports whether the turn is an errand's: its own, or that of an answer or interim of an effect that it requested.
func (g *gate) ofErrand(w *turn) bool {
	if g.inErrand() {
		return true
	}
	p := w.session.Pending
	if p == nil || !g.c.ErrandOf(p, g.now) {
		return false
	}
	switch w.update.Kind {
	case bot.Answer:
		return w.update.Result != nil && w.update.Result.Key == p.Key
	case bot.Slow:
		return w.update.Subtype == effectID(p)
	}
	return false
}

// speak has the agent's words sent. To a chat that takes none they fail at once: nothing is sent until the person writes
// again.
func (g *gate) speak(o turnOutcome) turnOutcome {
	if !o.Session.Gone {
		o.Replies = append(o.Replies, *g.spoken)
		return o
	}
	g.entries = append(g.entries, bot.Entry{
		Case: g.c.ID, Kind: bot.EntryDelivery, Of: g.spoken.Entry, Delivery: bot.DeliveryFailed, Reason: "blocked",
	})
	return o
}

// fileSaid writes into the entry of what the affiliate said what it was.
func (g *gate) fileSaid(w *turn, o *turnOutcome) {
	if g.said == 0 {
		return
	}
	e, u := &g.entries[g.said-1], &w.update
	e.Text, e.Subtype, e.Media = u.Text, u.Subtype, u.Media
	if u.Kind == bot.Started {
		e.Text = "" // what the link carried is no word of a person's
	}
	if e.Text == "" {
		e.Text = o.Said
	}
	if e.Text == "" && e.Subtype == "" {
		e.Subtype = string(u.Kind)
	}
	if json.Valid(o.Hint) {
		e.Hint = o.Hint
	}
}

// fileReplies files what is said to the affiliate: the bot's words while nobody has the case, notices, and what came of an
// errand. An agent's words have their entry: it gets the names by which the channel will call them.
func (sh *Shard) fileReplies(w *turn, replies []bot.Reply) {
	g := w.gate
	if g.c == nil || !g.c.Open() && !g.was.Open() {
		return
	}
	for i, r := range replies {
		e := bot.Entry{Kind: bot.EntryBot, Text: redact(r.Text), Message: w.version<<8 + uint64(i)}
		switch {
		case r.Kind == bot.Forget:
			continue
		case r.Kind == bot.Spoken:
			spoken := &g.entries[len(g.entries)-1]
			spoken.Message, spoken.Marks = e.Message, sh.marks(w, r, e.Message)
			continue
		case r.Kind == bot.Told:
			e.Kind = bot.EntryTold
		case !g.c.Open():
			continue // the bot goes on, and the case has ended
		case g.c.Assigned():
			e.Act = g.c.Errand
		}
		g.enter(g.c, e)
	}
}

// marks are the names by which receipts will call a reply.
func (sh *Shard) marks(w *turn, r bot.Reply, n uint64) []string {
	m, ok := sh.channels[w.update.Chat.Channel()].(bot.Marker)
	if !ok {
		return nil
	}
	r.Thread, r.ID, r.At = w.thread(), strconv.FormatUint(n, 10), w.update.Now
	return m.Marks(w.update.Chat, r)
}

// complete adds to the entries of a turn what all of them have.
func (sh *Shard) complete(w *turn, entries []bot.Entry) []bot.Entry {
	if len(entries) == 0 {
		return nil
	}
	u := &w.update
	ref := sh.sealer.ChatRef(u.Chat)
	for i := range entries {
		e := &entries[i]
		e.V, e.At, e.Ref, e.Channel, e.Label, e.Sender = bot.EntryVersion, u.Now, ref, u.ChannelName, u.MaskedID, u.Sender
	}
	return entries
}

// caseTimer sets the case's timer in every turn that leaves a case, beside the timers of the script, which has none of that
// name. It is set behind the turn's time: a timer that has fired is not raised again.
func (w *turn) caseTimer(timers []bot.Timer) []bot.Timer {
	ours := func(t bot.Timer) bool { return t.Name == bot.CaseTimer }
	if slices.ContainsFunc(timers, ours) {
		timers = slices.DeleteFunc(slices.Clone(timers), ours)
	}
	c := w.caseNow()
	switch {
	case w.update.Chat == "": // an update that cannot be read: the timer that is set stays
	case c != nil:
		due := c.DueAt(w.in.Desk)
		if soon := w.update.Now.Add(time.Second); due.Before(soon) {
			due = soon
		}
		return append(timers, bot.Timer{Name: bot.CaseTimer, Due: due})
	case w.session.Case != nil:
		return append(timers, bot.Timer{Name: bot.CaseTimer})
	}
	return timers
}

// What an entry holds of the bot's words: no token, and no link by which a person signs in.
var (
	digits = regexp.MustCompile(`\d{3}[ \x{a0}\x{2009}\x{202f}]?\d{3}\d*`)
	links  = regexp.MustCompile(`(?i)\b(?:https?://|www\.)\S+`)
)

func redact(text string) string {
	return strings.TrimSpace(digits.ReplaceAllString(links.ReplaceAllString(text, "···"), "···"))
}

// countCase counts what a turn did with the case, and has what it logged fed.
func (sh *Shard) countCase(w *turn, t *bot.Turn) {
	if len(t.Events) > 0 {
		sh.logged(w.key)
	}
	g := w.gate
	if g == nil {
		return
	}
	sh.stats.Hushed.Add(g.hushed)
	switch {
	case g.act == nil:
	case g.refused == "":
		sh.stats.ActsDone.Add(1)
	case sh.stats.Refused[g.refused] != nil:
		sh.stats.Refused[g.refused].Add(1)
	}
}
