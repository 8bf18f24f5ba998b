//go:build !race

package whatsapp_test

import (
	"testing"
	"time"

	"llave/adapters/whatsapp"
	"llave/adapters/whatsapp/whatsapptest"
	"llave/bot"
)

// kept is what is not to be there yet.
func (b *fakeBot) kept() int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return len(b.all)
}

// What is kept from linked devices is told to the bot once, with the message's own id.
func TestViewOnce(t *testing.T) {
	t.Parallel()
	r := newHarness(t, nil)
	chat := r.person(ana, "Ana Paz")
	r.srv.Fault(whatsapptest.Fault{On: "deliver", To: office, Times: 1, Unavailable: "view_once"})
	id := chat.SendsVoice([]byte("OggS"), 2)
	if u := r.bot.gets(t); u.Kind != bot.Other || u.Subtype != "view_once" || u.ID != id || u.Chat.Native() != chat.LID()+"@lid" || u.MaskedID != "···0101" {
		t.Errorf("got %+v", u)
	}
	r.until("it is marked as read", func() bool { kind, _ := chat.Receipt(id); return kind == "read" })
	if n := r.wa.Stats().Lost.Load(); n != 1 {
		t.Errorf("%d counted", n)
	}
	r.srv.Fault(whatsapptest.Fault{On: "deliver", To: office, Times: 1, Unavailable: "of_tomorrow"})
	chat.Says("hola")
	if u := r.bot.gets(t); u.Subtype != "unavailable" {
		t.Errorf("another reason: %+v", u)
	}
}

// What the bot could not be told of before the process ended the next one tells: WhatsApp does not send it again.
func TestViewOnceAndNotKept(t *testing.T) {
	t.Parallel()
	r := newHarness(t, func(o *whatsapp.Options) { o.Timing.Recover = time.Millisecond })
	chat := r.person(ana, "Ana Paz")
	r.bot.fails(-1)
	r.srv.Fault(whatsapptest.Fault{On: "deliver", To: office, Times: 1, Unavailable: "view_once"})
	chat.Says("uno")
	r.until("it is counted", func() bool { return r.wa.Stats().Lost.Load() == 1 && r.srv.Owed(office) == 0 })
	r.down()
	r.bot.fails(0)
	r.opens()
	r.up()
	if u := r.bot.gets(t); u.Subtype != "view_once" || u.Chat.Native() != chat.LID()+"@lid" {
		t.Errorf("got %+v", u)
	}
}

// What cannot be decrypted, however often it is asked for, is told to the bot once; what comes with the second try is only
// what it is.
func TestUndecryptableForGood(t *testing.T) {
	t.Parallel()
	r := newHarness(t, func(o *whatsapp.Options) { o.Timing.Recover = time.Hour })
	chat := r.person(ana, "Ana Paz")
	r.srv.Fault(whatsapptest.Fault{On: "deliver", To: office, Times: 2, Garbled: true})
	chat.Says("uno")
	if u := r.bot.gets(t); u.Text != "uno" {
		t.Errorf("got %+v", u)
	}
	if n := r.wa.Stats().Lost.Load(); n != 0 {
		t.Errorf("%d counted that came again", n)
	}
	r.srv.Fault(whatsapptest.Fault{On: "deliver", To: office, Times: 5, Garbled: true})
	chat.Says("dos")
	if u := r.bot.gets(t); u.Kind != bot.Other || u.Subtype != "undecryptable" {
		t.Errorf("got %+v", u)
	}
	r.srv.Heal()
	chat.Says("tres")
	if u := r.bot.gets(t); u.Text != "tres" {
		t.Errorf("got %+v", u)
	}
	if n := r.wa.Stats().Lost.Load(); n != 1 {
		t.Errorf("%d counted", n)
	}
}

// A requested message that does not come is reported after a while, if necessary by the next process; if it comes later, it is received.
func TestUndecryptableAndNeverSentAgain(t *testing.T) {
	t.Parallel()
	r := newHarness(t, func(o *whatsapp.Options) { o.Timing.Recover = time.Hour })
	chat := r.person(ana, "Ana Paz")
	r.srv.Fault(whatsapptest.Fault{On: "deliver", To: office, Times: 1, Unavailable: "unknown"})
	chat.Says("uno")
	r.until("it was asked for", func() bool { return r.wa.Stats().Undecryptable.Load() == 1 && r.srv.Owed(office) == 0 })
	if r.bot.kept() != 0 {
		t.Error("it is given up at once")
	}
	r.down()
	clock := &clock{}
	clock.passes(2 * time.Hour)
	r.opt.Now = clock.now
	r.opens()
	r.up()
	if u := r.bot.gets(t); u.Subtype != "undecryptable" || u.Chat.Native() != chat.LID()+"@lid" {
		t.Errorf("got %+v", u)
	}
	r.down()
	r.opens()
	r.up()
	chat.Says("dos")
	if u := r.bot.gets(t); u.Text != "dos" {
		t.Errorf("told again: %+v", u)
	}
}

// A phone that was set back encrypts with keys that were used: the library ignores that without an event.
func TestUsedKeys(t *testing.T) {
	t.Parallel()
	r := newHarness(t, nil)
	chat := r.person(ana, "Ana Paz")
	chat.Says("hola")
	to := r.bot.gets(t).Chat
	must(t, r.sends(to, "hola"))
	chat.Expects("hola")
	restore := chat.Backup(office)
	chat.Says("uno")
	if u := r.bot.gets(t); u.Text != "uno" {
		t.Errorf("got %+v", u)
	}
	restore()
	id := chat.Says("dos")
	if u := r.bot.gets(t); u.Kind != bot.Other || u.Subtype != "undecryptable" || u.ID != id || u.Chat != to {
		t.Errorf("got %+v", u)
	}
	if s := r.wa.Stats(); s.Lost.Load() != 1 || s.Undecryptable.Load() != 1 {
		t.Errorf("%d and %d counted", s.Lost.Load(), s.Undecryptable.Load())
	}
	chat.Says("tres")
	if u := r.bot.gets(t); u.Text != "tres" {
		t.Errorf("got %+v", u)
	}
}
