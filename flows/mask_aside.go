package flows

import "llave/bot"

// setPasswordAside takes what was said of a password out of what is to be understood.
func (t *talk) setPasswordAside() {
	if t.in.Password && t.in.Result == nil {
		t.in.Text = t.words.WithoutPassword(t.in.Text)
	}
}

// warnOfPassword says below the answer that a password was taken out. An answer that is still awaited says it when it
// comes, and so does what is said until then.
func (t *talk) warnOfPassword() {
	if !t.in.Password {
		return
	}
	note := "\n\n" + t.text("menu.password", nil)
	if t.d.Interim != nil {
		t.d.Interim.Text += note
	}
	if n := len(t.d.Replies); n > 0 && t.d.Effect == nil {
		t.d.Replies[n-1].Text += note
	}
}

// heardPassword answers a text that was a password and nothing else.
func (t *talk) heardPassword() {
	t.offer(bot.Say, "menu.password_only", nil, choices("token", "safe")...)
}
