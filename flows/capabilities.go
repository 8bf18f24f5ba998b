package flows

import (
	"slices"

	"llave/flows/backend"
)

// This file is for back ends that cannot do everything; see [backend.Capabilities].

// once reports whether a call must not be made twice: it acts, and the back end cannot tell a repetition from a new
// request.
func (sc *Script) once(op string) bool {
	switch op {
	case opAnother, opRedeem, opPrint:
		return !sc.can.Keys
	case opCurrent:
		return !sc.can.CurrentWithoutMinting
	}
	return false
}

// hold keeps tokens in the memory, where asking for them again would end them.
func (d *dialog) hold(g backend.Given) {
	if d.can.CurrentWithoutMinting {
		return
	}
	held := slices.Clone(g.Tokens)
	for _, k := range d.mem.Held {
		if d.in.Now.Before(k.Until) && !slices.ContainsFunc(held, func(n backend.Token) bool { return n.Member == k.Member }) {
			held = append(held, k)
		}
	}
	d.mem.Held = held
}

// notHeld are the members whose token is not in the memory, or has expired.
func (d *dialog) notHeld(ids []backend.MemberID) []backend.MemberID {
	var out []backend.MemberID
	for _, id := range ids {
		if _, ok := d.held(id); !ok {
			out = append(out, id)
		}
	}
	return out
}

func (d *dialog) held(id backend.MemberID) (backend.Token, bool) {
	for _, k := range d.mem.Held {
		if k.Member == id && d.in.Now.Before(k.Until) {
			return k, true
		}
	}
	return backend.Token{}, false
}

// withHeld adds the tokens in the memory to those that the back end gave, for members who are still in the group.
func (d *dialog) withHeld(given backend.Given, ids []backend.MemberID) backend.Given {
	out := backend.Given{Group: given.Group, Denials: given.Denials}
	for _, id := range ids {
		if i := slices.IndexFunc(given.Tokens, func(k backend.Token) bool { return k.Member == id }); i >= 0 {
			out.Tokens = append(out.Tokens, given.Tokens[i])
			continue
		}
		if slices.ContainsFunc(given.Denials, func(n backend.Denial) bool { return n.Member == id }) {
			continue
		}
		d.remembered = append(d.remembered, id)
		k, ok := d.held(id)
		p, in := given.Group.Member(id)
		switch {
		case !in || !ok:
			out.Denials = append(out.Denials, backend.Denial{Member: id, Reason: backend.NotInCharge})
		case !backend.IsActive(p.Standing):
			out.Denials = append(out.Denials, backend.Denial{Member: id, Reason: backend.NotActive})
		default:
			out.Tokens = append(out.Tokens, k)
		}
	}
	return out
}

// dropHeld forgets the tokens in the memory that a request was for: they may be dead. Without a request it forgets all.
func (d *dialog) dropHeld(r Request) {
	d.mem.Held = slices.DeleteFunc(slices.Clone(d.mem.Held), func(k backend.Token) bool {
		return r == nil || slices.Contains(r.common().Members, k.Member)
	})
}
