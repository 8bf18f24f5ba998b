package backendtest

import (
	"math/rand/v2"

	"llave/flows/backend"
)

var attackSentences = []sentence{
	{"a victim who signs in for a stranger's chat gives it nothing", func(s *suiteTest) {
		// The attacker's chat asks for an invite. The victim is persuaded to sign in at its URL, and does everything but
		// tell the code. In whatever order the attacker tries, the attacker's chat gets nothing.
		rnd := rand.New(rand.NewPCG(1, 2))
		for n := range Times(100, 1000) {
			attacker, victim := s.invite("attacker"), s.invite("victim")
			var theirs, own string
			acts := []func(){
				func() { theirs, _ = s.SignIn(s.ctx, attacker.URL, MariaCUIL, Password) },
				func() { own, _ = s.SignIn(s.ctx, victim.URL, MariaCUIL, Password) },
				func() { s.wantNoGrant(attacker.ID, "BCDF-GHJK") },
				func() { s.wantNoGrant(attacker.ID, attacker.ID[2:10]) },
				func() { s.wantNoGrant(attacker.ID, attacker.URL[len(attacker.URL)-8:]) },
				func() { _ = s.Open(s.ctx, attacker.URL) },
			}
			rnd.Shuffle(len(acts), func(i, j int) { acts[i], acts[j] = acts[j], acts[i] })
			for _, act := range acts {
				act()
			}
			s.wantNoGrant(attacker.ID, own) // the victim's own code belongs to the victim's chat
			if theirs == "" || own == "" {
				s.Fatalf("order %d: the victim could not sign in", n)
			}
			g, err := s.Links().Redeem(s.ctx, victim.ID, own, s.key())
			s.must(err)
			if len(g.Others) != 0 {
				s.Fatalf("order %d: the attacker's chat was linked", n)
			}
			s.must(s.Links().Unlink(s.ctx, g.Credential, ""))
		}
	}},
	{"a victim's tap on the way back ends nothing but the victim's own chat", func(s *suiteTest) {
		// The deep link opens the victim's chat, which did not ask for this invite: it has another one, or none.
		attacker, victim := s.invite("attacker"), s.invite("victim")
		code, err := s.SignIn(s.ctx, attacker.URL, MariaCUIL, Password)
		s.must(err)
		s.wantNoGrant(victim.ID, code)
	}},
	{"another account's credential gets no token", func(s *suiteTest) {
		g, jorge := s.maria(), s.link("chat-jorge", JorgeCUIL)
		s.current(g.Credential, g.Group.Own)
		got, err := s.Tokens().Current(s.ctx, jorge.Credential, []backend.MemberID{g.Group.Own})
		s.must(err)
		if len(got.Tokens) != 0 || len(got.Denials) != 1 || got.Denials[0].Reason != backend.NotInCharge {
			s.Errorf("got %+v", got)
		}
		got, err = s.Tokens().Another(s.ctx, jorge.Credential, g.Group.Own, s.key())
		s.must(err)
		if len(got.Tokens) != 0 || len(got.Denials) != 1 || got.Denials[0].Reason != backend.NotInCharge {
			s.Errorf("got %+v", got)
		}
	}},
	{"one person's key is not another's", func(s *suiteTest) {
		g, jorge := s.maria(), s.link("chat-jorge", JorgeCUIL)
		a := s.another(g.Credential, g.Group.Own, "the same key")
		b := s.another(jorge.Credential, jorge.Group.Own, "the same key")
		if a.Member == b.Member || b.Member != jorge.Group.Own {
			s.Errorf("got %+v and %+v", a, b)
		}
	}},
	{"a wrong password gives no code", func(s *suiteTest) {
		i := s.invite("chat")
		if _, err := s.SignIn(s.ctx, i.URL, MariaCUIL, "wrong-wrong"); err == nil {
			s.Error("signed in with a wrong password")
		}
		if _, err := s.Links().Redeem(s.ctx, i.ID, "BCDF-GHJK", s.key()); err == nil {
			s.Error("redeemed without sign-in")
		}
	}},
}

// wantNoGrant redeems and wants no grant.
func (s *suiteTest) wantNoGrant(invite, code string) {
	s.Helper()
	g, err := s.Links().Redeem(s.ctx, invite, code, s.key())
	if err == nil || g.Credential != "" {
		s.Fatalf("a chat was linked without its code")
	}
}
