//go:build !race

package whatsapp_test

import (
	"strings"
	"testing"

	"go.mau.fi/whatsmeow/proto/waE2E"
	"google.golang.org/protobuf/proto"

	"llave/adapters/whatsapp"
	"llave/adapters/whatsapp/whatsapptest"
	"llave/bot"
)

func TestReceives(t *testing.T) {
	t.Parallel()
	r := newHarness(t, nil)
	chat := r.person(ana, "Ana Paz")
	id := chat.Says("token")
	u := r.bot.gets(t)
	if u.Kind != bot.Message || u.Text != "token" || u.ID != id || u.ChannelName != "WhatsApp" || u.MaskedID != "···0101" || u.Sender != "Ana Paz" {
		t.Errorf("got %+v", u)
	}
	if u.Chat.Channel() != whatsapp.Channel || strings.Contains(string(u.Chat), "22155501") || u.Chat.Native() != chat.LID()+"@lid" {
		t.Errorf("chat %q is not named by its LID alone", string(u.Chat))
	}
	if u.DeepLink != "https://wa.me/"+office+"?text=%s" || u.OccurredAt.IsZero() {
		t.Errorf("back %q, said %v", u.DeepLink, u.OccurredAt)
	}
	r.until("it is marked as read", func() bool { kind, _ := chat.Receipt(id); return kind == "read" })
}

// What is no text is named, what is pressed is what it said, and what asks for nothing is ignored.
func TestWhatPeopleSend(t *testing.T) {
	t.Parallel()
	r := newHarness(t, nil)
	chat := r.person(ana, "Ana Paz")
	is := func(kind bot.Kind, text, what string) {
		t.Helper()
		if u := r.bot.gets(t); u.Kind != kind || u.Text != text || u.Subtype != what {
			t.Errorf("got %s %q %q, want %s %q %q", u.Kind, u.Text, u.Subtype, kind, text, what)
		}
	}
	chat.SendsVoice([]byte("OggS"), 2)
	is(bot.Other, "", "voice")
	chat.SendsPhoto([]byte("jpeg"), "mirá")
	is(bot.Message, "mirá", "photo")
	chat.SendsPhoto([]byte("jpeg"), "")
	is(bot.Other, "", "photo")
	id := chat.Says("tokne")
	is(bot.Message, "tokne", "")
	chat.Edits(id, "token")
	is(bot.Other, "token", "edited")
	chat.Deletes(id)
	for name, m := range map[string]*waE2E.Message{
		"sticker":  {StickerMessage: &waE2E.StickerMessage{}},
		"location": {LocationMessage: &waE2E.LocationMessage{}},
		"contact":  {ContactMessage: &waE2E.ContactMessage{DisplayName: proto.String("Beto")}},
		"document": {DocumentMessage: &waE2E.DocumentMessage{}},
		"video":    {VideoMessage: &waE2E.VideoMessage{}},
		"audio":    {AudioMessage: &waE2E.AudioMessage{}},
		"poll":     {PollCreationMessageV3: &waE2E.PollCreationMessage{Name: proto.String("¿?")}},
	} {
		chat.Sends(m)
		is(bot.Other, "", name)
	}
	chat.Sends(&waE2E.Message{ExtendedTextMessage: &waE2E.ExtendedTextMessage{Text: proto.String("mirá https://ioma.example")}})
	is(bot.Message, "mirá https://ioma.example", "")
	chat.Sends(&waE2E.Message{ButtonsResponseMessage: &waE2E.ButtonsResponseMessage{Response: &waE2E.ButtonsResponseMessage_SelectedDisplayText{SelectedDisplayText: "Ver token"}, SelectedButtonID: proto.String("1")}})
	is(bot.Message, "Ver token", "")
	chat.Sends(&waE2E.Message{ListResponseMessage: &waE2E.ListResponseMessage{Title: proto.String("Juana")}})
	is(bot.Message, "Juana", "")
	chat.Sends(&waE2E.Message{TemplateButtonReplyMessage: &waE2E.TemplateButtonReplyMessage{SelectedID: proto.String("otro")}})
	is(bot.Message, "otro", "")
	chat.Says(strings.Repeat("a", bot.MaxKept+50))
	if u := r.bot.gets(t); len(u.Text) != bot.MaxKept+1 {
		t.Errorf("%d characters of a long text are handed on", len(u.Text))
	}
	chat.Says("hola")
	is(bot.Message, "hola", "")
	if n := r.wa.Stats().Ignored.Load(); n != 1 {
		t.Errorf("%d ignored, want the one taken back", n)
	}
}

// A poll that the operator sends from the phone is answered by votes, which are read as words. What the operator types is
// seen and not answered.
func TestTheOperatorsPhone(t *testing.T) {
	t.Parallel()
	r := newHarness(t, nil)
	chat := r.person(ana, "Ana Paz")
	chat.Says("hola")
	u := r.bot.gets(t)
	desk := r.phone.Chat(ana)
	desk.WaitsFor("hola")
	desk.Asks("¿Qué querés?", "Mi token", "Otra cosa")
	poll := chat.ExpectsThat("the poll", func(m whatsapptest.Message) bool { return true })
	r.until("the poll is seen", func() bool { return r.wa.Stats().Own.Load() == 1 && r.srv.Owed(office) == 0 })
	chat.Votes(poll, "Mi token")
	if v := r.bot.gets(t); v.Kind != bot.Message || v.Text != "Mi token" {
		t.Errorf("voted: %+v", v)
	}
	desk.Says("hola, soy Beto de Mesa de Ayuda")
	chat.WaitsFor("soy Beto")
	must(t, r.sends(u.Chat, "¿en qué te ayudo?"))
	chat.Expects("ayudo")
	r.until("the operator sees it too", func() bool {
		screen := desk.Screen()
		last := screen[len(screen)-1]
		return last.Mine && strings.Contains(last.Text, "ayudo")
	})
	chat.Reacts(poll, "👍")
	chat.Says("chau")
	if v := r.bot.gets(t); v.Text != "chau" {
		t.Errorf("got %+v, not what was said next", v)
	}
}

func TestHiddenNumbersAndOldWaysOfAddressing(t *testing.T) {
	t.Parallel()
	r := newHarness(t, nil)
	p := r.srv.Phone(t, ana, "Ana Paz")
	p.HidesNumber()
	chat := p.Chat(office)
	chat.Says("hola")
	u := r.bot.gets(t)
	if u.MaskedID != "con el número oculto" || u.Chat.Native() != p.LID()+"@lid" {
		t.Errorf("got %q %q", u.MaskedID, u.Chat.Native())
	}
	must(t, r.sends(u.Chat, "hola"))
	chat.Expects("hola")
}

// Nothing is acknowledged before it is kept: what the bot could not keep comes again, also after the process has died in
// between, and what comes behind it does not overtake it.
func TestAtLeastOnce(t *testing.T) {
	t.Parallel()
	r := newHarness(t, nil)
	chat := r.person(ana, "Ana Paz")
	r.bot.fails(4)
	chat.Says("uno")
	chat.Says("dos")
	for _, want := range []string{"uno", "dos"} {
		if u := r.bot.gets(t); u.Text != want {
			t.Errorf("got %q, want %q", u.Text, want)
		}
	}
	r.until("all is confirmed", func() bool { return r.srv.Owed(office) == 0 })
	r.bot.fails(-1)
	chat.Says("tres")
	r.until("it was tried", func() bool { return r.srv.Owed(office) == 1 })
	r.down() // in the middle of it
	if r.srv.Owed(office) != 1 {
		t.Error("it was acknowledged before it was kept")
	}
	r.bot.fails(0)
	r.opens()
	r.up()
	if u := r.bot.gets(t); u.Text != "tres" {
		t.Errorf("got %q", u.Text)
	}
	r.until("all is confirmed", func() bool { return r.srv.Owed(office) == 0 })
}

// What cannot be decrypted is asked for again by the library, and what comes twice is kept once.
func TestGarbledAndRepeated(t *testing.T) {
	t.Parallel()
	r := newHarness(t, nil)
	chat := r.person(ana, "Ana Paz")
	r.srv.Fault(whatsapptest.Fault{On: "deliver", To: office, Times: 1, Garbled: true})
	chat.Says("uno")
	if u := r.bot.gets(t); u.Text != "uno" {
		t.Errorf("got %+v", u)
	}
	r.srv.Fault(whatsapptest.Fault{On: "deliver", To: office, Times: 1, Repeated: true})
	chat.Says("dos")
	chat.Says("tres")
	for _, want := range []string{"dos", "tres"} {
		if u := r.bot.gets(t); u.Text != want {
			t.Errorf("got %q, want %q", u.Text, want)
		}
	}
	if n := r.wa.Stats().Undecryptable.Load(); n != 1 {
		t.Errorf("%d undecryptable", n)
	}
}

// A panic of the bot's is no success: the message comes again.
func TestPanic(t *testing.T) {
	t.Parallel()
	r := newHarness(t, nil)
	chat := r.person(ana, "Ana Paz")
	r.bot.bugs(1)
	chat.Says("uno")
	if u := r.bot.gets(t); u.Text != "uno" {
		t.Errorf("got %+v", u)
	}
	if !strings.Contains(r.log.String(), "not kept yet") {
		t.Error("nothing was tried again")
	}
	r.bot.bugs(5) // always the same one
	chat.Says("dos")
	chat.Says("tres")
	if u := r.bot.gets(t); u.Text != "tres" || r.wa.Stats().Unreadable.Load() != 1 {
		t.Errorf("got %+v, behind a message that always finds a bug", u)
	}
}
