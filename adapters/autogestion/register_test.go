package autogestion

import (
	"errors"
	"strings"
	"testing"

	"llave/adapters/autogestion/form"
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

// refusedAs returns the reason of a refusal, "" if the registration was accepted.
func refusedAs(t *testing.T, err error) string {
	t.Helper()
	var no *form.Refused
	if errors.As(err, &no) {
		return no.Why
	}
	if err != nil {
		t.Fatal(err)
	}
	return ""
}

// CUIL, document and sex, which leaked lists hold, open no account: the trámite number must be that of the padrón.
func TestRegistrationIsMatched(t *testing.T) {
	for _, c := range []struct{ column, form, want string }{
		{"00123456789", "00123456789", ""},
		{"00-123456789", "00 123 456 789", ""},
		{"123456789", "00123456789", ""}, // a spreadsheet took the zeros
		{"00123456789", "00123456780", "register_unmatched"},
		{"", "00123456789", "register_unmatched"},
		{"", "00000000000", "register_unmatched"},
	} {
		w := real(t, headTramite+mariaTramite+"00999999999\n"+juanaTramite+c.column+"\n")
		if why := refusedAs(t, w.Register(t.Context(), juanas(c.form))); why != c.want {
			t.Errorf("padrón %q, form %q: %q, want %q", c.column, c.form, why, c.want)
		}
	}
	// A later file without the column removes nothing, also for people who change in it.
	w := real(t, head+strings.ReplaceAll(mariaTramite, "titular,", "titular")+"\n")
	w.imports(t, headTramite+mariaTramite+"00999999999\n"+juanaTramite+"00123456789\n")
	w.imports(t, head+strings.ReplaceAll(mariaTramite, "titular,", "titular")+"\n"+strings.NewReplacer("hija,", "hija", "Juana Ruiz", "Juana Inés Ruiz").Replace(juanaTramite)+"\n")
	if why := refusedAs(t, w.Register(t.Context(), juanas("00123456789"))); why != "" {
		t.Errorf("after a file without the column: %q", why)
	}
	// A trámite number is valid for its own person only.
	w = real(t, headTramite+mariaTramite+"00123456789\n"+juanaTramite+"00999999999\n")
	if why := refusedAs(t, w.Register(t.Context(), juanas("00123456789"))); why != "register_unmatched" {
		t.Errorf("with María's number: %q", why)
	}
	// With this mode the demo does the same.
	d := demo(t, func(o *Options) { o.Register = RegisterMatched })
	if why := refusedAs(t, d.Register(t.Context(), juanas("00123456789"))); why != "register_unmatched" {
		t.Errorf("matched in the demo: %q", why)
	}
}

// The page is the same for everybody, whoever is in the padrón and whatever does not match.
func TestRegistrationTellsNothing(t *testing.T) {
	w := real(t, headTramite+mariaTramite+"00999999999\n"+juanaTramite+"\n")
	srv := newServer(t, w)
	form := func(cuil, doc, sex, tramite string) (int, string) {
		w.advance(tallyFormAddress.window)
		p := w.browser(t, srv).post("/autogestion/cuenta", "cuil", cuil, "document", doc, "sex", sex, "tramite", tramite,
			"email", "a@x.example", "email2", "a@x.example", "password", "caballo-verde", "password2", "caballo-verde")
		return p.status, strings.NewReplacer(cuil, "", doc, "", tramite, "", `value="`+sex+`" checked`, "", `value="`+sex+`"`, "").Replace(p.body)
	}
	status, body := form("27-99999004-0", "99999004", "F", "00000000001")
	if status != 422 || !strings.Contains(body, "acercate con tu DNI") {
		t.Fatalf("%d %s", status, body)
	}
	for _, other := range [][3]string{{"20-12345678-6", "12345678", "F"}, {"27-99999001-6", "99999001", "F"}, {"27-99999001-6", "99999002", "F"}} {
		if s, b := form(other[0], other[1], other[2], "00000000002"); s != status || b != body {
			t.Errorf("%v: %d, another page", other, s)
		}
	}
}

// A browser at an address has three forms a day; a stranger's use up nothing of the owner's.
func TestFormsAreBoundedByWhoSendsThem(t *testing.T) {
	w := real(t, headTramite+mariaTramite+"\n"+juanaTramite+"00123456789\n")
	stranger := juanas("00999999999")
	stranger.Browser, stranger.Address = "stranger", "10.0.0.9"
	for n, want := range []string{"register_unmatched", "register_unmatched", "register_unmatched", "register_often", "register_often"} {
		if why := refusedAs(t, w.Register(t.Context(), stranger)); why != want {
			t.Errorf("form %d: %q, want %q", n, why, want)
		}
	}
	own := juanas("00123456789")
	own.Browser = "own"
	if why := refusedAs(t, w.Register(t.Context(), own)); why != "" {
		t.Errorf("the owner's: %q", why)
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
		if why := refusedAs(t, w.Register(t.Context(), juanas("00123456789"))); why == "" {
			t.Errorf("%s: an account was made", mode)
		}
	}
}
