package backendtest

import (
	"time"

	"llave/flows/backend"
)

var monthSentences = []sentence{
	{"a sheet of the month's last second is valid until midnight", func(s *suiteTest) {
		g := s.maria()
		me := g.Group.Members[0]
		m := s.runningMonth(g.Credential, me.ID)
		s.until(m.Until.Add(-time.Second))
		h := s.print(g.Credential, me.ID, 3)
		if !h.Until.Equal(m.Until) || !h.Made.Equal(s.Now()) {
			s.Errorf("sheet is %+v at %s", h, s.Now())
		}
		s.wantVerdict(me.Number, h.Tokens[0].Digits, "")
		s.Advance(time.Second)
		s.wantVerdict(me.Number, h.Tokens[1].Digits, backend.Expired)
		s.wantVerdict(me.Number, h.Tokens[0].Digits, backend.Used)
		s.listed(g.Credential, me.ID)
		if next := s.runningMonth(g.Credential, me.ID); !next.From.Equal(m.Until) || next.Left != next.Max {
			s.Errorf("after %+v comes %+v", m, next)
		}
		s.Advance(24 * time.Hour)
		s.wantVerdict(me.Number, h.Tokens[2].Digits, backend.Expired)
	}},
	{"a sheet of the next month is valid from its first second on", func(s *suiteTest) {
		g := s.maria()
		me := g.Group.Members[0]
		m := s.runningMonth(g.Credential, me.ID)
		s.until(m.Until.Add(-time.Hour))
		p := s.preprints(g.Credential, me.ID)
		if len(p.Months) < 2 {
			return // this back end offers the running month only
		}
		next := p.Months[1]
		if next.Month <= m.Month || next.From.Before(m.Until) {
			s.Fatalf("after %+v is offered %+v", m, next)
		}
		got, err := s.Sheets().Print(s.ctx, g.Credential, backend.SheetOrder{Member: me.ID, Month: next.Month, Count: 2, After: next.Last}, s.key())
		s.must(err)
		h := s.one(got)
		if h.Month != next.Month || !h.From.Equal(next.From) || !h.Until.Equal(next.Until) || h.Tokens[0].Number != 1 {
			s.Errorf("sheet is %+v of %+v", h, next)
		}
		if this := s.runningMonth(g.Credential, me.ID); this.Left != m.Left || this.Last != 0 || next.Last != 0 || got.Months[1].Last != 2 {
			s.Errorf("a sheet of the next month took from this one: %+v, was %+v", this, m)
		}
		s.until(next.From.Add(-time.Second))
		s.wantVerdict(me.Number, h.Tokens[0].Digits, backend.Expired)
		s.Advance(time.Second)
		s.listed(g.Credential, me.ID, h)
		s.wantVerdict(me.Number, h.Tokens[0].Digits, "")
		if left := s.runningMonth(g.Credential, me.ID).Left; left != next.Left-2 {
			s.Errorf("%d are left of %d after 2", left, next.Left)
		}
	}},
	{"prints for no month that is not offered", func(s *suiteTest) {
		g := s.maria()
		m := s.runningMonth(g.Credential, g.Group.Own)
		past, beyond := backend.MonthOf(m.From.In(backend.BuenosAires).AddDate(0, -1, 0)), backend.MonthOf(m.From.In(backend.BuenosAires).AddDate(1, 0, 0))
		for _, month := range []backend.Month{past, beyond, "2026-13", "2026-1", "x"} {
			p, err := s.Sheets().Print(s.ctx, g.Credential, backend.SheetOrder{Member: g.Group.Own, Month: month, Count: 1}, s.key())
			s.denied(p, err, backend.NotOffered, string(month))
		}
		s.listed(g.Credential, g.Group.Own)
	}},
	{"gives the same sheet for the same key, when the month is over", func(s *suiteTest) {
		g, key := s.maria(), s.key()
		m := s.runningMonth(g.Credential, "")
		s.until(m.Until.Add(-time.Second))
		h := s.printKey(g.Credential, g.Group.Own, 1, key)
		s.Advance(time.Minute)
		p, err := s.Sheets().Print(s.ctx, g.Credential, backend.SheetOrder{Member: g.Group.Own, Month: m.Month, Count: 1}, key)
		s.must(err)
		if again := s.one(p); !sameSheet(h, again) {
			s.Errorf("the same key gave %+v, then %+v", h, again)
		}
	}},
	{"does not affect the dynamic token, nor the other way round", func(s *suiteTest) {
		g := s.maria()
		me := g.Group.Members[0]
		before := s.current(g.Credential, me.ID)
		h := s.print(g.Credential, me.ID, 4)
		if now := s.current(g.Credential, me.ID); !same(before, now) {
			s.Errorf("printing made %+v of %+v", now, before)
		}
		s.Advance(time.Minute)
		at := s.Now()
		after := s.another(g.Credential, me.ID, s.key())
		s.wantVerdict(me.Number, h.Tokens[0].Digits, "")
		if now := s.current(g.Credential, me.ID); !same(after, now) {
			s.Errorf("a preprinted token was used, and the current one is %+v, was %+v", now, after)
		}
		s.Advance(time.Minute)
		s.print(g.Credential, me.ID, 1)
		s.void(g.Credential, h.ID, 2)
		st, err := s.Tokens().State(s.ctx, g.Credential, me.ID)
		s.must(err)
		if !st.Made.Equal(after.Made) || !st.Until.Equal(after.Until) || !st.UsedAt.IsZero() || !st.PreviousReplacedAt.Equal(at) {
			s.Errorf("state is %+v of %+v", st, after)
		}
		s.wantVerdict(me.Number, after.Digits, "")
		s.wantVerdict(me.Number, before.Digits, backend.Replaced)
		s.wantVerdict(me.Number, h.Tokens[2].Digits, "")
	}},
	{"is no token of the day: with a sheet alone, current makes one and the state knows none", func(s *suiteTest) {
		g := s.maria()
		h := s.print(g.Credential, g.Group.Own, 2)
		st, err := s.Tokens().State(s.ctx, g.Credential, g.Group.Own)
		s.must(err)
		if st.Exists {
			s.Errorf("state is %+v", st)
		}
		if t := s.current(g.Credential, g.Group.Own); t.Digits == h.Tokens[0].Digits || t.Digits == h.Tokens[1].Digits || t.Until.After(h.Until) {
			s.Errorf("current is %+v", t)
		}
	}},
	{"recognises another member's digits, and used ones are no guesses", func(s *suiteTest) {
		g := s.maria()
		me, juana := g.Group.Members[0], s.find(g.Group, "Juana Ruiz")
		h := s.print(g.Credential, me.ID, 4)
		s.wantVerdict(juana.Number, h.Tokens[0].Digits, backend.OtherPerson)
		s.wantVerdict(me.Number, h.Tokens[0].Digits, "")
		s.void(g.Credential, h.ID, 2)
		for range 10 {
			s.wantVerdict(me.Number, h.Tokens[0].Digits, backend.Used)
			s.wantVerdict(me.Number, h.Tokens[1].Digits, backend.Replaced)
		}
		s.wantVerdict(me.Number, h.Tokens[2].Digits, "")
		s.until(h.Until)
		for range 10 {
			s.wantVerdict(me.Number, h.Tokens[3].Digits, backend.Expired)
		}
		s.wantVerdict(me.Number, s.current(g.Credential, me.ID).Digits, "")
	}},
}
