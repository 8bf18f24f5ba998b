package webchat

import (
	"net/http"
	"testing"

	"llave/bot"
)

// Whose the device is reaches the bot, and is not in the history; in a chat in which nothing was said there is nothing to tell.
func TestWhoseDevice(t *testing.T) {
	w := newFixture(t)
	p := w.person()
	if res := p.posts("/chat/messages", formData{"id": id(1), "device": "shared"}); res.StatusCode != http.StatusAccepted {
		t.Error(res.Status)
	}
	if got := w.bot.updates(); len(got) != 0 {
		t.Errorf("of a chat in which nothing was said the bot is told %+v", got)
	}
	f := p.follows("", "")
	f.until("ready")
	p.posts("/chat/messages", formData{"id": id(2), "text": "token"})
	for n, want := range map[int]struct{ device, subtype string }{3: {"shared", bot.DeviceShared}, 4: {"own", bot.DeviceOwn}} {
		if res := p.posts("/chat/messages", formData{"id": id(n), "device": want.device}); res.StatusCode != http.StatusAccepted {
			t.Error(want.device, res.Status)
		}
		got := w.bot.updates()
		if u := got[len(got)-1]; u.Kind != bot.Notice || u.Subtype != want.subtype || u.Chat != p.chat() || u.ID != id(n) {
			t.Errorf("%s: the bot is told %+v", want.device, u)
		}
	}
	for _, body := range []formData{{"device": "stolen"}, {"device": "shared", "text": "token"}} {
		body["id"] = id(5)
		if res := p.posts("/chat/messages", body); res.StatusCode != http.StatusBadRequest {
			t.Errorf("%v: %s", body, res.Status)
		}
	}
	p.posts("/chat/messages", formData{"id": id(6), "text": "después"})
	if first, second := f.next(), f.next(); first.text() != "person: token" || second.text() != "person: después" {
		t.Errorf("the history has %q, %q", first.text(), second.text())
	}
}
