package flows

import (
	"slices"

	"llave/bot"
	"llave/flows/backend"
	"llave/flows/nlu"
)

// askUser asks who uses the chat.
func (d linkDialog) askUser(key string, data any) {
	d.mem.AskUser = false
	d.mem.Link.Others, d.mem.OldChats = append(d.mem.Link.Others, d.mem.OldChats...), nil
	d.ask(key, data, d.userOptions()...)
}

// knowUser asks who uses the chat where a request depends on it: "mi token", "mamá". The request goes on after the answer. False: it is
// known, or the answer would not help.
func (d linkDialog) knowUser(r Request, ref *nlu.Ref) bool {
	if d.mem.Self != "" || len(d.mem.Group.Members) < 2 || ref.Kind != nlu.RefMe && ref.Kind != nlu.RefKin {
		return false
	}
	d.leaveWith(r)
	d.moveIn("link", "who")
	d.askUser("link.who", nil)
	return true
}

// afterCounter asks who uses the chat once the counter is over: below a thank you, or a greeting. False: it was asked.
func (d linkDialog) afterCounter(first string) bool {
	if !d.mem.AskUser || !d.mem.linked() || d.mem.Self != "" || d.session.State != home || d.busy() {
		return false
	}
	d.moveIn("link", "who")
	d.askUser("link.who", nil)
	if first != "" {
		r := d.lastReply()
		r.Text = d.text(first, nil) + "\n\n" + r.Text
		d.mem.Prompt = r.Text
	}
	return true
}

// userOptions are the options for who uses the chat: the members, and another person.
func (d linkDialog) userOptions() []option {
	var ids []backend.MemberID
	for _, p := range d.mem.Group.Members {
		ids = append(ids, p.ID)
	}
	out := people(ids)
	for i := range out {
		out[i].Value = "u" + out[i].Value[1:]
	}
	return append(out, option{Value: "other", Who: outsider})
}

// answerUser takes a name as the person who uses the chat.
func (d linkDialog) answerUser(p nlu.ParsedText) bool {
	if p.Intent == nlu.IntentOther || p.No {
		d.setUser(outsider)
		return true
	}
	if p.Intent != nlu.IntentNone && p.Intent != nlu.IntentYes || len(p.Refs) == 0 {
		return false
	}
	who := d.parser.Resolve(withoutMe(p.Refs), d.mem.speaker())
	if who.Unresolved != nil || len(who.Members) != 1 {
		d.missAgain(p, func() { d.askAgain("link.who_again", nil) })
		return true
	}
	d.setUser(who.Members[0])
	return true
}

// withoutMe drops the "yo" of "yo soy juana".
func withoutMe(refs []nlu.Ref) []nlu.Ref {
	return slices.DeleteFunc(slices.Clone(refs), func(r nlu.Ref) bool { return r.Kind == nlu.RefMe })
}

func (d linkDialog) chooseUser(o option) { d.setUser(o.Who) }

// setUser keeps who uses the chat, and goes on: to the question about another chat, or to the request.
func (d linkDialog) setUser(id backend.MemberID) {
	d.mem.Self = id
	if others := d.mem.Link.Others; len(others) > 0 {
		d.move("others")
		d.ask("link.replace", others[0], choices("yes", "no")...)
		return
	}
	d.move("answer")
	d.resumeRequest("link.who_done")
}

// resumeRequest goes on with the request that began the link, if it is still open. Otherwise it sends a text.
func (d linkDialog) resumeRequest(key string) {
	r, self := d.mem.request(), backend.Member{}
	d.resetWith(r)
	if r != nil {
		d.advance()
		return
	}
	if p, ok := d.mem.Group.Member(d.mem.Self); ok {
		self = p
	}
	d.offer(bot.Say, key, self, choices("token", "menu")...)
}

// answerReplace ends the other chat's link, or leaves both.
func (d linkDialog) answerReplace(p nlu.ParsedText) bool {
	others := d.mem.Link.Others
	switch {
	case p.Yes && len(others) > 0:
		d.move("replace")
		d.effect(opUnlink, d.mem.Asked, unlinkArgs{Credential: d.mem.Cred, Link: others[0].ID, Notify: others[:1], Account: owner(d.mem.Group).Number}, "link.interim")
	case p.No:
		d.leaveWith(d.mem.request())
		d.resumeRequest("link.kept")
	default:
		return false
	}
	return true
}

// onReplaced says that the other chat is linked no more.
func (d linkDialog) onReplaced(effectAnswer) {
	d.move("replaced")
	d.resumeRequest("link.replaced")
}
