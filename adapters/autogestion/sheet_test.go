package autogestion

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"llave/flows/backend"
)

// sheetFixture is a person with a chat, and a pharmacy that validates their tokens.
type sheetFixture struct {
	*pharmacy
	g  backend.Grant
	me backend.Member
}

func papers(t *testing.T) sheetFixture {
	d, g, _ := atDesk(t)
	return sheetFixture{d, g, g.Group.Members[0]}
}

func (a sheetFixture) order(month backend.Month, count int) backend.Preprints {
	a.t.Helper()
	a.n++
	o := backend.SheetOrder{Member: a.me.ID, Month: month, Count: count, After: a.last(month)}
	p, err := a.Print(a.t.Context(), a.g.Credential, o, fmt.Sprint("k", a.n))
	if err != nil {
		a.t.Fatal(err)
	}
	return p
}

// last returns the month's last token, 0 if the month is not offered.
func (a sheetFixture) last(month backend.Month) int {
	a.t.Helper()
	p, err := a.Sheets(a.t.Context(), a.g.Credential, a.me.ID)
	if err != nil {
		a.t.Fatal(err)
	}
	for _, m := range p.Months {
		if m.Month == month {
			return m.Last
		}
	}
	return 0
}

func (a sheetFixture) sheet(month backend.Month, count int) backend.Sheet {
	a.t.Helper()
	p := a.order(month, count)
	if len(p.Sheets) != 1 {
		a.t.Fatalf("denied: %q", p.Denied)
	}
	return p.Sheets[0]
}

func (a sheetFixture) offered() (list []backend.Month) {
	a.t.Helper()
	p, err := a.Sheets(a.t.Context(), a.g.Credential, "")
	if err != nil {
		a.t.Fatal(err)
	}
	for _, m := range p.Months {
		list = append(list, m.Month)
	}
	return list
}

// buenos returns a time in Buenos Aires.
func buenos(year int, month time.Month, day, hour, minute, second int) time.Time {
	return time.Date(year, month, day, hour, minute, second, 0, backend.BuenosAires)
}

func TestTheNextMonthIsOfferedFromThe25thOn(t *testing.T) {
	a := papers(t)
	for _, c := range []struct {
		at   time.Time
		want string
	}{
		{buenos(2026, 11, 24, 23, 59, 59), "[2026-11]"},
		{buenos(2026, 11, 25, 0, 0, 0).Add(-1), "[2026-11]"},
		{buenos(2026, 11, 25, 0, 0, 0), "[2026-11 2026-12]"},
		{buenos(2026, 12, 1, 0, 0, 0).Add(-1), "[2026-11 2026-12]"},
		{buenos(2026, 12, 1, 0, 0, 0), "[2026-12]"},
		{buenos(2026, 12, 31, 12, 0, 0), "[2026-12 2027-01]"},
		{buenos(2027, 1, 31, 12, 0, 0), "[2027-01 2027-02]"}, // no 31st of February gets in between
		{buenos(2028, 2, 29, 23, 59, 59), "[2028-02 2028-03]"},
	} {
		a.clock.set(c.at)
		a.g = a.linked(t, maria, "c") // a link lasts a year
		if got := fmt.Sprint(a.offered()); got != c.want {
			t.Errorf("%s: %s, want %s", c.at, got, c.want)
		}
		for _, month := range []backend.Month{"2026-10", "2026-11", "2026-12", "2027-01", "2027-02", "2028-03"} {
			want := backend.NotOffered
			for _, m := range a.offered() {
				if m == month {
					want = ""
				}
			}
			if p := a.order(month, 1); p.Denied != want || (len(p.Sheets) == 1) != (want == "") {
				t.Errorf("%s, %s: %q, want %q", c.at, month, p.Denied, want)
			}
		}
	}
}

// To the nanosecond: a sheet of the last second is valid until midnight, one of the next month from midnight on.
func TestAMonthBeginsAndEndsAtMidnight(t *testing.T) {
	a := papers(t)
	midnight := buenos(2026, 12, 1, 0, 0, 0)
	a.clock.set(buenos(2026, 11, 25, 0, 0, 0))
	next := a.sheet("2026-12", 3)
	a.clock.set(buenos(2026, 11, 30, 23, 59, 59))
	last := a.sheet("2026-11", 3)
	if !last.Until.Equal(midnight) || !next.From.Equal(midnight) {
		t.Fatalf("%+v, %+v", last, next)
	}
	wants := func(digits string, want backend.Reason) {
		t.Helper()
		if why := a.try(digits, ""); why != want {
			t.Errorf("%s: got %q, want %q", a.Now().In(backend.BuenosAires), why, want)
		}
	}
	wants(last.Tokens[0].Digits, "")
	wants(next.Tokens[0].Digits, backend.Expired)
	a.clock.set(midnight.Add(-1))
	wants(last.Tokens[1].Digits, "")
	wants(next.Tokens[0].Digits, backend.Expired)
	a.clock.set(midnight)
	wants(last.Tokens[2].Digits, backend.Expired)
	wants(next.Tokens[0].Digits, "")
	a.clock.set(buenos(2027, 1, 1, 0, 0, 0).Add(-1))
	wants(next.Tokens[1].Digits, "")
	a.clock.set(buenos(2027, 1, 1, 0, 0, 0))
	wants(next.Tokens[2].Digits, backend.Expired)
}

func TestAVisitTakesAPreprintedTokenToo(t *testing.T) {
	a := papers(t)
	a.clock.set(buenos(2026, 11, 30, 23, 30, 0)) // the visit crosses the end of the month
	digits := a.sheet("2026-11", 1).Tokens[0].Digits
	for n, step := range []struct {
		after time.Duration
		visit string
		want  backend.Reason
	}{{0, "v", ""}, {40 * time.Minute, "v", ""}, {0, "w", backend.Used}, {20*time.Minute - 1, "v", ""}, {1, "v", backend.Used}} {
		a.advance(step.after)
		if why := a.try(digits, step.visit); why != step.want {
			t.Errorf("step %d: %q, want %q", n, why, step.want)
		}
	}
}

// To void and print again has an end, since it takes digits and space.
func TestVoidingAndPrintingForEverEnds(t *testing.T) {
	a := papers(t)
	for range sheetMaxEver / sheetMax {
		h := a.sheet("2026-11", sheetMax)
		if _, err := a.Void(t.Context(), a.g.Credential, h.ID, nil); err != nil {
			t.Fatal(err)
		}
	}
	p := a.order("2026-11", 1)
	if p.Denied != backend.TooMany || p.Months[0].Left != 0 {
		t.Errorf("after %d: %q, %d left", sheetMaxEver, p.Denied, p.Months[0].Left)
	}
	a.clock.set(buenos(2026, 12, 1, 0, 0, 0))
	if h := a.sheet("2026-12", sheetMax); h.Tokens[0].Number != 1 {
		t.Errorf("the next month begins with %d", h.Tokens[0].Number)
	}
}

func TestAnotherPersonsVoidTokenIsNobodys(t *testing.T) {
	a := papers(t)
	h := a.sheet("2026-11", 2)
	if _, err := a.Void(t.Context(), a.g.Credential, h.ID, []int{1}); err != nil {
		t.Fatal(err)
	}
	a.number = member(t, a.g.Group, "Juana Ruiz").Number
	for n, want := range []backend.Reason{backend.Unknown, backend.OtherPerson} {
		if why := a.try(h.Tokens[n].Digits, ""); why != want {
			t.Errorf("token %d: %q, want %q", n+1, why, want)
		}
	}
	a.number = "9-5130664/00" // Jorge is in no group with María
	if why := a.try(h.Tokens[1].Digits, ""); why != backend.Unknown {
		t.Errorf("a stranger's: %q", why)
	}
}

// A key stands for one order, even where the rest would be denied. The last number does not belong to the order.
func TestAKeyIsOfOneOrder(t *testing.T) {
	a := papers(t)
	ctx, juana := t.Context(), member(t, a.g.Group, "Juana Ruiz").ID
	a.clock.set(buenos(2026, 11, 26, 0, 0, 0))
	order := backend.SheetOrder{Member: a.me.ID, Month: "2026-11", Count: 2}
	if _, err := a.Print(ctx, a.g.Credential, order, "k"); err != nil {
		t.Fatal(err)
	}
	for _, o := range []backend.SheetOrder{{Member: juana, Month: "2026-11", Count: 2}, {Member: a.me.ID, Month: "2026-12", Count: 2},
		{Member: a.me.ID, Month: "2026-11", Count: 3}, {Member: a.me.ID, Month: "2026-11"}, {Member: a.me.ID, Month: "2026-11", Count: 3, After: 2}} {
		if p, err := a.Print(ctx, a.g.Credential, o, "k"); !errors.Is(err, ErrKeyTaken) || len(p.Group.Members) != 0 {
			t.Errorf("%+v: %+v, %v", o, p, err)
		}
	}
	for _, after := range []int{0, 2, 7, -1} {
		order.After = after
		if p, err := a.Print(ctx, a.g.Credential, order, "k"); err != nil || len(p.Sheets) != 1 {
			t.Errorf("after %d: %+v, %v", after, p, err)
		}
	}
	if _, err := a.Another(ctx, a.g.Credential, a.me.ID, "k"); err != nil {
		t.Errorf("another has keys of its own: %v", err)
	}
}
