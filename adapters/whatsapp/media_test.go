//go:build !race

package whatsapp_test

import (
	"bytes"
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"go.mau.fi/whatsmeow"
	"go.mau.fi/whatsmeow/proto/waE2E"
	"google.golang.org/protobuf/proto"

	"llave/adapters/whatsapp"
	"llave/adapters/whatsapp/whatsapptest"
	"llave/bot"
)

var _ bot.Fetcher = (*whatsapp.WhatsApp)(nil)

// document is a document as it is sent; a test may bend it.
func document(t *testing.T, c *whatsapptest.Chat, name string, data []byte) *waE2E.DocumentMessage {
	t.Helper()
	u, err := c.Client.Upload(t.Context(), data, whatsmeow.MediaDocument)
	must(t, err)
	return &waE2E.DocumentMessage{
		FileName: &name, Mimetype: proto.String("application/pdf"), URL: &u.URL, DirectPath: &u.DirectPath,
		MediaKey: u.MediaKey, FileEncSHA256: u.FileEncSHA256, FileSHA256: u.FileSHA256, FileLength: &u.FileLength,
	}
}

// A file is described at once and downloaded only on request, and then it is the file that was sent.
func TestFetch(t *testing.T) {
	t.Parallel()
	r := newHarness(t, nil)
	chat := r.person(ana, "Ana Paz")
	pdf := bytes.Repeat([]byte("%PDF de Ana Paz "), 20000)
	gets := func(what string, want bot.Media, data []byte) {
		t.Helper()
		u := r.bot.gets(t)
		if kind := map[bool]bot.Kind{true: bot.Message, false: bot.Other}[u.Text != ""]; u.Kind != kind || u.Subtype != what || u.Media == nil {
			t.Fatalf("got %s %s with %v", u.Kind, u.Subtype, u.Media)
		}
		m := *u.Media
		if want.Ref = m.Ref; m.Type != want.Type || m.Name != want.Name || m.Size != int64(len(data)) || m.Seconds != want.Seconds {
			t.Errorf("%s: %s %q, %d bytes, %d s", what, m.Type, m.Name, m.Size, m.Seconds)
		}
		if bytes.Contains(m.Ref, []byte("/v/")) {
			t.Errorf("%s: the reference can be read", what)
		}
		before := r.srv.Downloads()
		for range 2 { // it is still there when it is asked for again
			if got, err := r.wa.Fetch(t.Context(), u.Chat, m.Ref, int64(len(data))); err != nil || !bytes.Equal(got, data) {
				t.Errorf("%s: got %d bytes: %v", what, len(got), err)
			}
		}
		if before != 0 && what == "voice" || r.srv.Downloads() != before+2 {
			t.Errorf("%s: %d downloads before anybody asked, %d after", what, before, r.srv.Downloads())
		}
	}
	chat.SendsVoice([]byte("OggS de Ana Paz"), 12)
	gets("voice", bot.Media{Type: "audio/ogg; codecs=opus", Seconds: 12}, []byte("OggS de Ana Paz"))
	chat.SendsPhoto([]byte("sixteen bytes.. "), "mirá")
	gets("photo", bot.Media{Type: "image/jpeg"}, []byte("sixteen bytes.. "))
	chat.Sends(&waE2E.Message{DocumentMessage: document(t, chat, `..\receta "Ana".pdf`, pdf)})
	gets("document", bot.Media{Type: "application/pdf", Name: "receta Ana.pdf"}, pdf)
	u, err := chat.Client.Upload(t.Context(), pdf, whatsmeow.MediaVideo)
	must(t, err)
	video := &waE2E.VideoMessage{Mimetype: proto.String("video/mp4"), Seconds: proto.Uint32(7), DirectPath: &u.DirectPath, MediaKey: u.MediaKey, FileEncSHA256: u.FileEncSHA256, FileSHA256: u.FileSHA256, FileLength: &u.FileLength}
	chat.Sends(&waE2E.Message{VideoMessage: video})
	gets("video", bot.Media{Type: "video/mp4", Seconds: 7}, pdf)
	chat.Sends(&waE2E.Message{PtvMessage: video})
	gets("video_note", bot.Media{Type: "video/mp4", Seconds: 7}, pdf)
	chat.Sends(&waE2E.Message{StickerMessage: &waE2E.StickerMessage{}})
	if u := r.bot.gets(t); u.Media != nil {
		t.Errorf("a sticker is a file: %v", u.Media)
	}
}

// What cannot be had is refused, for good only where another try would find the same, and without an address in the error.
func TestFetchRefuses(t *testing.T) {
	t.Parallel()
	r := newHarness(t, nil)
	chat := r.person(ana, "Ana Paz")
	pdf := bytes.Repeat([]byte("%PDF"), 50000)
	sent := func(bend func(*waE2E.DocumentMessage)) bot.Update {
		t.Helper()
		d := document(t, chat, "receta.pdf", pdf)
		if bend != nil {
			bend(d)
		}
		chat.Sends(&waE2E.Message{DocumentMessage: d})
		return r.bot.gets(t)
	}
	var never *bot.PermanentFailure
	refused := func(what string, u bot.Update, limit int64, reason string, downloads int) {
		t.Helper()
		before := r.srv.Downloads()
		_, err := r.wa.Fetch(t.Context(), u.Chat, u.Media.Ref, limit)
		if !errors.As(err, &never) || !strings.Contains(never.Reason, reason) || never.Gone {
			t.Errorf("%s: %v", what, err)
		}
		if n := r.srv.Downloads() - before; n != downloads {
			t.Errorf("%s: %d downloads, want %d", what, n, downloads)
		}
	}
	good := sent(nil)
	size := int64(len(pdf))
	refused("announced too large", good, size-1, "larger", 0)
	refused("no limit worth the name", good, -1, "larger", 0)
	lied := sent(func(d *waE2E.DocumentMessage) { d.FileLength = proto.Uint64(10) })
	refused("turns out larger than announced", lied, size, "larger", 1)
	mute := sent(func(d *waE2E.DocumentMessage) { d.FileLength = nil })
	refused("turns out larger, unannounced", mute, size-20, "larger", 1)
	refused("larger by a byte", mute, size-1, "larger", 1)
	if got, err := r.wa.Fetch(t.Context(), mute.Chat, mute.Media.Ref, size); err != nil || len(got) != len(pdf) {
		t.Errorf("unannounced: %d bytes, %v", len(got), err)
	}
	other := sent(func(d *waE2E.DocumentMessage) { d.FileSHA256 = bytes.Repeat([]byte{1}, 32) })
	refused("another hash", other, size, "not what was sent", 1)
	wrongKey := sent(func(d *waE2E.DocumentMessage) { d.MediaKey = bytes.Repeat([]byte{1}, 32) })
	refused("another key", wrongKey, size, "not what was sent", 1)
	r.srv.Fault(whatsapptest.Fault{On: "download", Garbled: true, Times: 1})
	refused("tampered with", good, size, "not what was sent", 1)
	for _, code := range []int{http.StatusNotFound, http.StatusGone, http.StatusForbidden} {
		r.srv.Fault(whatsapptest.Fault{On: "download", Error: code, Times: 1})
		refused(http.StatusText(code), good, size, "any more", 1)
	}
	for name, bend := range map[string]func(*waE2E.DocumentMessage){
		"no key": func(d *waE2E.DocumentMessage) { d.MediaKey = nil }, "no hash": func(d *waE2E.DocumentMessage) { d.FileEncSHA256 = nil },
		"an address of its own": func(d *waE2E.DocumentMessage) { d.DirectPath = proto.String("evil.example/x") },
		"an endless address": func(d *waE2E.DocumentMessage) {
			d.DirectPath = proto.String("/" + strings.Repeat("x", bot.MaxMediaRef))
		},
	} {
		u := sent(bend)
		if u.Media == nil || u.Media.Ref != nil {
			t.Errorf("%s: can be got", name)
			continue
		}
		refused(name, u, size, "of none", 0)
	}
	elsewhere, err := bot.NewChatID(whatsapp.Channel, good.Chat.Account(), "770@lid")
	must(t, err)
	refused("another's", bot.Update{Chat: elsewhere, Media: good.Media}, size, "another chat", 0)
	r.srv.Fault(whatsapptest.Fault{On: "download", Error: http.StatusInternalServerError})
	ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
	defer cancel()
	if _, err := r.wa.Fetch(ctx, good.Chat, good.Media.Ref, size); err == nil || errors.As(err, &never) || strings.Contains(err.Error(), "/v/") {
		t.Errorf("trouble at WhatsApp: %v", err)
	}
	r.srv.Heal()
	r.cancel()
	must(t, <-r.ran)
	r.cancel = nil
	var wait *bot.RetryAfter
	if _, err := r.wa.Fetch(t.Context(), good.Chat, good.Media.Ref, size); !errors.As(err, &wait) {
		t.Errorf("not connected: %v", err)
	}
	r.runs()
	r.is(whatsapp.Connected)
	if got, err := r.wa.Fetch(t.Context(), good.Chat, good.Media.Ref, size); err != nil || !bytes.Equal(got, pdf) {
		t.Errorf("after a restart: %d bytes, %v", len(got), err)
	}
	for _, secret := range []string{"receta", "/v/blob"} {
		if strings.Contains(r.log.String(), secret) {
			t.Errorf("%q stands in the log", secret)
		}
	}
}
