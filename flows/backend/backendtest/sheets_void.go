package backendtest

import (
	"time"

	"llave/flows/backend"
)

var voidSentences = []sentence{
	{"ends the tokens of these numbers, and no others", func(s *suiteTest) {
		g := s.maria()
		me := g.Group.Members[0]
		before := s.print(g.Credential, me.ID, 2)
		h := s.print(g.Credential, me.ID, 4) // 3 to 6
		s.Advance(time.Minute)
		got := s.void(g.Credential, h.ID, 4, 6, 1, 0, -3, 99)
		h.Tokens[1].VoidedAt, h.Tokens[3].VoidedAt = s.Now(), s.Now()
		if !sameSheet(h, got) {
			s.Errorf("got %+v, want %+v", got, h)
		}
		s.listed(g.Credential, me.ID, before, h)
		s.wantVerdict(me.Number, h.Tokens[0].Digits, "")
		s.wantVerdict(me.Number, h.Tokens[1].Digits, backend.Replaced)
		s.wantVerdict(me.Number, h.Tokens[2].Digits, "")
		s.wantVerdict(me.Number, h.Tokens[3].Digits, backend.Replaced)
	}},
	{"ends all unused tokens, without numbers", func(s *suiteTest) {
		g := s.maria()
		me := g.Group.Members[0]
		h := s.print(g.Credential, me.ID, 3)
		other := s.print(g.Credential, me.ID, 1)
		s.wantVerdict(me.Number, h.Tokens[1].Digits, "")
		h.Tokens[1].UsedAt = s.Now()
		s.Advance(time.Minute)
		h.Tokens[0].VoidedAt, h.Tokens[2].VoidedAt = s.Now(), s.Now()
		if got := s.void(g.Credential, h.ID); !sameSheet(h, got) {
			s.Errorf("got %+v, want %+v", got, h)
		}
		s.wantVerdict(me.Number, h.Tokens[0].Digits, backend.Replaced)
		s.wantVerdict(me.Number, h.Tokens[1].Digits, backend.Used)
		s.wantVerdict(me.Number, other.Tokens[0].Digits, "")
	}},
	{"can be repeated: used and void tokens stay as they were", func(s *suiteTest) {
		g := s.maria()
		me := g.Group.Members[0]
		h := s.print(g.Credential, me.ID, 3)
		s.wantVerdict(me.Number, h.Tokens[0].Digits, "")
		first := s.void(g.Credential, h.ID, 1, 2)
		if !first.Tokens[0].VoidedAt.IsZero() || first.Tokens[1].VoidedAt.IsZero() || !first.Tokens[2].VoidedAt.IsZero() {
			s.Errorf("after 1 and 2: %+v", first.Tokens)
		}
		s.Advance(time.Hour)
		if again := s.void(g.Credential, h.ID, 1, 2); !sameSheet(first, again) {
			s.Errorf("repeated: %+v, was %+v", again, first)
		}
		last := s.void(g.Credential, h.ID)
		if !last.Tokens[1].VoidedAt.Equal(first.Tokens[1].VoidedAt) || !last.Tokens[2].VoidedAt.Equal(s.Now()) {
			s.Errorf("all: %+v, was %+v", last.Tokens, first.Tokens)
		}
	}},
	{"ends nothing, when no token has the numbers", func(s *suiteTest) {
		g := s.maria()
		h := s.print(g.Credential, g.Group.Own, 2)
		if got := s.void(g.Credential, h.ID, 3, 0); !sameSheet(h, got) {
			s.Errorf("got %+v", got.Tokens)
		}
	}},
	{"void tokens do not count, used ones do", func(s *suiteTest) {
		g := s.maria()
		me := g.Group.Members[0]
		m := s.runningMonth(g.Credential, me.ID)
		h := s.print(g.Credential, me.ID, m.Left)
		s.wantVerdict(me.Number, h.Tokens[0].Digits, "")
		p, err := s.Sheets().Void(s.ctx, g.Credential, h.ID, nil)
		s.must(err)
		if left := s.month(p).Left; left != m.Max-1 {
			s.Errorf("%d left of %d when all but one are void", left, m.Max)
		}
		p, err = s.order(g.Credential, me.ID, m.Max, s.key())
		s.denied(p, err, backend.TooMany, "as many as there ever can be")
		if next := s.print(g.Credential, me.ID, m.Max-1); next.Tokens[0].Number != m.Max+1 {
			s.Errorf("numbers go on with %d", next.Tokens[0].Number)
		}
	}},
	{"a sheet with all tokens void is not listed, one with a used token is", func(s *suiteTest) {
		g := s.maria()
		me := g.Group.Members[0]
		gone, kept := s.print(g.Credential, me.ID, 2), s.print(g.Credential, me.ID, 2)
		s.wantVerdict(me.Number, kept.Tokens[0].Digits, "")
		s.void(g.Credential, gone.ID)
		s.listed(g.Credential, me.ID, s.void(g.Credential, kept.ID))
	}},
	{"a sheet of no member in charge is denied, and stays", func(s *suiteTest) {
		g, jorge := s.maria(), s.link("chat-jorge", JorgeCUIL)
		h := s.print(g.Credential, g.Group.Own, 2)
		for _, id := range []backend.SheetID{h.ID, "", "no-such-sheet"} {
			p, err := s.Sheets().Void(s.ctx, jorge.Credential, id, nil)
			s.denied(p, err, backend.NotInCharge, "void of a stranger's")
		}
		p, err := s.Sheets().Sheets(s.ctx, jorge.Credential, g.Group.Own)
		s.denied(p, err, backend.NotInCharge, "sheets of a stranger")
		p, err = s.order(jorge.Credential, g.Group.Own, 1, s.key())
		s.denied(p, err, backend.NotInCharge, "print for a stranger")
		s.listed(g.Credential, g.Group.Own, h)
	}},
	{"belongs to the person: each account in charge sees it and can end it", func(s *suiteTest) {
		g, carlos := s.maria(), s.link("chat-carlos", CarlosCUIL)
		h := s.print(g.Credential, carlos.Group.Own, 2)
		s.listed(carlos.Credential, carlos.Group.Own, h)
		s.listed(g.Credential, carlos.Group.Own, s.void(carlos.Credential, h.ID, 2))
		if next := s.print(carlos.Credential, carlos.Group.Own, 1); next.Tokens[0].Number != 3 {
			s.Errorf("the other account's sheet begins with %d", next.Tokens[0].Number)
		}
	}},
	{"asks for the standing at every call that prints: neither a new order nor the key from before gives a sheet", func(s *suiteTest) {
		g := s.maria()
		juana, key := s.find(g.Group, "Juana Ruiz"), s.key()
		h := s.printKey(g.Credential, juana.ID, 2, key)
		s.must(s.SetStanding(s.ctx, juana.Name, "SUSPENDIDA"))
		s.deniedPrint(g.Credential, juana.ID, h, key, backend.NotActive)
		s.wantVerdict(juana.Number, h.Tokens[0].Digits, backend.NotActive)
		s.must(s.SetStanding(s.ctx, juana.Name, backend.Active))
		s.listed(g.Credential, juana.ID, h)
		s.wantVerdict(juana.Number, h.Tokens[0].Digits, "")
	}},
	{"lists the sheets of a member who is not active, and that none can be made", func(s *suiteTest) {
		g := s.maria()
		juana := s.find(g.Group, "Juana Ruiz")
		gone := s.print(g.Credential, juana.ID, 1)
		h := s.print(g.Credential, juana.ID, 2)
		s.void(g.Credential, gone.ID)
		s.must(s.SetStanding(s.ctx, juana.Name, "SUSPENDIDA"))
		if p := s.preprints(g.Credential, juana.ID); p.Denied != backend.NotActive || p.Member != juana.ID || s.month(p).Last != 3 {
			s.Errorf("denied %q, %+v", p.Denied, p.Months)
		}
		s.listed(g.Credential, juana.ID, h)
		lucia := s.find(g.Group, "Lucía Ruiz") // who never had a sheet
		p, err := s.Sheets().Sheets(s.ctx, g.Credential, lucia.ID)
		s.denied(p, err, backend.NotActive, "sheets")
	}},
	{"does not depend on the standing: a lost sheet does not become valid again with it", func(s *suiteTest) {
		g := s.maria()
		juana := s.find(g.Group, "Juana Ruiz")
		h := s.print(g.Credential, juana.ID, 3)
		s.must(s.SetStanding(s.ctx, juana.Name, "SUSPENDIDA"))
		s.Advance(time.Minute)
		h.Tokens[0].VoidedAt = s.Now()
		p, err := s.Sheets().Void(s.ctx, g.Credential, h.ID, []int{1})
		s.must(err)
		if got := s.one(p); !sameSheet(h, got) || p.Member != juana.ID || s.month(p).Last != 3 {
			s.Errorf("got %+v of %s, want %+v", got, p.Member, h)
		}
		s.listed(g.Credential, juana.ID, h)
		s.Advance(time.Minute)
		h.Tokens[1].VoidedAt, h.Tokens[2].VoidedAt = s.Now(), s.Now()
		if got := s.void(g.Credential, h.ID); !sameSheet(h, got) {
			s.Errorf("all: %+v, want %+v", got, h)
		}
		s.must(s.SetStanding(s.ctx, juana.Name, backend.Active))
		for _, t := range h.Tokens {
			s.wantVerdict(juana.Number, t.Digits, backend.Replaced)
		}
		s.listed(g.Credential, juana.ID)
	}},
	{"checks the charge at every call", func(s *suiteTest) {
		g := s.maria()
		juana, key := s.find(g.Group, "Juana Ruiz").ID, s.key()
		h := s.printKey(g.Credential, juana, 2, key)
		s.must(s.Remove(s.ctx, MariaCUIL, "Juana Ruiz"))
		s.deniedAll(g.Credential, juana, h, key, backend.NotInCharge)
	}},
	{"prints nothing for a standing without tokens, and everything once it gives them", func(s *suiteTest) {
		g := s.maria()
		lucia := s.find(g.Group, "Lucía Ruiz")
		p, err := s.order(g.Credential, lucia.ID, 2, s.key())
		s.denied(p, err, backend.NotActive, "print")
		s.must(s.SetStanding(s.ctx, lucia.Name, backend.Active))
		s.listed(g.Credential, lucia.ID)
		s.listed(g.Credential, lucia.ID, s.print(g.Credential, lucia.ID, 2))
	}},
}

// deniedAll wants every call about a member's sheet denied: a new order, and the repeated one too.
func (s *suiteTest) deniedAll(c backend.Credential, m backend.MemberID, h backend.Sheet, key string, why backend.Reason) {
	s.Helper()
	p, err := s.Sheets().Sheets(s.ctx, c, m)
	s.denied(p, err, why, "sheets")
	s.deniedPrint(c, m, h, key, why)
	p, err = s.Sheets().Void(s.ctx, c, h.ID, nil)
	s.denied(p, err, why, "void")
}

// deniedPrint wants no sheet, neither for a new order nor for the repeated one.
func (s *suiteTest) deniedPrint(c backend.Credential, m backend.MemberID, h backend.Sheet, key string, why backend.Reason) {
	s.Helper()
	p, err := s.order(c, m, 1, s.key())
	s.denied(p, err, why, "print")
	p, err = s.order(c, m, len(h.Tokens), key)
	s.denied(p, err, why, "print with the key from before")
}
