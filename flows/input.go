package flows

import (
	"llave/flows/backend"
	"llave/flows/nlu"
)

// onText takes a text: as the answer to the open question, or as the beginning of something else.
func (d *dialog) onText() {
	p := d.withoutGuess(d.parser.ParseFor(d.in.Text, d.mem.speakerAmong()))
	p.No = p.No || p.Refuses && d.session.State != home // "no lo mandes" answers a question
	inMesa(d).hint(p)
	nothingElse := d.onDanger(p)
	d.sayAsked(p)
	switch {
	case inMesa(d).onWords():
	case d.asksPerson(p):
		inMesa(d).person(p)
		d.grantBeside(p)
	case nothingElse:
	case d.waiting():
		d.onTextWhileWaiting(p)
	case d.onCode():
	case d.in.Forwarded && d.refusesForwarded(p):
	case d.in.Masked && p.Intent == nlu.IntentNone:
		d.onCUIL()
	case d.in.Password && d.in.Text == "" && !d.row().awaitsCode:
		d.onPasswordAlone()
	case d.chooseByText(p):
	case d.session.State != home && d.answer(p):
	case d.follows(p):
	default:
		d.startIntent(p)
	}
}

// sayAsked answers the questions of a text that also asks for something. The request itself is granted below them.
func (d *dialog) sayAsked(p nlu.ParsedText) {
	if d.in.Forwarded {
		return
	}
	for _, q := range p.Asked {
		d.came(q.Intent, outcomeReplied)
		if q.Topic == topicHours {
			d.sayHours()
			d.withoutOptions()
			continue
		}
		d.say(d.faqKey(q), d.mem.linked())
	}
}

// grantBeside grants what a text asks for besides a person: "el token de mamá y una persona".
func (d *dialog) grantBeside(p nlu.ParsedText) {
	switch {
	case !canWait[p.Intent] || !d.mem.linked() || d.in.Forwarded:
	case d.waiting():
		d.queueWhileWaiting(p)
	case d.session.State == home:
		d.startAll(p)
	default: // it is asked which case is meant
		d.queue(d.requestsOf(p)...)
	}
}

// onCode takes a text that is a linking code, whatever else its letters may look like. A chat that did not ask for a code
// uses none: another person's page led here.
func (d *dialog) onCode() bool {
	code, ok := backend.ReadCode(d.in.Text)
	if !ok {
		return false
	}
	if !d.row().awaitsCode {
		d.say("link.stray", nil)
		return true
	}
	inLink(d).redeem(code)
	return true
}

// onStart takes a link that led into the chat. Another person may have made it: it begins what is harmless, and its text
// names no people.
func (d *dialog) onStart() {
	p := nlu.ParsedText{Intent: nlu.IntentHello}
	if got := d.parser.Parse(d.in.Text).Intent; startable[got] {
		p.Intent = got
	}
	switch {
	case d.waiting():
		d.onTextWhileWaiting(p)
	case d.onCode():
	case d.session.State != home && d.answer(p):
	default:
		d.startIntent(p)
	}
}

// startable are the intents that a link into the chat may begin.
var startable = map[nlu.Intent]bool{nlu.IntentToken: true, nlu.IntentCredential: true, nlu.IntentHelp: true, nlu.IntentMenu: true}

// answer takes a text as the answer to the open question, if it is one.
func (d *dialog) answer(p nlu.ParsedText) bool {
	if p.Intent == nlu.IntentBack {
		d.back()
		return true
	}
	misses := d.mem.Misses
	if !d.row().onText(d, p) {
		return false
	}
	if d.mem.Misses == misses {
		d.mem.Misses = 0
	}
	d.queueAll(p.Also)
	return true
}

// chosen is what an option means, where an option begins something.
func chosen(o option) nlu.ParsedText { return nlu.ParsedText{Intent: nlu.Intent(o.Value)} }

// back goes to the question before the open one.
func (d *dialog) back() {
	if back := d.row().back; back != nil {
		back(d)
		return
	}
	d.backToMenu()
}

func (d *dialog) backToMenu() {
	d.leave()
	d.menu("menu.back")
}

// startIntent begins what a text wants.
func (d *dialog) startIntent(p nlu.ParsedText) {
	d.dropped(p)
	d.leave()
	d.mem.Also = nil
	if p.Intent != nlu.IntentNone {
		d.mem.Misses = 0
	}
	if inData(d).takes(p) || inAccount(d).takes(p) {
		return
	}
	switch {
	case p.Intent == choiceRenew:
		inLink(d).renew()
		return
	case inLink(d).solves(p):
		inLink(d).inviteFor(p.Intent)
		return
	}
	switch p.Intent {
	case nlu.IntentCredential:
		if p.Topic != "number" || !d.sayNumber(p) {
			d.startAll(p)
		}
	case nlu.IntentToken, nlu.IntentNumber, nlu.IntentAnother, nlu.IntentRejected, nlu.IntentPreprint, nlu.IntentVoid:
		d.startAll(p)
	case nlu.IntentOther:
		d.start(d.newRequest(anotherPerson(nlu.IntentToken)))
	case nlu.IntentLink:
		inLink(d).start()
	case nlu.IntentUnlink:
		inChats(d).startUnlink(p)
	case nlu.IntentChats:
		inChats(d).start()
	case nlu.IntentHelp:
		d.help()
	case nlu.IntentYes, nlu.IntentNo:
		d.answerNothing(p)
	case nlu.IntentHello:
		if !inLink(d).afterCounter("") {
			d.greet()
		}
	case nlu.IntentMenu, nlu.IntentBack, nlu.IntentLost:
		d.menu("menu.main")
	case nlu.IntentCancel:
		d.menu("menu.cancelled")
	case nlu.IntentThanks:
		if !inLink(d).afterCounter("menu.thanks_only") {
			d.say("menu.thanks", nil)
		}
	case nlu.IntentNone:
		if p.Leaving {
			inChats(d).startUnlink(p)
			return
		}
		d.fallback(p)
	case nlu.IntentSame: // what was said before: the caller says it
	default:
		d.faq(p)
	}
}

// anotherPerson is the text "otra persona": the person has to be asked for.
func anotherPerson(i nlu.Intent) nlu.ParsedText {
	return nlu.ParsedText{Intent: i, Refs: []nlu.Ref{{Kind: nlu.RefName}}}
}

// refusesForwarded refuses forwarded words as the answer to a question whose yes takes something away.
func (d *dialog) refusesForwarded(p nlu.ParsedText) bool {
	_, typed := d.typedLabel()
	answers := typed || p.Yes || len(p.Numbers) > 0 || p.Unlinks || p.Voids || p.Intent == nlu.IntentAnother
	if !d.row().destroys || !answers {
		return false
	}
	d.repeatQuestion("menu.forwarded")
	return true
}
