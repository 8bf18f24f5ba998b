package autogestion

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"llave/flows/backend"
)

// guess lets a provider try wrong numbers. It makes the provider if there is none.
func (d *pharmacy) guess(key string, times int) (last backend.Reason) {
	d.t.Helper()
	if err := d.AddProvider(d.t.Context(), key, key); err != nil {
		d.t.Fatal(err)
	}
	for range times {
		d.n++
		last = d.as(key, fmt.Sprint("guess-", d.n), d.wrong(d.n), "")
	}
	return last
}

func TestOneProvidersWrongNumbersLockNothingElsewhere(t *testing.T) {
	d, _, current := atDesk(t)
	digits := current()
	if why := d.guess("clumsy", guardHere.bound+1); why != backend.Locked {
		t.Fatalf("the sixth is %q", why)
	}
	if why := d.as("clumsy", "right", digits, ""); why != backend.Locked {
		t.Errorf("the right token there: %q", why)
	}
	if why := d.try(digits, ""); why != "" {
		t.Errorf("the right token elsewhere: %q", why)
	}
}

func TestTwentyWrongNumbersLockTheTokenAndNotThePerson(t *testing.T) {
	d, g, current := atDesk(t)
	digits := current()
	for n := range guardToken.bound / guardHere.bound {
		if why := d.guess(fmt.Sprint("p", n), guardHere.bound); why != backend.Unknown {
			t.Fatalf("provider %d: %q", n, why)
		}
	}
	if why := d.try(digits, ""); why != backend.Locked {
		t.Errorf("the token at a provider that never failed: %q", why)
	}
	st, err := d.State(t.Context(), g.Credential, g.Group.Own)
	if err != nil || !st.LockedToken || st.LockedUntil.Before(st.Until) {
		t.Errorf("the state is %+v, %v", st, err)
	}
	given, err := d.Another(t.Context(), g.Credential, g.Group.Own, "k")
	if err != nil {
		t.Fatal(err)
	}
	if st, err = d.State(t.Context(), g.Credential, g.Group.Own); err != nil || st.LockedToken || !st.LockedUntil.IsZero() {
		t.Errorf("the state of the new one is %+v, %v", st, err)
	}
	if why := d.as("p0", "new", given.Tokens[0].Digits, ""); why != "" {
		t.Errorf("the new token, at a provider that locked the old one: %q", why)
	}
}

// Paper cannot be replaced at the counter: its lock is of an hour, and a token from the chat works meanwhile.
func TestTwentyWrongNumbersLockPaperForAnHour(t *testing.T) {
	d, g, current := atDesk(t)
	p, err := d.Print(t.Context(), g.Credential, backend.SheetOrder{Member: g.Group.Own, Month: "2026-11", Count: 2}, "k")
	if err != nil {
		t.Fatal(err)
	}
	for n := range guardPaper.bound / guardHere.bound {
		d.guess(fmt.Sprint("p", n), guardHere.bound)
	}
	if why := d.try(p.Sheets[0].Tokens[0].Digits, ""); why != backend.Locked {
		t.Errorf("paper: %q", why)
	}
	if why := d.try(current(), ""); why != "" {
		t.Errorf("a token that was made after the lock: %q", why)
	}
	d.advance(guardPaper.lock)
	if why := d.try(p.Sheets[0].Tokens[0].Digits, ""); why != "" {
		t.Errorf("paper, an hour later: %q", why)
	}
}

// A locked token cannot be used to guess at paper for ever: wrong numbers still count for it.
func TestALockedTokenHidesNoGuessesAtPaper(t *testing.T) {
	d, g, _ := atDesk(t)
	p, err := d.Print(t.Context(), g.Credential, backend.SheetOrder{Member: g.Group.Own, Month: "2026-11", Count: 2}, "k")
	if err != nil {
		t.Fatal(err)
	}
	for round := range 2 {
		for n := range guardPaper.bound {
			d.guess(fmt.Sprint("p", round, "-", n), 1)
		}
		if why := d.try(p.Sheets[0].Tokens[0].Digits, ""); why != backend.Locked {
			t.Errorf("round %d: %q", round, why)
		}
		d.advance(guardPaper.length(round))
	}
}

func TestABusyProviderIsNotLockedByItsMistypes(t *testing.T) {
	d, _, current := atDesk(t)
	for n := range 2 * guardProvider.bound {
		if why := d.try(current(), ""); why != "" { // used, so the next is a new one
			t.Fatalf("token %d: %q", n, why)
		}
		d.n++
		v, err := d.Validate(t.Context(), DemoProviderKey, Validation{RequestID: fmt.Sprint("x", n), AffiliateNumber: fmt.Sprint("nobody-", n), Token: "123456"})
		if err != nil || v.Reason != backend.Unknown {
			t.Fatalf("mistype %d: %+v, %v", n, v, err)
		}
		d.advance(time.Minute)
	}
}

func TestWrongKeysAreBoundedByAddressAndRightOnesAreAnswered(t *testing.T) {
	w := demo(t)
	h := w.Handler()
	ask := func(path, key, address string) *httptest.ResponseRecorder {
		r := httptest.NewRequest("POST", "/autogestion/v1/"+path, strings.NewReader(`{"request_id":"1","affiliate_number":"x","token":"123456"}`))
		r.Header.Set("Content-Type", "application/json")
		if key != "" {
			r.Header.Set("Authorization", "Bearer "+key)
		}
		r.RemoteAddr = address
		rw := httptest.NewRecorder()
		h.ServeHTTP(rw, r)
		return rw
	}
	for range wrongKeysAtOnce + 1 { // who shows no key guesses none
		if c := ask("invites", "", "192.0.2.1:4").Code; c != http.StatusForbidden {
			t.Fatalf("without a key: %d", c)
		}
	}
	for n := range wrongKeysAtOnce {
		if c := ask("validations", fmt.Sprint("guess-", n), "192.0.2.1:5").Code; c != http.StatusUnauthorized {
			t.Fatalf("wrong key %d: %d", n, c)
		}
	}
	for _, path := range []string{"validations", "invites"} {
		if rw := ask(path, "one too many", "192.0.2.1:6"); rw.Code != http.StatusTooManyRequests || rw.Header().Get("Retry-After") == "" || !strings.Contains(rw.Body.String(), "slow_down") {
			t.Errorf("%s, one too many: %d %v %s", path, rw.Code, rw.Header(), rw.Body)
		}
	}
	if c := ask("validations", DemoProviderKey, "192.0.2.1:7").Code; c != http.StatusOK {
		t.Errorf("a right key of that address: %d", c)
	}
	if c := ask("validations", "wrong", "192.0.2.2:7").Code; c != http.StatusUnauthorized {
		t.Errorf("a wrong key of another address: %d", c)
	}
	w.advance(wrongKeyEvery)
	if c := ask("validations", "later", "192.0.2.1:8").Code; c != http.StatusUnauthorized {
		t.Errorf("a wrong key later: %d", c)
	}
}
