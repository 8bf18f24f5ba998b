package nlu

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"llave/flows/backend"
)

// Understanding is the form in which `llave entiende` prints what was understood of a text.
type Understanding struct {
	// Intent is one of token, another, preprint, rejected, help, menu, cancel, back, link, unlink, register, password,
	// mydata, faq, thanks, none.
	Intent string `json:"intent"`
	// People are the names of the members that it is about, as the group has them. Never null.
	People []string `json:"people"`
	// Unknown are the people, as they were written, who are no member, or not certainly one. Never null.
	Unknown []string `json:"unknown"`
	// Count and Month, "2026-11", are those of preprinted tokens, and left out if the text names none.
	Count int    `json:"count,omitempty"`
	Month string `json:"month,omitempty"`
	// Also are further requests of the same text.
	Also []Understanding `json:"also,omitempty"`
}

// Understand says what a text means at a time. Without a group no name means a member.
func (u *Parser) Understand(text string, s Speaker, now time.Time) Understanding {
	m := u.ParseFor(text, s)
	out := u.show(m, s, now)
	for _, w := range slices.Concat(m.Also, m.Asked) {
		out.Also = append(out.Also, u.show(w, s, now))
	}
	return out
}

// show is the outside form of a request.
func (u *Parser) show(m ParsedText, s Speaker, now time.Time) Understanding {
	out := Understanding{Intent: u.publicName(m.Intent), People: []string{}, Unknown: []string{}}
	if m.Topic == TopicLeave {
		out.Intent = "faq"
	}
	if m.Intent == IntentNone || m.Intent.AboutPeople() {
		u.namePeople(&out, m, s)
	}
	if m.Intent == IntentPreprint {
		out.Count = max(m.Count, 0)
		out.Month = string(m.Month.At(now))
	}
	return out
}

// publicName is the name of an intent in Understanding: see "shown" in the words file.
func (u *Parser) publicName(i Intent) string {
	if name := u.publicNames[i]; name != "" {
		return name
	}
	if i == IntentNone {
		return "none"
	}
	return string(i)
}

// namePeople fills in the people. A name alone asks for the token, as it does in the chat.
func (u *Parser) namePeople(out *Understanding, m ParsedText, s Speaker) {
	var people []backend.MemberID
	certain := true
	for _, who := range groupByPerson(m.Refs) {
		ids, _ := u.resolvePerson(who, s)
		switch {
		case who[0].Not && len(ids) > 0:
			people = without(people, ids)
			continue
		case len(ids) > 0:
			people = append(without(people, ids), ids...)
			continue
		case who[0].Kind == RefKin || who[0].Kind == RefName && (m.Intent != IntentNone || m.TheirToken || u.anyFirstName(who[0].Words)):
			if as := who[len(who)-1].Text; as != "" {
				out.Unknown = append(out.Unknown, as)
			}
		}
		certain = certain && len(ids) > 0
	}
	if m.Intent == IntentNone && !certain && !m.TheirToken {
		people = nil
	}
	for _, id := range people {
		p, _ := s.Member(id)
		out.People = append(out.People, p.Name)
	}
	if m.Intent == IntentNone && len(m.Unclear) == 0 && (m.TheirToken || len(people) > 0) {
		out.Intent = string(IntentToken)
	}
}

// anyFirstName reports whether one of the words is a known first name.
func (u *Parser) anyFirstName(words []string) bool {
	for _, w := range words {
		if u.isFirstName(w) {
			return true
		}
	}
	return false
}

func (u *Parser) isFirstName(w string) bool {
	id, ok := u.ids[w]
	return ok && u.classes[id]&(u.c.name|u.c.nameword) != 0
}

// explain lists every phrase that was found, with its score and its outcome.
func (u *Parser) explain(m ParsedText) []string {
	var out []string
	for _, h := range m.matches {
		p := u.phrases[h.phrase]
		var words []string
		for _, e := range p.parts {
			if e.id >= 0 {
				words = append(words, u.keys[e.id])
			} else {
				words = append(words, "<"+u.className(e)+">")
			}
		}
		out = append(out, fmt.Sprintf("%s %d %q words %d-%d: %s", p.intent, h.score, strings.Join(words, " "), h.from+1, h.to, h.outcome))
	}
	return out
}

func (u *Parser) className(e slot) string {
	for name, bit := range u.bits {
		if bit == e.class {
			return name
		}
	}
	for name, bit := range u.setBits {
		if bit == e.set {
			return name
		}
	}
	return ""
}
