package autogestion

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"llave/adapters/autogestion/form"
	"llave/flows/backend"
)

// attempt tries to sign in from an address with a browser.
func (w fixture) attempt(t *testing.T, url, browser, address, cuil, password string) error {
	t.Helper()
	return w.signIn(t.Context(), form.SignIn{Secret: url, Browser: browser, Address: address, CUIL: cuil, Password: password, Consent: true})
}

// opened returns an invite that a browser went on with.
func (w fixture) opened(t *testing.T, chat, browser string) backend.Invite {
	t.Helper()
	i, err := w.Invite(t.Context(), invitationOf(chat))
	if err != nil {
		t.Fatal(err)
	}
	if err := w.goOn(t.Context(), i.URL, browser); err != nil {
		t.Fatal(err)
	}
	return i
}

func invitationOf(chat string) backend.Invitation {
	return backend.Invitation{Chat: chat, Channel: "Telegram", Label: "···1", Sender: "x", Key: chat}
}

func why(err error) string {
	var no *form.Refused
	if errors.As(err, &no) {
		return no.Why
	}
	return fmt.Sprint(err)
}

func TestTheTimesOfAnInviteToTheSecond(t *testing.T) {
	w := demo(t)
	i, err := w.Invite(t.Context(), invitationOf("a"))
	if err != nil {
		t.Fatal(err)
	}
	w.advance(openLasts - time.Second)
	if err := w.goOn(t.Context(), i.URL, "b"); err != nil {
		t.Fatalf("a second before the end: %v", err)
	}
	w.advance(signLasts - time.Second)
	if err := w.attempt(t, i.URL, "b", "1", maria, DemoPassword); err != nil {
		t.Fatalf("a second before the end: %v", err)
	}
	w.advance(codeLasts - time.Second)
	done, err := w.signedIn(t.Context(), i.URL, "b")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Redeem(t.Context(), i.ID, done.Code, "k"); err != nil {
		t.Errorf("a second before the end: %v", err)
	}
	j := w.opened(t, "c", "b")
	w.advance(signLasts)
	if err := w.attempt(t, j.URL, "b", "1", maria, DemoPassword); !errors.Is(err, backend.ErrNoInvite) {
		t.Errorf("at the end: %v", err)
	}
	k, err := w.Invite(t.Context(), invitationOf("d"))
	if err != nil {
		t.Fatal(err)
	}
	w.advance(openLasts)
	if err := w.goOn(t.Context(), k.URL, "b"); !errors.Is(err, backend.ErrNoInvite) {
		t.Errorf("at the end: %v", err)
	}
}

// Person and address together are locked, not the person, and longer each time.
func TestPasswordsAreNotGuessed(t *testing.T) {
	w := demo(t)
	i := w.opened(t, "a", "b")
	for n := range guardPair.bound {
		if got := why(w.attempt(t, i.URL, "b", "1.1.1.1", maria, "wrong-wrong")); got != "wrong_password" {
			t.Fatalf("try %d: %s", n, got)
		}
	}
	var no *form.Refused
	err := w.attempt(t, i.URL, "b", "1.1.1.1", maria, DemoPassword)
	if !errors.As(err, &no) || no.Why != "throttled" || no.Wait != guardPair.lock {
		t.Fatalf("the right password while locked: %v", err)
	}
	if got := why(w.attempt(t, i.URL, "b", "1.1.1.1", jorge, "wrong-wrong")); got != "wrong_password" {
		t.Errorf("another person from there: %s", got)
	}
	w.advance(guardPair.lock)
	w.attempt(t, i.URL, "b", "1.1.1.1", maria, "wrong-wrong")
	err = w.attempt(t, i.URL, "b", "1.1.1.1", maria, DemoPassword)
	if !errors.As(err, &no) || no.Wait != 2*guardPair.lock {
		t.Errorf("the second lock: %v", err)
	}
	if err := w.attempt(t, i.URL, "b", "2.2.2.2", maria, DemoPassword); err != nil {
		t.Errorf("the person from elsewhere: %v", err)
	}
}

// A password of a CUIL without an account takes as long to check as a real one. A busy machine gets three rounds.
func TestUnknownPeopleTakeAsLong(t *testing.T) {
	w := demo(t, func(o *Options) { o.Cost = Cost{MemoryKiB: 8 * 1024, Time: 1, Threads: 1} })
	i := w.opened(t, "a", "b")
	cuils := []string{maria, "20-12345678-6"}
	var known, unknown time.Duration
	for round := range 3 {
		var took [2][]time.Duration
		for n := range 20 {
			k := n / 2 % 2 // known, known, unknown, unknown: the garbage collector comes every so many
			start := time.Now()
			w.attempt(t, i.URL, "b", fmt.Sprint(round, "-", n), cuils[k], "wrong-wrong")
			took[k] = append(took[k], time.Since(start))
		}
		slices.Sort(took[0])
		slices.Sort(took[1])
		if known, unknown = took[0][5], took[1][5]; known < 2*unknown && unknown < 2*known {
			return
		}
	}
	t.Errorf("known: %s, unknown: %s", known, unknown)
}

func TestUnknownPeopleAreThrottledLikeKnownOnes(t *testing.T) {
	w := demo(t)
	i := w.opened(t, "a", "b")
	var got [2][]string
	for k, cuil := range []string{maria, "20-12345678-6"} {
		for range guardPair.bound + 2 {
			got[k] = append(got[k], why(w.attempt(t, i.URL, "b", fmt.Sprint("address", k), cuil, "wrong-wrong")))
		}
	}
	if !slices.Equal(got[0], got[1]) {
		t.Errorf("known: %v, unknown: %v", got[0], got[1])
	}
}

// A botnet tries one person from a thousand addresses, many at once; the owner's known browser still gets in.
func TestABotnetGetsAHundredTriesADay(t *testing.T) {
	w := demo(t)
	home := w.opened(t, "home", "home-browser")
	if err := w.attempt(t, home.URL, "home-browser", "9.9.9.9", maria, DemoPassword); err != nil {
		t.Fatal(err)
	}
	i := w.opened(t, "a", "b")
	var mu sync.Mutex
	looked := 0
	var wg sync.WaitGroup
	for n := range 400 {
		wg.Go(func() {
			err := w.signIn(context.Background(), form.SignIn{Secret: i.URL, Browser: "b", Address: fmt.Sprint("10.0.0.", n), CUIL: maria, Password: "wrong-wrong", Consent: true})
			mu.Lock()
			defer mu.Unlock()
			if why(err) == "wrong_password" {
				looked++
			}
		})
	}
	wg.Wait()
	if looked != guardAccount.bound {
		t.Errorf("%d passwords were looked at, want %d", looked, guardAccount.bound)
	}
	again := w.opened(t, "home2", "home-browser")
	if err := w.attempt(t, again.URL, "home-browser", "9.9.9.8", maria, DemoPassword); err != nil {
		t.Errorf("the owner is locked out: %v", err)
	}
}

func TestAnAddressIsBounded(t *testing.T) {
	w := demo(t)
	i := w.opened(t, "a", "b")
	looked := 0
	for n := range 60 {
		// Well-formed CUILs of no person: it tries the check digits.
		for v := range 10 {
			cuil := fmt.Sprintf("20123%05d%d", n, v)
			if _, fault := backend.ReadCUIL(cuil); fault == "" {
				if why(w.attempt(t, i.URL, "b", "1.1.1.1", cuil, "wrong-wrong")) == "wrong_password" {
					looked++
				}
			}
		}
	}
	if looked != guardAddress.bound {
		t.Errorf("%d were looked at, want %d", looked, guardAddress.bound)
	}
}

func TestHonestSignInsAreNotCounted(t *testing.T) {
	w := demo(t)
	for n := range 3 * guardAddress.bound {
		b := fmt.Sprint("b", n)
		i := w.opened(t, b, b)
		if err := w.attempt(t, i.URL, b, "1.1.1.1", maria, DemoPassword); err != nil {
			t.Fatalf("%d: %v", n, err)
		}
	}
}

func TestCountsSurviveARestart(t *testing.T) {
	w := demo(t)
	i := w.opened(t, "a", "b")
	for range guardPair.bound {
		w.attempt(t, i.URL, "b", "1.1.1.1", maria, "wrong-wrong")
	}
	o := testOptions(t, w.clock)
	o.Path = w.path
	s, err := Open(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	w2 := fixture{Service: s, clock: w.clock}
	if got := why(w2.attempt(t, i.URL, "b", "1.1.1.1", maria, DemoPassword)); got != "throttled" {
		t.Errorf("after a restart: %s", got)
	}
}

// The plain way in Go that transcripts use.
func TestSignInInGo(t *testing.T) {
	w := demo(t)
	i, err := w.Invite(t.Context(), invitationOf("a"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.SignIn(t.Context(), i.URL, maria, DemoPassword, false); err == nil {
		t.Error("signed in without consent")
	}
	if _, err := w.SignIn(t.Context(), i.URL, maria, "wrong-wrong", true); why(err) != "wrong_password" {
		t.Errorf("got %v", err)
	}
	code, err := w.SignIn(t.Context(), secretIn(i.URL), maria, DemoPassword, true)
	if err != nil || len(code) != 9 {
		t.Fatal(code, err)
	}
	if _, err := w.SignIn(t.Context(), i.URL, maria, DemoPassword, true); !errors.Is(err, backend.ErrNoInvite) {
		t.Errorf("a second sign-in: %v", err)
	}
	var version string
	if err := w.file.Writer.QueryRow("SELECT version FROM consent").Scan(&version); err != nil || version != ConsentVersion {
		t.Errorf("consent is %q, %v", version, err)
	}
}
