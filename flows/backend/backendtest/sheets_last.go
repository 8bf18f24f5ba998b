package backendtest

import (
	"sync"
	"time"

	"llave/flows/backend"
)

// knownSentences are about the last number that an order knows, and orders that know an older one.
var knownSentences = []sentence{
	{"returns the number of the last token for each person, void or not", func(s *suiteTest) {
		g := s.maria()
		me, juana := g.Group.Own, s.find(g.Group, "Juana Ruiz").ID
		last := func(p backend.Preprints, err error, want int, doing string) {
			s.Helper()
			s.must(err)
			if got := s.month(p).Last; got != want {
				s.Errorf("%s: the last is %d, want %d", doing, got, want)
			}
		}
		last(s.preprints(g.Credential, me), nil, 0, "before the first")
		p, err := s.order(g.Credential, me, 3, s.key())
		last(p, err, 3, "print")
		h := s.one(p)
		p, err = s.Sheets().Void(s.ctx, g.Credential, h.ID, []int{3})
		last(p, err, 3, "void of the last")
		p, err = s.Sheets().Void(s.ctx, g.Credential, h.ID, nil)
		last(p, err, 3, "void of all")
		last(s.preprints(g.Credential, me), nil, 3, "when all are void")
		last(s.preprints(g.Credential, juana), nil, 0, "another person's")
		p, err = s.order(g.Credential, me, 2, s.key())
		last(p, err, 5, "print again")
		p, err = s.order(g.Credential, me, 1_000_000_000, s.key())
		last(p, err, 5, "a denial")
		last(s.preprints(g.Credential, ""), nil, 0, "nobody's")
	}},
	{"reveals a stranger's last token in no answer", func(s *suiteTest) {
		g, jorge := s.maria(), s.link("chat-jorge", JorgeCUIL)
		h := s.print(g.Credential, g.Group.Own, 3)
		p, err := s.Sheets().Sheets(s.ctx, jorge.Credential, g.Group.Own)
		s.deniedUnknown(p, err, "sheets")
		p, err = s.Sheets().Print(s.ctx, jorge.Credential, backend.SheetOrder{Member: g.Group.Own, Month: h.Month, Count: 1}, s.key())
		s.deniedUnknown(p, err, "print")
		p, err = s.Sheets().Void(s.ctx, jorge.Credential, h.ID, nil)
		s.deniedUnknown(p, err, "void")
	}},
	{"makes nothing of an order with another last number", func(s *suiteTest) {
		g := s.maria()
		m := s.runningMonth(g.Credential, g.Group.Own)
		h := s.print(g.Credential, g.Group.Own, 2)
		for _, after := range []int{0, 1, 3, 1_000_000_000, -1} {
			p, err := s.Sheets().Print(s.ctx, g.Credential, backend.SheetOrder{Member: g.Group.Own, Month: m.Month, Count: 1, After: after}, s.key())
			s.denied(p, err, backend.Changed, "another last")
			if now := s.month(p); now.Last != 2 || now.Left != m.Left-2 {
				s.Errorf("after %d: the month is %+v", after, now)
			}
		}
		s.listed(g.Credential, g.Group.Own, h)
		if next := s.print(g.Credential, g.Group.Own, 1); next.Tokens[0].Number != 3 {
			s.Errorf("after all that comes %+v", next.Tokens)
		}
	}},
	{"makes nothing of an order from before a sheet that was voided", func(s *suiteTest) {
		g := s.maria()
		h := s.print(g.Credential, g.Group.Own, 2)
		s.void(g.Credential, h.ID)
		p, err := s.Sheets().Print(s.ctx, g.Credential, backend.SheetOrder{Member: g.Group.Own, Month: h.Month, Count: 2}, s.key())
		s.denied(p, err, backend.Changed, "as if it had never been")
		s.listed(g.Credential, g.Group.Own)
	}},
	{"makes one sheet, when 32 order with different keys and the same last number", func(s *suiteTest) {
		g, keys := s.maria(), s.keys(32)
		before := s.print(g.Credential, g.Group.Own, 1)
		order := backend.SheetOrder{Member: g.Group.Own, Month: before.Month, Count: 1, After: 1}
		var mu sync.Mutex
		var made []backend.Sheet
		changed := 0
		s.concurrently(len(keys), func(i int) {
			p, err := s.Sheets().Print(s.ctx, g.Credential, order, keys[i])
			mu.Lock()
			defer mu.Unlock()
			switch {
			case err == nil && p.Denied == backend.Changed && len(p.Sheets) == 0:
				changed++
			case err == nil && p.Denied == "" && len(p.Sheets) == 1:
				made = append(made, p.Sheets[0])
			default:
				s.Errorf("got %+v, %v", p, err)
			}
		})
		if len(made) != 1 || changed != len(keys)-1 {
			s.Fatalf("%d sheets were made, and %d orders denied", len(made), changed)
		}
		s.listed(g.Credential, g.Group.Own, before, made[0])
	}},
	{"gives the same sheet for the same key, whatever was made since", func(s *suiteTest) {
		g, key := s.maria(), s.key()
		h := s.printKey(g.Credential, g.Group.Own, 2, key) // the first sheet: it changes the last number itself
		order := backend.SheetOrder{Member: g.Group.Own, Month: h.Month, Count: 2}
		again := func(after int) {
			s.Helper()
			order.After = after
			p, err := s.Sheets().Print(s.ctx, g.Credential, order, key)
			s.must(err)
			if got := s.one(p); !sameSheet(h, got) {
				s.Errorf("after %d it gave %+v, was %+v", after, got, h)
			}
		}
		again(0)
		s.Advance(time.Minute)
		other := s.print(g.Credential, g.Group.Own, s.runningMonth(g.Credential, g.Group.Own).Left)
		again(0) // none is left, which is no reason for this key
		again(s.runningMonth(g.Credential, g.Group.Own).Last)
		s.listed(g.Credential, g.Group.Own, h, other)
	}},
	{"gives the first of several reasons: charge, standing, month, last number, count", func(s *suiteTest) {
		g, jorge := s.maria(), s.link("chat-jorge", JorgeCUIL)
		m := s.runningMonth(g.Credential, g.Group.Own)
		denied := func(o backend.SheetOrder, want backend.Reason) {
			s.Helper()
			for _, o.Count = range []int{1_000_000_000, 0} {
				p, err := s.Sheets().Print(s.ctx, g.Credential, o, s.key())
				s.denied(p, err, want, string(want))
			}
		}
		denied(backend.SheetOrder{Member: jorge.Group.Own, Month: "2001-01", After: 7}, backend.NotInCharge)
		denied(backend.SheetOrder{Member: s.find(g.Group, "Lucía Ruiz").ID, Month: "2001-01", After: 7}, backend.NotActive)
		denied(backend.SheetOrder{Member: g.Group.Own, Month: "2001-01", After: 7}, backend.NotOffered)
		denied(backend.SheetOrder{Member: g.Group.Own, Month: m.Month, After: 7}, backend.Changed)
		denied(backend.SheetOrder{Member: g.Group.Own, Month: m.Month}, backend.TooMany)
	}},
}

// keys returns n keys that were never used: key is not safe for concurrent use.
func (s *suiteTest) keys(n int) []string {
	out := make([]string, n)
	for i := range out {
		out[i] = s.key()
	}
	return out
}

// deniedUnknown wants a denial that does not reveal what a member of another account has.
func (s *suiteTest) deniedUnknown(p backend.Preprints, err error, doing string) {
	s.Helper()
	s.denied(p, err, backend.NotInCharge, doing)
	for _, m := range p.Months {
		if m.Last != 0 {
			s.Errorf("%s: the last is told: %+v", doing, m)
		}
	}
}
