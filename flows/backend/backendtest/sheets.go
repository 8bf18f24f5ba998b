package backendtest

import (
	"sync"
	"time"

	"llave/flows/backend"
)

var sheetSentences = []sentence{
	{"offers the running month without a member, and shows no sheets then", func(s *suiteTest) {
		g := s.maria()
		s.print(g.Credential, g.Group.Own, 1)
		p := s.preprints(g.Credential, "")
		if len(p.Sheets) != 0 || p.Denied != "" || p.Member != "" || len(p.Group.Members) != 6 {
			s.Fatalf("got %+v", p)
		}
		m := s.month(p)
		from, until, err := m.Month.Span(backend.BuenosAires)
		if err != nil || !m.From.Equal(from) || !m.Until.Equal(until) || s.Now().Before(m.From) || !s.Now().Before(m.Until) || m.Max < 1 {
			s.Errorf("the running month is %+v at %s", m, s.Now())
		}
	}},
	{"makes nothing when it is asked", func(s *suiteTest) {
		g := s.maria()
		for range 3 {
			if p := s.preprints(g.Credential, g.Group.Own); len(p.Sheets) != 0 || p.Member != g.Group.Own || s.month(p).Left != s.month(p).Max {
				s.Errorf("got %+v", p)
			}
		}
	}},
	{"prints what was ordered: different tokens, numbered from one, valid for the month", func(s *suiteTest) {
		g := s.maria()
		juana := s.find(g.Group, "Juana Ruiz").ID
		m := s.runningMonth(g.Credential, juana)
		p, err := s.order(g.Credential, juana, 7, s.key())
		s.must(err)
		h := s.one(p)
		if h.ID == "" || h.Member != juana || p.Member != juana || h.Month != m.Month || !h.From.Equal(m.From) || !h.Until.Equal(m.Until) || !h.Made.Equal(s.Now()) || len(h.Tokens) != 7 {
			s.Errorf("sheet is %+v of %+v", h, m)
		}
		seen := map[string]bool{}
		for n, t := range h.Tokens {
			if t.Number != n+1 || len(t.Digits) != 6 || seen[t.Digits] || !t.UsedAt.IsZero() || !t.VoidedAt.IsZero() {
				s.Errorf("token %d is %+v", n+1, t)
			}
			seen[t.Digits] = true
		}
		if left := s.month(p).Left; left != m.Left-7 || left != s.runningMonth(g.Credential, juana).Left || len(p.Group.Members) != 6 {
			s.Errorf("%d were left of %d after 7", left, m.Left)
		}
		s.listed(g.Credential, juana, h)
	}},
	{"each token is accepted once, and the sheet says when", func(s *suiteTest) {
		g := s.maria()
		me := g.Group.Members[0]
		h := s.print(g.Credential, me.ID, 3)
		for _, n := range []int{2, 0, 1} {
			s.Advance(time.Minute)
			s.wantVerdict(me.Number, h.Tokens[n].Digits, "")
			h.Tokens[n].UsedAt = s.Now()
			s.listed(g.Credential, me.ID, h)
		}
		for _, t := range h.Tokens {
			s.wantVerdict(me.Number, t.Digits, backend.Used)
		}
		s.listed(g.Credential, me.ID, h)
	}},
	{"continues the numbers from sheet to sheet, for each person", func(s *suiteTest) {
		g := s.maria()
		juana := s.find(g.Group, "Juana Ruiz").ID
		a := s.print(g.Credential, juana, 3)
		s.void(g.Credential, a.ID, 3)
		s.print(g.Credential, g.Group.Own, 5)
		s.Advance(time.Hour)
		b := s.print(g.Credential, juana, 2)
		if b.Tokens[0].Number != 4 || b.Tokens[1].Number != 5 || a.ID == b.ID {
			s.Errorf("after %+v comes %+v", a.Tokens, b.Tokens)
		}
		if got := s.preprints(g.Credential, juana).Sheets; len(got) != 2 || got[0].ID != a.ID || got[1].ID != b.ID {
			s.Errorf("sheets are %+v", got)
		}
	}},
	{"gives the same sheet for the same key for a day, in its present state", func(s *suiteTest) {
		g := s.maria()
		me, key := g.Group.Members[0], s.key()
		h := s.printKey(g.Credential, me.ID, 3, key)
		if again := s.printKey(g.Credential, me.ID, 3, key); !sameSheet(h, again) {
			s.Errorf("the same key gave %+v, then %+v", h, again)
		}
		s.Advance(time.Hour)
		s.wantVerdict(me.Number, h.Tokens[0].Digits, "")
		h.Tokens[0].UsedAt = s.Now()
		h = s.void(g.Credential, h.ID, 2)
		other := s.print(g.Credential, me.ID, 1)
		s.Advance(22*time.Hour + 59*time.Minute)
		if again := s.printKey(g.Credential, me.ID, 3, key); !sameSheet(h, again) || again.Tokens[0].UsedAt.IsZero() || again.Tokens[1].VoidedAt.IsZero() {
			s.Errorf("a day later the same key gave %+v, was %+v", again, h)
		}
		s.listed(g.Credential, me.ID, h, other)
	}},
	{"makes one sheet, when 32 order with one key at once", func(s *suiteTest) {
		g, key := s.maria(), s.key()
		order := backend.SheetOrder{Member: g.Group.Own, Month: s.runningMonth(g.Credential, "").Month, Count: 4}
		var mu sync.Mutex
		ids := map[backend.SheetID]bool{}
		s.concurrently(32, func(int) {
			p, err := s.Sheets().Print(s.ctx, g.Credential, order, key)
			mu.Lock()
			defer mu.Unlock()
			if err != nil || len(p.Sheets) != 1 || len(p.Sheets[0].Tokens) != 4 {
				s.Errorf("got %+v, %v", p, err)
				return
			}
			ids[p.Sheets[0].ID] = true
		})
		if got := s.preprints(g.Credential, g.Group.Own); len(ids) != 1 || len(got.Sheets) != 1 || s.month(got).Left != s.month(got).Max-4 {
			s.Errorf("%d ids, and %d sheets are there", len(ids), len(got.Sheets))
		}
	}},
	{"prints no more than are left, and nothing of an order of more", func(s *suiteTest) {
		g := s.maria()
		m := s.runningMonth(g.Credential, g.Group.Own)
		for _, count := range []int{m.Left + 1, 1_000_000_000, 0, -1} {
			p, err := s.order(g.Credential, g.Group.Own, count, s.key())
			s.denied(p, err, backend.TooMany, "too many")
		}
		s.listed(g.Credential, g.Group.Own)
		s.print(g.Credential, g.Group.Own, m.Left-1)
		p, err := s.order(g.Credential, g.Group.Own, 2, s.key())
		s.denied(p, err, backend.TooMany, "two of one")
		if left := s.runningMonth(g.Credential, g.Group.Own).Left; left != 1 {
			s.Errorf("%d left after a denial, want 1", left)
		}
		s.print(g.Credential, g.Group.Own, 1)
		p, err = s.order(g.Credential, g.Group.Own, 1, s.key())
		s.denied(p, err, backend.TooMany, "one of none")
	}},
	{"never makes more than the maximum, when many order at once", func(s *suiteTest) {
		g := s.maria()
		m := s.runningMonth(g.Credential, g.Group.Own)
		keys, count := s.keys(16), max(1, m.Max/4)
		s.concurrently(len(keys), func(i int) {
			order := backend.SheetOrder{Member: g.Group.Own, Month: m.Month, Count: count, After: m.Last}
			for range len(keys) { // an order that was too late asks again
				p, err := s.Sheets().Print(s.ctx, g.Credential, order, keys[i])
				if err != nil || p.Denied != backend.Changed || len(p.Months) == 0 {
					return
				}
				order.After = p.Months[0].Last
			}
		})
		made := 0
		for _, h := range s.preprints(g.Credential, g.Group.Own).Sheets {
			if len(h.Tokens) != count {
				s.Errorf("a sheet has %d tokens of %d", len(h.Tokens), count)
			}
			made += len(h.Tokens)
		}
		if most := min(m.Max-m.Max%count, len(keys)*count); made != most {
			s.Errorf("%d tokens were made, of %d at most", made, most)
		}
	}},
	{"never answers a key with the sheet of another order", func(s *suiteTest) {
		g := s.maria()
		juana, key := s.find(g.Group, "Juana Ruiz").ID, s.key()
		h := s.printKey(g.Credential, juana, 3, key)
		for _, o := range []backend.SheetOrder{{Member: g.Group.Own, Month: h.Month, Count: 3}, {Member: juana, Month: h.Month, Count: 2, After: 3}} {
			p, err := s.Sheets().Print(s.ctx, g.Credential, o, key)
			if err != nil {
				continue // a refusal is right too
			}
			if got := s.one(p); got.ID == h.ID || got.Member != o.Member || len(got.Tokens) != o.Count {
				s.Errorf("%+v got %+v", o, got)
			}
		}
		s.listed(g.Credential, juana, h)
	}},
	{"one account's key is not another's", func(s *suiteTest) {
		g, jorge := s.maria(), s.link("chat-jorge", JorgeCUIL)
		a := s.printKey(g.Credential, g.Group.Own, 1, "the same key")
		b := s.printKey(jorge.Credential, jorge.Group.Own, 1, "the same key")
		if a.ID == b.ID || b.Member != jorge.Group.Own {
			s.Errorf("got %+v and %+v", a, b)
		}
	}},
	{"never repeats digits for an affiliate, on paper or not", func(s *suiteTest) {
		g := s.maria()
		seen := map[string]bool{}
		fresh := func(digits string) {
			s.Helper()
			if seen[digits] {
				s.Fatalf("%s was given twice", digits)
			}
			seen[digits] = true
		}
		for range 4 {
			h := s.print(g.Credential, g.Group.Own, s.runningMonth(g.Credential, g.Group.Own).Left)
			for _, t := range h.Tokens {
				fresh(t.Digits)
			}
			for range 20 {
				fresh(s.renew(g.Credential, g.Group.Own).Digits)
			}
			s.void(g.Credential, h.ID)
		}
	}},
	{"has one proof for a sheet, which never changes", func(s *suiteTest) {
		g := s.maria()
		me := g.Group.Members[0]
		a, b := s.print(g.Credential, me.ID, 2), s.print(g.Credential, me.ID, 2)
		if a.Proof == "" {
			return // this back end signs nothing
		}
		if a.Proof == b.Proof || a.Reference == "" || a.Reference != b.Reference {
			s.Errorf("two sheets of one person have %q, %q and %q, %q", a.Proof, a.Reference, b.Proof, b.Reference)
		}
		s.wantVerdict(me.Number, a.Tokens[0].Digits, "")
		s.Advance(time.Hour)
		if now := s.void(g.Credential, a.ID); now.Proof != a.Proof || now.Reference != a.Reference {
			s.Errorf("the proof became %q", now.Proof)
		}
		if juanas := s.print(g.Credential, s.find(g.Group, "Juana Ruiz").ID, 2); juanas.Reference == a.Reference {
			s.Error("two people have one reference")
		}
	}},
}

// concurrently runs f n times at the same moment.
func (s *suiteTest) concurrently(n int, f func(i int)) {
	var wg sync.WaitGroup
	for i := range n {
		wg.Go(func() { f(i) })
	}
	wg.Wait()
}
