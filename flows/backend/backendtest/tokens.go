package backendtest

import (
	"time"

	"llave/flows/backend"
)

var groupSentences = []sentence{
	{"is the account's own affiliate and those in its charge", func(s *suiteTest) {
		g, err := s.Tokens().Group(s.ctx, s.maria().Credential)
		s.must(err)
		if own := s.find(g, "María Elena Gómez"); g.Own != own.ID || own.Kinship != "titular" {
			s.Errorf("own is %s, María is %+v", g.Own, own)
		}
		if j := s.find(g, "Juana Ruiz"); j.Kinship != "hija" || j.Standing != backend.Active || j.Number == "" || j.ID == "" {
			s.Errorf("Juana is %+v", j)
		}
		if l := s.find(g, "Lucía Ruiz"); l.Standing == backend.Active || l.Standing == "" {
			s.Errorf("Lucía's standing is %q", l.Standing)
		}
		if len(g.Members) != 6 {
			s.Errorf("the group has %d members, want 6", len(g.Members))
		}
	}},
	{"has the same id for the same person in every group", func(s *suiteTest) {
		a, b := s.maria().Group, s.link("chat-carlos", CarlosCUIL).Group
		if len(b.Members) != 1 || b.Own != b.Members[0].ID || b.Own != s.find(a, "Carlos Ruiz").ID {
			s.Errorf("Carlos's own group is %+v", b)
		}
	}},
	{"is as it is now", func(s *suiteTest) {
		c := s.maria().Credential
		s.must(s.Remove(s.ctx, MariaCUIL, "Juana Ruiz"))
		g, err := s.Tokens().Group(s.ctx, c)
		s.must(err)
		for _, m := range g.Members {
			if m.Name == "Juana Ruiz" {
				s.Error("Juana left the group and is still in it")
			}
		}
	}},
}

var currentSentences = []sentence{
	{"returns the live token, however often it is asked", func(s *suiteTest) {
		g := s.maria()
		first := s.current(g.Credential, g.Group.Own)
		if len(first.Digits) != 6 || first.Member != g.Group.Own || !first.Made.Equal(s.Now()) || !first.Until.After(s.Now()) {
			s.Errorf("token is %+v at %s", first, s.Now())
		}
		for range 5 {
			s.Advance(time.Minute)
			if again := s.current(g.Credential, g.Group.Own); !same(first, again) {
				s.Errorf("asked again: %+v, was %+v", again, first)
			}
		}
	}},
	{"answers each member in the order asked for", func(s *suiteTest) {
		g := s.maria()
		juana, lucia, maria := s.find(g.Group, "Juana Ruiz").ID, s.find(g.Group, "Lucía Ruiz").ID, g.Group.Own
		got, err := s.Tokens().Current(s.ctx, g.Credential, []backend.MemberID{juana, "stranger", lucia, maria})
		s.must(err)
		if len(got.Tokens) != 2 || got.Tokens[0].Member != juana || got.Tokens[1].Member != maria {
			s.Errorf("tokens are %+v", got.Tokens)
		}
		if len(got.Denials) != 2 || got.Denials[0] != (backend.Denial{Member: "stranger", Reason: backend.NotInCharge}) ||
			got.Denials[1] != (backend.Denial{Member: lucia, Reason: backend.NotActive}) {
			s.Errorf("denials are %+v", got.Denials)
		}
		if got.Group.Own != maria || len(got.Group.Members) != 6 {
			s.Errorf("group is %+v", got.Group)
		}
		if got.Tokens[0].Digits == got.Tokens[1].Digits {
			s.Log("two members have the same digits: one in a million")
		}
	}},
	{"makes one token, when 64 ask at once", func(s *suiteTest) {
		g := s.maria()
		s.atOnce(64, func() (backend.Given, error) {
			return s.Tokens().Current(s.ctx, g.Credential, []backend.MemberID{g.Group.Own})
		})
	}},
	{"makes the next one after use", func(s *suiteTest) {
		g := s.maria()
		first := s.current(g.Credential, g.Group.Own)
		s.wantVerdict(g.Group.Members[0].Number, first.Digits, "")
		s.wantVerdict(g.Group.Members[0].Number, first.Digits, backend.Used)
		if next := s.current(g.Credential, g.Group.Own); next.Digits == first.Digits {
			s.Error("the used token is current")
		}
	}},
	{"makes the day's next one when the day is over", func(s *suiteTest) {
		g := s.maria()
		first := s.current(g.Credential, g.Group.Own)
		s.Advance(first.Until.Sub(s.Now()) - time.Second)
		if last := s.current(g.Credential, g.Group.Own); !same(first, last) {
			s.Error("the token changed a second before its end")
		}
		s.Advance(time.Second)
		next := s.current(g.Credential, g.Group.Own)
		if next.Digits == first.Digits || !next.Made.Equal(first.Until) || !next.Until.After(first.Until) {
			s.Errorf("at the end of %+v comes %+v", first, next)
		}
		s.wantVerdict(g.Group.Members[0].Number, first.Digits, backend.Expired)
	}},
	{"gives no token for a standing that gives none, live or not", func(s *suiteTest) {
		g := s.maria()
		juana := s.find(g.Group, "Juana Ruiz")
		tok := s.current(g.Credential, juana.ID)
		s.must(s.SetStanding(s.ctx, juana.Name, "SUSPENDIDA"))
		got, err := s.Tokens().Current(s.ctx, g.Credential, []backend.MemberID{juana.ID})
		s.must(err)
		if len(got.Tokens) != 0 || len(got.Denials) != 1 || got.Denials[0].Reason != backend.NotActive {
			s.Errorf("got %+v", got)
		}
		s.wantVerdict(juana.Number, tok.Digits, backend.NotActive)
	}},
	{"never gives a token of a member who left", func(s *suiteTest) {
		g := s.maria()
		juana := s.find(g.Group, "Juana Ruiz").ID
		s.current(g.Credential, juana)
		s.must(s.Remove(s.ctx, MariaCUIL, "Juana Ruiz"))
		got, err := s.Tokens().Current(s.ctx, g.Credential, []backend.MemberID{juana})
		s.must(err)
		if len(got.Tokens) != 0 || len(got.Denials) != 1 || got.Denials[0].Reason != backend.NotInCharge {
			s.Errorf("got %+v", got)
		}
	}},
	{"tells other people's digits from unknown ones", func(s *suiteTest) {
		g := s.maria()
		juana := s.find(g.Group, "Juana Ruiz")
		tok := s.current(g.Credential, g.Group.Own)
		s.wantVerdict(juana.Number, tok.Digits, backend.OtherPerson)
		s.wantVerdict(juana.Number, wrongDigits(tok.Digits), backend.Unknown)
		s.wantVerdict(g.Group.Members[0].Number, tok.Digits, "")
	}},
}
