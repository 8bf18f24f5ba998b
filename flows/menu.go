package flows

import (
	"slices"

	"llave/bot"
	"llave/flows/backend"
	"llave/flows/nlu"
)

// menu shows what can be done.
func (d *dialog) menu(key string) {
	if !d.mem.linked() {
		d.offer(bot.Ask, "menu.welcome", nil, d.menuOptions()...)
		return
	}
	d.offer(bot.Ask, key, nil, d.menuOptions()...)
}

// greet greets back, by the name if it is known, and shows what can be done.
func (d *dialog) greet() {
	if !d.mem.linked() {
		d.menu("menu.main")
		return
	}
	d.offer(bot.Ask, "menu.hello", d.mem.nameOf(d.mem.Self), d.menuOptions()...)
}

// menuOptions are the options of the menu.
func (d *dialog) menuOptions() []option {
	values := []string{"token", "another", "rejected", "chats", "others", "help"}
	switch {
	case !d.mem.linked():
		values = []string{"token", "whatis", "safe", "help"}
	case d.can.Sheets:
		values = slices.Insert(values, 2, "preprint")
	}
	return choices(values...)
}

// repeatQuestion puts the open question once more, below a line that says why. Without a question it shows the menu.
func (d *dialog) repeatQuestion(key string) {
	if d.session.State == home || d.mem.Question == "" {
		d.menu("menu.main")
		return
	}
	d.askAgain(key, len(d.mem.Options))
	if d.mem.Prompt != "" {
		d.lastReply().Text += "\n" + d.mem.Prompt
	}
}

// answerNothing takes a yes or a no where nothing was asked. In an open case it is for the agent.
func (d *dialog) answerNothing(p nlu.ParsedText) {
	switch {
	case inMesa(d).noted():
	case p.Intent == nlu.IntentNo:
		d.menu("menu.cancelled")
	default:
		d.menu("menu.main")
	}
}

// fallback answers a text that was not understood. A name alone asks for a token. Otherwise it shows what can be done, and
// the second time it offers a person.
func (d *dialog) fallback(p nlu.ParsedText) {
	mesa, who := inMesa(d), d.parser.Resolve(p.Refs, d.mem.speaker())
	if p.Refuses && !mesa.noted() {
		d.mem.Misses = 0
		d.menu("menu.refused")
		return
	}
	if d.mem.linked() && len(p.Refs) > 0 && (who.Unresolved == nil || p.TheirToken) && !mesa.tells() {
		d.start(d.newRequest(nlu.ParsedText{Intent: nlu.IntentToken, Refs: p.Refs, Day: p.Day}))
		return
	}
	if d.mem.linked() && p.OnlyDay && !mesa.noted() { // "para mañana"
		d.start(d.newRequest(nlu.ParsedText{Intent: nlu.IntentToken, Day: p.Day}))
		return
	}
	if d.mem.linked() && p.Pronoun && !p.Refuses && !mesa.noted() { // "el de ella": whose is not known
		d.start(d.newRequest(anotherPerson(nlu.IntentToken)))
		return
	}
	if len(p.Unclear) > 0 && d.mem.linked() {
		d.offer(bot.Ask, "menu.unclear", nil, optionsFor(p.Unclear)...)
		return
	}
	if mesa.noted() {
		return
	}
	switch again := d.missed(); {
	case again:
		d.offer(bot.Ask, "menu.miss_again", nil, choices("token", "help", "menu")...)
	case !d.mem.linked():
		d.offer(bot.Ask, "menu.miss_unlinked", nil, choices("token", "whatis", "help")...)
	default:
		d.offer(bot.Ask, "menu.miss", nil, choices("token", "rejected", "others", "help")...)
	}
}

// optionsFor offers what an unclear text may mean, and the two most frequent intents.
func optionsFor(unclear []nlu.Intent) []option {
	var values []string
	for _, i := range append(unclear, nlu.IntentToken, nlu.IntentHelp) {
		if withButton[i] && !slices.Contains(values, string(i)) {
			values = append(values, string(i))
		}
	}
	return choices(values...)
}

// withButton are the intents that have a button.
var withButton = map[nlu.Intent]bool{nlu.IntentToken: true, nlu.IntentNumber: true, nlu.IntentCredential: true, nlu.IntentAnother: true, nlu.IntentRejected: true, nlu.IntentPreprint: true, nlu.IntentVoid: true, nlu.IntentHelp: true,
	nlu.IntentLink: true, nlu.IntentUnlink: true, nlu.IntentChats: true, nlu.IntentMenu: true}

// help shows what there is, a person first. An open question stays open.
func (d *dialog) help() {
	if !d.mem.linked() {
		d.sayWith(bot.Say, "menu.help", false, "help", "token", "whatis")
		return
	}
	d.sayWith(bot.Say, "menu.help", true, "help", "token", "rejected", "others")
}

// faq answers a question about something else, by the text that is named after the intent.
func (d *dialog) faq(p nlu.ParsedText) {
	d.came(p.Intent, outcomeReplied)
	if p.Topic == topicHours {
		d.sayHours()
		return
	}
	d.offer(bot.Say, d.faqKey(p), d.mem.linked(), choices(afterFAQ(p.Intent)...)...)
}

// topicHours is the topic of a question about the hours of the desk.
const topicHours nlu.Topic = "hours"

// sayNumber says the affiliate numbers of the people of a text: that needs no token. False: it is not certain who is meant.
func (d *dialog) sayNumber(p nlu.ParsedText) bool {
	members := d.defaultMember(&request{Intent: nlu.IntentToken})
	if len(p.Refs) > 0 {
		who := d.parser.Resolve(p.Refs, d.mem.speaker())
		if members = who.Members; who.Unresolved != nil {
			return false
		}
	}
	var data []backend.Member
	for _, id := range members {
		if m, ok := d.mem.Group.Member(id); ok && m.Number != "" {
			data = append(data, m)
		}
	}
	if len(data) == 0 {
		return false
	}
	d.came(nlu.IntentCredential, outcomeReplied, members...)
	d.offer(bot.Say, "card.numbers", data, choices("token", "menu")...)
	return true
}

// sayHours says when the desk is open.
func (d *dialog) sayHours() {
	data := inMesa(d).data()
	if desk := d.in.Desk; !desk.Changes.IsZero() {
		data.Due = d.moment(desk.Changes)
	} else {
		data.Due = moment{}
	}
	d.offer(bot.Say, "mesa.hours", data, choices("help", "token", "menu")...)
}

// afterFAQ are the options below such a text.
func afterFAQ(i nlu.Intent) []string {
	switch i {
	case "safe":
		return []string{"chats", "help", "menu"}
	case "tramites", nlu.IntentInsult, nlu.IntentLeaving:
		return []string{"help", "token", "menu"}
	}
	return []string{"token", "menu"}
}

// faqKey is the key of the text about an intent, or about its topic if that has a text of its own.
func (d *dialog) faqKey(p nlu.ParsedText) string {
	if p.Intent == "whatis" && p.Day.Kind != nlu.DayNone {
		p.Intent, p.Topic = "howlong", ""
	}
	key := "faq." + string(p.Intent)
	if topic := key + "_" + string(p.Topic); p.Topic != "" && d.texts.Has(topic) {
		return topic
	}
	return key
}

// answerAside answers a text that is no answer to the open question, without ending the question. False: the text begins
// something else.
func (d *dialog) answerInBetween(p nlu.ParsedText) bool {
	if p.Intent == nlu.IntentHelp {
		d.help()
		return true
	}
	if inLink(d).solves(p) {
		return false
	}
	if key := d.faqKey(p); p.Intent != nlu.IntentPreprint && d.texts.Has(key) {
		d.say(key, d.mem.linked())
		return true
	}
	return false
}

// isVague reports whether a text says nothing that can be acted upon.
func isVague(p nlu.ParsedText) bool {
	switch p.Intent {
	case nlu.IntentNone, nlu.IntentYes, nlu.IntentNo, nlu.IntentHello, nlu.IntentThanks, nlu.IntentLost, nlu.IntentWhere:
		return len(p.Unclear) == 0
	}
	return false
}

// onCUIL answers a person who typed their CUIL: it is not kept, and not needed here.
func (d *dialog) onCUIL() {
	if d.row().awaitsCode {
		d.askAgain("link.cuil", nil)
		return
	}
	d.offer(bot.Say, "menu.cuil", d.mem.linked(), choices("token", "safe")...)
}
