//go:build !race

package whatsapp_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"llave/adapters/whatsapp"
	"llave/adapters/whatsapp/whatsapptest"
	"llave/bot"
)

var (
	_ bot.Marker    = (*whatsapp.WhatsApp)(nil)
	_ bot.Typist    = (*whatsapp.WhatsApp)(nil)
	_ bot.Addresser = (*whatsapp.WhatsApp)(nil)
)

// spoken is what an agent says.
func spoken(id, text string) bot.Reply {
	return bot.Reply{Kind: bot.Spoken, ID: id, At: time.Unix(1, 0), Text: text, From: "Lucía"}
}

// An agent's words begin with who says them, also under a picture.
func TestAnAgentsWords(t *testing.T) {
	t.Parallel()
	r, chat, to := conversation(t, nil)
	must(t, r.wa.Send(t.Context(), to, spoken("1", "Hola. Escribí *sí*.")))
	chat.Expects("^\\*Lucía, de Mesa de Ayuda\\*\nHola. Escribí \\*sí\\*.$")
	picture := spoken("2", "")
	picture.From, picture.File = "Lu*cía\u202e", &bot.File{Name: "c.jpg", Type: "image/jpeg", Data: []byte("jpg")}
	must(t, r.wa.Send(t.Context(), to, picture))
	if m, data := chat.ExpectsImage(); m.Text != "*Lucía, de Mesa de Ayuda*" || string(data) != "jpg" {
		t.Errorf("got %q and %q", m.Text, data)
	}
	must(t, r.sends(to, "del bot"))
	chat.Expects("^del bot$")
}

// The bot is told how far an agent's message has come, each step once, also by a process that did not send it. Of its own
// messages it is told nothing.
func TestReceiptsOfAgentsMessages(t *testing.T) {
	t.Parallel()
	r, chat, to := conversation(t, nil)
	must(t, r.sends(to, "del bot"))
	own := chat.ExpectsThat("del bot", func(m whatsapptest.Message) bool { return m.Text == "del bot" })
	chat.Reads(own)
	first := spoken("7", "de la agente")
	must(t, r.wa.Send(t.Context(), to, first))
	m := chat.ExpectsThat("the agent's words", func(m whatsapptest.Message) bool { return strings.HasSuffix(m.Text, "de la agente") })
	marks := r.wa.Marks(to, first)
	told := func(m whatsapptest.Message, how string) {
		t.Helper()
		u := r.bot.gets(t)
		if u.Kind != bot.Receipted || u.Subtype != how || u.Chat != to || u.Mark != m.ID || u.Text != "" || u.Sender != "" {
			t.Errorf("told %s %q of %q in %q, want %s of %q", u.Kind, u.Subtype, u.Mark, u.Chat, how, m.ID)
		}
		if !slices.Contains(marks, u.Mark) {
			t.Errorf("%q is none of the marks %q", u.Mark, marks)
		}
	}
	told(m, "delivered")
	r.down() // and what is read later is told to the next process
	r.opens()
	r.up()
	chat.Reads(m)
	told(m, "read")
	chat.Reads(m)
	must(t, r.wa.Send(t.Context(), to, first)) // the phone shows it once, and says again that it has it
	second := spoken("8", "y otra")
	marks = r.wa.Marks(to, second)
	must(t, r.wa.Send(t.Context(), to, second))
	m = chat.ExpectsThat("the other words", func(m whatsapptest.Message) bool { return strings.HasSuffix(m.Text, "y otra") })
	told(m, "delivered")
	chat.Reads(m)
	told(m, "read")
}

// A bot that is busy with a receipt holds up no message.
func TestAReceiptHoldsUpNothing(t *testing.T) {
	t.Parallel()
	r, chat, to := conversation(t, nil)
	busy, end := make(chan bool, 10), make(chan bool)
	t.Cleanup(func() { close(end) })
	r.bot.waitsIn(func(u bot.Update) {
		if u.Kind == bot.Receipted {
			busy <- true
			<-end
		}
	})
	must(t, r.wa.Send(t.Context(), to, spoken("7", "de la agente")))
	chat.Expects("de la agente")
	<-busy
	for i := range 5 {
		chat.Says(fmt.Sprint("y además ", i))
		if u := r.bot.gets(t); u.Text != fmt.Sprint("y además ", i) {
			t.Errorf("got %+v", u)
		}
	}
}

// The names by which receipts call a message are those that it is sent under, in whatever form, and the same after a restart.
func TestMarks(t *testing.T) {
	t.Parallel()
	r, chat, to := conversation(t, nil)
	picture := &bot.File{Name: "c.png", Type: "image/png", Data: []byte("png")}
	long := strings.Repeat("palabra ", 400)
	n := 0
	sent := func(what string, reply bot.Reply, messages int) {
		t.Helper()
		before := len(chat.Screen())
		must(t, r.wa.Send(t.Context(), to, reply))
		r.until("it is there", func() bool { return len(chat.Screen()) == before+messages })
		for range 2 {
			marks := r.wa.Marks(to, reply)
			for _, m := range chat.Screen()[before:] {
				if !slices.Contains(marks, m.ID) {
					t.Errorf("%s: %q is none of %q", what, m.ID, marks)
				}
				n++
			}
			reply.From = "Beto" // no part of a name
		}
	}
	sent("a text", spoken("1", "hola"), 1)
	with := spoken("2", "mirá")
	with.File = picture
	sent("a picture", with, 1)
	with = spoken("3", long)
	with.File = picture
	sent("a picture under a long text", with, 2)
	r.srv.Fault(whatsapptest.Fault{On: "message", From: office, Error: 406, Times: 1})
	with = spoken("4", "mirá")
	with.File = picture
	sent("a picture that is refused", with, 1)
	if n != 10 {
		t.Errorf("%d messages were looked at", n)
	}
	reply := spoken("1", "hola")
	before := r.wa.Marks(to, reply)
	r.down()
	r.opens()
	if after := r.wa.Marks(to, reply); !slices.Equal(before, after) || len(before) == 0 {
		t.Errorf("before %q, after %q", before, after)
	}
	for _, kind := range []bot.ReplyKind{bot.Say, bot.Told, bot.Show} {
		reply.Kind = kind
		if got := r.wa.Marks(to, reply); got != nil {
			t.Errorf("%s has marks %q", kind, got)
		}
	}
}

func TestTypes(t *testing.T) {
	t.Parallel()
	r, chat, to := conversation(t, func(o *whatsapp.Options) { o.Timing.Typing = time.Hour })
	must(t, r.wa.Types(t.Context(), to))
	r.until("it shows", func() bool { return chat.Typed() == 1 })
	var never *bot.PermanentFailure
	var wait *bot.RetryAfter
	for _, other := range []bot.ChatID{"telegram/5/7", "whatsapp/999/7@lid"} {
		if err := r.wa.Types(t.Context(), other); !errors.As(err, &never) {
			t.Errorf("%s: %v", other, err)
		}
	}
	r.cancel()
	must(t, <-r.ran)
	r.cancel = nil
	if err := r.wa.Types(t.Context(), to); !errors.As(err, &wait) {
		t.Errorf("not connected: %v", err)
	}
}

func TestAddress(t *testing.T) {
	t.Parallel()
	r, _, to := conversation(t, nil)
	if at, err := r.wa.Address(t.Context(), to); at != "+"+ana || err != nil {
		t.Errorf("%q, %v", at, err)
	}
	hidden, err := bot.NewChatID(whatsapp.Channel, to.Account(), "770@lid")
	must(t, err)
	if at, err := r.wa.Address(t.Context(), hidden); at != "" || err != nil {
		t.Errorf("a hidden number: %q, %v", at, err)
	}
	if at, err := r.wa.Address(t.Context(), "telegram/5/7"); at != "" || err == nil {
		t.Errorf("another channel's: %q, %v", at, err)
	}
}
