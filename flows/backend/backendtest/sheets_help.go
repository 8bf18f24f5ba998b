package backendtest

import (
	"slices"
	"time"

	"llave/flows/backend"
)

// preprints returns the sheets of a member and the months.
func (s *suiteTest) preprints(c backend.Credential, m backend.MemberID) backend.Preprints {
	s.Helper()
	p, err := s.Sheets().Sheets(s.ctx, c, m)
	s.must(err)
	return p
}

// runningMonth returns the running month as it is offered to a member.
func (s *suiteTest) runningMonth(c backend.Credential, m backend.MemberID) backend.SheetMonth {
	s.Helper()
	return s.month(s.preprints(c, m))
}

// month returns the running month of an answer.
func (s *suiteTest) month(p backend.Preprints) backend.SheetMonth {
	s.Helper()
	if len(p.Months) == 0 {
		s.Fatalf("no month is offered, denied: %q", p.Denied)
	}
	return p.Months[0]
}

// order orders a sheet of the running month, with the present last number.
func (s *suiteTest) order(c backend.Credential, m backend.MemberID, count int, key string) (backend.Preprints, error) {
	s.Helper()
	now := s.runningMonth(c, m)
	return s.Sheets().Print(s.ctx, c, backend.SheetOrder{Member: m, Month: now.Month, Count: count, After: now.Last}, key)
}

// print orders a sheet of the running month and returns it.
func (s *suiteTest) print(c backend.Credential, m backend.MemberID, count int) backend.Sheet {
	s.Helper()
	return s.printKey(c, m, count, s.key())
}

func (s *suiteTest) printKey(c backend.Credential, m backend.MemberID, count int, key string) backend.Sheet {
	s.Helper()
	p, err := s.order(c, m, count, key)
	s.must(err)
	return s.one(p)
}

// one returns the only sheet of an answer.
func (s *suiteTest) one(p backend.Preprints) backend.Sheet {
	s.Helper()
	if p.Denied != "" || len(p.Sheets) != 1 {
		s.Fatalf("denied %q, %d sheets", p.Denied, len(p.Sheets))
	}
	return p.Sheets[0]
}

// void voids tokens of a sheet.
func (s *suiteTest) void(c backend.Credential, id backend.SheetID, numbers ...int) backend.Sheet {
	s.Helper()
	p, err := s.Sheets().Void(s.ctx, c, id, numbers)
	s.must(err)
	return s.one(p)
}

// denied wants an answer without sheets, for this reason.
func (s *suiteTest) denied(p backend.Preprints, err error, want backend.Reason, doing string) {
	s.Helper()
	s.must(err)
	if p.Denied != want || len(p.Sheets) != 0 || len(p.Group.Members) == 0 {
		s.Errorf("%s: denied %q with %d sheets and a group of %d, want %q", doing, p.Denied, len(p.Sheets), len(p.Group.Members), want)
	}
}

// listed wants the member to have exactly these sheets.
func (s *suiteTest) listed(c backend.Credential, m backend.MemberID, want ...backend.Sheet) {
	s.Helper()
	got := s.preprints(c, m).Sheets
	if !slices.EqualFunc(got, want, sameSheet) {
		s.Errorf("the sheets are %+v, want %+v", got, want)
	}
}

func sameSheet(a, b backend.Sheet) bool {
	return a.ID == b.ID && a.Member == b.Member && a.Month == b.Month && a.Made.Equal(b.Made) && a.From.Equal(b.From) &&
		a.Until.Equal(b.Until) && a.Reference == b.Reference && a.Proof == b.Proof && slices.EqualFunc(a.Tokens, b.Tokens, samePreprint)
}

func samePreprint(a, b backend.Preprint) bool {
	return a.Number == b.Number && a.Digits == b.Digits && a.UsedAt.Equal(b.UsedAt) && a.VoidedAt.Equal(b.VoidedAt)
}

// until moves the clock to a moment.
func (s *suiteTest) until(t time.Time) {
	s.Helper()
	if d := t.Sub(s.Now()); d > 0 {
		s.Advance(d)
	}
}
