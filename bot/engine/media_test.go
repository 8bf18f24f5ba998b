package engine_test

import (
	"bytes"
	"encoding/json"
	"log/slog"
	"reflect"
	"strings"
	"testing"

	"llave/bot"
	"llave/bot/engine"
)

// listener is a script that keeps what it received.
type listener struct {
	echo
	received *[]bot.Update
}

func (l listener) Decide(s bot.Session, in bot.Input) (bot.Decision, error) {
	*l.received = append(*l.received, in.Update)
	return l.echo.Decide(s, in)
}

// A file that somebody sent reaches the script as it was announced, bounded, without what must not be kept; what the
// channel gave is left as it was; and no log has anything of it.
func TestMedia(t *testing.T) {
	bubble(t, func(t *testing.T) {
		var received []bot.Update
		h := open(t, memory(), func(c *engine.Config) { c.Script = listener{received: &received} })
		defer h.stop()
		ref := bytes.Repeat([]byte{7}, bot.MaxMediaRef)
		sent := &bot.Media{Type: "application/pdf", Name: "dni 27-99999001-6.pdf", Size: 3 << 20, Seconds: 9, Ref: ref}
		h.accept(bot.Update{Chat: chatA, ID: "1", Kind: bot.Other, Subtype: "document", Media: sent})
		h.accept(bot.Update{Chat: chatA, ID: "2", Kind: bot.Other, Subtype: "voice", Media: &bot.Media{Type: strings.Repeat("x", 200), Name: strings.Repeat("ñ", 200) + "\xff", Size: -1, Seconds: -1, Ref: append(ref, 7)}})
		h.accept(bot.Update{Chat: chatA, ID: "3", Kind: bot.Other, Subtype: "sticker"})
		h.expects(chatA, "1 ", "2 ", "3 ")
		if len(received) != 3 {
			t.Fatalf("received %d", len(received))
		}
		if want := (&bot.Media{Type: "application/pdf", Name: "dni ##.pdf", Size: 3 << 20, Seconds: 9, Ref: ref}); !reflect.DeepEqual(received[0].Media, want) {
			t.Errorf("received %+v", received[0].Media)
		}
		if m := received[1].Media; len(m.Type) != 100 || len([]rune(m.Name)) != 120 || m.Size != 0 || m.Seconds != 0 || m.Ref != nil {
			t.Errorf("received %+v", m)
		}
		if received[2].Media != nil || sent.Name != "dni 27-99999001-6.pdf" {
			t.Errorf("received %+v, and sent %+v", received[2].Media, sent)
		}
		var log bytes.Buffer
		slog.New(slog.NewTextHandler(&log, nil)).Info("x", "media", sent)
		if strings.Contains(log.String()+h.log.String(), "dni") {
			t.Errorf("logged: %s", log.String())
		}
	})
}

// What was kept before there was such a field is read as it was, and what has none is kept as before.
func TestUpdatesOfBeforeMedia(t *testing.T) {
	const old = `{"chat":"fake/bot/a","id":"1","kind":"other","what":"voice","via":"WhatsApp","said":"2026-11-01T10:00:00Z","now":"2026-11-01T10:00:01Z","seed":"ABC"}`
	var a bot.Accepted
	if err := json.Unmarshal([]byte(old), &a); err != nil || a.Subtype != "voice" || a.Media != nil || a.ChannelName != "WhatsApp" {
		t.Errorf("read %+v: %v", a, err)
	}
	if now, err := json.Marshal(a); err != nil || string(now) != old {
		t.Errorf("kept as %s: %v", now, err)
	}
}
