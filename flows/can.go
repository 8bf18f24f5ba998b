package flows

import (
	"slices"

	"llave/bot"
	"llave/flows/backend"
)

// What follows is for back ends that cannot do everything; see [Capabilities].

// once says whether a call must not be made twice: it acts, and the back end cannot tell a repetition from a new wish.
func (sc *Script) once(op string) bool {
	switch op {
	case opAnother, opRedeem, opPrint:
		return !sc.can.Keys
	case opCurrent:
		return !sc.can.CurrentWithoutMinting
	}
	return false
}

// hold keeps tokens that cannot be asked for again without ending them.
func (t *talk) hold(g backend.Given) {
	if t.can.CurrentWithoutMinting {
		return
	}
	held := slices.Clone(g.Tokens)
	for _, k := range t.m.Held {
		if t.in.Now.Before(k.Until) && !slices.ContainsFunc(held, func(n backend.Token) bool { return n.Member == k.Member }) {
			held = append(held, k)
		}
	}
	t.m.Held = held
}

// missing are the members whose token is not here, or has lapsed.
func (t *talk) missing(ids []backend.MemberID) []backend.MemberID {
	var out []backend.MemberID
	for _, id := range ids {
		if _, ok := t.held(id); !ok {
			out = append(out, id)
		}
	}
	return out
}

func (t *talk) held(id backend.MemberID) (backend.Token, bool) {
	for _, k := range t.m.Held {
		if k.Member == id && t.in.Now.Before(k.Until) {
			return k, true
		}
	}
	return backend.Token{}, false
}

// recall puts what is held beside what the back end gave, for those who are in the group as it has just told it.
func (t *talk) recall(given backend.Given, ids []backend.MemberID) backend.Given {
	g := given.Group
	out := backend.Given{Group: g, Denials: given.Denials}
	for _, id := range ids {
		if i := slices.IndexFunc(given.Tokens, func(k backend.Token) bool { return k.Member == id }); i >= 0 {
			out.Tokens = append(out.Tokens, given.Tokens[i])
			continue
		}
		if slices.ContainsFunc(given.Denials, func(d backend.Denial) bool { return d.Member == id }) {
			continue
		}
		t.recalled = append(t.recalled, id)
		k, ok := t.held(id)
		p, in := g.Member(id)
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

// unknown deals with a call that may have acted and will not be made again.
func (t *talk) unknown(op string) {
	switch {
	case op == opRedeem && t.awaits(opRedeem):
		t.move("dead")
		w := t.m.Wish
		t.settle()
		t.offer(bot.Say, "link.unknown", nil, choices("link", "help")...)
		t.m.Wish = w
	case op == opPrint:
		// Nothing is lost by asking what there is: that makes nothing.
		t.leave()
		t.offer(bot.Say, "sheet.unknown", nil, choices("preprint", "help")...)
	case op == opAnother:
		t.drop(t.m.Wish)
		t.leave()
		t.offer(bot.Say, "another.lost", t.can.CurrentWithoutMinting, choices("token", "help")...)
	case op == opCurrent && flowOf(t.s.State) == "link":
		t.welcome(backend.Given{}, t.m.Wish)
	case op == opCurrent:
		t.drop(t.m.Wish)
		t.leave()
		t.offer(bot.Say, "token.unknown", nil, choices("token", "help")...)
	}
}

// drop forgets what is held of those whom a wish was for: it may be dead. If it is not known whose, all is.
func (t *talk) drop(w *wish) {
	t.m.Held = slices.DeleteFunc(slices.Clone(t.m.Held), func(k backend.Token) bool { return w == nil || slices.Contains(w.For, k.Member) })
}
