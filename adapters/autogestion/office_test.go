package autogestion

import (
	"errors"
	"fmt"
	"testing"

	"llave/adapters/autogestion/form"
	"llave/flows/backend"
)

func officeForm(cuil, code string) form.Office {
	return form.Office{Browser: "office-browser", Address: "10.0.0.2", CUIL: cuil, Code: code, Password: "tres gatos naranja", PasswordAgain: "tres gatos naranja"}
}

// A person without an account makes one with the code of an office, once and within a day.
func TestAnOfficeCodeMakesAnAccount(t *testing.T) {
	w := demo(t)
	const juana = "27-99999004-0"
	code, until, err := w.OfficeCode(t.Context(), juana)
	if err != nil || !until.Equal(w.Now().Add(officeLasts)) {
		t.Fatal(until, err)
	}
	if got := why(w.UseOfficeCode(t.Context(), officeForm(jorge, code))); got != "office_code_wrong" {
		t.Errorf("another person's: %s", got)
	}
	if err := w.UseOfficeCode(t.Context(), officeForm(juana, code)); err != nil {
		t.Fatal(err)
	}
	if got := why(w.UseOfficeCode(t.Context(), officeForm(juana, code))); got != "office_code_wrong" {
		t.Errorf("used again: %s", got)
	}
	i := w.opened(t, "c", "b")
	if err := w.attempt(t, i.URL, "b", "1.1.1.1", juana, "tres gatos naranja"); err != nil {
		t.Errorf("the new password: %v", err)
	}
	code, _, _ = w.OfficeCode(t.Context(), juana)
	w.advance(officeLasts)
	if got := why(w.UseOfficeCode(t.Context(), officeForm(juana, code))); got != "office_code_wrong" {
		t.Errorf("a day later: %s", got)
	}
	if _, _, err := w.OfficeCode(t.Context(), "20-12345678-6"); !errors.Is(err, ErrNotInPadron) {
		t.Errorf("for a person outside the padrón: %v", err)
	}
}

// The owner takes an account back: links, known browsers, password and e-mail address of before end.
func TestAnOfficeGivesAnAccountBack(t *testing.T) {
	w := demo(t)
	thief := w.linked(t, maria, "thief")
	code, _, err := w.OfficeCode(t.Context(), maria)
	if err != nil {
		t.Fatal(err)
	}
	f := officeForm(maria, code)
	f.Email = "maria@nueva.example"
	if err := w.UseOfficeCode(t.Context(), f); err != nil {
		t.Fatal(err)
	}
	if _, err := w.Group(t.Context(), thief.Credential); !errors.Is(err, backend.ErrUnlinked) {
		t.Errorf("the thief's chat: %v", err)
	}
	i := w.opened(t, "c", "b")
	if got := why(w.attempt(t, i.URL, "b", "1.1.1.1", maria, DemoPassword)); got != "wrong_password" {
		t.Errorf("the old password: %s", got)
	}
	if info, err := w.Account(t.Context(), maria); err != nil || info.Email != "m···@nueva.example" || len(info.Links) != 0 || info.Browsers != 1 {
		t.Errorf("%+v, %v", info, err)
	}
	if m := w.mails(t)[0]; m.To != "maria@demo.example" {
		t.Errorf("the notice went to %s", m.To)
	}
}

// Guesses at a code end it; each costs a try, whoever guesses, and a new code is good.
func TestOfficeCodesAreNotGuessed(t *testing.T) {
	w := demo(t)
	code, _, err := w.OfficeCode(t.Context(), maria)
	if err != nil {
		t.Fatal(err)
	}
	for n := range officeTries {
		f := officeForm(maria, "BCDF-GHJK")
		f.Browser, f.Address = fmt.Sprint("b", n), fmt.Sprint("a", n)
		if got := why(w.UseOfficeCode(t.Context(), f)); got != "office_code_wrong" {
			t.Fatal(got)
		}
	}
	if got := why(w.UseOfficeCode(t.Context(), officeForm(maria, code))); got != "office_code_wrong" {
		t.Errorf("the right code after %d wrong ones: %s", officeTries, got)
	}
	code, _, _ = w.OfficeCode(t.Context(), maria)
	if err := w.UseOfficeCode(t.Context(), officeForm(maria, code)); err != nil {
		t.Errorf("a new code: %v", err)
	}
}

// A code of an office is also the second code, for people who do not read their mailbox any more.
func TestAnOfficeCodeIsASecondCode(t *testing.T) {
	w := demo(t)
	i := w.opened(t, "a", "b")
	for n := range guessesADay {
		w.attempt(t, i.URL, "b", fmt.Sprint("x", n), maria, "wrong-wrong")
	}
	in := form.SignIn{Secret: i.URL, Browser: "b", Address: "7.7.7.7", CUIL: maria, Password: DemoPassword, Consent: true}
	if err := w.signIn(t.Context(), in); err == nil {
		t.Fatal("the password alone was enough")
	}
	code, _, err := w.OfficeCode(t.Context(), maria)
	if err != nil {
		t.Fatal(err)
	}
	if err := w.finishSecond(t.Context(), in, code); err != nil {
		t.Error(err)
	}
}

// What an operator forgets is gone; sheets keep their digits.
func TestForgettingAnAccount(t *testing.T) {
	for _, printed := range []bool{false, true} {
		w := demo(t)
		g := w.linked(t, maria, "c")
		if printed {
			if _, err := w.Print(t.Context(), g.Credential, backend.SheetOrder{Member: g.Group.Own, Month: "2026-11", Count: 2}, "k"); err != nil {
				t.Fatal(err)
			}
		}
		if err := w.Forget(t.Context(), maria); err != nil {
			t.Fatal(err)
		}
		if _, err := w.Group(t.Context(), g.Credential); !errors.Is(err, backend.ErrUnlinked) {
			t.Errorf("the chat: %v", err)
		}
		var left int
		err := w.file.Readers.QueryRow("SELECT (SELECT count(*) FROM consent) + (SELECT count(*) FROM known) + (SELECT count(*) FROM link)").Scan(&left)
		if err != nil || left != 0 {
			t.Errorf("%d rows are left, %v", left, err)
		}
		i := w.opened(t, fmt.Sprint("again", printed), "b")
		if got := why(w.attempt(t, i.URL, "b", "1.1.1.1", maria, DemoPassword)); got != "wrong_password" {
			t.Errorf("the password: %s", got)
		}
		code, _, err := w.OfficeCode(t.Context(), maria)
		if err != nil {
			t.Fatal(err)
		}
		if err := w.UseOfficeCode(t.Context(), officeForm(maria, code)); err != nil {
			t.Errorf("a new account: %v", err)
		}
	}
}

func TestProvidersKeys(t *testing.T) {
	d, _, current := atDesk(t)
	ctx := t.Context()
	first, err := d.NewProvider(ctx, "Farmacia Bar")
	if err != nil || len(first) != 32 {
		t.Fatal(first, err)
	}
	if _, err := d.NewProvider(ctx, "Farmacia Bar"); !errors.Is(err, ErrProviderExists) {
		t.Errorf("the same name: %v", err)
	}
	second, err := d.RotateProvider(ctx, "Farmacia Bar")
	if err != nil {
		t.Fatal(err)
	}
	for n, key := range []string{first, second} {
		if why := d.as(key, fmt.Sprint("rotating", n), current(), ""); why != "" {
			t.Errorf("key %d while it is rotated: %q", n, why)
		}
	}
	if err := d.EndRotation(ctx, "Farmacia Bar"); err != nil {
		t.Fatal(err)
	}
	refused := func(key string) bool {
		_, err := d.Validate(ctx, key, Validation{RequestID: "x" + key, AffiliateNumber: d.number, Token: "123456"})
		return errors.Is(err, ErrProvider)
	}
	if !refused(first) || refused(second) {
		t.Error("after the rotation the old key is valid, or the new one is not")
	}
	if err := d.DisableProvider(ctx, "Farmacia Bar"); err != nil || !refused(second) {
		t.Errorf("after it was disabled: %v", err)
	}
	if _, err := d.RotateProvider(ctx, "Farmacia Bar"); !errors.Is(err, ErrProviderUnknown) {
		t.Errorf("a disabled one gets a key: %v", err)
	}
	all, err := d.Providers(ctx)
	if err != nil || len(all) != 2 || all[0] != (ProviderInfo{Name: "Farmacia Bar", Disabled: true}) {
		t.Errorf("%+v, %v", all, err)
	}
}
