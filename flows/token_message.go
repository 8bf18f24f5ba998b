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
	Day    string
	Reason backend.Reason
	Today  bool
	// Made is when it was given, if that was earlier; Fragile says that it dies when it is asked for elsewhere.
	Made    string
	Fragile bool
}

// shownData is the data of a message with tokens.
type shownData struct {
	First  string
	Blocks []block
}

// shown makes a block for each token and each denial, in the order of the answer.
func (d *dialog) shown(g backend.Given, first string) shownData {
	data := shownData{First: first}
	for _, k := range g.Tokens {
		p, _ := g.Group.Member(k.Member)
		last := k.Until.Add(-time.Minute)
		b := block{Member: p, Digits: texts.GroupDigits(k.Digits), Hour: d.texts.Hour(last), Day: d.texts.Day(last), Today: d.texts.SameDay(last, d.in.Now)}
		b.Fragile = !d.can.CurrentWithoutMinting
		if slices.Contains(d.remembered, k.Member) {
			b.Made = d.texts.Hour(k.Made)
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
	return data
}

// showTokens sends tokens, below a first line if there is one, and ends the request.
func (d *dialog) showTokens(i nlu.Intent, g backend.Given, first string) {
	d.cameGiven(i, g)
	d.reset()
	if i == nlu.IntentNumber && len(g.Tokens) == 1 {
		d.mem.used(g.Tokens[0].Member)
		d.expire(d.reply(bot.Show, "token.bare", g.Tokens[0]), g)
		return
	}
	r := d.offer(bot.Show, "token.shown", d.shown(g, first), afterTokens(i, g)...)
	d.expire(r, g)
	d.attachCard(r, i, g)
	var ids []backend.MemberID
	for _, k := range g.Tokens {
		ids = append(ids, k.Member)
	}
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
	}
}

// afterTokens are the options below tokens.
func afterTokens(i nlu.Intent, g backend.Given) []option {
	switch {
	case len(g.Tokens) == 0:
		return choices("token", "help")
	case len(g.Tokens) == 1 && i == nlu.IntentCredential:
		return choices("number", "rejected")
	case len(g.Tokens) == 1:
		return choices("number", "credential", "rejected")
	}
	return choices("rejected")
}
