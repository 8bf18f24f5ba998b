package flows

import "llave/flows/nlu"

// onDanger tells first where help is to be had, if a text tells of a danger, and what to do if it tells of a fraud. It does so at any
// hour, in any state, and while an agent has the case. True: the text says nothing else.
func (d *dialog) onDanger(p nlu.ParsedText) bool {
	switch {
	case p.Danger == nlu.TopicDespair:
		d.tell("danger.despair", nil, d.belowDanger()...)
	case p.Danger != "":
		d.tell("danger.now", nil, d.belowDanger()...)
	case p.Fraud:
		d.tellFraud()
	default:
		return false
	}
	d.mem.Misses = 0
	d.came(nlu.IntentHelp, outcome(dangerOf(p)))
	return !p.Person && saysNoRequest[p.Intent]
}

// saysNoRequest are the intents that a text about a danger may have without a request.
var saysNoRequest = map[nlu.Intent]bool{nlu.IntentNone: true, nlu.IntentHelp: true, nlu.IntentHello: true, nlu.IntentThanks: true, nlu.IntentLost: true,
	nlu.IntentInsult: true, nlu.IntentYes: true, nlu.IntentNo: true, nlu.IntentCancel: true, nlu.IntentBack: true, nlu.IntentMenu: true, "safe": true}

// belowDanger are the options below: a person, unless one has the chat.
func (d *dialog) belowDanger() []string {
	if d.session.Case.Open() {
		return nil
	}
	return []string{choicePerson}
}

// tellFraud says to a person who was asked for a code, or whose token was used, what to do: first of all nothing, then end the
// chats that may act for the account.
func (d *dialog) tellFraud() {
	values := d.belowDanger()
	if d.mem.linked() && !d.session.Case.Assigned() {
		values = append([]string{string(nlu.IntentChats)}, values...)
	}
	d.tell("danger.fraud", d.mem.linked(), values...)
}

// dangerOf is the danger of a text in a word that the desk knows; empty for none.
func dangerOf(p nlu.ParsedText) string {
	switch {
	case p.Danger != "":
		return reasonEmergency
	case p.Fraud:
		return reasonFraud
	}
	return ""
}
