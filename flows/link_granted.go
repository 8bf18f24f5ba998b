package flows

import (
	"slices"
	"time"

	"llave/bot"
	"llave/flows/backend"
	"llave/flows/nlu"
)

// onGranted keeps the link and grants the request that began it, if that needs no question.
func (d linkDialog) onGranted(a effectAnswer) {
	g := *a.Grant
	d.sayAnew("link.url")
	more := inAccount(d.dialog).admit(g)
	if more {
		d.mem.Cred, d.mem.Link.Invite = g.Credential, ""
		inAccount(d.dialog).added(g.Others)
		return
	}
	d.mem.Cred, d.mem.Group, d.mem.Link.Invite, d.mem.Link.Others = g.Credential, g.Group, "", g.Others
	d.mem.Self, d.mem.Aliases, d.mem.Recent, d.mem.Held = "", nil, nil, nil
	d.mem.LastSheet, d.mem.SheetsOf, d.mem.Device.Until = "", nil, time.Time{}
	if len(g.Group.Members) == 1 {
		d.mem.Self = g.Group.Own
	}
	if r := d.mem.Token; r != nil && !d.isStale(r) && r.Day.Kind == nlu.DayNone {
		if d.findMembersOnLinking(r); len(r.Members) > 0 {
			d.move("grant")
			d.effect(opCurrent, r.Asked, tokenArgs{g.Credential, r.Members}, "token.interim")
			return
		}
	}
	d.confirmLink(backend.Given{})
}

// findMembersOnLinking finds out whom a request from before the link is for. A plain "token" is for the account's own
// affiliate, who has just signed in; the message says whose token it is.
func (d linkDialog) findMembersOnLinking(r *TokenRequest) {
	chosen := r.Members
	r.Members = nil
	switch {
	case len(r.Refs) > 0:
		if who := d.parser.Resolve(r.Refs, d.mem.speaker()); who.Unresolved == nil {
			r.Members = who.Members
		}
	case len(chosen) == 0:
		r.Members = []backend.MemberID{d.mem.Group.Own}
	case d.inGroup(chosen):
		r.Members = chosen
	default: // chosen under another account
		r.Refs = []nlu.Ref{{Kind: nlu.RefName}}
	}
}

func (d linkDialog) inGroup(ids []backend.MemberID) bool {
	return !slices.ContainsFunc(ids, func(id backend.MemberID) bool {
		_, ok := d.mem.Group.Member(id)
		return !ok
	})
}

// onGiven confirms the link with the token that was asked for, onNotGiven without it.
func (d linkDialog) onGiven(a effectAnswer) { d.confirmLink(*a.Given) }

func (d linkDialog) onNotGiven(bot.Result) { d.confirmLink(backend.Given{}) }

func (d linkDialog) onTokenRefused(a effectAnswer) bool {
	if a.Refused != refusedNotInCharge {
		return false
	}
	d.confirmLink(backend.Given{})
	return true
}

// confirmLink confirms the link, shows the token that was asked for, and asks who uses the chat, all in one message. It
// notifies the other chats.
func (d linkDialog) confirmLink(g backend.Given) {
	if len(g.Tokens) == 0 || len(d.mem.Group.Members) == 1 {
		d.move("linked")
	}
	d.came(nlu.IntentLink, outcomeLinked)
	shown := d.shown(g, "")
	shown.First = d.text("link.done", nil)
	intent := nlu.IntentToken
	if r := d.mem.request(); r != nil {
		intent = r.common().Intent
	}
	if len(g.Tokens) > 0 {
		d.keepShown(g.Tokens)
		d.cameGiven(intent, g)
		d.mem.put(nil)
		for _, k := range g.Tokens {
			d.mem.used(k.Member)
		}
	}
	switch {
	case len(d.mem.Group.Members) == 1:
		d.confirmAlone(intent, g, shown)
	case len(g.Tokens) > 0:
		d.confirmAtCounter(intent, g, shown)
	default:
		d.askUser("link.welcome", shown)
		d.expireIfGiven(intent, g)
	}
	d.notifyOthers()
}

// confirmAtCounter confirms the link with the token and asks nothing: the person stands at a counter. Who uses the chat is asked
// when that is over, or when it is needed.
func (d linkDialog) confirmAtCounter(intent nlu.Intent, g backend.Given, shown shownData) {
	others := d.mem.Link.Others
	d.move("given")
	d.resetWith(nil)
	d.mem.Link.Others, d.mem.AskUser = others, true
	d.notifyOthers()
	d.mem.Link.Others, d.mem.OldChats = nil, others
	d.offer(bot.Show, "token.shown", shown, d.afterTokens(intent, g)...)
	d.expireIfGiven(intent, g)
}

// confirmAlone does the same without the question, where the account has one member.
func (d linkDialog) confirmAlone(intent nlu.Intent, g backend.Given, shown shownData) {
	if others := d.mem.Link.Others; len(others) > 0 {
		d.move("others")
		d.ask("link.alone_replace", replaceData{shown, others[0]}, choices("yes", "no")...)
		d.expireIfGiven(intent, g)
		return
	}
	r := d.mem.request()
	d.move("answer")
	d.resetWith(r)
	if r != nil {
		d.say("link.done", nil)
		d.advance()
		return
	}
	d.offer(bot.Say, "token.shown", shown, d.afterTokens(intent, g)...)
	d.expireIfGiven(intent, g)
}

type replaceData struct {
	Shown shownData
	Chat  backend.LinkedChat
}

func (d linkDialog) expireIfGiven(intent nlu.Intent, g backend.Given) {
	if r := d.lastReply(); len(g.Tokens) > 0 {
		r.Kind = bot.Show
		d.expire(r, g)
		d.attachCard(r, intent, g)
	}
}

// notifyOthers notifies the account's other chats that this one was linked.
func (d linkDialog) notifyOthers() {
	if others := d.mem.Link.Others; len(others) > 0 && d.out.Effect == nil {
		d.effect(opNotify, d.in.ID, notifyArgs{Subject: noticeLinked, Via: d.mem.Identity.ChannelName, Label: d.mem.Identity.MaskedID, Chats: others, Account: owner(d.mem.Group).Number}, "")
	}
}

// cancelGranting answers a person who stops waiting for the token. The link stays, and the other chats are notified.
func (d linkDialog) cancelGranting() {
	others := d.mem.Link.Others
	d.leave()
	d.mem.Link.Others = others
	d.notifyOthers()
	d.mem.Link.Others = nil
	d.menu("menu.linked")
}
