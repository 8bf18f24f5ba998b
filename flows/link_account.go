package flows

import "llave/flows/nlu"

// This file is for people who cannot sign in yet: they have no account, or do not know the password. The page for linking makes the
// account, or resets the password, and leads back into this chat. The bare address of a form would leave them in a page that knows no
// chat.

// solves reports whether a text says so in a chat that is not linked, and the page for linking is the answer.
func (d linkDialog) solves(p nlu.ParsedText) bool {
	cannot := p.Intent == "register" || p.Intent == "password"
	return cannot && d.faqKey(p) == "faq."+string(p.Intent) && !d.mem.linked() && d.can.SignInPages && !d.in.Forwarded
}

// inviteFor sends the page to a person who cannot sign in yet.
func (d linkDialog) inviteFor(what nlu.Intent) {
	d.came(what, outcomeReplied)
	d.invite(false)
	d.mem.Link.For = what
}

// pointToPage says where it is on the page that was sent. A new one would end what the person has begun there.
func (d linkDialog) pointToPage(what nlu.Intent) {
	d.came(what, outcomeReplied)
	d.mem.Link.For = what
	d.askAgain("link.account", what)
}
