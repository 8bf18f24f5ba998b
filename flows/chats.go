package flows

import (
	"strconv"

	"llave/bot"
	"llave/flows/backend"
	"llave/flows/nlu"
)

// chatsDialog is the dialog in the flow "chats": the chats that are linked with the account, and unlinking.
type chatsDialog struct{ *dialog }

func inChats(d *dialog) chatsDialog { return chatsDialog{d} }

// start asks the back end which chats are linked.
func (d chatsDialog) start() {
	switch {
	case !d.mem.linked():
		d.offer(bot.Say, "chats.none", nil, choices("link")...)
	case d.busy():
		d.say("token.still", nil)
	default:
		d.moveIn("chats", "look")
		d.effect(opChats, d.in.ID, groupArgs{d.mem.Cred}, "token.interim")
	}
}

// chatsData is the data of the list.
type chatsData struct {
	Own    backend.LinkedChat
	Others []backend.LinkedChat
}

// onChats shows the chats, each with an option that ends its link.
func (d chatsDialog) onChats(a effectAnswer) {
	d.move("listed")
	var data chatsData
	for _, c := range a.Chats {
		if c.Own {
			data.Own = c
		} else {
			data.Others = append(data.Others, c)
		}
	}
	d.mem.Listed = data.Others
	var options []option
	for i := range data.Others {
		options = append(options, option{Value: "c" + strconv.Itoa(i)})
	}
	if len(d.mem.Accounts) > 0 {
		options = append(options, option{Value: choiceDropAccount})
	}
	d.ask("chats.list", data, append(options, choices("unlink", "menu")...)...)
}

// chooseListed ends the link of the chat that was chosen.
func (d chatsDialog) chooseListed(o option) {
	for i, c := range d.mem.Listed {
		if o.Value == "c"+strconv.Itoa(i) {
			d.move("unlink")
			d.effect(opUnlink, d.mem.Asked, unlinkArgs{Credential: d.mem.Cred, Link: c.ID, Notify: []backend.LinkedChat{c}, Account: owner(d.mem.Group).Number}, "link.interim")
			return
		}
	}
	d.from = fromOption
	d.startIntent(nlu.ParsedText{Intent: nlu.Intent(o.Value)})
}

// startUnlink unlinks if the text says so with its own word, or at a button. Otherwise it asks.
func (d chatsDialog) startUnlink(p nlu.ParsedText) {
	pressed := d.in.Kind == bot.Pressed || d.from == fromOption
	switch {
	case !d.in.Forwarded && (p.Unlinks || pressed):
		d.unlink()
	case !d.mem.linked() && p.Leaving:
		d.faq(nlu.ParsedText{Intent: nlu.IntentLeaving})
	case !d.mem.linked():
		d.unlink() // which says that there is nothing to unlink
	default:
		d.moveIn("chats", "doubt")
		values := choices("dounlink", "leaving", "no")
		if d.in.Forwarded {
			values = choices("dounlink", "no")
		}
		d.ask("chats.ask", d.in.Forwarded, values...)
	}
}

// answerUnlink takes the answer to whether this chat shall be unlinked. A bare yes is an answer only where one thing was
// asked.
func (d chatsDialog) answerUnlink(p nlu.ParsedText) bool {
	switch {
	case p.Intent == "dounlink", p.Unlinks, p.Intent == nlu.IntentUnlink && p.ThisChat:
		d.unlink()
	case p.No:
		d.leave()
		d.menu("menu.cancelled")
	case p.Intent == nlu.IntentUnlink: // "baja" once more
		d.repeatQuestion("chats.ask_again")
	case p.Intent == nlu.IntentLeaving, p.Leaving:
		d.leave()
		d.faq(nlu.ParsedText{Intent: nlu.IntentLeaving})
	case p.Yes && len(d.mem.Options) == 2:
		d.unlink()
	case p.Yes:
		d.repeatQuestion("chats.ask_again")
	default:
		return false
	}
	return true
}

// unlink ends this chat's link at once: the chat forgets before the back end is asked, and replies that are still to be
// sent are dropped.
func (d chatsDialog) unlink() {
	if !d.mem.linked() {
		d.offer(bot.Say, "chats.none", nil, choices("link")...)
		return
	}
	all := d.mem.credentials()
	d.mem.unlink()
	d.out.Purge = true
	d.moveIn("chats", "unlink")
	d.effect(opUnlink, d.in.ID, unlinkArgs{Credential: all[0], More: all[1:]}, "chats.unlinked")
	d.out.Interim.Question, d.out.Interim.Choices = d.questionID(), []bot.Option{{Text: d.text("option.link", nil), Value: "link"}}
}

// onUnlinked confirms the end of a link: this chat's, or another's. For this chat, the interim has said it already.
func (d chatsDialog) onUnlinked(effectAnswer) {
	d.move("done")
	if d.mem.linked() {
		d.reset()
		d.offer(bot.Say, "chats.other_unlinked", nil, choices("token", "menu")...)
		return
	}
	d.sayUnlinked()
}

// onRefused takes the refusal of a credential that this chat has forgotten: it is unlinked all the same.
func (d chatsDialog) onRefused(a effectAnswer) bool {
	if a.Refused != refusedUnlinked || d.mem.linked() {
		return false
	}
	d.onUnlinked(a)
	return true
}

// onFailed says what is true where the back end did not answer: this chat has forgotten its credential.
func (d chatsDialog) onFailed(r bot.Result) {
	if d.mem.linked() {
		noAnswer("link.failed")(d.dialog, r)
		return
	}
	d.move("failed")
	d.sayUnlinked()
}

func (d chatsDialog) sayUnlinked() {
	if !d.in.Result.Late {
		d.offer(bot.Say, "chats.unlinked", nil, choices("link")...)
	}
}

// The subjects of the notices that one chat of an account sends to another.
const (
	noticeLinked   = "linked"
	noticeUnlinked = "unlinked"
)

// onNotice takes a notice of another chat of the account. It is told while an agent has the chat, too.
func (d *dialog) onNotice() {
	if d.in.Subtype == noticeGranted {
		d.onLinked()
		return
	}
	switch d.in.Subtype {
	case bot.IdentityChanged:
		d.onIdentityChanged()
		return
	case bot.DeviceShared, bot.DeviceOwn:
		d.onDevice()
		return
	}
	if d.in.Subtype != noticeLinked && d.in.Subtype != noticeUnlinked {
		d.onTold()
		return
	}
	var n notice
	if err := n.decode(d.in.Body); err != nil || !d.mem.linked() {
		return
	}
	switch d.in.Subtype {
	case noticeLinked:
		if !inAccount(d).turnToNumber(n.Account) {
			d.say("chats.notice_linked", n)
			return
		}
		kind := bot.Say
		if d.session.Case.Assigned() {
			kind = bot.Told
		}
		inData(d).suspect(n, d.reply(kind, "chats.notice_linked", n))
	case noticeUnlinked:
		if inAccount(d).ended(n.Account) {
			return
		}
		if d.session.State != home {
			d.leave()
		}
		d.mem.unlink()
		d.session.Pending = nil
		d.out.Purge = true
		if d.session.Case.Assigned() { // the agent answers, and no button does
			d.tell("chats.notice_unlinked", n)
			return
		}
		d.offer(bot.Say, "chats.notice_unlinked", n, choices("link")...)
	}
}
