package flows

import (
	"strings"

	"llave/bot"
	"llave/flows/nlu"
)

// onAttended takes what the affiliate does while an agent has the case: the agent answers. Only the way back to the bot, the
// counter and the end of the link are obeyed.
func (d mesaDialog) onAttended() {
	var p nlu.ParsedText
	if d.corrects() {
		return
	}
	switch d.in.Kind {
	case bot.Pressed:
		p.Intent = nlu.Intent(d.in.Choice.Value)
	case bot.Message, bot.Other:
		p = d.parser.ParseFor(d.in.Text, d.mem.speaker())
		if d.onWords() {
			return
		}
	}
	d.hint(p)
	d.onDanger(p)
	switch {
	case p.Intent == choiceBot, p.Intent == choiceCounter:
		d.onButton(string(p.Intent))
	case d.unlinksNow(p):
		d.leaveAndUnlink()
	case d.wantsOut(p):
		d.tellWayOut()
	}
}

// unlinksNow reports whether a text is the one word that ends the link, and nothing else.
func (d mesaDialog) unlinksNow(p nlu.ParsedText) bool {
	return p.Intent == nlu.IntentUnlink && p.Unlinks && !d.in.Forwarded && d.oneWord()
}

func (d mesaDialog) oneWord() bool { return len(strings.Fields(d.in.Text)) == 1 }

// leaveAndUnlink closes the case and ends the link.
func (d mesaDialog) leaveAndUnlink() {
	d.out.Case = &bot.CaseRequest{Do: bot.CaseLeave}
	data := d.data()
	d.endCase()
	d.leave()
	if !d.mem.linked() {
		d.tell("mesa.left", data)
		return
	}
	inChats(d.dialog).unlink()
	d.tell("mesa.left_unlinking", data)
}

// wantsOut reports whether one word or a button wants something of the bot that it does not do now.
func (d mesaDialog) wantsOut(p nlu.ParsedText) bool {
	switch p.Intent {
	case nlu.IntentMenu, nlu.IntentCancel, nlu.IntentBack, nlu.IntentHelp:
		return d.in.Kind == bot.Pressed || d.oneWord()
	}
	return false
}

// tellWayOut says how to get back to the bot, but not every time.
func (d mesaDialog) tellWayOut() {
	if d.in.Now.Sub(d.mem.Mesa.WayOut) < sameWayOut {
		return
	}
	d.mem.Mesa.WayOut = d.in.Now
	d.tell("mesa.attended_way_out", d.data())
}
