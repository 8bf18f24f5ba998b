package flows

import (
	"strings"

	"llave/bot"
)

// withoutPassword is a masked text without what was said of the password: what is left is the rest of the sentence.
func (sc *Script) withoutPassword(text string) string {
	for {
		parts := textParts(text)
		at := -1
		for i, p := range parts {
			if strings.Contains(p.text, passwordMasked) {
				at = i
				break
			}
		}
		if at < 0 {
			return strings.TrimSpace(text)
		}
		from, to := at, at
		for i := at - 1; i >= max(0, at-9) && from == at; i-- {
			if sc.called(parts[i]) {
				from = i
			}
		}
		for i := at + 1; i < min(len(parts), at+4) && from == at && to == at; i++ {
			if sc.called(parts[i]) {
				to = i
			}
		}
		if from > 0 && from < at && sc.secrets.my[parts[from-1].sound] {
			from--
		}
		text = text[:parts[from].from] + " " + text[parts[to].to:]
	}
}

func (sc *Script) called(p textPart) bool {
	return sc.namesPassword(p.sound) || sc.secrets.maybe[p.sound]
}

// setPasswordAside takes what was said of a password out of what is to be understood.
func (t *talk) setPasswordAside() {
	if t.in.Password && t.in.Result == nil {
		t.in.Text = t.withoutPassword(t.in.Text)
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
