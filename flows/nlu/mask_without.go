package nlu

import "strings"

// withoutPassword is a masked text without what was said of the password: what is left is the rest of the sentence.
func (u *Parser) WithoutPassword(text string) string {
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
			if u.called(parts[i]) {
				from = i
			}
		}
		for i := at + 1; i < min(len(parts), at+4) && from == at && to == at; i++ {
			if u.called(parts[i]) {
				to = i
			}
		}
		if from > 0 && from < at && u.secrets.my[parts[from-1].sound] {
			from--
		}
		text = text[:parts[from].from] + " " + text[parts[to].to:]
	}
}

func (u *Parser) called(p textPart) bool {
	return u.namesPassword(p.sound) || u.secrets.maybe[p.sound]
}
