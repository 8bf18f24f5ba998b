package flows

import (
	"slices"
	"strconv"

	"llave/bot"
	"llave/flows/backend"
	"llave/flows/nlu"
)

// This file grants several requests of one text, in their order: "otro token de Juana y la credencial de Tomás". The first one is
// the open request, the rest wait for it in the memory. What takes something away, or makes a sheet, is confirmed; several of
// one kind are confirmed together.

// maxTogether is how many people a text may name for what is granted one by one.
const maxTogether = 4

// startAll begins to grant what a text asks for.
func (d *dialog) startAll(p nlu.ParsedText) {
	all := d.requestsOf(p)
	if !d.busy() {
		d.queue(all[1:]...)
	}
	d.start(all[0])
}

// requestsOf are the requests of a text, in order. One that is granted for one person at a time becomes one for each person.
func (d *dialog) requestsOf(p nlu.ParsedText) []Request {
	var out []Request
	for _, one := range append([]nlu.ParsedText{p}, p.Also...) {
		for _, part := range inAccount(d).split(one) {
			for _, r := range d.perMember(part) {
				if len(out) > 0 {
					r.common().Asked += "/" + strconv.Itoa(len(out))
				}
				out = append(out, r)
			}
		}
	}
	return out
}

// perMember is the request of a text, or one for each of its people.
func (d *dialog) perMember(p nlu.ParsedText) []Request {
	switch p.Intent {
	case nlu.IntentAnother, nlu.IntentPreprint, nlu.IntentVoid:
	default:
		return []Request{d.newRequest(p)}
	}
	who, of := inAccount(d).resolve(p.Refs)
	if who.Unresolved != nil || len(who.Members) < 2 || len(who.Members) > maxTogether {
		return []Request{d.newRequest(p)}
	}
	var out []Request
	for _, id := range who.Members {
		r := d.newRequest(p)
		r.common().Refs, r.common().Members = nil, []backend.MemberID{id}
		r.common().Of = of
		out = append(out, r)
	}
	return out
}

// queueAll has the requests of texts wait for the open one.
func (d *dialog) queueAll(texts []nlu.ParsedText) {
	for _, p := range texts {
		d.queue(d.requestsOf(p)...)
	}
}

func (d *dialog) queue(all ...Request) {
	for _, r := range all {
		d.mem.Also = append(d.mem.Also, r.in())
	}
}

// goOn begins the next request, once the one before is granted or refused.
func (d *dialog) goOn() {
	for len(d.mem.Also) > 0 && d.session.State == home && d.out.Effect == nil && !d.busy() && d.err == nil {
		next := d.mem.Also[0].request()
		d.mem.Also = d.mem.Also[1:]
		d.nth++
		d.withoutOptions()
		inAccount(d).nameAccount()
		d.reset()
		d.start(next)
	}
}

// withoutOptions takes the options off the replies that others follow in the same turn.
func (d *dialog) withoutOptions() {
	for i := range d.out.Replies {
		if r := &d.out.Replies[i]; r.Kind != bot.Told {
			r.Question, r.Choices = "", nil
		}
	}
}

// together are the requests that wait and can be confirmed together with one: those of its kind right behind it, each for one
// person who is known.
func (d *dialog) together(r Request) (out []Request) {
	if s, ok := r.(*SheetRequest); ok && s.More {
		return nil // what it is added to was shown, and nothing else
	}
	for _, q := range d.mem.Also {
		next := q.request()
		c := next.common()
		if next.flow() != r.flow() || !d.knowsMember(c) {
			return out
		}
		if s, ok := next.(*SheetRequest); ok && (s.Count < 1 || s.More || s.Month != "" && s.Month != r.(*SheetRequest).Month) {
			return out
		}
		out = append(out, next)
	}
	return out
}

// knowsMember reports whether a request is for one person who may have tokens, and keeps who that is.
func (d *dialog) knowsMember(c *request) bool {
	if len(c.Members) == 0 && len(c.Refs) > 0 {
		if who := d.parser.Resolve(c.Refs, d.mem.speaker()); who.Unresolved == nil {
			c.Members = who.Members
		}
	}
	if len(c.Members) != 1 {
		return false
	}
	p, ok := d.mem.Group.Member(c.Members[0])
	return ok && backend.IsActive(p.Standing)
}

// agree notes that what was confirmed together with a request needs no question of its own.
func (d *dialog) agree(r Request) {
	for _, next := range d.together(r) {
		next.common().Agreed = true
		if s, ok := next.(*SheetRequest); ok {
			s.Month = r.(*SheetRequest).Month
		}
	}
}

// giveUp drops the requests that wait and change something, because the person took back the one before them.
func (d *dialog) giveUp() {
	d.mem.Also = slices.DeleteFunc(d.mem.Also, func(q requests) bool { return q.Token == nil && q.Rejected == nil })
}

// dropRest gives up the requests that wait after the back end did not answer, and says so.
func (d *dialog) dropRest() {
	if len(d.mem.Also) == 0 || d.session.State != home {
		return
	}
	d.mem.Also = nil
	if len(d.out.Replies) > 0 {
		d.lastReply().Text += "\n" + d.text("token.rest_failed", nil)
	}
}

// takeSheet says whether the next request is a new sheet for a member. Its count is the one that was said.
func (d *dialog) takeSheet(id backend.MemberID) bool {
	if len(d.mem.Also) == 0 || d.mem.Also[0].Sheet == nil {
		return false
	}
	s := d.mem.Also[0].Sheet
	if len(s.Members)+len(s.Refs) == 0 {
		s.Members = []backend.MemberID{id}
	}
	s.More = true
	return s.Count > 0 && d.knowsMember(&s.request) && s.Members[0] == id
}
