package flows

import (
	"llave/bot"
	"llave/flows/nlu"
)

// undelivered tells a person of a message that was given up. A page for linking that may be lost can be had anew; the one
// that was sent stays good, because it may have arrived.
func (t *talk) undelivered() {
	switch kind := bot.ReplyKind(t.in.Body); {
	case kind != bot.Secret && t.m.linked():
		t.say("menu.undelivered", nil)
	case kind == bot.Secret && t.row().awaitsCode && t.in.Choice.Question == t.m.Question:
		t.m.Unread = t.in.Subtype
		t.m.Options = choices("link", "cancel", "safe")
		t.askAgain("link.undelivered", t.m.Unread)
	}
}

// answersUnread sends another page for linking if the text asks for one, after a page that may not have arrived. False:
// the text is about something else.
func (t *talk) answersUnread(mean nlu.ParsedText) bool {
	switch {
	case mean.Yes, mean.Intent == nlu.IntentLink:
		t.inviteAgain(t.m.Wish)
	case mean.Intent.AboutPeople() && mean.Intent != nlu.IntentOther:
		t.inviteAgain(t.wishOf(mean))
	case mean.Intent == nlu.IntentNone, mean.Intent == nlu.IntentHello, mean.Intent == nlu.IntentThanks, mean.Intent == nlu.IntentLost:
		t.askAgain("link.undelivered", t.m.Unread)
	default:
		return false
	}
	return true
}

// inviteAgain asks for another page, for the same wish or another one.
func (t *talk) inviteAgain(w *wish) {
	t.leave()
	t.m.Wish = w
	t.invite(false)
}
