package autogestion

import (
	"errors"
	"fmt"
	"regexp"
	"strings"
	"testing"

	"llave/adapters/autogestion/form"
	"llave/adapters/autogestion/web"
)

const (
	headTramite  = "cuil,nombre,sexo,numero,situacion,cuil_titular,parentesco,tramite\n"
	mariaTramite = "27-99999001-6,María Elena Gómez,F,9-4071852/00,EN PADRÓN,27-99999001-6,titular,"
	juanaTramite = "27-99999004-0,Juana Ruiz,F,9-4071852/02,EN PADRÓN,27-99999001-6,hija,"
)

// real is a back end with a real padrón.
func real(t *testing.T, csv string, change ...func(*Options)) fixture {
	t.Helper()
	c := newClock()
	o := testOptions(t, c)
	o.Demo = false
	for _, f := range change {
		f(&o)
	}
	s, err := Open(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	w := fixture{Service: s, clock: c, path: o.Path}
	if csv != "" {
		w.imports(t, csv)
	}
	return w
}

func juanas(tramite string) form.Registration {
	return form.Registration{CUIL: "27-99999004-0", Document: "99.999.004", Sex: "F", Tramite: tramite, Address: "10.0.0.1",
		Email: "a@x.example", EmailAgain: "a@x.example", Password: "caballo-verde", PasswordAgain: "caballo-verde"}
}

// registers sends a form, opens the link that its mailbox got, and returns whether an account was made.
func (w fixture) registers(t *testing.T, r form.Registration, mailbox string) bool {
	t.Helper()
	if err := w.Register(t.Context(), r); err != nil {
		t.Fatal(err)
	}
	_, err := w.FinishRegistration(t.Context(), w.mailedLink(t, mailbox), r.Browser, "")
	if err != nil && !errors.Is(err, web.ErrNoRegistration) {
		t.Fatal(err)
	}
	return err == nil
}

var linkInMail = regexp.MustCompile(`/autogestion/registro/([\w-]{43})`)

// mailedLink returns the secret in the newest e-mail to a mailbox, "" if there is none.
func (w fixture) mailedLink(t *testing.T, mailbox string) string {
	t.Helper()
	for _, m := range w.mails(t) {
		if found := linkInMail.FindStringSubmatch(m.Text); found != nil && m.To == mailbox {
			return found[1]
		}
	}
	return ""
}

// CUIL, document and sex, which leaked lists hold, open no account: the trámite number must be that of the padrón.
func TestRegistrationIsMatched(t *testing.T) {
	for _, c := range []struct {
		column, form string
		want         bool
	}{
		{"00123456789", "00123456789", true},
		{"00-123456789", "00 123 456 789", true},
		{"123456789", "00123456789", true}, // a spreadsheet took the zeros
		{"00123456789", "00123456780", false},
		{"", "00123456789", false},
		{"", "00000000000", false},
	} {
		w := real(t, headTramite+mariaTramite+"00999999999\n"+juanaTramite+c.column+"\n")
		if made := w.registers(t, juanas(c.form), "a@x.example"); made != c.want {
			t.Errorf("padrón %q, form %q: %v", c.column, c.form, made)
		}
	}
	// A later file without the column removes nothing, also for people who change in it.
	w := real(t, head+strings.ReplaceAll(mariaTramite, "titular,", "titular")+"\n")
	w.imports(t, headTramite+mariaTramite+"00999999999\n"+juanaTramite+"00123456789\n")
	w.imports(t, head+strings.ReplaceAll(mariaTramite, "titular,", "titular")+"\n"+strings.NewReplacer("hija,", "hija", "Juana Ruiz", "Juana Inés Ruiz").Replace(juanaTramite)+"\n")
	if !w.registers(t, juanas("00123456789"), "a@x.example") {
		t.Error("after a file without the column no account was made")
	}
	// A trámite number is valid for its own person only.
	w = real(t, headTramite+mariaTramite+"00123456789\n"+juanaTramite+"00999999999\n")
	if w.registers(t, juanas("00123456789"), "a@x.example") {
		t.Error("an account was made with María's number")
	}
	// With this mode the demo does the same.
	d := demo(t, func(o *Options) { o.Register = RegisterMatched })
	if d.registers(t, juanas("00123456789"), "a@x.example") {
		t.Error("matched in the demo: an account was made")
	}
}

// With an e-mail address in the padrón the link that works goes there, whatever the form says; the trámite number is not
// needed, and does not help.
func TestTheLinkGoesToTheMailboxOfThePadron(t *testing.T) {
	padron := strings.TrimSuffix(headTramite, "\n") + ",correo\n" + mariaTramite + "00999999999,\n" + juanaTramite + "00123456789,Juana@Casa.example\n"
	w := real(t, padron)
	if w.registers(t, juanas("00123456789"), "a@x.example") {
		t.Error("the link in a stranger's mailbox made an account")
	}
	secret := w.mailedLink(t, "juana@casa.example")
	if _, err := w.FinishRegistration(t.Context(), secret, "", ""); err != nil {
		t.Fatalf("the link in the padrón's mailbox: %v", err)
	}
	info, err := w.Account(t.Context(), "27-99999004-0")
	if err != nil || !info.Account || info.Email != "j···@casa.example" {
		t.Errorf("the account is %+v, %v", info, err)
	}
	// A later file without the column removes nothing; one with another address counts.
	w = real(t, padron)
	w.imports(t, headTramite+mariaTramite+"00999999999\n"+juanaTramite+"00123456789\n")
	if w.registers(t, juanas("00123456789"), "a@x.example") {
		t.Error("after a file without the column a stranger's mailbox made an account")
	}
	w.imports(t, strings.ReplaceAll(padron, "Juana@Casa", "otra@casa"))
	if err := w.Register(t.Context(), juanas("00000000000")); err != nil {
		t.Fatal(err)
	}
	if w.mailedLink(t, "otra@casa.example") == "" {
		t.Error("nothing was sent to the new address")
	}
}

// The page and the e-mail are the same for everybody, whoever is in the padrón and whatever does not match; so is the refusal
// at the link.
func TestRegistrationTellsNothing(t *testing.T) {
	w := real(t, headTramite+mariaTramite+"00999999999\n"+juanaTramite+"00123456789\n")
	srv := newServer(t, w)
	type answer struct{ page, mail, no string }
	var seen []answer
	for n, f := range [][4]string{{"27-99999004-0", "99999004", "F", "00123456780"}, {"20-12345678-6", "12345678", "F", "00123456789"},
		{"27-99999001-6", "99999001", "F", "00999999990"}, {"27-99999004-0", "99999004", "M", "00123456789"}} {
		w.advance(tallyFormAddress.window)
		box := fmt.Sprint("m", n, "@x.example")
		b := w.browser(t, srv)
		p := b.post("/autogestion/registro", "cuil", f[0], "document", f[1], "sex", f[2], "tramite", f[3],
			"email", box, "email2", box, "password", "caballo-verde", "password2", "caballo-verde")
		p.wants(t, 200, "Mirá tu correo")
		secret := w.mailedLink(t, box)
		no := b.post("/autogestion/registro/" + secret)
		no.wants(t, 404, "acercate con tu DNI")
		again := b.post("/autogestion/registro/" + secret)
		if again.body != no.body {
			t.Error("the second no is another")
		}
		text := linkInMail.ReplaceAllString(w.mails(t)[0].Text, "")
		seen = append(seen, answer{p.body, text[strings.Index(text, "alguien"):], no.body})
	}
	for n, a := range seen[1:] {
		if a != seen[0] {
			t.Errorf("form %d differs:\n%+v\n%+v", n+1, a, seen[0])
		}
	}
}

// A browser at an address has three forms a day, a mailbox three e-mails; a stranger's forms use up nothing of the owner's.
func TestFormsAreBoundedByWhoSendsThem(t *testing.T) {
	w := real(t, headTramite+mariaTramite+"\n"+juanaTramite+"00123456789\n")
	stranger := juanas("00999999999")
	stranger.Browser, stranger.Address = "stranger", "10.0.0.9"
	stranger.Email, stranger.EmailAgain = "s@x.example", "s@x.example"
	for n, want := range []string{"<nil>", "<nil>", "<nil>", "register_often", "register_often"} {
		if got := why(w.Register(t.Context(), stranger)); got != want {
			t.Errorf("form %d: %q, want %q", n, got, want)
		}
	}
	sent := len(w.mails(t))
	stranger.Browser = "another"
	if err := w.Register(t.Context(), stranger); err != nil {
		t.Errorf("a fourth form for a mailbox, from another browser: %v", err)
	}
	if n := len(w.mails(t)); n != sent || sent != registrationsADay {
		t.Errorf("the mailbox got %d, then %d e-mails", sent, n)
	}
	own := juanas("00123456789")
	own.Browser = "own"
	if !w.registers(t, own, "a@x.example") {
		t.Error("the owner's made no account")
	}
}

// The answer does not tell either that this browser was about to link a chat.
func TestTheAnswerToAFormIsTheSameInEveryBrowser(t *testing.T) {
	w, srv := served(t)
	_, path := w.invited(t, "c", "")
	a, b := w.browser(t, srv), w.browser(t, srv)
	a.post(path + "/seguir")
	form := []string{"cuil", "27-99999004-0", "document", "99999004", "sex", "F", "tramite", "00123456789", "email", "a@x.example", "email2", "a@x.example",
		"password", "caballo-verde", "password2", "caballo-verde"}
	if p, q := a.post("/autogestion/registro", form...), b.post("/autogestion/registro", form...); p.status != 200 || p.body != q.body {
		t.Errorf("the pages differ: %d, %d", p.status, q.status)
	}
}

// The link is good once and for half an hour; looking at it changes nothing.
func TestTheLinkOfARegistration(t *testing.T) {
	w := real(t, headTramite+mariaTramite+"\n"+juanaTramite+"00123456789\n")
	srv := newServer(t, w)
	if err := w.Register(t.Context(), juanas("00123456789")); err != nil {
		t.Fatal(err)
	}
	path := "/autogestion/registro/" + w.mailedLink(t, "a@x.example")
	b := w.browser(t, srv)
	for range 3 {
		b.get(path).wants(t, 200, "<form", path)
	}
	b.post(path, "password", "caballo-verde").wants(t, 200, "Tu cuenta está lista")
	b.post(path, "password", "caballo-verde").wants(t, 200, "Tu cuenta está lista") // the answer was lost
	b.post(path).wants(t, 422, "Acá va la contraseña")
	if n := len(w.mails(t)); n != 2 {
		t.Errorf("%d e-mails: the account was made twice", n)
	}
	if _, err := w.file.Writer.Exec("UPDATE account SET suspect = 1"); err != nil {
		t.Fatal(err)
	}
	b.post(path, "password", "caballo-verde").wants(t, 404)
	if _, err := w.file.Writer.Exec("UPDATE account SET suspect = 0, password = 'another'"); err != nil {
		t.Fatal(err)
	}
	b.post(path, "password", "caballo-verde").wants(t, 404)
	own := juanas("00123456789")
	if w.registers(t, own, "a@x.example") {
		t.Error("a second account was made")
	}
	w2 := real(t, headTramite+mariaTramite+"\n"+juanaTramite+"00123456789\n")
	if err := w2.Register(t.Context(), juanas("00123456789")); err != nil {
		t.Fatal(err)
	}
	secret := w2.mailedLink(t, "a@x.example")
	w2.advance(registerLasts)
	if _, err := w2.FinishRegistration(t.Context(), secret, "", ""); !errors.Is(err, web.ErrNoRegistration) {
		t.Errorf("after half an hour: %v", err)
	}
}

func TestRegistrationInAnOfficeOrNowhere(t *testing.T) {
	for mode, says := range map[RegisterMode]string{RegisterOffice: "acercate con tu DNI", RegisterOff: "no se crean cuentas"} {
		w := demo(t, func(o *Options) { o.Register = mode })
		srv := newServer(t, w)
		b := w.browser(t, srv)
		b.get("/autogestion/cuenta").wants(t, 200, says, "221-351-0282")
		p := b.post("/autogestion/cuenta", "cuil", "27-99999004-0", "document", "99999004", "sex", "F", "tramite", "00123456789",
			"email", "a@x.example", "email2", "a@x.example", "password", "caballo-verde", "password2", "caballo-verde")
		p.wants(t, 403, says)
		if strings.Contains(p.body, "<form") {
			t.Errorf("%s: there is a form", mode)
		}
		if err := w.Register(t.Context(), juanas("00123456789")); !errors.Is(err, web.ErrNoForm) {
			t.Errorf("%s: the form was taken: %v", mode, err)
		}
	}
}
