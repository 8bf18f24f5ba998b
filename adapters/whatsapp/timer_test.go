//go:build !race

package whatsapp_test

import (
	"testing"
	"time"

	"go.mau.fi/whatsmeow/proto/waE2E"
	"google.golang.org/protobuf/proto"

	"llave/adapters/whatsapp/whatsapptest"
	"llave/bot"
)

func disappearing(text string, seconds uint32) *waE2E.Message {
	return &waE2E.Message{ExtendedTextMessage: &waE2E.ExtendedTextMessage{Text: &text, ContextInfo: &waE2E.ContextInfo{Expiration: &seconds}}}
}

func setting(seconds uint32, at int64) *waE2E.Message {
	return &waE2E.Message{ProtocolMessage: &waE2E.ProtocolMessage{
		Type: waE2E.ProtocolMessage_EPHEMERAL_SETTING.Enum(), EphemeralExpiration: &seconds, EphemeralSettingTimestamp: &at,
	}}
}

// What is said in a chat is shown there for as long as the rest: texts, pictures and documents, after a restart, without
// having been asked, and until the chat is set otherwise.
func TestDisappearingMessages(t *testing.T) {
	t.Parallel()
	r, chat, to := conversation(t, nil)
	shows := func(when string, seconds uint32) {
		t.Helper()
		must(t, r.sends(to, "hola"))
		if m := chat.ExpectsThat("hola", func(m whatsapptest.Message) bool { return m.Text == "hola" }); m.Expires != seconds {
			t.Errorf("%s: shown for %d s, want %d", when, m.Expires, seconds)
		}
	}
	file := func(name, kind string) bot.Reply {
		return bot.Reply{ID: name, Text: "acá está", File: &bot.File{Name: name, Type: kind, Data: []byte("x")}}
	}
	shows("from the start", 0)
	chat.Sends(disappearing("token", 86400))
	r.bot.gets(t)
	shows("one day", 86400)
	must(t, r.wa.Send(t.Context(), to, file("hoja.pdf", "application/pdf")))
	if m, _ := chat.ExpectsDocument("hoja.pdf"); m.Expires != 86400 {
		t.Errorf("a document is shown for %d s", m.Expires)
	}
	must(t, r.wa.Send(t.Context(), to, file("c.png", "image/png")))
	if m, _ := chat.ExpectsImage(); m.Expires != 86400 {
		t.Errorf("a picture is shown for %d s", m.Expires)
	}
	r.down()
	r.opens()
	r.up()
	shows("after a restart, unasked", 86400)
	now := time.Now().Unix()
	chat.Sends(setting(604800, now))
	chat.Says("ya está") // without a word of it
	r.bot.gets(t)
	shows("a week", 604800)
	chat.Sends(setting(3600, now-60)) // on its way for long
	chat.Says("hola")
	r.bot.gets(t)
	shows("an old setting", 604800)
	chat.Sends(setting(0, now+1))
	chat.Says("hola")
	r.bot.gets(t)
	shows("turned off", 0)
	r.phone.Chat(ana).Sends(setting(7776000, now+2))
	chat.ExpectsThat("the operator's setting", func(m whatsapptest.Message) bool { return m.Text == "" })
	r.until("the operator's setting is seen", func() bool { return r.wa.Stats().Own.Load() >= 1 && r.srv.Owed(office) == 0 })
	shows("turned on by the operator", 7776000)
	chat.Sends(disappearing("listo", 0))
	r.bot.gets(t)
	shows("a message that says so", 0)
	if n := r.wa.Stats().Unreadable.Load(); n != 0 {
		t.Errorf("%d set aside", n)
	}
}

// A timer says since when it is set, which phones compare.
func TestTimersSayWhenTheyWereSet(t *testing.T) {
	t.Parallel()
	r, chat, to := conversation(t, nil)
	at := time.Now().Unix() - 5
	m := disappearing("token", 86400)
	m.ExtendedTextMessage.ContextInfo.EphemeralSettingTimestamp = proto.Int64(at)
	chat.Sends(m)
	r.bot.gets(t)
	must(t, r.sends(to, "hola"))
	got := chat.ExpectsThat("hola", func(m whatsapptest.Message) bool { return m.Text == "hola" })
	if c := got.Raw().GetExtendedTextMessage().GetContextInfo(); c.GetEphemeralSettingTimestamp() != at {
		t.Errorf("set at %d, want %d", c.GetEphemeralSettingTimestamp(), at)
	}
}
