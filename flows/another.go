package flows

import (
	"llave/bot"
	"llave/flows/backend"
	"llave/flows/nlu"
	"llave/flows/texts"
)

// AnotherRequest asks for a new token in the place of the live one.
type AnotherRequest struct{ request }

func (r *AnotherRequest) flow() string { return "another" }
func (r *AnotherRequest) in() requests { return requests{Another: r} }

func (r *AnotherRequest) advance(d *dialog) {
	if r.Day.Kind != nlu.DayNone {
		inDay(d).ask()
		return
	}
	if d.findMembers(r, false) {
		inAnother(d).confirm()
	}
}

// anotherDialog is the dialog in the flow "another".
type anotherDialog struct {
	*dialog
	r *AnotherRequest
}

func inAnother(d *dialog) anotherDialog { return anotherDialog{d, d.mem.Another} }

// confirm asks before a live token is replaced: a person who is typing it right now would find it dead.
func (d anotherDialog) confirm() {
	if _, ok := d.mem.Group.Member(d.r.Members[0]); !ok {
		d.r.Members = nil
		d.askWho(nil, nil)
		return
	}
	d.tryAny("another", "confirm")
	if d.r.Agreed {
		d.renew(d.r.Asked)
		return
	}
	d.ask("another.confirm", d.data(), choices("yes", "no")...)
}

// anotherData is the data of the question: the people whose tokens are replaced together.
type anotherData struct{ Names []string }

func (d anotherDialog) data() anotherData {
	data := anotherData{[]string{texts.FirstName(d.theMember(&d.r.request).Name)}}
	for _, r := range d.together(d.r) {
		data.Names = append(data.Names, texts.FirstName(d.theMember(r.common()).Name))
	}
	return data
}

// renew replaces the token. The key comes from the update that asked for it: "sí", time-out, "sí" is one new token.
func (d anotherDialog) renew(asked string) {
	d.dropShown(d.r.Members[0])
	d.move("ask")
	d.effect(opAnother, asked, anotherArgs{d.mem.Cred, d.r.Members[0]}, "another.interim")
}

// answerConfirm replaces the token only at a yes.
func (d anotherDialog) answerConfirm(p nlu.ParsedText) bool {
	switch {
	case p.Yes && d.answerIsStale(): // the token that it would replace may be in use by now
		d.restart(d.now())
		d.askAgain("another.confirm", d.data())
	case p.Yes:
		d.agree(d.r)
		d.renew(d.mem.Asked)
	case p.No:
		d.giveUp()
		d.leave()
		d.say("another.no", nil)
	case p.Intent == nlu.IntentAnother && len(p.Refs) == 0: // said again: that is no yes
		d.askAgain("another.confirm", d.data())
	case p.Intent == nlu.IntentNone && p.TheirToken && len(p.Refs) > 0: // "no, el de Tomás"
		p.Intent = nlu.IntentAnother
		d.startIntent(p)
	default:
		return false
	}
	return true
}

// back goes to the question whose token it is.
func (d anotherDialog) back() {
	if len(d.mem.Group.Members) < 2 {
		d.backToMenu()
		return
	}
	d.move("back")
	d.r.Members = nil
	d.askWho(nil, nil)
}

// onRenewed shows the new token.
func (d anotherDialog) onRenewed(a effectAnswer) {
	d.mem.Group = a.Given.Group
	first := ""
	if len(a.Given.Tokens) > 0 {
		first = d.text("another.done", nil)
	}
	d.move("given")
	d.showTokens(nlu.IntentAnother, *a.Given, first)
}

// onRenewedLate shows a new token that the person had stopped waiting for: the one before is dead.
func (d anotherDialog) onRenewedLate(a effectAnswer) {
	d.mem.Group = a.Given.Group
	d.leave()
	d.showTokens(nlu.IntentAnother, *a.Given, d.text("another.after_all", nil))
}

// onFailed asks whether to try again, under the same key: the token may have been replaced.
func (d anotherDialog) onFailed(r bot.Result) {
	if d.once(r.Op) {
		d.onUnknown()
		return
	}
	d.move("unsure")
	d.restart(d.in.Now)
	d.askAgain("another.unsure", d.theMember(&d.r.request))
}

// onUnknown says that the token may have been replaced, where a second call could replace it twice.
func (d anotherDialog) onUnknown() {
	d.dropHeld(d.mem.request())
	d.leave()
	d.offer(bot.Say, "another.lost", d.can.CurrentWithoutMinting, choices("token", "help")...)
}

// onFailedLate says the same to a person who had stopped waiting.
func (d anotherDialog) onFailedLate() {
	if d.once(opAnother) {
		d.onUnknown()
		return
	}
	d.offer(bot.Say, "another.unknown", nil, choices("token", "help")...)
}

// newAnother is a request for a new token that this update makes.
func (d *dialog) newAnother(members []backend.MemberID) *AnotherRequest {
	return &AnotherRequest{d.requestNow(nlu.IntentAnother, members)}
}
