package nlu

import "strings"

// WithoutPassword removes the words about the password from a masked text. The rest of the sentence stays.
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
			if u.namesPasswordAt(parts[i]) {
				from = i
			}
		}
		for i := at + 1; i < min(len(parts), at+4) && from == at && to == at; i++ {
			if u.namesPasswordAt(parts[i]) {
				to = i
			}
		}
		if from > 0 && from < at && u.secrets.my[parts[from-1].key] {
			from--
		}
		text = text[:parts[from].from] + " " + text[parts[to].to:]
	}
}

// namesPasswordAt reports whether a part is a word for a password.
func (u *Parser) namesPasswordAt(p textPart) bool {
	return u.namesPassword(p.key) || u.secrets.maybe[p.key]
}
