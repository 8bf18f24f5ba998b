package autogestion

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"llave/adapters/autogestion/form"
	"llave/adapters/autogestion/web"
	"llave/adapters/autogestion/work"
	"llave/flows/backend"
	"llave/flows/backend/backendtest"
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

// From the third failure on a try costs a proof of work, or as long a wait, up to two seconds; and a right password is always
// right.
func TestPasswordsAreNotGuessed(t *testing.T) {
	var waited []time.Duration
	w := demo(t, func(o *Options) {
		o.Wait = func(_ context.Context, d time.Duration) error { waited = append(waited, d); return nil }
	})
	i := w.opened(t, "a", "b")
	for n := range 8 {
		if got := why(w.attempt(t, i.URL, "b", "1.1.1.1", maria, "wrong-wrong")); got != "wrong_password" {
			t.Fatalf("try %d: %s", n, got)
		}
	}
	want := []time.Duration{250 * time.Millisecond, 500 * time.Millisecond, time.Second, 2 * time.Second, 2 * time.Second}
	if !slices.Equal(waited, want) {
		t.Errorf("waited %v, want %v", waited, want)
	}
	waited = nil
	if err := w.attempt(t, i.URL, "b", "1.1.1.1", maria, DemoPassword); err != nil {
		t.Errorf("the right password: %v", err)
	}
	i = w.opened(t, "a2", "b")
	if err := w.attempt(t, i.URL, "b", "1.1.1.1", maria, DemoPassword); err != nil || len(waited) != 1 {
		t.Errorf("after it: %v, waited %v", err, waited)
	}
}

// A proof of the level spares the wait; one of a lower level, and one that was used, do not.
func TestAProofSparesTheWait(t *testing.T) {
	waits := 0
	w := demo(t, func(o *Options) {
		o.Wait = func(context.Context, time.Duration) error { waits++; return nil }
	})
	i := w.opened(t, "a", "b")
	try := func(proof, password string) error {
		return w.signIn(t.Context(), form.SignIn{Secret: i.URL, Browser: "b", Address: "1.1.1.1", CUIL: maria, Password: password, Consent: true, Proof: proof})
	}
	solve := func(l work.Level) string {
		c, err := w.work.Challenge(l)
		if err != nil {
			t.Fatal(err)
		}
		return work.Solve(c)
	}
	var no *form.Refused
	for range 4 {
		if err := try("", "wrong-wrong"); !errors.As(err, &no) {
			t.Fatal(err)
		}
	}
	if no.Proof != 2 || waits != 1 {
		t.Fatalf("the next try has level %d, after %d waits", no.Proof, waits)
	}
	waits = 0
	proof := solve(2)
	try(proof, "wrong-wrong")
	if waits != 0 {
		t.Error("with a proof it waited")
	}
	for name, p := range map[string]string{"used": proof, "lower": solve(1), "none": "%"} {
		if try(p, "wrong-wrong"); waits != 1 {
			t.Errorf("%s: %d waits", name, waits)
		}
		waits = 0
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

func TestUnknownPeopleCostWhatKnownOnesCost(t *testing.T) {
	w := demo(t)
	i := w.opened(t, "a", "b")
	var got [2][]string
	for k, cuil := range []string{maria, "20-12345678-6"} {
		for range guessesADay + 3 {
			err := w.attempt(t, i.URL, "b", fmt.Sprint("address", k), cuil, "wrong-wrong")
			var no *form.Refused
			errors.As(err, &no)
			got[k] = append(got[k], fmt.Sprint(err, no))
		}
	}
	if !slices.Equal(got[0], got[1]) {
		t.Errorf("known: %v, unknown: %v", got[0], got[1])
	}
}

// A botnet tries one person for a day from a thousand addresses, many at once. A hundred passwords tell it something; its
// owner signs in from a known browser as always, and from a new phone with a code from the mailbox.
func TestABotnetGetsAHundredTriesADayAndLocksNobodyOut(t *testing.T) {
	w := demo(t)
	home := w.opened(t, "home", "home-browser")
	if err := w.attempt(t, home.URL, "home-browser", "9.9.9.9", maria, DemoPassword); err != nil {
		t.Fatal(err)
	}
	i := w.opened(t, "a", "b")
	var mu sync.Mutex
	looked, slots := 0, make(chan struct{}, 256)
	every := backendtest.Times(6, 1) // hours
	botnet := func(tag, tries int) {
		var wg sync.WaitGroup
		for n := range tries {
			wg.Go(func() {
				slots <- struct{}{}
				defer func() { <-slots }()
				err := w.signIn(context.Background(), form.SignIn{Secret: i.URL, Browser: "b", Address: fmt.Sprint(tag, ".0.0.", n%1000), CUIL: maria, Password: "wrong-wrong", Consent: true})
				mu.Lock()
				defer mu.Unlock()
				if why(err) == "wrong_password" {
					looked++
				}
			})
		}
		wg.Wait()
	}
	for hour := 0; hour < 24; hour += every {
		botnet(hour, backendtest.Times(guessesADay+30, 1_000_000/24))
		again := w.opened(t, fmt.Sprint("home", hour), "home-browser")
		if err := w.attempt(t, again.URL, "home-browser", "9.9.9.8", maria, DemoPassword); err != nil {
			t.Errorf("hour %d, a known browser: %v", hour, err)
		}
		w.signsInWithSecond(t, fmt.Sprint("phone", hour))
		w.advance(time.Duration(every)*time.Hour - time.Minute)
		i = w.opened(t, fmt.Sprint("a", hour), "b")
	}
	if looked > guessesADay {
		t.Errorf("%d passwords were looked at, want %d", looked, guessesADay)
	}
	told := 0
	for _, m := range w.mails(t) {
		if strings.Contains(m.Subject, "probando contraseñas") {
			told++
		}
	}
	if told != 1 {
		t.Errorf("the owner was told %d times", told)
	}
}

// signsInWithSecond signs Maria in from a new phone, with the code from her mailbox.
func (w fixture) signsInWithSecond(t *testing.T, phone string) {
	t.Helper()
	i := w.opened(t, phone, phone)
	in := form.SignIn{Secret: i.URL, Browser: phone, Address: "8.8.8.8", CUIL: maria, Password: DemoPassword, Consent: true}
	if err := w.signIn(t.Context(), in); !errors.Is(err, web.ErrSecond) {
		t.Fatalf("%s: the password alone: %v", phone, err)
	}
	if err := w.finishSecond(t.Context(), in, w.mailedCode(t)); err != nil {
		t.Fatalf("%s: with the code: %v", phone, err)
	}
	if _, err := w.signedIn(t.Context(), i.URL, phone); err != nil {
		t.Errorf("%s: %v", phone, err)
	}
}

// mails returns the demo's e-mails, the newest first.
func (w fixture) mails(t *testing.T) []Mail {
	t.Helper()
	all, err := w.mailbox(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return all
}

var codeInMail = regexp.MustCompile(`[2-9B-Z]{4}-[2-9B-Z]{4}`)

// mailedCode returns the code of the newest e-mail.
func (w fixture) mailedCode(t *testing.T) string {
	t.Helper()
	all := w.mails(t)
	if len(all) == 0 || !codeInMail.MatchString(all[0].Text) {
		t.Fatalf("no code in %+v", all)
	}
	return codeInMail.FindString(all[0].Text)
}

// The second code: with a wrong password none is sent and none opens anything; three tries; then the password again.
func TestTheSecondCode(t *testing.T) {
	w := demo(t)
	i := w.opened(t, "a", "b")
	for n := range guessesADay {
		w.attempt(t, i.URL, "b", fmt.Sprint("x", n), maria, "wrong-wrong")
	}
	before := len(w.mails(t))
	in := form.SignIn{Secret: i.URL, Browser: "b", Address: "7.7.7.7", CUIL: maria, Password: "wrong-wrong", Consent: true}
	if err := w.signIn(t.Context(), in); !errors.Is(err, web.ErrSecond) {
		t.Fatal(err)
	}
	if n := len(w.mails(t)); n != before {
		t.Errorf("a wrong password sent %d e-mails", n-before)
	}
	var seed []byte
	if err := w.file.Readers.QueryRow("SELECT seed FROM second").Scan(&seed); err != nil {
		t.Fatal(err)
	}
	for n, want := range []string{"second_wrong", "second_wrong", "second_gone", "second_gone"} {
		if got := why(w.finishSecond(t.Context(), in, showCode(w.secondCode(seed)))); got != want {
			t.Errorf("the code of a wrong password, try %d: %s", n, got)
		}
	}
	in.Password = DemoPassword
	if err := w.signIn(t.Context(), in); !errors.Is(err, web.ErrSecond) {
		t.Fatal(err)
	}
	code := w.mailedCode(t)
	other := in
	other.Browser = "another"
	if err := w.finishSecond(t.Context(), other, code); !errors.Is(err, web.ErrInUse) {
		t.Errorf("in another browser: %v", err)
	}
	if got := why(w.finishSecond(t.Context(), in, "BCDF-GHJK")); got != "second_wrong" {
		t.Errorf("a wrong code: %s", got)
	}
	w.advance(secondLasts)
	if got := why(w.finishSecond(t.Context(), in, code)); got != "second_gone" {
		t.Errorf("too late: %s", got)
	}
}

// A reset by mail clears the count of strangers: a new browser needs no second code then.
func TestAResetClearsTheCount(t *testing.T) {
	w := demo(t)
	i := w.opened(t, "a", "b")
	for n := range guessesADay + 1 {
		w.attempt(t, i.URL, "b", fmt.Sprint("x", n), maria, "wrong-wrong")
	}
	if err := w.askReset(t.Context(), form.ResetRequest{Browser: "r", CUIL: maria, Address: "9.9.9.9"}); err != nil {
		t.Fatal(err)
	}
	const password = "tres gatos naranja"
	if _, err := w.doReset(t.Context(), form.Reset{Browser: "r", Address: "9.9.9.9", Code: w.mailedCode(t), Password: password, PasswordAgain: password}); err != nil {
		t.Fatal(err)
	}
	i = w.opened(t, "phone", "phone")
	if err := w.attempt(t, i.URL, "phone", "8.8.8.8", maria, password); err != nil {
		t.Errorf("a new browser: %v", err)
	}
}

func TestHonestSignInsAreNotCounted(t *testing.T) {
	w := demo(t)
	for n := range 60 {
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
	for n := range guessesADay {
		w.attempt(t, i.URL, "b", fmt.Sprint("x", n), maria, "wrong-wrong")
	}
	o := testOptions(t, w.clock)
	o.Path = w.path
	s, err := Open(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	w2 := fixture{Service: s, clock: w.clock}
	if err := w2.attempt(t, i.URL, "b", "1.1.1.1", maria, DemoPassword); !errors.Is(err, web.ErrSecond) {
		t.Errorf("after a restart: %v", err)
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
	if again, err := w.SignIn(t.Context(), i.URL, maria, DemoPassword, true); err != nil || again != code {
		t.Errorf("pressed twice: %v, the same code: %v", err, again == code)
	}
	if _, err := w.SignIn(t.Context(), i.URL, "20-99999021-6", DemoPassword, true); !errors.Is(err, backend.ErrNoInvite) {
		t.Errorf("somebody else at the same page: %v", err)
	}
	var version string
	if err := w.file.Writer.QueryRow("SELECT version FROM consent").Scan(&version); err != nil || version != ConsentVersion {
		t.Errorf("consent is %q, %v", version, err)
	}
}

// The consent says in four lines who is responsible, what for, what is kept and where it travels, and what rights there are.
func TestTheConsentInFourLines(t *testing.T) {
	w, srv := served(t, func(o *Options) { o.RunBy = "IOMA" })
	_, path := w.invited(t, "a", "")
	b := w.browser(t, srv)
	b.post(path + "/seguir")
	p := b.get(path)
	p.wants(t, 200, "Responsable:</strong> IOMA", "pasa por Telegram, en otros países", "AAIP", "mis datos", "un año", "35 días")
	text := p.body[strings.Index(p.body, `id="consent-texto"`):]
	if text = text[:strings.Index(text, "</ul>")]; strings.Count(text, "<li>") != 4 {
		t.Errorf("the consent is %s", text)
	}
	if linkLasts != 365*24*time.Hour || keepTokens != 35*24*time.Hour {
		t.Error("it promises other times than are kept")
	}
}
