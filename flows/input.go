package flows

import (
	"slices"

	"llave/bot"
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

// onPress takes a button. One of an old question is answered with what holds now.
func (d *dialog) onPress(c bot.Choice) {
	for _, o := range d.mem.Options {
		if o.Value == c.Value && c.Question == d.mem.Question && !d.waiting() {
			d.choose(o)
			return
		}
	}
	switch {
	case inMesa(d).onButton(c.Value):
	case d.waiting():
		d.onTextWhileWaiting(nlu.ParsedText{Intent: nlu.Intent(c.Value)})
	case c.Value == choiceNotMe && d.mem.Suspect != "":
		d.startIntent(nlu.ParsedText{Intent: choiceNotMe})
	case timeless[c.Value]:
		d.from = fromOldButton
		d.startIntent(nlu.ParsedText{Intent: nlu.Intent(c.Value)})
	case d.session.State == home:
		d.menu("menu.old_home")
	default:
		d.repeatQuestion("menu.old")
	}
}

// timeless are the buttons that mean the same at any time, because they lead to what only reads.
var timeless = map[string]bool{"token": true, "number": true, "credential": true, "rejected": true, "preprint": true, "void": true, "menu": true, "help": true, "chats": true, "link": true, choiceRenew: true, "whatis": true, "others": true}

// chooseByText takes a number, or the text of a button, typed in the place of the button.
func (d *dialog) chooseByText(p nlu.ParsedText) bool {
	if o, ok := d.typedLabel(); ok {
		d.choose(o)
		return true
	}
	if p.Intent != nlu.IntentNone || len(p.Refs) > 0 || len(d.mem.Options) == 0 || p.OnlyHour || p.OnlyDay && d.session.State == home {
		return false // "para las 5" is no fifth option
	}
	if d.addsTokens(p) {
		return true
	}
	if len(p.Numbers) == 0 {
		return false
	}
	if d.askIfSentTwice(p) {
		return true
	}
	if d.machines.flows[flowOf(d.session.State)].numbersSaid && !d.isOptionNumber(p) {
		return false // "mejor 5", "no, el 1": numbers that answer, and do not choose
	}
	var chosen []option
	for _, n := range p.Numbers {
		if n < 1 || n > len(d.mem.Options) {
			d.repeatQuestion("menu.number")
			return true
		}
		chosen = append(chosen, d.mem.Options[n-1])
	}
	several := d.row().onSeveral
	switch {
	case len(chosen) == 1:
		d.choose(chosen[0])
	case several != nil:
		several(d, chosen)
	default:
		d.repeatQuestion("menu.one")
	}
	return true
}

// addsTokens takes a number below a sheet to which tokens can be added, "cinco", if it is no option of the list: so many are added.
func (d *dialog) addsTokens(p nlu.ParsedText) bool {
	at := slices.IndexFunc(d.mem.Options, func(o option) bool { return o.Value == "more" })
	if at < 0 || d.session.State != home {
		return false
	}
	n, said := d.parser.Amount(d.in.Text)
	if _, bare := bareFigure(d.in.Text); !said || n < 1 || bare && n <= len(d.mem.Options) {
		return false
	}
	o := d.mem.Options[at]
	d.from = fromOption
	d.leave()
	r := d.newRequest(nlu.ParsedText{Intent: nlu.IntentPreprint, More: true, Count: n}).(*SheetRequest)
	r.Members, r.Month = []backend.MemberID{o.Who}, o.Month
	d.start(r)
	return true
}

// typedLabel is the option that acts and whose text was typed: "sí, anular".
func (d *dialog) typedLabel() (option, bool) {
	for _, o := range d.mem.Options {
		if (o.Value == "yes" || o.Value == "dounlink") && nlu.SameWords(d.in.Text, d.label(o)) {
			return o, true
		}
	}
	return option{}, false
}

// askIfSentTwice puts the question again that came after the same bare number, if that is the number of an option: it may
// be the earlier message, sent twice, or the answer. Once more it is the answer.
func (d *dialog) askIfSentTwice(p nlu.ParsedText) bool {
	figure, bare := bareFigure(d.in.Text)
	ask := d.row().confirmAgain
	if !bare || figure != d.mem.Figure || p.Numbers[0] > len(d.mem.Options) || ask == nil {
		return false
	}
	ask(d, "sheet.yes_or_no")
	d.mem.Figure = ""
	return true
}

// isOptionNumber reports whether a text is the number of an option and nothing else: not a number out of the list where a
// number may be meant, and not the one that led to this question, sent twice.
func (d *dialog) isOptionNumber(p nlu.ParsedText) bool {
	figure, bare := bareFigure(d.in.Text)
	meant := d.row().confirmAgain != nil
	if !bare || meant && figure == d.mem.Figure {
		return false
	}
	return !meant || p.Numbers[0] <= len(d.mem.Options)
}

// choose takes an option of the open question, or below the last message.
func (d *dialog) choose(o option) {
	d.mem.Misses = 0
	if inMesa(d).onButton(o.Value) {
		return
	}
	if take := d.row().onOption; take != nil {
		take(d, o)
	}
}

// answerByOption takes an option for the text that means the same.
func answerByOption(d *dialog, o option) {
	d.row().onText(d, nlu.ParsedText{Intent: nlu.Intent(o.Value), Yes: o.Value == "yes", No: o.Value == "no"})
}

// optionsOnly takes no text as an answer: only an option answers the question.
func optionsOnly(*dialog, nlu.ParsedText) bool { return false }

// chooseBelow takes an option below the last message: it begins something. Those below a sheet are about that sheet.
func chooseBelow(d *dialog, o option) {
	d.from = fromOption
	p := nlu.ParsedText{Intent: nlu.Intent(o.Value)}
	switch {
	case o.numbered('p'): // another person of the group, below a token
		d.leave()
		d.mem.Also = nil
		d.start(&TokenRequest{request: d.requestNow(nlu.IntentToken, []backend.MemberID{o.Who})})
		return
	case inAccount(d).chooseBelow(o):
		return
	case o.Value == "more":
		p.Intent, p.More = nlu.IntentPreprint, true
	case o.Value == "void":
	case o.Month == "":
		d.startIntent(p)
		return
	default:
		p.Intent = nlu.IntentPreprint // "diciembre de 2026"
	}
	d.leave()
	r := d.newRequest(p)
	if pre := preprintOf(r); pre != nil && o.Who != "" {
		pre.Members, pre.Month = []backend.MemberID{o.Who}, o.Month
	}
	d.start(r)
}

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
	if p.Intent == choiceRenew {
		inLink(d).renew()
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
