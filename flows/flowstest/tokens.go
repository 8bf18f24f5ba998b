package flowstest

import (
	"sync"
	"time"

	"llave/flows"
)

var groupChecks = []check{
	{"is the account's own affiliate and those in its charge", func(s *stage) {
		g, err := s.Tokens().Group(s.ctx, s.maria().Credential)
		s.must(err)
		if own := s.find(g, "María Elena Gómez"); g.Own != own.ID || own.Kinship != "titular" {
			s.Errorf("own is %s, María is %+v", g.Own, own)
		}
		if j := s.find(g, "Juana Ruiz"); j.Kinship != "hija" || j.Standing != flows.Active || j.Number == "" || j.ID == "" {
			s.Errorf("Juana is %+v", j)
		}
		if l := s.find(g, "Lucía Ruiz"); l.Standing == flows.Active || l.Standing == "" {
			s.Errorf("Lucía's standing is %q", l.Standing)
		}
		if len(g.Members) != 6 {
			s.Errorf("the group has %d members, want 6", len(g.Members))
		}
	}},
	{"knows the same person by the same id in every group", func(s *stage) {
		a, b := s.maria().Group, s.link("chat-carlos", CarlosCUIL).Group
		if len(b.Members) != 1 || b.Own != b.Members[0].ID || b.Own != s.find(a, "Carlos Ruiz").ID {
			s.Errorf("Carlos's own group is %+v", b)
		}
	}},
	{"is as it is now", func(s *stage) {
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
	{"is authorised by the credential", func(s *stage) {
		for _, c := range []flows.Credential{"", "nobody's"} {
			_, err := s.Tokens().Group(s.ctx, c)
			s.wantErr(err, flows.ErrUnlinked, "group")
			_, err = s.Tokens().Current(s.ctx, c, nil)
			s.wantErr(err, flows.ErrUnlinked, "current")
			_, err = s.Tokens().Another(s.ctx, c, "m", s.key())
			s.wantErr(err, flows.ErrUnlinked, "another")
			_, err = s.Tokens().State(s.ctx, c, "m")
			s.wantErr(err, flows.ErrUnlinked, "state")
			_, err = s.Links().Chats(s.ctx, c)
			s.wantErr(err, flows.ErrUnlinked, "chats")
		}
	}},
}

var currentChecks = []check{
	{"returns the live token, however often it is asked", func(s *stage) {
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
	{"answers each member in the order asked for", func(s *stage) {
		g := s.maria()
		juana, lucia, maria := s.find(g.Group, "Juana Ruiz").ID, s.find(g.Group, "Lucía Ruiz").ID, g.Group.Own
		got, err := s.Tokens().Current(s.ctx, g.Credential, []flows.MemberID{juana, "stranger", lucia, maria})
		s.must(err)
		if len(got.Tokens) != 2 || got.Tokens[0].Member != juana || got.Tokens[1].Member != maria {
			s.Errorf("tokens are %+v", got.Tokens)
		}
		if len(got.Denials) != 2 || got.Denials[0] != (flows.Denial{Member: "stranger", Reason: flows.NotInCharge}) ||
			got.Denials[1] != (flows.Denial{Member: lucia, Reason: flows.NotActive}) {
			s.Errorf("denials are %+v", got.Denials)
		}
		if got.Group.Own != maria || len(got.Group.Members) != 6 {
			s.Errorf("group is %+v", got.Group)
		}
		if got.Tokens[0].Digits == got.Tokens[1].Digits {
			s.Log("two members have the same digits: one in a million")
		}
	}},
	{"answers nobody asked for with the group alone", func(s *stage) {
		g := s.maria()
		got, err := s.Tokens().Current(s.ctx, g.Credential, nil)
		s.must(err)
		if len(got.Tokens) != 0 || len(got.Denials) != 0 || len(got.Group.Members) != 6 {
			s.Errorf("got %+v", got)
		}
	}},
	{"makes one token, when 64 ask at once", func(s *stage) {
		g := s.maria()
		var mu sync.Mutex
		digits := map[string]bool{}
		var wg sync.WaitGroup
		for range 64 {
			wg.Go(func() {
				got, err := s.Tokens().Current(s.ctx, g.Credential, []flows.MemberID{g.Group.Own})
				mu.Lock()
				defer mu.Unlock()
				if err != nil || len(got.Tokens) != 1 {
					s.Errorf("got %+v, %v", got, err)
					return
				}
				digits[got.Tokens[0].Digits] = true
			})
		}
		wg.Wait()
		if len(digits) != 1 {
			s.Errorf("%d tokens were made", len(digits))
		}
	}},
	{"makes the next one after use", func(s *stage) {
		g := s.maria()
		first := s.current(g.Credential, g.Group.Own)
		s.validates(g.Group.Members[0].Number, first.Digits, "")
		s.validates(g.Group.Members[0].Number, first.Digits, flows.Used)
		if next := s.current(g.Credential, g.Group.Own); next.Digits == first.Digits {
			s.Error("the used token is current")
		}
	}},
	{"makes the day's next one when the day is over", func(s *stage) {
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
		s.validates(g.Group.Members[0].Number, first.Digits, flows.Expired)
	}},
	{"gives no token to whom the standing does not give one, live or not", func(s *stage) {
		g := s.maria()
		juana := s.find(g.Group, "Juana Ruiz")
		tok := s.current(g.Credential, juana.ID)
		s.must(s.SetStanding(s.ctx, juana.Name, "SUSPENDIDA"))
		got, err := s.Tokens().Current(s.ctx, g.Credential, []flows.MemberID{juana.ID})
		s.must(err)
		if len(got.Tokens) != 0 || len(got.Denials) != 1 || got.Denials[0].Reason != flows.NotActive {
			s.Errorf("got %+v", got)
		}
		s.validates(juana.Number, tok.Digits, flows.NotActive)
	}},
	{"never gives a token of somebody who left", func(s *stage) {
		g := s.maria()
		juana := s.find(g.Group, "Juana Ruiz").ID
		s.current(g.Credential, juana)
		s.must(s.Remove(s.ctx, MariaCUIL, "Juana Ruiz"))
		got, err := s.Tokens().Current(s.ctx, g.Credential, []flows.MemberID{juana})
		s.must(err)
		if len(got.Tokens) != 0 || len(got.Denials) != 1 || got.Denials[0].Reason != flows.NotInCharge {
			s.Errorf("got %+v", got)
		}
	}},
	{"tells other people's digits from nobody's", func(s *stage) {
		g := s.maria()
		juana := s.find(g.Group, "Juana Ruiz")
		tok := s.current(g.Credential, g.Group.Own)
		s.validates(juana.Number, tok.Digits, flows.OtherPerson)
		s.validates(juana.Number, wrongDigits(tok.Digits), flows.Unknown)
		s.validates(g.Group.Members[0].Number, tok.Digits, "")
	}},
}

var anotherChecks = []check{
	{"replaces the live token, which stops at once", func(s *stage) {
		g := s.maria()
		old := s.current(g.Credential, g.Group.Own)
		neu := s.another(g.Credential, g.Group.Own, s.key())
		if neu.Digits == old.Digits {
			s.Fatal("another is the same")
		}
		if cur := s.current(g.Credential, g.Group.Own); !same(cur, neu) {
			s.Errorf("current is %+v after another gave %+v", cur, neu)
		}
		s.validates(g.Group.Members[0].Number, old.Digits, flows.Replaced)
		s.validates(g.Group.Members[0].Number, neu.Digits, "")
	}},
	{"gives the same answer for the same key for a day, and replaces once", func(s *stage) {
		g := s.maria()
		key := s.key()
		first := s.another(g.Credential, g.Group.Own, key)
		if again := s.another(g.Credential, g.Group.Own, key); !same(first, again) {
			s.Errorf("the same key gave %+v, then %+v", first, again)
		}
		s.validates(g.Group.Members[0].Number, first.Digits, "")
		second := s.another(g.Credential, g.Group.Own, s.key())
		s.Advance(23*time.Hour + 59*time.Minute)
		if again := s.another(g.Credential, g.Group.Own, key); !same(first, again) {
			s.Errorf("a day later the same key gave %+v, was %+v", again, first)
		}
		if second.Digits == first.Digits {
			s.Error("a new key gave an old answer")
		}
	}},
	{"replaces once, when 32 ask with one key at once", func(s *stage) {
		g := s.maria()
		key := s.key()
		var mu sync.Mutex
		digits := map[string]bool{}
		var wg sync.WaitGroup
		for range 32 {
			wg.Go(func() {
				got, err := s.Tokens().Another(s.ctx, g.Credential, g.Group.Own, key)
				mu.Lock()
				defer mu.Unlock()
				if err != nil || len(got.Tokens) != 1 {
					s.Errorf("got %+v, %v", got, err)
					return
				}
				digits[got.Tokens[0].Digits] = true
			})
		}
		wg.Wait()
		if len(digits) != 1 {
			s.Errorf("one key made %d tokens", len(digits))
		}
	}},
	{"keeps a denial by its key, too", func(s *stage) {
		g := s.maria()
		lucia, key := s.find(g.Group, "Lucía Ruiz"), s.key()
		for range 2 {
			got, err := s.Tokens().Another(s.ctx, g.Credential, lucia.ID, key)
			s.must(err)
			if len(got.Tokens) != 0 || len(got.Denials) != 1 || got.Denials[0].Reason != flows.NotActive {
				s.Errorf("got %+v", got)
			}
			s.must(s.SetStanding(s.ctx, lucia.Name, flows.Active))
		}
		s.another(g.Credential, lucia.ID, s.key())
	}},
	{"does not show digits by an old key once the person has left", func(s *stage) {
		g := s.maria()
		juana, key := s.find(g.Group, "Juana Ruiz").ID, s.key()
		s.another(g.Credential, juana, key)
		s.must(s.Remove(s.ctx, MariaCUIL, "Juana Ruiz"))
		got, err := s.Tokens().Another(s.ctx, g.Credential, juana, key)
		s.must(err)
		if len(got.Tokens) != 0 || len(got.Denials) != 1 || got.Denials[0].Reason != flows.NotInCharge {
			s.Errorf("got %+v", got)
		}
	}},
	{"never answers a key with another person's token", func(s *stage) {
		g := s.maria()
		juana, key := s.find(g.Group, "Juana Ruiz").ID, s.key()
		s.another(g.Credential, juana, key)
		got, err := s.Tokens().Another(s.ctx, g.Credential, g.Group.Own, key)
		if err == nil && (len(got.Tokens) != 1 || got.Tokens[0].Member != g.Group.Own) {
			s.Errorf("got %+v", got)
		}
	}},
	{"never repeats digits for an affiliate", func(s *stage) {
		g := s.maria()
		seen := map[string]bool{}
		for range 200 {
			d := s.another(g.Credential, g.Group.Own, s.key()).Digits
			if seen[d] {
				s.Fatalf("%s was given twice", d)
			}
			seen[d] = true
		}
	}},
}

var stateChecks = []check{
	{"says that there never was a token", func(s *stage) {
		g := s.maria()
		st, err := s.Tokens().State(s.ctx, g.Credential, g.Group.Own)
		s.must(err)
		if st.Exists || st.Member != g.Group.Own || len(st.Group.Members) != 6 {
			s.Errorf("state is %+v", st)
		}
		got, err := s.Tokens().State(s.ctx, g.Credential, g.Group.Own)
		s.must(err)
		if got.Exists {
			s.Error("asking for the state made a token")
		}
	}},
	{"tells when it was made, until when it is good, and when it was used", func(s *stage) {
		g := s.maria()
		tok := s.current(g.Credential, g.Group.Own)
		s.Advance(time.Hour)
		s.validates(g.Group.Members[0].Number, tok.Digits, "")
		used := s.Now()
		s.Advance(time.Hour)
		st, err := s.Tokens().State(s.ctx, g.Credential, g.Group.Own)
		s.must(err)
		if !st.Exists || !st.Made.Equal(tok.Made) || !st.Until.Equal(tok.Until) || !st.UsedAt.Equal(used) || !st.TriedAt.IsZero() || !st.LockedUntil.IsZero() {
			s.Errorf("state is %+v, used at %s", st, used)
		}
	}},
	{"tells of the token before, if it was replaced today", func(s *stage) {
		g := s.maria()
		s.current(g.Credential, g.Group.Own)
		s.Advance(time.Minute)
		at := s.Now()
		tok := s.another(g.Credential, g.Group.Own, s.key())
		st, err := s.Tokens().State(s.ctx, g.Credential, g.Group.Own)
		s.must(err)
		if !st.PreviousReplacedAt.Equal(at) || !st.UsedAt.IsZero() {
			s.Errorf("state is %+v, replaced at %s", st, at)
		}
		s.Advance(tok.Until.Sub(s.Now()))
		st, err = s.Tokens().State(s.ctx, g.Credential, g.Group.Own)
		s.must(err)
		if !st.PreviousReplacedAt.IsZero() {
			s.Error("yesterday's replacement is told as today's")
		}
	}},
	{"tells the last failed validation since the token was made, and why", func(s *stage) {
		g := s.maria()
		me := g.Group.Members[0]
		old := s.current(g.Credential, me.ID)
		s.validates(me.Number, wrongDigits(old.Digits), flows.Unknown)
		s.Advance(time.Minute)
		neu := s.another(g.Credential, me.ID, s.key())
		st, err := s.Tokens().State(s.ctx, g.Credential, me.ID)
		s.must(err)
		if !st.TriedAt.IsZero() || st.TriedWhy != "" {
			s.Errorf("a failure before the token was made is told: %+v", st)
		}
		s.validates(me.Number, old.Digits, flows.Replaced)
		at := s.Now()
		s.Advance(time.Minute)
		s.validates(me.Number, neu.Digits, "")
		st, err = s.Tokens().State(s.ctx, g.Credential, me.ID)
		s.must(err)
		if !st.TriedAt.Equal(at) || st.TriedWhy != flows.Replaced || st.UsedAt.IsZero() {
			s.Errorf("state is %+v, tried at %s", st, at)
		}
	}},
	{"tells until when validations are locked", func(s *stage) {
		g := s.maria()
		me := g.Group.Members[0]
		tok := s.current(g.Credential, me.ID)
		locked := false
		for range 50 {
			why, err := s.Validate(s.ctx, me.Number, wrongDigits(tok.Digits))
			s.must(err)
			if why == flows.Locked {
				locked = true
				break
			}
		}
		if !locked {
			s.Fatal("50 wrong numbers in a row, and no lock")
		}
		s.validates(me.Number, tok.Digits, flows.Locked)
		st, err := s.Tokens().State(s.ctx, g.Credential, me.ID)
		s.must(err)
		if !st.LockedUntil.After(s.Now()) || st.TriedWhy != flows.Locked {
			s.Fatalf("state is %+v", st)
		}
		if st.LockedUntil.Before(tok.Until) {
			s.Advance(st.LockedUntil.Sub(s.Now()))
			s.validates(me.Number, tok.Digits, "")
			st, err = s.Tokens().State(s.ctx, g.Credential, me.ID)
			s.must(err)
			if !st.LockedUntil.IsZero() {
				s.Errorf("the lock is over and told: %+v", st)
			}
		}
	}},
	{"is refused for somebody not in charge", func(s *stage) {
		jorge, g := s.link("chat-jorge", JorgeCUIL), s.maria()
		_, err := s.Tokens().State(s.ctx, jorge.Credential, g.Group.Own)
		s.wantErr(err, flows.ErrNotInCharge, "state of a stranger")
		_, err = s.Tokens().State(s.ctx, jorge.Credential, "no-such-member")
		s.wantErr(err, flows.ErrNotInCharge, "state of nobody")
	}},
}
