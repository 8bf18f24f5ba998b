package flows

import (
	"slices"
	"time"

	"llave/bot"
	"llave/flows/backend"
	"llave/flows/nlu"
	"llave/flows/texts"
)

// block is the part of a message that is about one member.
type block struct {
	Member backend.Member
	Digits string // grouped
	Hour   string // of the last minute in which it is good
	Day    string // of the picture only
	Date   string // the day without its month
	last   time.Time
	Reason backend.Reason
	Today  bool
	// Made is when it was given, if that was earlier; Fragile says that it dies when it is asked for elsewhere.
	Made    string
	Fragile bool
	// Locked is until what hour it is refused after failed validations.
	Locked string
}

// shownData is the data of a message with tokens.
type shownData struct {
	First  string
	Blocks []block
	// Shared has the validity of several tokens, where it is the same and there is nothing else to say of them.
	Shared *block
}

// shown makes a block for each token and each denial, in the order of the answer.
func (d *dialog) shown(g backend.Given, first string) shownData {
	data := shownData{First: first}
	for _, k := range g.Tokens {
		p, _ := g.Group.Member(k.Member)
		last := k.Until.Add(-time.Minute)
		b := block{Member: p, Digits: texts.GroupDigits(k.Digits), Hour: d.texts.Hour(last), Date: d.texts.ShortDay(last), Today: d.texts.SameDay(last, d.in.Now), last: last}
		b.Fragile = !d.can.CurrentWithoutMinting
		if slices.Contains(d.remembered, k.Member) {
			b.Made = d.texts.Hour(k.Made)
		}
		if k.LockedUntil.After(d.in.Now) {
			b.Locked = d.texts.Hour(minTime(k.LockedUntil, last))
		}
		data.Blocks = append(data.Blocks, b)
	}
	for _, n := range g.Denials {
		p, ok := g.Group.Member(n.Member)
		if !ok {
			p.Name = ""
		}
		data.Blocks = append(data.Blocks, block{Member: p, Reason: n.Reason})
	}
	data.Shared = d.sharedValidity(data.Blocks)
	return data
}

// text is the key of the message and its data. Most messages have one block and nothing else: they need no list.
func (s shownData) text() (key string, data any) {
	if s.First != "" || len(s.Blocks) != 1 {
		return "token.shown", s
	}
	b := &s.Blocks[0]
	if b.Digits != "" && b.Today && b.Made == "" && !b.Fragile && b.Locked == "" {
		return "token.today", b
	}
	return "token.block", b
}

// minTime is the earlier one of two times.
func minTime(a, b time.Time) time.Time {
	if b.Before(a) {
		return b
	}
	return a
}

// sharedValidity is the first of several tokens, if all of them have its validity; nil otherwise.
func (d *dialog) sharedValidity(blocks []block) *block {
	var shared *block
	n := 0
	for i := range blocks {
		b := &blocks[i]
		switch {
		case b.Digits == "":
			continue
		case b.Made != "" || b.Fragile || b.Locked != "", shared != nil && (!d.texts.SameDay(b.last, shared.last) || b.Hour != shared.Hour):
			return nil
		case shared == nil:
			shared = b
		}
		n++
	}
	if n < 2 {
		return nil
	}
	return shared
}

// showTokens sends tokens, below a first line if there is one, and ends the request.
func (d *dialog) showTokens(i nlu.Intent, g backend.Given, first string) {
	d.cameGiven(i, g)
	d.reset()
	var ids []backend.MemberID
	for _, k := range g.Tokens {
		ids = append(ids, k.Member)
	}
	d.keepShown(g.Tokens)
	if len(ids) > 0 {
		d.answered(nlu.IntentToken, g.Tokens[0].Until, ids...)
	}
	if i == nlu.IntentNumber && len(g.Tokens) == 1 {
		d.mem.used(g.Tokens[0].Member)
		d.expire(d.reply(bot.Show, "token.bare", g.Tokens[0]), g)
		return
	}
	key, data := d.shown(g, first).text()
	r := d.offer(bot.Show, key, data, d.afterTokens(i, g)...)
	d.expire(r, g)
	d.attachCard(r, i, g)
	d.mem.used(ids...)
}

// expire gives a reply with tokens its expiry and its text to copy. Without a token it is a plain reply.
func (d *dialog) expire(r *bot.Reply, g backend.Given) {
	if len(g.Tokens) == 0 {
		r.Kind = bot.Say
		return
	}
	r.Expires = g.Tokens[0].Until
	for _, k := range g.Tokens {
		if k.Until.Before(r.Expires) {
			r.Expires = k.Until
		}
	}
	r.Else = d.text("token.lapsed", nil)
	if len(g.Tokens) == 1 {
		r.Copy = g.Tokens[0].Digits
		return
	}
	for _, k := range g.Tokens {
		r.Copies = append(r.Copies, k.Digits)
	}
}

// afterTokens are the options below tokens: what may follow at the counter, and the others of the group.
func (d *dialog) afterTokens(i nlu.Intent, g backend.Given) []option {
	var out []option
	switch {
	case len(g.Tokens) == 0:
		out = choices("help")
		if len(g.Group.Members) < 2 {
			out = choices("token", "help")
		}
	case len(g.Tokens) == 1 && i == nlu.IntentCredential:
		out = choices("number", "rejected")
	case len(g.Tokens) == 1 && g.Tokens[0].LockedUntil.After(d.in.Now):
		return append(choices("another"), append(d.othersOf(g), choices("number", "rejected")...)...)
	case len(g.Tokens) == 1:
		out = choices("number", "credential", "rejected")
	default:
		return choices("rejected")
	}
	return append(d.othersOf(g), out...)
}

// maxOthers is how many people stand as buttons below a token. In a larger group "otra persona" asks.
const maxOthers = 5

// othersOf are the people of the group whose token was not shown, as options: those used last first, those who can have no token
// last.
func (d *dialog) othersOf(g backend.Given) []option {
	var ids, without []backend.MemberID
	add := func(id backend.MemberID) {
		p, ok := g.Group.Member(id)
		shown := slices.ContainsFunc(g.Tokens, func(k backend.Token) bool { return k.Member == id }) || slices.ContainsFunc(g.Denials, func(n backend.Denial) bool { return n.Member == id })
		switch {
		case !ok || shown || slices.Contains(ids, id) || slices.Contains(without, id):
		case backend.IsActive(p.Standing):
			ids = append(ids, id)
		default:
			without = append(without, id)
		}
	}
	for _, id := range append(slices.Clone(d.mem.Recent), d.mem.Self) {
		add(id)
	}
	for _, p := range g.Group.Members {
		add(p.ID)
	}
	ids = append(ids, without...)
	if len(ids) > maxOthers {
		return append(append(people(ids[:maxOthers]), option{Value: "other"}), d.mem.otherAccounts()...)
	}
	return append(people(ids), d.mem.otherAccounts()...)
}
