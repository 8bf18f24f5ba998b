package flows

import (
	"slices"

	"llave/bot"
	"llave/flows/backend"
	"llave/flows/nlu"
)

// userOptions are the options for who uses the chat: the members, and another person.
func (d linkDialog) userOptions() []option {
	var ids []backend.MemberID
	for _, p := range d.mem.Group.Members {
		ids = append(ids, p.ID)
	}
	return append(people(ids), option{Value: "other", Who: outsider})
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
		d.effect(opUnlink, d.mem.Asked, unlinkArgs{Credential: d.mem.Cred, Link: others[0].ID, Notify: others[:1]}, "link.interim")
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
