//go:build !race

package whatsapp_test

import (
	"errors"
	"testing"
	"time"

	"llave/adapters/whatsapp"
	"llave/adapters/whatsapp/whatsapptest"
	"llave/bot"
)

// While nothing may be sent nothing is marked as read and nobody is shown to type: what looks read is expected to be
// answered. It is marked with the answer, by the next process if need be.
func TestNothingLooksReadThatCannotBeAnswered(t *testing.T) {
	t.Parallel()
	r, chat, to := conversation(t, func(o *whatsapp.Options) { o.Timing.Typing = time.Millisecond })
	r.until("the first one is read, and typing shows", func() bool { return chat.Typed() == 1 })
	r.srv.Timelock(office, time.Now().Add(time.Hour))
	r.is(whatsapp.Limited)
	first := chat.Says("token")
	r.bot.gets(t)
	b := r.person(beto, "Beto")
	other := b.Says("hola")
	r.bot.gets(t)
	var later *bot.RetryAfter
	if err := r.sends(to, "Token de Ana: 482 913"); !errors.As(err, &later) {
		t.Errorf("sent: %v", err)
	}
	r.until("it has come", func() bool { kind, ok := chat.Receipt(first); return ok && kind != "read" })
	r.down()
	r.opens()
	r.runs()
	r.is(whatsapp.Limited)
	second := chat.Says("¿hola?")
	r.bot.gets(t)
	r.until("all is confirmed", func() bool { return r.srv.Owed(office) == 0 })
	for _, st := range r.srv.Stanzas("receipt") {
		if st.From == office && st.Type == "read" && (st.ID == first || st.ID == second || st.ID == other) {
			t.Errorf("%s is marked as read", st.ID)
		}
	}
	if n := len(r.srv.Stanzas("chatstate")); n != 1 {
		t.Errorf("shown to type %d times", n)
	}
	r.srv.Timelock(office, time.Time{})
	r.is(whatsapp.Connected)
	must(t, r.sends(to, "Token de Ana: 482 913"))
	chat.Expects("482 913")
	for _, id := range []string{first, second} {
		r.until("it is marked as read", func() bool { kind, _ := chat.Receipt(id); return kind == "read" })
	}
	if kind, _ := b.Receipt(other); kind == "read" {
		t.Error("another chat's looks read, and is not answered")
	}
	third := chat.Says("gracias")
	r.bot.gets(t)
	r.until("what comes later is read at once", func() bool { kind, _ := chat.Receipt(third); return kind == "read" })
}

// A refusal in the middle of an answer limits the channel: what comes after it does not look read either.
func TestNothingLooksReadAfterARefusal(t *testing.T) {
	t.Parallel()
	r, chat, to := conversation(t, nil)
	r.srv.Fault(whatsapptest.Fault{On: "message", From: office, Error: 463, Times: 1})
	var later *bot.RetryAfter
	if err := r.sends(to, "hola"); !errors.As(err, &later) {
		t.Errorf("refused: %v", err)
	}
	id := chat.Says("¿hola?")
	r.bot.gets(t)
	r.until("all is confirmed", func() bool { return r.srv.Owed(office) == 0 })
	if kind, _ := chat.Receipt(id); kind == "read" {
		t.Error("it looks read")
	}
}
