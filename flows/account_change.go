package flows

import (
	"slices"
	"strings"

	"llave/bot"
	"llave/flows/backend"
	"llave/flows/nlu"
)

// add begins to link one account more.
func (d accountDialog) add() {
	switch {
	case len(d.mem.Accounts)+1 >= maxAccounts:
		d.offer(bot.Say, "account.many", maxAccounts, choices("chats", "token")...)
	case d.busy():
		d.say("token.still", nil)
	default:
		inLink(d.dialog).invite(false)
		d.mem.Link.More = true
	}
}

// admit makes room for the account of a grant. It reports whether it is one more: an account that the chat has already is linked
// anew.
func (d accountDialog) admit(g backend.Grant) (more bool) {
	number := owner(g.Group).Number
	if !d.mem.linked() || owner(d.mem.Group).Number == number {
		return false
	}
	if n := d.numberOf(number); n > 0 {
		d.turn(n)
		return false
	}
	self, _ := d.mem.Group.Member(d.mem.Self)
	known := d.mem.Self != ""
	d.mem.Accounts = append(d.mem.Accounts, d.mem.account())
	d.mem.use(account{Group: g.Group})
	if known {
		d.mem.Self = outsider
	}
	for _, p := range g.Group.Members {
		if self.Number != "" && p.Number == self.Number {
			d.mem.Self = p.ID
		}
	}
	return true
}

// added confirms that the chat has one account more, and goes on with what was asked for before.
func (d accountDialog) added(others []backend.LinkedChat) {
	d.came(nlu.IntentLink, outcomeLinked)
	r := d.mem.request()
	d.move("added")
	d.reset()
	d.mem.Link.Others = others
	inLink(d.dialog).notifyOthers()
	d.mem.Link.Others = nil
	name := d.mem.accountName(d.mem.Group)
	if r != nil {
		d.say("account.added", name)
		d.mem.Also = append([]requests{r.in()}, d.mem.Also...)
		return
	}
	d.offer(bot.Say, "account.added", name, append(people([]backend.MemberID{d.mem.Group.Own}), choices("chats", "menu")...)...)
}

// ended forgets an account whose link ended elsewhere, and keeps the others. False: it is the only one.
func (d accountDialog) ended(number string) bool {
	if len(d.mem.Accounts) == 0 || number == "" {
		return false
	}
	n := d.numberOf(number)
	if n == 0 && owner(d.mem.Group).Number != number {
		return true // it is not this chat's any more
	}
	if d.session.State != home {
		d.leave()
	}
	d.turn(n)
	name := d.mem.accountName(d.mem.Group)
	d.mem.dropAccount()
	d.session.Pending = nil
	d.out.Purge = true
	if d.session.Case.Assigned() {
		d.tell("account.ended", name)
		return true
	}
	d.offer(bot.Say, "account.ended", name, choices(choiceAddAccount, "token")...)
	return true
}

// The buttons for one account more, and for the end of the link with the one that the conversation is about.
const (
	choiceAddAccount  = "addaccount"
	choiceDropAccount = "dropaccount"
)

// takes reports whether a text is for this flow, and begins it.
func (d accountDialog) takes(p nlu.ParsedText) bool {
	switch {
	case !d.mem.linked():
		return false
	case p.Intent == choiceAddAccount, p.Intent == nlu.IntentLink && p.Topic == topicOtherAccount:
		d.add()
	case p.Intent == choiceDropAccount && len(d.mem.Accounts) > 0:
		d.drop()
	default:
		return d.explains(p)
	}
	return true
}

// topicOtherAccount is the topic of a text about linking one account more.
const topicOtherAccount nlu.Topic = "other"

// drop ends the link with the account that the conversation is about. The others stay.
func (d accountDialog) drop() {
	name, cred := d.mem.accountName(d.mem.Group), d.mem.Cred
	d.mem.dropAccount()
	d.session.Pending = nil
	d.out.Purge = true
	d.effect(opEndLinks, d.in.ID, endLinksArgs{[]backend.Credential{cred}}, "")
	d.offer(bot.Say, "account.dropped", name, choices("token", "chats")...)
}

// explains takes a text that says who a relative is: "mamá es Rosa". From then on the word means that person.
func (d accountDialog) explains(p nlu.ParsedText) bool {
	if p.Intent != nlu.IntentNone || len(p.Refs) != 2 || p.Refs[0].Kind != nlu.RefKin || p.Refs[1].Kind != nlu.RefName || len(p.Refs[0].Words) == 0 || p.Refs[0].Several() || d.in.Forwarded {
		return false
	}
	words := strings.Fields(backend.Fold(d.in.Text))
	if at := slices.Index(words, "es"); at < 1 || at > 3 || len(words)-at > 4 {
		return false
	}
	for n := range len(d.mem.Accounts) + 1 {
		d.turn(n)
		who := d.parser.Resolve(p.Refs[1:], d.mem.speaker())
		if who.Unresolved == nil && len(who.Members) == 1 {
			d.mem.learn(p.Refs[0].Words[0], who.Members[0])
			d.offer(bot.Say, "account.explained", explained{p.Refs[0].Text, d.mem.nameOf(who.Members[0])}, append(people(who.Members), choices("menu")...)...)
			return true
		}
		d.turn(n) // back
	}
	return false
}

// explained is the data of the text that confirms what a word means.
type explained struct{ Word, Name string }

// endLinksArgs names links that end without a word.
type endLinksArgs struct {
	Credentials []backend.Credential `json:"cs"`
}
