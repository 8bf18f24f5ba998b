package autogestion

import (
	"database/sql"
	"errors"
	"testing"
	"time"

	"llave/adapters/autogestion/form"
)

// refusedForGood is the error of a server that will never take an e-mail.
type refusedForGood struct{}

func (refusedForGood) Error() string   { return "refused" }
func (refusedForGood) Permanent() bool { return true }

// resets writes an e-mail with a code to Maria.
func (w fixture) resets(t *testing.T, browser string) {
	t.Helper()
	if err := w.askReset(t.Context(), form.ResetRequest{Browser: browser, CUIL: maria, Address: browser}); err != nil {
		t.Fatal(err)
	}
}

// A server that is down for a while loses nothing: the pause doubles, and then everything is sent once.
func TestMailIsSentAgainAfterAPause(t *testing.T) {
	w := demo(t)
	err := w.write(t.Context(), func(tx *sql.Tx, now time.Time) error {
		return w.mailAccount(t.Context(), tx, 1, "mail_password", nil, now)
	})
	if err != nil {
		t.Fatal(err)
	}
	box := &mailbox{fail: sql.ErrConnDone}
	pause := mailFirstPause
	for range 4 {
		if err := w.Deliver(t.Context(), box); !errors.Is(err, sql.ErrConnDone) {
			t.Fatalf("a failure is %v", err)
		}
		w.advance(pause - time.Second)
		if err := w.Deliver(t.Context(), box); err != nil {
			t.Errorf("before the pause of %s was over it was tried: %v", pause, err)
		}
		w.advance(time.Second)
		pause *= 2
	}
	box.fail = nil
	for range 2 {
		if err := w.Deliver(t.Context(), box); err != nil {
			t.Fatal(err)
		}
	}
	if waiting, dead, err := w.MailCounts(t.Context()); len(box.got) != 1 || waiting+dead != 0 || err != nil {
		t.Errorf("%d were sent, %d wait, %d are dead, %v", len(box.got), waiting, dead, err)
	}
}

// One that is refused for good does not hold up the others; a dead code is not sent; nobody's e-mails never leave.
func TestMailThatIsGivenUp(t *testing.T) {
	w := demo(t)
	w.resets(t, "a")
	box := &mailbox{fail: refusedForGood{}}
	if err := w.Deliver(t.Context(), box); err != nil {
		t.Errorf("a dead letter is no error of the delivery: %v", err)
	}
	if waiting, dead, _ := w.MailCounts(t.Context()); waiting != 0 || dead != 1 {
		t.Errorf("%d wait, %d are dead", waiting, dead)
	}
	box.fail = nil
	w.resets(t, "b")
	w.advance(resetLasts)
	if err := w.askReset(t.Context(), form.ResetRequest{Browser: "c", CUIL: "20-12345678-6", Address: "c"}); err != nil {
		t.Fatal(err)
	}
	if err := w.Deliver(t.Context(), box); err != nil || len(box.got) != 0 {
		t.Errorf("%d were sent, %v", len(box.got), err)
	}
	w.resets(t, "d")
	if err := w.Deliver(t.Context(), box); err != nil || len(box.got) != 1 || box.got[0].ID == "" {
		t.Errorf("%+v, %v", box.got, err)
	}
}

func TestWithoutMailThereIsNoForm(t *testing.T) {
	w := demo(t, func(o *Options) { o.NoMail = true })
	srv := newServer(t, w)
	b := w.browser(t, srv)
	for _, path := range []string{"/autogestion/registro", "/autogestion/clave"} {
		b.get(path).wants(t, 200, "/autogestion/delegacion", "221-351-0282")
		b.post(path, "cuil", maria).wants(t, 403, "/autogestion/delegacion")
	}
	if n := len(w.mails(t)); n != 0 {
		t.Errorf("%d e-mails were written", n)
	}
}
