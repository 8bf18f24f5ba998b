package flows

import (
	"fmt"
	"strings"
	"time"

	"llave/flows/backend"
)

// Understanding is what was understood of a text, for whoever looks at it from outside.
type Understanding struct {
	// Intent is one of token, another, preprint, rejected, help, menu, cancel, back, link, unlink, register, password,
	// mydata, faq, thanks, none.
	Intent string `json:"intent"`
	// People are the names of those whom it is about, as the group has them. Never null.
	People []string `json:"people"`
	// Unknown are those who are nobody in the group, or not certainly one, as they were written. Never null.
	Unknown []string `json:"unknown"`
	// Count and Month, "2026-11", are of preprinted tokens, and left out if they were not said.
	Count int    `json:"count,omitempty"`
	Month string `json:"month,omitempty"`
}

// Understand says what is understood of a text from the chat of self, a member of the group; without a group no name is
// anybody's. It decides nothing and touches nothing.
func (u *understanding) Understand(text string, s Speaker, now time.Time) Understanding {
	m := u.heard(text, s)
	out := Understanding{Intent: u.outside(m.Intent), People: []string{}, Unknown: []string{}}
	if m.Intent == intentNone || m.Intent.aboutPeople() {
		u.tell(&out, m, s)
	}
	if m.Intent == intentPreprint {
		out.Count = max(m.Count, 0)
		out.Month = string(m.Month.at(now))
	}
	return out
}

// outside is an intent by the name that DESIGN's list has for it: see shown in the words file.
func (u *understanding) outside(i intent) string {
	if name := u.shown[i]; name != "" {
		return name
	}
	if i == intentNone {
		return "none"
	}
	return string(i)
}

// tell says who the people are. A name alone is a wish for the token, as it is in the chat.
func (u *understanding) tell(out *Understanding, m meaning, s Speaker) {
	var people []backend.MemberID
	certain := true
	for _, who := range persons(m.Who) {
		ids, _ := u.person(who, s)
		switch {
		case who[0].Not && len(ids) > 0:
			people = without(people, ids)
			continue
		case len(ids) > 0:
			people = append(without(people, ids), ids...)
			continue
		case who[0].Kind == refKin || who[0].Kind == refName && (m.Intent != intentNone || m.Wish || u.listed(who[0].Words)):
			if as := who[len(who)-1].As; as != "" {
				out.Unknown = append(out.Unknown, as)
			}
		}
		certain = certain && len(ids) > 0
	}
	if m.Intent == intentNone && !certain && !m.Wish {
		people = nil
	}
	for _, id := range people {
		p, _ := s.Member(id)
		out.People = append(out.People, p.Name)
	}
	if m.Intent == intentNone && len(m.Unclear) == 0 && (m.Wish || len(people) > 0) {
		out.Intent = string(intentToken)
	}
}

// listed says whether one of the words is a first name that we know.
func (u *understanding) listed(words []string) bool {
	for _, w := range words {
		if u.isName(w) {
			return true
		}
	}
	return false
}

func (u *understanding) isName(w string) bool {
	id, ok := u.ids[w]
	return ok && u.classes[id]&(u.c.name|u.c.nameword) != 0
}

// why explains what was understood: every phrase that was found, its weight, and what became of it.
func (u *understanding) why(m meaning) []string {
	var out []string
	for _, h := range m.hits {
		p := u.phrases[h.phrase]
		var words []string
		for _, e := range p.parts {
			if e.id >= 0 {
				words = append(words, u.sounds[e.id])
			} else {
				words = append(words, "<"+u.className(e.class)+">")
			}
		}
		out = append(out, fmt.Sprintf("%s %d %q words %d-%d: %s", p.intent, h.score, strings.Join(words, " "), h.from+1, h.to, h.fate))
	}
	return out
}

func (u *understanding) className(c classes) string {
	for name, bit := range u.bits {
		if bit == c {
			return name
		}
	}
	return ""
}
