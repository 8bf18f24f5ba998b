//go:build !race

package whatsapp_test

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"llave/adapters/whatsapp"
	"llave/adapters/whatsapp/whatsapptest"
	"llave/bot"
)

// talk is a harness and a person whose chat the bot knows.
func conversation(t *testing.T, change func(*whatsapp.Options)) (*harness, *whatsapptest.Chat, bot.ChatID) {
	t.Helper()
	r := newHarness(t, change)
	chat := r.person(ana, "Ana Paz")
	chat.Says("hola")
	return r, chat, r.bot.gets(t).Chat
}

func TestSend(t *testing.T) {
	t.Parallel()
	r, chat, to := conversation(t, nil)
	must(t, r.wa.Send(t.Context(), to, bot.Reply{ID: "1", Text: "Token de Ana: 482 913\nEscribí *menú*", Choices: []bot.Option{{Text: "Solo el número", Value: "a"}, {Text: "Otra cosa", Value: "b"}}}))
	chat.Expects("^Token de Ana: 482 913\nEscribí \\*menú\\*\n\n\\*1\\* Solo el número\n\\*2\\* Otra cosa$")
	must(t, r.wa.Send(t.Context(), to, bot.Reply{ID: "2", Text: "482913", Copy: "482913"}))
	chat.Expects("^482913$")
	pdf := bytes.Repeat([]byte("%PDF"), 80000)
	must(t, r.wa.Send(t.Context(), to, bot.Reply{ID: "3", Text: "Tu hoja", File: &bot.File{Name: "../hoja de \"Ana\".pdf", Type: "application/pdf", Data: pdf}}))
	if m, data := chat.ExpectsDocument("hoja de Ana.pdf"); !bytes.Equal(data, pdf) || m.Text != "Tu hoja" || m.Document.Type != "application/pdf" {
		t.Errorf("got %d bytes and %+v", len(data), m)
	}
	must(t, r.wa.Send(t.Context(), to, bot.Reply{ID: "4", Text: "Tu credencial", File: &bot.File{Name: "c.png", Type: "image/png", Data: []byte("png")}}))
	if m, data := chat.ExpectsImage(); string(data) != "png" || m.Text != "Tu credencial" {
		t.Errorf("got %q %q", m.Text, data)
	}
	long := strings.Repeat("palabra ", 400)
	must(t, r.wa.Send(t.Context(), to, bot.Reply{ID: "5", Text: long, File: &bot.File{Name: "hoja.pdf", Type: "application/pdf", Data: pdf}}))
	chat.Expects("^palabra ")
	if m, _ := chat.ExpectsDocument("hoja.pdf"); m.Text != "" {
		t.Errorf("a long text stands under the document too")
	}
	for _, st := range r.srv.Stanzas("message") {
		if strings.Contains(st.Raw, "482 913") || strings.Contains(st.Raw, "Token de") || strings.Contains(st.Raw, "<biz") {
			t.Errorf("on the wire: %s", st.Raw)
		}
	}
}

func TestWhatIsNeverSent(t *testing.T) {
	t.Parallel()
	r, _, to := conversation(t, nil)
	other, _ := bot.NewChatID(whatsapp.Channel, "999", to.Native())
	foreign, _ := bot.NewChatID("telegram", to.Account(), to.Native())
	group, _ := bot.NewChatID(whatsapp.Channel, to.Account(), "120363@g.us")
	for name, err := range map[string]error{
		"another number":  r.wa.Send(t.Context(), other, bot.Reply{Text: "x"}),
		"another channel": r.wa.Send(t.Context(), foreign, bot.Reply{Text: "x"}),
		"a group":         r.wa.Send(t.Context(), group, bot.Reply{Text: "x"}),
		"nothing":         r.wa.Send(t.Context(), to, bot.Reply{Text: "  "}),
		"too large":       r.wa.Send(t.Context(), to, bot.Reply{File: &bot.File{Data: make([]byte, 65<<20)}}),
	} {
		var never *bot.PermanentFailure
		if !errors.As(err, &never) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// A reply that is sent again, by another process, is the same message; phones show it once.
func TestTheSameReplyIsTheSameMessage(t *testing.T) {
	t.Parallel()
	r, chat, to := conversation(t, nil)
	reply := bot.Reply{ID: "7", At: time.Unix(1700000000, 0), Text: "Token de Ana: 482 913"}
	must(t, r.wa.Send(t.Context(), to, reply))
	chat.Expects("482 913")
	r.down()
	r.opens()
	r.up()
	must(t, r.wa.Send(t.Context(), to, reply))
	instead, lost := reply, reply
	instead.Text = "El token ya no vale."
	lost.At = lost.At.Add(time.Hour)
	must(t, r.wa.Send(t.Context(), to, instead))
	chat.Expects("ya no vale")
	must(t, r.wa.Send(t.Context(), to, lost)) // of an outbox that was lost, and counts anew
	chat.Expects("482 913")
	screen := chat.Screen()
	if len(screen) != 4 || screen[1].Repeats != 1 || screen[2].Repeats != 0 || screen[3].Repeats != 0 {
		t.Errorf("on the screen: %+v", screen)
	}
}

// Receipts are counted, each message once.
func TestReceipts(t *testing.T) {
	t.Parallel()
	r, chat, to := conversation(t, nil)
	s := r.wa.Stats()
	must(t, r.wa.Send(t.Context(), to, bot.Reply{ID: "7", Text: "hola"}))
	m := chat.ExpectsThat("hola", func(m whatsapptest.Message) bool { return m.Text == "hola" })
	r.until("it is delivered", func() bool { return s.Delivered.Load() == 1 && s.Read.Load() == 0 })
	chat.Reads(m)
	r.until("it is read", func() bool { return s.Read.Load() == 1 })
	if n := s.Delivered.Load(); n != 1 {
		t.Errorf("delivered %d times", n)
	}
}

// A message that WhatsApp never acknowledges is not known to have come, and holds up others for one time-out at most; what
// people write is heard meanwhile.
func TestUnacknowledged(t *testing.T) {
	t.Parallel()
	r, chat, to := conversation(t, func(o *whatsapp.Options) { o.Timing.Ack = 500 * time.Millisecond })
	b := r.person(beto, "Beto")
	b.Says("hola")
	other := r.bot.gets(t).Chat
	must(t, r.sends(other, "hola"))
	r.srv.Fault(whatsapptest.Fault{On: "message", From: office, To: ana, Unacked: true, Times: 1})
	slow := make(chan error, 1)
	go func() { slow <- r.sends(to, "una") }()
	chat.Expects("una") // it has arrived, and the bot is waiting for word of it
	chat.Says("¿hay alguien?")
	if u := r.bot.gets(t); u.Text != "¿hay alguien?" {
		t.Errorf("got %+v", u)
	}
	select {
	case err := <-slow:
		t.Errorf("over before it was heard: %v", err)
	default:
	}
	must(t, r.sends(other, "dos"))
	var later *bot.RetryAfter
	if err := <-slow; err == nil || errors.As(err, &later) {
		t.Errorf("not acknowledged: %v", err)
	}
}

// A refusal for writing to strangers stops all sending, is said, and is not tried again before its time.
func TestLimited(t *testing.T) {
	t.Parallel()
	r, chat, to := conversation(t, nil)
	r.srv.Fault(whatsapptest.Fault{On: "message", From: office, Error: 463})
	for range 5 {
		var later *bot.RetryAfter
		if err := r.sends(to, "hola"); !errors.As(err, &later) || later.After < 20*time.Minute {
			t.Errorf("refused: %v", err)
		}
	}
	if s := r.is(whatsapp.Limited); s.Code != 463 || time.Until(s.Until) < 20*time.Minute || s.Up() || !strings.Contains(s.Todo, "463") {
		t.Errorf("stands %+v", s)
	}
	tried := 0
	for _, st := range r.srv.Stanzas("message") {
		if st.From == office {
			tried++
		}
	}
	if tried != 1 {
		t.Errorf("tried %d times", tried)
	}
	chat.Says("sigue ahí")
	r.bot.gets(t) // it goes on hearing
	r.srv.Heal()
	r.down() // and a new process does not knock sooner
	r.opens()
	r.runs()
	if s := r.is(whatsapp.Limited); s.Code != 463 {
		t.Errorf("after a restart the reason is %d", s.Code)
	}
	var later *bot.RetryAfter
	if err := r.sends(to, "hola"); !errors.As(err, &later) {
		t.Errorf("after a restart: %v", err)
	}
	r.srv.Timelock(office, time.Time{})
	r.is(whatsapp.Connected)
	must(t, r.sends(to, "ya pasó"))
	chat.Expects("ya pasó")
	r.srv.Timelock(office, time.Now().Add(3*time.Hour))
	if s := r.is(whatsapp.Limited); time.Until(s.Until) < 2*time.Hour {
		t.Errorf("stands %+v", s)
	}
}

func TestRefusedMessages(t *testing.T) {
	t.Parallel()
	r, _, to := conversation(t, nil)
	var later *bot.RetryAfter
	var never *bot.PermanentFailure
	r.srv.Fault(whatsapptest.Fault{On: "message", From: office, Error: 479, Times: 1})
	if err := r.sends(to, "x"); !errors.As(err, &later) {
		t.Errorf("479: %v", err)
	}
	r.srv.Fault(whatsapptest.Fault{On: "message", From: office, Error: 405, Times: 1})
	if err := r.sends(to, "x"); !errors.As(err, &never) || never.Gone {
		t.Errorf("405: %v", err)
	}
	r.srv.Fault(whatsapptest.Fault{On: "upload", Error: 500, Times: 1})
	err := r.wa.Send(t.Context(), to, bot.Reply{ID: "1", File: &bot.File{Name: "a.pdf", Type: "application/pdf", Data: []byte("x")}})
	if err == nil || errors.As(err, &never) || strings.Contains(err.Error(), "auth") || strings.Contains(err.Error(), "http") {
		t.Errorf("upload: %v", err)
	}
	r.srv.Fault(whatsapptest.Fault{On: "upload", Cut: true, Times: 1})
	err = r.wa.Send(t.Context(), to, bot.Reply{ID: "1", File: &bot.File{Name: "a.pdf", Type: "application/pdf", Data: []byte("x")}})
	if err != nil && strings.Contains(err.Error(), "let-me-in") {
		t.Errorf("the error holds what authorises: %v", err)
	}
	r.srv.Fault(whatsapptest.Fault{On: "message", From: office, Lost: true, Times: 1})
	if err := r.sends(to, "cortado"); err != nil {
		t.Errorf("cut before the answer: %v", err)
	}
}

// A file that never will be uploaded, or that WhatsApp refuses, is left out: the words go, and say so.
func TestWithoutTheFile(t *testing.T) {
	t.Parallel()
	r, chat, to := conversation(t, nil)
	n := 0
	file := func(at time.Time, data []byte) bot.Reply {
		n++
		return bot.Reply{ID: fmt.Sprint("f", n), At: at, Text: "Tu credencial", File: &bot.File{Name: "c.png", Type: "image/png", Data: data}}
	}
	goes := func(name string, reply bot.Reply) {
		t.Helper()
		if err := r.wa.Send(t.Context(), to, reply); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if m := chat.ExpectsThat(name, func(m whatsapptest.Message) bool { return m.Image == nil && m.Document == nil }); !strings.HasPrefix(m.Text, "Tu credencial\n\nNo pude mandarte el archivo") {
			t.Errorf("%s: %q", name, m.Text)
		}
	}
	r.srv.Fault(whatsapptest.Fault{On: "upload", Error: 415, Times: 1})
	goes("refused for good", file(time.Now(), []byte("x")))
	goes("too large", file(time.Now(), make([]byte, 65<<20)))
	r.srv.Fault(whatsapptest.Fault{On: "upload", Error: 500, Times: 2})
	var stayed *bot.NotSent
	if err := r.wa.Send(t.Context(), to, file(time.Now(), []byte("x"))); !errors.As(err, &stayed) {
		t.Errorf("trouble that passes: %v", err)
	}
	goes("trouble for minutes", file(time.Now().Add(-3*time.Minute), []byte("x")))
	r.srv.Fault(whatsapptest.Fault{On: "message", From: office, Error: 406, Times: 1})
	goes("the picture is refused", file(time.Now(), []byte("x")))
	if n := r.wa.Stats().Plain.Load(); n != 4 {
		t.Errorf("%d counted", n)
	}
	must(t, r.wa.Send(t.Context(), to, file(time.Now(), []byte("x"))))
	chat.ExpectsImage()
}

// A message that certainly did not leave is distinguished from an unknown outcome: only then may a secret be sent again.
func TestNotSentIsToldApart(t *testing.T) {
	t.Parallel()
	r, chat, to := conversation(t, func(o *whatsapp.Options) { o.Timing.Ack = 500 * time.Millisecond })
	must(t, r.sends(to, "hola"))
	chat.Expects("hola")
	var stayed *bot.NotSent
	var later *bot.RetryAfter
	other := r.srv.Phone(t, beto, "Beto")
	stranger, err := bot.NewChatID(whatsapp.Channel, to.Account(), other.LID()+"@lid")
	must(t, err)
	r.srv.Fault(whatsapptest.Fault{On: "iq usync usync", From: office, Error: 500, Times: 1})
	if err := r.sends(stranger, "enlace"); !errors.As(err, &stayed) || strings.Contains(err.Error(), other.LID()) {
		t.Errorf("the devices could not be asked for: %v", err)
	}
	r.srv.Fault(whatsapptest.Fault{On: "message", From: office, Unacked: true, Times: 1})
	if err := r.sends(to, "enlace"); err == nil || errors.As(err, &stayed) || errors.As(err, &later) {
		t.Errorf("nobody knows: %v", err)
	}
	chat.Expects("enlace")
	r.srv.Fault(whatsapptest.Fault{On: "message", From: office, Silent: true, Times: 1})
	if err := r.sends(to, "otro"); err == nil || errors.As(err, &stayed) || errors.As(err, &later) {
		t.Errorf("written, and nobody knows: %v", err)
	}
	r.srv.Fault(whatsapptest.Fault{On: "login", From: office, Failure: 503})
	r.srv.Cut(office)
	r.is(whatsapp.Reconnecting)
	if err := r.sends(to, "enlace"); !errors.As(err, &later) {
		t.Errorf("not connected: %v", err)
	}
}

// At full speed both ways with one person, nothing is lost: the library alone would lose some.
func TestBothWaysAtOnce(t *testing.T) {
	t.Parallel()
	const n = 200
	r, chat, to := conversation(t, nil)
	var all sync.WaitGroup
	all.Go(func() {
		for i := range n {
			if err := r.sends(to, fmt.Sprintf("de la oficina %d", i)); err != nil {
				t.Errorf("sending %d: %v", i, err)
			}
		}
	})
	all.Go(func() {
		for i := range n {
			chat.Says(fmt.Sprintf("de Ana %d", i))
		}
	})
	for i := range n {
		if u := r.bot.gets(t); u.Text != fmt.Sprintf("de Ana %d", i) {
			t.Fatalf("got %q, want the one with %d", u.Text, i)
		}
	}
	all.Wait()
	for i := range n {
		chat.Expects(fmt.Sprintf("^de la oficina %d$", i))
	}
}

func TestTyping(t *testing.T) {
	t.Parallel()
	r := newHarness(t, func(o *whatsapp.Options) { o.Timing.Typing = time.Millisecond })
	chat := r.person(ana, "Ana Paz")
	chat.Says("hola")
	r.bot.gets(t)
	r.until("it shows", func() bool { return chat.Typed() == 1 })
}

// People who wrote get an answer at once; messages to many others take their time.
func TestNeverInAHurryToWriteFirst(t *testing.T) {
	t.Parallel()
	r, _, to := conversation(t, func(o *whatsapp.Options) { o.Timing.Cold = time.Minute })
	if d, _ := r.wa.Reserve(to); d != 0 {
		t.Errorf("an answer waits for %v", d)
	}
	for i := range 25 {
		stranger, _ := bot.NewChatID(whatsapp.Channel, to.Account(), fmt.Sprint(i, "@lid"))
		wait, everybody := r.wa.Reserve(stranger)
		if now := wait == 0; now != (i < 20) || !now && (wait < 30*time.Second || wait > 90*time.Second) || everybody {
			t.Errorf("stranger %d waits for %v, everybody: %t", i+1, wait, everybody)
		}
	}
	if d, _ := r.wa.Reserve(to); d != 0 {
		t.Errorf("an answer waits behind strangers for %v", d)
	}
}
