package flows

import (
	"llave/bot"
	"llave/flows/backend"
	"llave/flows/nlu"
)

// heard deals with a text.
func (t *talk) heard() {
	mean := t.words.ParseFor(t.in.Text, t.m.speaker())
	switch {
	case t.waiting():
		t.heardWaiting(mean)
	case t.heardCode():
	case t.in.Forwarded && t.refusesForwarded(mean):
	case t.in.Masked && mean.Intent == nlu.IntentNone:
		t.heardCUIL()
	case t.in.Password && t.in.Text == "" && !t.row().awaitsCode:
		t.heardPassword()
	case t.chosen(mean):
	case t.s.State != home && t.answers(mean):
	default:
		t.wants(mean)
	}
}

// heardCode deals with a text that is a linking code, whatever else its letters may look like. One that this chat did not
// ask for is none: somebody else's page led here.
func (t *talk) heardCode() bool {
	if _, ok := backend.ReadCode(t.in.Text); !ok {
		return false
	}
	if !t.row().awaitsCode {
		t.say("link.stray", nil)
		return true
	}
	return t.answersCode(nlu.ParsedText{})
}

// started deals with a link that led here. Somebody else may have made it: it is obeyed in what is harmless, and says
// nothing about whom it is for.
func (t *talk) started() {
	mean := nlu.ParsedText{Intent: nlu.IntentHello}
	if got := t.words.Parse(t.in.Text).Intent; byLink[got] {
		mean.Intent = got
	}
	switch {
	case t.waiting():
		t.heardWaiting(mean)
	case t.heardCode():
	case t.s.State != home && t.answers(mean):
	default:
		t.wants(mean)
	}
}

// byLink is what a link into the chat may ask for.
var byLink = map[nlu.Intent]bool{nlu.IntentToken: true, nlu.IntentCredential: true, nlu.IntentHelp: true, nlu.IntentMenu: true}

// pressed deals with a button. One of an old question is answered with what holds now.
func (t *talk) pressed(c bot.Choice) {
	for _, o := range t.m.Options {
		if o.Value == c.Value && c.Question == t.m.Question && !t.waiting() {
			t.choose(o)
			return
		}
	}
	switch {
	case t.waiting():
		t.heardWaiting(nlu.ParsedText{Intent: nlu.Intent(c.Value)})
	case freely[c.Value]:
		t.from = fromOldButton
		t.wants(nlu.ParsedText{Intent: nlu.Intent(c.Value)})
	case t.s.State == home:
		t.menu("menu.old_home")
	default:
		t.again("menu.old")
	}
}

// freely are the buttons that mean the same at any time, because what they lead to is only read.
var freely = map[string]bool{"token": true, "number": true, "credential": true, "rejected": true, "preprint": true, "void": true, "menu": true, "help": true, "chats": true, "link": true, "whatis": true, "others": true}

// chosen deals with a number typed in the place of a button.
func (t *talk) chosen(mean nlu.ParsedText) bool {
	if o, ok := t.labelled(); ok {
		t.choose(o)
		return true
	}
	if len(mean.Numbers) == 0 || mean.Intent != nlu.IntentNone || len(mean.Refs) > 0 || len(t.m.Options) == 0 {
		return false
	}
	if t.sentTwice(mean) {
		return true
	}
	if t.machines.flows[flowOf(t.s.State)].numbersSaid && !t.isOption(mean) {
		return false // "mejor 5", "no, el 1": numbers that are said, and no options
	}
	var picked []option
	for _, n := range mean.Numbers {
		if n < 1 || n > len(t.m.Options) {
			t.again("menu.number")
			return true
		}
		picked = append(picked, t.m.Options[n-1])
	}
	if len(picked) == 1 {
		t.choose(picked[0])
		return true
	}
	if several := t.row().onSeveral; several != nil {
		several(t, picked)
		return true
	}
	t.again("menu.one")
	return true
}

// sentTwice puts a question again that came after the same bare number as is said now, if that is the number of an option:
// it may be sent twice, and it may be the answer. Once more it is the answer.
func (t *talk) sentTwice(mean nlu.ParsedText) bool {
	figure, bare := bareFigure(t.in.Text)
	if !bare || figure != t.m.Figure || mean.Numbers[0] > len(t.m.Options) {
		return false
	}
	again := t.row().askAgain
	if again == nil {
		return false
	}
	again(t, "sheet.yes_or_no")
	t.m.Figure = ""
	return true
}

// isOption says whether a text is the number of an option and nothing else: not one that is out of the list where a number
// may be meant, and not the one that led to this question, sent twice.
func (t *talk) isOption(mean nlu.ParsedText) bool {
	figure, bare := bareFigure(t.in.Text)
	confirms := t.row().askAgain != nil
	if !bare || confirms && figure == t.m.Figure {
		return false
	}
	return !confirms || mean.Numbers[0] <= len(t.m.Options)
}

// choose does what an option of the open question says.
func (t *talk) choose(o option) {
	t.m.Misses = 0
	if choose := t.row().onOption; choose != nil {
		choose(t, o)
	}
}

// answersByOption takes an option for the text that means the same.
func (t *talk) answersByOption(o option) {
	t.row().onText(t, nlu.ParsedText{Intent: nlu.Intent(o.Value), Yes: o.Value == "yes", No: o.Value == "no"})
}

// answersNothing is for a question that only its options answer.
func (t *talk) answersNothing(nlu.ParsedText) bool { return false }

// chooseBelow does what an option below an answer says. Those below a sheet are about that one.
func (t *talk) chooseBelow(o option) {
	t.from = fromOption
	mean := nlu.ParsedText{Intent: nlu.Intent(o.Value)}
	switch o.Value {
	case "more":
		mean.Intent, mean.More = nlu.IntentPreprint, true
	case "void":
	default:
		if o.Month == "" {
			t.wants(mean)
			return
		}
		mean.Intent = nlu.IntentPreprint // "diciembre de 2026"
	}
	t.leave()
	w := t.wishOf(mean)
	if o.Who != "" {
		w.For, w.Month = []backend.MemberID{o.Who}, o.Month
	}
	t.begins(w)
}

// answers takes a text as the answer to the open question, if it is one.
func (t *talk) answers(mean nlu.ParsedText) bool {
	if mean.Intent == nlu.IntentBack {
		t.back()
		return true
	}
	return t.row().onText(t, mean)
}

// back goes to the question before this one.
func (t *talk) back() {
	if back := t.row().back; back != nil {
		back(t)
		return
	}
	t.backHome()
}

func (t *talk) backHome() {
	t.leave()
	t.menu("menu.back")
}

// wants deals with a wish that begins something.
func (t *talk) wants(mean nlu.ParsedText) {
	t.leave()
	if mean.Intent != nlu.IntentNone {
		t.m.Misses = 0
	}
	switch mean.Intent {
	case nlu.IntentToken, nlu.IntentNumber, nlu.IntentCredential, nlu.IntentAnother, nlu.IntentRejected, nlu.IntentPreprint, nlu.IntentVoid:
		t.wish(mean)
	case nlu.IntentOther:
		t.wish(nlu.ParsedText{Intent: nlu.IntentToken, Refs: []nlu.Ref{{Kind: nlu.RefName}}})
	case nlu.IntentLink:
		t.wantsLink()
	case nlu.IntentUnlink:
		t.wantsUnlink(mean)
	case nlu.IntentChats:
		t.wantsChats()
	case nlu.IntentHelp:
		t.help()
	case nlu.IntentMenu, nlu.IntentBack, nlu.IntentHello, nlu.IntentYes, nlu.IntentLost:
		t.menu("menu.main")
	case nlu.IntentCancel, nlu.IntentNo:
		t.menu("menu.cancelled")
	case nlu.IntentThanks:
		t.say("menu.thanks", nil)
	case nlu.IntentNone:
		if mean.Leaving {
			t.wantsUnlink(mean)
			return
		}
		t.puzzled(mean)
	default:
		t.faq(mean.Intent)
	}
}
