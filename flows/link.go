package flows

import (
	"llave/bot"
	"llave/flows/backend"
	"llave/flows/nlu"
)

// LinkRequest is a link that is being made: from the page that the back end gives to the question who uses the chat. The
// request that began it, if there is one, waits beside it.
type LinkRequest struct {
	// Invite is the invite whose code is awaited.
	Invite string `json:"invite,omitempty"`
	// For is "register" or "password" if the page is for a person who cannot sign in yet: see [linkDialog.solves].
	For nlu.Intent `json:"for,omitempty"`
	// Unread says that the message with the page may not have arrived ([bot.Unsure]) or did not ([bot.Unsent]).
	Unread string `json:"unread,omitempty"`
	// Relink says that the chat was linked before, and the link was ended elsewhere.
	Relink bool `json:"relink,omitempty"`
	// More says that an account is added to those that the chat has.
	More bool `json:"more,omitempty"`
	// Others are the other chats that are linked with the account.
	Others []backend.LinkedChat `json:"others,omitempty"`
}

// linkDialog is the dialog in the flow "link".
type linkDialog struct{ *dialog }

func inLink(d *dialog) linkDialog { return linkDialog{d} }

// start begins to link, or says that the chat is linked.
func (d linkDialog) start() {
	switch {
	case d.mem.linked():
		d.offer(bot.Say, "link.already", nil, choices("token", choiceAddAccount, "chats", "unlink")...)
	case d.busy():
		d.say("token.still", nil)
	default:
		d.invite(false)
	}
}

// relink begins anew where the back end does not know the credential any more: the link was ended elsewhere.
func (d linkDialog) relink() {
	if inAccount(d.dialog).ended(owner(d.mem.Group).Number) {
		return
	}
	r, also, steps := d.mem.request(), d.mem.Also, d.mem.Mesa.Steps
	d.leave()
	d.mem.unlink()
	d.mem.Also = also
	d.keepSteps(steps)
	d.out.Purge = true
	d.mem.put(r)
	d.invite(true)
}

// invite asks the back end for the URL of a page.
func (d linkDialog) invite(relink bool) {
	if !d.can.SignInPages {
		d.leave()
		d.came(nlu.IntentLink, outcomeNotOffered)
		d.offer(bot.Say, "link.off", relink, choices("whatis", "help")...)
		return
	}
	d.wished(nlu.IntentLink)
	d.moveIn("link", "invite")
	d.mem.Link.Relink = relink
	d.effect(opInvite, d.in.ID, inviteArgs(d.mem.Identity), "link.interim")
}

// inviteAgain asks for another page, for the same request or another one.
func (d linkDialog) inviteAgain(r Request) {
	what := d.mem.Link.For
	d.leaveWith(r)
	d.invite(false)
	d.mem.Link.For = what
}

// maxOpened is how many pages of a chat may be opened in an hour without a link. After that a person is offered.
const maxOpened = 3

// urlData is the data of the message with the URL.
type urlData struct {
	Invite backend.Invite
	Wanted nlu.Intent
	For    nlu.Intent
	Back   bool
	Lost   bool
	More   bool
}

// onInvite sends the URL: at most once, because a person who reads it can go on with it.
func (d linkDialog) onInvite(a effectAnswer) {
	i := *a.Invite
	if i.Opened >= maxOpened {
		d.came(nlu.IntentLink, outcomeTooMany)
		d.move("failed")
		d.reset()
		d.offer(bot.Say, "link.too_many", nil, choices("help")...)
		return
	}
	d.move("sent")
	d.came(nlu.IntentLink, outcomePageSent)
	d.mem.Link.Invite = i.ID
	wanted := nlu.IntentNone
	if r := d.mem.request(); r != nil {
		wanted = r.common().Intent
	}
	r := d.offer(bot.Secret, "link.url", urlData{i, wanted, d.mem.Link.For, d.mem.Identity.DeepLink != "", d.mem.Link.Relink, d.mem.Link.More}, choices("cancel", "safe")...)
	d.mem.Link.Relink = false
	r.Expires = i.OpenUntil
	d.await()
}

// redeem tries a code. The same code is the same effect: after a failure it is not refused as used.
func (d linkDialog) redeem(code string) {
	d.move("try")
	d.effect(opRedeem, d.mem.Asked+"/"+code, redeemArgs{d.mem.Link.Invite, code}, "link.interim")
}

// answerCode takes a text while the code is awaited, and goes on waiting.
func (d linkDialog) answerCode(p nlu.ParsedText) bool {
	if d.mem.Link.Unread != "" && d.answerUnread(p) {
		return true
	}
	switch p.Intent {
	case nlu.IntentToken, nlu.IntentAnother, nlu.IntentNumber, nlu.IntentCredential, nlu.IntentRejected, nlu.IntentPreprint, nlu.IntentVoid:
		if d.mem.linked() { // anew, before the link ends
			return false
		}
		// What does not work here is the linking, mostly: a complaint does not take the place of what was asked for.
		if p.Intent != nlu.IntentRejected || d.mem.request() == nil {
			all := d.requestsOf(p)
			d.mem.put(all[0])
			d.mem.Also = nil
			d.queue(all[1:]...)
		}
		d.askAgain("link.remind", nil)
	case nlu.IntentNone, nlu.IntentYes, nlu.IntentHello, nlu.IntentThanks, nlu.IntentLost:
		if p.Intent != nlu.IntentNone || !inMesa(d.dialog).noted() {
			d.missAgain(p, func() { d.askAgain("link.remind", nil) })
		}
	case nlu.IntentLink:
		d.inviteAgain(d.mem.request())
	case nlu.IntentHelp:
		d.help()
	default:
		if d.solves(p) {
			d.pointToPage(p.Intent)
			return true
		}
		if !d.texts.Has(d.faqKey(p)) {
			return false
		}
		d.say(d.faqKey(p), d.mem.linked())
	}
	return true
}

// chooseInstead takes an option below the page.
func (d linkDialog) chooseInstead(o option) {
	if p := (nlu.ParsedText{Intent: nlu.Intent(o.Value)}); !d.answerCode(p) {
		d.startIntent(p)
	}
}

// answerUnread sends another page if the text asks for one, after a page that may not have arrived. False: the text is
// about something else.
func (d linkDialog) answerUnread(p nlu.ParsedText) bool {
	switch {
	case d.solves(p):
		d.mem.Link.For = p.Intent
		d.inviteAgain(d.mem.request())
	case p.Yes, p.Intent == nlu.IntentLink:
		d.inviteAgain(d.mem.request())
	case p.Intent.AboutPeople() && p.Intent != nlu.IntentOther:
		d.inviteAgain(d.newRequest(p))
	case p.Intent == nlu.IntentNone, p.Intent == nlu.IntentHello, p.Intent == nlu.IntentThanks, p.Intent == nlu.IntentLost:
		d.askAgain("link.undelivered", d.mem.Link.Unread)
	default:
		return false
	}
	return true
}

// onCodeRefused says that the code is wrong, or that the page is of no use any more.
func (d linkDialog) onCodeRefused(a effectAnswer) bool {
	switch {
	case a.Refused == refusedWrongCode && a.Left > 0:
		d.came(nlu.IntentLink, outcomeWrongCode)
		d.move("wrong")
		d.askAgain("link.wrong", a.Left)
	case a.Refused == refusedWrongCode || a.Refused == refusedNoInvite:
		d.endInvite("link.dead", a.Refused == refusedWrongCode)
	default:
		return false
	}
	return true
}

// onCodeFailed asks for the code again: nobody knows whether it is right. Where a second try could be refused as used, it
// ends the invite.
func (d linkDialog) onCodeFailed(r bot.Result) {
	if d.once(r.Op) {
		d.endInvite("link.unknown", nil)
		return
	}
	d.move("unsure")
	d.askAgain("link.no_answer", nil)
}

func (d linkDialog) endInvite(key string, data any) {
	d.came(nlu.IntentLink, outcomeDeadPage)
	d.move("dead")
	d.reset()
	d.offer(bot.Say, key, data, choices("link", "help")...)
}
