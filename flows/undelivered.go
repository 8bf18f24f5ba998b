package flows

import "llave/bot"

// onUndelivered says that a message was given up. A page for linking that may be lost can be asked for again; the one that
// was sent stays good, because it may have arrived.
func (d *dialog) onUndelivered() {
	switch kind := bot.ReplyKind(d.in.Body); {
	case kind != bot.Secret && d.mem.linked():
		d.sayWith(bot.Say, "menu.undelivered", nil, "token", choicePerson)
	case kind == bot.Secret && d.row().awaitsCode && d.in.Choice.Question == d.mem.Question:
		d.mem.Link.Unread = d.in.Subtype
		d.mem.Options = choices("link", "cancel", "safe")
		d.askAgain("link.undelivered", d.in.Subtype)
	}
}
