package flows

import "llave/bot"

// removePassword takes the words about a password out of the text that is to be understood.
func (d *dialog) removePassword() {
	if d.in.Password && d.in.Result == nil {
		d.in.Text = d.parser.WithoutPassword(d.in.Text)
	}
}

// warnOfPassword says below the reply that a password was removed. While an effect is awaited, the interim says so, and
// the reply to its result.
func (d *dialog) warnOfPassword() {
	if !d.in.Password {
		return
	}
	note := "\n\n" + d.text("menu.password", nil)
	if d.out.Interim != nil {
		d.out.Interim.Text += note
	}
	if len(d.out.Replies) > 0 && d.out.Effect == nil {
		d.lastReply().Text += note
	}
}

// onPasswordAlone answers a text that was a password and nothing else.
func (d *dialog) onPasswordAlone() {
	d.offer(bot.Say, "menu.password_only", nil, choices("token", "safe")...)
}
