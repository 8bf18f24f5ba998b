package flows

import (
	"slices"

	"llave/flows/backend"
	"llave/flows/nlu"
)

// The question "whose?", which every flow that grants requests may put first.

// whoData is the data of its text.
type whoData struct {
	Intent nlu.Intent
	Name   string // the words that fit no member, or several
	Maybe  bool   // the first ones listed may be meant
	Own    string // the account's own affiliate, if nobody else is in its charge
}

// findMembers finds out whom a request is for. False: it has asked, the back end or the person.
func (d *dialog) findMembers(r Request, several bool) bool {
	c := r.common()
	if len(c.Members) > 0 {
		return true
	}
	if len(c.Refs) == 0 {
		c.Members = d.defaultMember(c)
	} else {
		who := d.parser.Resolve(c.Refs, d.mem.speaker())
		if ref := who.Unresolved; ref != nil {
			if inLink(d).knowUser(r, ref) {
				return false
			}
			if !c.Refreshed && ref.Kind != nlu.RefMe && len(ref.Words) > 0 {
				d.refreshGroup(r)
			} else {
				d.askWho(ref, who.Candidates)
			}
			return false
		}
		c.Members = who.Members
	}
	if len(c.Members) == 1 || len(c.Members) > 1 && several {
		return true
	}
	candidates := c.Members
	c.Members = nil
	d.askWho(nil, candidates)
	return false
}

// defaultMember is the member that a request without a name is for: the only one, the one who uses the chat, or the one whose token
// was shown last.
func (d *dialog) defaultMember(r *request) []backend.MemberID {
	if len(d.mem.Group.Members) == 1 {
		return []backend.MemberID{d.mem.Group.Members[0].ID}
	}
	if _, ok := d.mem.Group.Member(d.mem.Self); ok && r.Intent == nlu.IntentToken && !r.Told && d.can.CurrentWithoutMinting {
		return []backend.MemberID{d.mem.Self} // reading it changes nothing, and the message says whose it is
	}
	if r.Old || len(d.mem.Recent) == 0 {
		return nil
	}
	switch r.Intent {
	case nlu.IntentNumber, nlu.IntentRejected:
		return d.mem.Recent[:1]
	case nlu.IntentCredential:
		if r.Below { // below the token; in words it is a request of its own
			return d.mem.Recent[:1]
		}
	}
	return nil
}

// refreshGroup reads the group anew before a member is called unknown.
func (d *dialog) refreshGroup(r Request) {
	r.common().Refreshed = true
	d.tryAny(r.flow(), "look", "ask")
	d.effect(opGroup, d.in.ID, groupArgs{d.mem.Cred}, "token.interim")
}

// onGroup goes on with the request, on the group as it is now.
func onGroup(d *dialog, a effectAnswer) {
	d.mem.Group = *a.Group
	if d.mem.request() == nil {
		d.leave()
		return
	}
	d.advance()
}

// askWho asks whose: first the candidates, then the last used, then the rest. Unresolved are the words that fit no member,
// or several.
func (d *dialog) askWho(unresolved *nlu.Ref, candidates []backend.MemberID) {
	r := d.mem.request()
	ids := slices.Clone(candidates)
	rest := append(slices.Clone(d.mem.Recent), d.mem.Self)
	for _, p := range d.mem.Group.Members {
		rest = append(rest, p.ID)
	}
	for _, id := range rest {
		if _, ok := d.mem.Group.Member(id); ok && !slices.Contains(ids, id) {
			ids = append(ids, id)
		}
	}
	d.tryAny(r.flow(), "choose")
	data := whoData{Intent: r.common().Intent, Maybe: len(candidates) > 0}
	if unresolved != nil {
		data.Name = unresolved.Text
	}
	if len(ids) == 1 {
		data.Own = d.mem.nameOf(ids[0])
	}
	options := append(people(ids), d.mem.otherAccounts()...)
	missed := unresolved != nil && d.mem.Misses > 1
	if missed {
		options = append(options, option{Value: choicePerson})
	}
	d.ask("token.who", data, options...)
	if missed {
		d.addPerson()
	}
}

// answerWho takes a name or a kinship as the answer.
func answerWho(d *dialog, p nlu.ParsedText) bool {
	if p.Intent == nlu.IntentCancel || p.Intent == nlu.IntentMenu || len(p.Refs) == 0 {
		return false
	}
	r := d.mem.request()
	if s, ok := r.(*SheetRequest); ok { // "rosa, 10 para diciembre"
		d.readOrder(s)
	}
	c, who := r.common(), d.parser.Resolve(p.Refs, d.mem.speaker())
	if day := d.otherDay(p); c.Intent.OfToday() && day.Kind != nlu.DayNone {
		c.Day = day
	}
	switch {
	case who.Unresolved == nil && p.Intent == nlu.IntentNone && len(who.Members) == 1:
		d.learnAlias(who.Members[0])
		c.Refs, c.Members = p.Refs, who.Members
	case who.Unresolved == nil && (p.Intent == nlu.IntentNone || p.Intent == c.Intent || p.Intent == nlu.IntentToken || p.Intent == nlu.IntentYes):
		c.Refs, c.Members = p.Refs, who.Members
	case who.Unresolved != nil && p.Intent == nlu.IntentNone:
		c.Refs, c.Members = p.Refs, nil
		d.missed()
	default:
		return false
	}
	d.advance()
	return true
}

// chooseWho takes a member from the list.
func chooseWho(d *dialog, o option) {
	if o.numbered('a') {
		inAccount(d).choose(o)
		return
	}
	d.learnAlias(o.Who)
	c := d.mem.request().common()
	c.Refs, c.Members = nil, []backend.MemberID{o.Who}
	d.advance()
}

// learnAlias keeps the answer as the meaning of the kinship word in the request, if there was one.
func (d *dialog) learnAlias(id backend.MemberID) {
	refs := d.mem.request().common().Refs
	if len(refs) != 1 || refs[0].Kind != nlu.RefKin || refs[0].Several() {
		return
	}
	d.mem.learn(refs[0].Words[0], id)
}

// learn keeps whom a kinship word means.
func (m *memory) learn(word string, id backend.MemberID) {
	if m.Aliases == nil {
		m.Aliases = map[string]backend.MemberID{}
	}
	m.Aliases[word] = id
}

// theMember is the one member that a request is for.
func (d *dialog) theMember(r *request) backend.Member {
	p, _ := d.mem.Group.Member(r.Members[0])
	return p
}
