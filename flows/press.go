package flows

import (
	"slices"

	"llave/bot"
	"llave/flows/backend"
	"llave/flows/nlu"
)

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
