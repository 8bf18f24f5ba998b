package backendtest

import (
	"time"

	"llave/flows/backend"
)

var anotherSentences = []sentence{
	{"replaces the live token, which stops at once", func(s *suiteTest) {
		g := s.maria()
		old := s.current(g.Credential, g.Group.Own)
		neu := s.another(g.Credential, g.Group.Own, s.key())
		if neu.Digits == old.Digits {
			s.Fatal("another is the same")
		}
		if cur := s.current(g.Credential, g.Group.Own); !same(cur, neu) {
			s.Errorf("current is %+v after another gave %+v", cur, neu)
		}
		s.wantVerdict(g.Group.Members[0].Number, old.Digits, backend.Replaced)
		s.wantVerdict(g.Group.Members[0].Number, neu.Digits, "")
	}},
	{"gives the same answer for the same key for a day, and replaces once", func(s *suiteTest) {
		g := s.maria()
		key := s.key()
		first := s.another(g.Credential, g.Group.Own, key)
		if again := s.another(g.Credential, g.Group.Own, key); !same(first, again) {
			s.Errorf("the same key gave %+v, then %+v", first, again)
		}
		s.wantVerdict(g.Group.Members[0].Number, first.Digits, "")
		second := s.another(g.Credential, g.Group.Own, s.key())
		s.Advance(23*time.Hour + 59*time.Minute)
		if again := s.another(g.Credential, g.Group.Own, key); !same(first, again) {
			s.Errorf("a day later the same key gave %+v, was %+v", again, first)
		}
		if second.Digits == first.Digits {
			s.Error("a new key gave an old answer")
		}
	}},
	{"replaces once, when 32 ask with one key at once", func(s *suiteTest) {
		g := s.maria()
		key := s.key()
		s.atOnce(32, func() (backend.Given, error) { return s.Tokens().Another(s.ctx, g.Credential, g.Group.Own, key) })
	}},
	{"keeps a denial by its key, too", func(s *suiteTest) {
		g := s.maria()
		lucia, key := s.find(g.Group, "Lucía Ruiz"), s.key()
		for range 2 {
			got, err := s.Tokens().Another(s.ctx, g.Credential, lucia.ID, key)
			s.must(err)
			if len(got.Tokens) != 0 || len(got.Denials) != 1 || got.Denials[0].Reason != backend.NotActive {
				s.Errorf("got %+v", got)
			}
			s.must(s.SetStanding(s.ctx, lucia.Name, backend.Active))
		}
		s.another(g.Credential, lucia.ID, s.key())
	}},
	{"does not show digits by an old key once the person has left", func(s *suiteTest) {
		g := s.maria()
		juana, key := s.find(g.Group, "Juana Ruiz").ID, s.key()
		s.another(g.Credential, juana, key)
		s.must(s.Remove(s.ctx, MariaCUIL, "Juana Ruiz"))
		got, err := s.Tokens().Another(s.ctx, g.Credential, juana, key)
		s.must(err)
		if len(got.Tokens) != 0 || len(got.Denials) != 1 || got.Denials[0].Reason != backend.NotInCharge {
			s.Errorf("got %+v", got)
		}
	}},
	{"never answers a key with another person's token", func(s *suiteTest) {
		g := s.maria()
		juana, key := s.find(g.Group, "Juana Ruiz").ID, s.key()
		s.another(g.Credential, juana, key)
		got, err := s.Tokens().Another(s.ctx, g.Credential, g.Group.Own, key)
		if err != nil {
			return // a refusal is right too
		}
		if len(got.Tokens) != 1 || got.Tokens[0].Member != g.Group.Own {
			s.Fatalf("got %+v", got)
		}
		s.wantVerdict(g.Group.Members[0].Number, got.Tokens[0].Digits, "")
	}},
	{"never repeats digits for an affiliate", func(s *suiteTest) {
		g := s.maria()
		seen := map[string]bool{}
		for range 200 {
			d := s.renew(g.Credential, g.Group.Own).Digits
			if seen[d] {
				s.Fatalf("%s was given twice", d)
			}
			seen[d] = true
		}
	}},
}
