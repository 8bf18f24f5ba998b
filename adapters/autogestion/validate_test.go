package autogestion

import (
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"llave/flows/backend"
	"llave/flows/backend/backendtest"
)

// pharmacy is a provider.
type pharmacy struct {
	fixture
	t      *testing.T
	number string
	n      int
}

func (d *pharmacy) try(digits, visit string) backend.Reason {
	d.t.Helper()
	d.n++
	return d.as(DemoProviderKey, fmt.Sprint("r", d.n), digits, visit)
}

func (d *pharmacy) as(key, request, digits, visit string) backend.Reason {
	d.t.Helper()
	v, err := d.Validate(d.t.Context(), key, Validation{RequestID: request, AffiliateNumber: d.number, Token: digits, Visit: visit})
	if err != nil {
		d.t.Fatal(err)
	}
	if v.Accepted != (v.Reason == "") || v.Accepted != (v.Affiliate != "") {
		d.t.Errorf("verdict is %+v", v)
	}
	return v.Reason
}

func atDesk(t *testing.T) (*pharmacy, backend.Grant, func() string) {
	w := demo(t)
	g := w.linked(t, maria, "c")
	d := &pharmacy{fixture: w, t: t, number: g.Group.Members[0].Number}
	return d, g, func() string {
		given, err := w.Current(t.Context(), g.Credential, []backend.MemberID{g.Group.Own})
		if err != nil {
			t.Fatal(err)
		}
		return given.Tokens[0].Digits
	}
}

// wrong returns digits that no token of this affiliate has yet.
func (d *pharmacy) wrong(n int) string {
	var member string
	if err := d.file.Readers.QueryRow("SELECT member FROM person WHERE number = ?", d.numberHash(d.number)).Scan(&member); err != nil {
		d.t.Fatal(err)
	}
	return d.digits(backend.MemberID(member), int64(500_000+n))
}

func TestATokenIsUsedOnceBy64AtOnce(t *testing.T) {
	t.Parallel()
	d, _, current := atDesk(t)
	rounds := backendtest.Times(50, 500)
	if testing.Short() {
		rounds = 3
	}
	for round := range rounds {
		digits := current()
		var ok, used atomic.Int64
		var wg sync.WaitGroup
		for n := range 64 {
			wg.Go(func() {
				v, err := d.Validate(t.Context(), DemoProviderKey, Validation{RequestID: fmt.Sprint(round, "-", n), AffiliateNumber: d.number, Token: digits})
				switch {
				case err != nil:
					t.Error(err)
				case v.Accepted:
					ok.Add(1)
				case v.Reason == backend.Used:
					used.Add(1)
				}
			})
		}
		wg.Wait()
		if ok.Load() != 1 || used.Load() != 63 {
			t.Fatalf("round %d: accepted %d times, used %d times", round, ok.Load(), used.Load())
		}
	}
}

func TestARequestIsAnsweredOnce(t *testing.T) {
	d, _, current := atDesk(t)
	digits := current()
	if why := d.as(DemoProviderKey, "same", digits, ""); why != "" {
		t.Fatal(why)
	}
	if why := d.as(DemoProviderKey, "same", digits[:3]+" "+digits[3:], ""); why != "" {
		t.Errorf("the same question got %q", why)
	}
	_, err := d.Validate(t.Context(), DemoProviderKey, Validation{RequestID: "same", AffiliateNumber: d.number, Token: d.wrong(1)})
	if !errors.Is(err, ErrKeyTaken) {
		t.Errorf("another question with the same request id: %v", err)
	}
	if err := d.AddProvider(t.Context(), "otra", "other-key"); err != nil {
		t.Fatal(err)
	}
	if why := d.as("other-key", "same", digits, ""); why != backend.Used {
		t.Errorf("another provider's request of that name got %q", why)
	}
	for _, v := range []Validation{{}, {RequestID: "x", Token: string(make([]byte, 150))}, {RequestID: string(make([]byte, 101))}} {
		if _, err := d.Validate(t.Context(), DemoProviderKey, v); !errors.Is(err, ErrRequest) {
			t.Errorf("%+v: %v", v, err)
		}
	}
}

func TestAVisitTakesSeveralPrescriptions(t *testing.T) {
	d, g, current := atDesk(t)
	if err := d.AddProvider(t.Context(), "otra", "other-key"); err != nil {
		t.Fatal(err)
	}
	d.clock.set(time.Date(2026, 11, 24, 2, 30, 0, 0, time.UTC)) // 23:30: the visit crosses midnight
	digits := current()
	steps := []struct {
		after time.Duration
		key   string
		visit string
		want  backend.Reason
	}{
		{0, DemoProviderKey, "v1", ""},
		{29 * time.Minute, DemoProviderKey, "v1", ""},
		{0, DemoProviderKey, "v2", backend.Used},
		{0, DemoProviderKey, "", backend.Used},
		{0, "other-key", "v1", backend.Used},
		{31*time.Minute - time.Second, DemoProviderKey, "v1", ""},
		{time.Second, DemoProviderKey, "v1", backend.Used},
	}
	for n, s := range steps {
		d.advance(s.after)
		if why := d.as(s.key, fmt.Sprint("visit", n), digits, s.visit); why != s.want {
			t.Errorf("step %d: got %q, want %q", n, why, s.want)
		}
	}
	// It was used without a visit, so there is no visit to join.
	digits = current()
	if why := d.try(digits, ""); why != "" {
		t.Fatal(why)
	}
	if why := d.try(digits, "v1"); why != backend.Used {
		t.Errorf("got %q", why)
	}
	// The next token does not end the visit of the used one.
	digits = current()
	d.try(digits, "v9")
	if _, err := d.Another(t.Context(), g.Credential, g.Group.Own, "k"); err != nil {
		t.Fatal(err)
	}
	if why := d.try(digits, "v9"); why != "" {
		t.Errorf("got %q", why)
	}
}

func TestMidnightToTheSecond(t *testing.T) {
	d, _, current := atDesk(t)
	d.clock.set(time.Date(2026, 11, 24, 2, 59, 59, 0, time.UTC)) // 23:59:59 in Buenos Aires
	first := current()
	d.advance(time.Second - time.Nanosecond)
	if current() != first {
		t.Error("the token changed before midnight")
	}
	if why := d.try(first, "v"); why != "" {
		t.Errorf("a nanosecond before midnight: %q", why)
	}
	second := current()
	d.advance(time.Nanosecond)
	if why := d.try(second, ""); why != backend.Expired {
		t.Errorf("at midnight: %q", why)
	}
	if current() == second {
		t.Error("yesterday's token is current")
	}
}

func TestGuessingIsBounded(t *testing.T) {
	d, g, current := atDesk(t)
	digits := current()
	for n := range guardHere.bound {
		if why := d.try(d.wrong(n), ""); why != backend.Unknown {
			t.Fatalf("try %d: %q", n, why)
		}
	}
	if why := d.try(digits, ""); why != backend.Locked {
		t.Errorf("a right token while locked: %q", why)
	}
	st, err := d.State(t.Context(), g.Credential, g.Group.Own)
	if err != nil || !st.LockedUntil.Equal(d.Now().Add(guardHere.lock)) || st.TriedWhy != backend.Locked {
		t.Errorf("%+v %v", st, err)
	}
	d.advance(guardHere.lock - time.Nanosecond)
	if why := d.try(digits, ""); why != backend.Locked {
		t.Errorf("a moment before: %q", why)
	}
	d.advance(time.Nanosecond)
	if why := d.try(digits, ""); why != "" {
		t.Errorf("after the lock: %q", why)
	}
	// Digits that were a token once are no guess.
	for range 20 {
		if why := d.try(digits, ""); why != backend.Used {
			t.Fatal(why)
		}
	}
}

// A day of guesses by many providers at one affiliate.
func TestADayOfGuessesIsHopeless(t *testing.T) {
	t.Parallel()
	d, _, _ := atDesk(t)
	evaluated := 0
	for minute := range 24 * 60 / 5 {
		key := fmt.Sprint("p", minute%40)
		if minute < 40 {
			if err := d.AddProvider(t.Context(), key, key); err != nil {
				t.Fatal(err)
			}
		}
		for range 3 {
			d.n++
			if why := d.as(key, fmt.Sprint(d.n), d.wrong(d.n), ""); why == backend.Unknown {
				evaluated++
			}
		}
		d.advance(5 * time.Minute)
	}
	if evaluated > 60 {
		t.Errorf("%d guesses were looked at in a day", evaluated)
	}
	t.Logf("%d of %d guesses were looked at: one in %d to hit", evaluated, d.n, 1_000_000/evaluated)
}

func TestAProviderThatTriesManyPeopleIsLocked(t *testing.T) {
	d, _, current := atDesk(t)
	digits := current()
	for n := range guardProvider.bound {
		d.n++
		v, err := d.Validate(t.Context(), DemoProviderKey, Validation{RequestID: fmt.Sprint("x", n), AffiliateNumber: fmt.Sprint("nobody-", n), Token: "123456"})
		if err != nil || v.Reason != backend.Unknown {
			t.Fatalf("%+v %v", v, err)
		}
	}
	if why := d.try(digits, ""); why != backend.Locked {
		t.Errorf("got %q", why)
	}
	if err := d.AddProvider(t.Context(), "otra", "other-key"); err != nil {
		t.Fatal(err)
	}
	if why := d.as("other-key", "o", digits, ""); why != "" {
		t.Errorf("another provider: %q", why)
	}
}

// A text that cannot be a token is no guess: it is refused, and locks nothing, however often.
func TestDigitsThatAreNone(t *testing.T) {
	d, _, current := atDesk(t)
	digits := current()
	for range 3 * max(guardHere.bound, guardProvider.bound) / 5 {
		for _, s := range []string{"", "126", "12345", "1234567", "abcdef", "12345a"} {
			d.n++
			v := Validation{RequestID: fmt.Sprint("none-", d.n), AffiliateNumber: d.number, Token: s}
			if got, err := d.Validate(t.Context(), DemoProviderKey, v); !errors.Is(err, ErrToken) {
				t.Fatalf("%q: %+v, %v", s, got, err)
			}
		}
	}
	if why := d.try("１２３４５６", ""); why != backend.Unknown {
		t.Errorf("digits of another width: %q", why)
	}
	d.clock.set(newClock().t)
	d.number = " " + d.number[:4] + " " + d.number[4:]
	if why := d.try(" "+digits[:2]+"-"+digits[2:4]+" "+digits[4:]+" ", ""); why != "" {
		t.Errorf("with spaces: %q", why)
	}
}
