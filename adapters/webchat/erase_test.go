package webchat

import (
	"fmt"
	"net/http"
	"slices"
	"testing"
	"time"

	"llave/bot"
)

// forgets has the history erased, as the relay would.
func (w *fixture) forgets(chat bot.ChatID, id string) {
	w.t.Helper()
	if err := w.web.Forget(w.t.Context(), chat, bot.Reply{Kind: bot.Forget, ID: id, At: w.clock.now()}); err != nil {
		w.t.Fatal(err)
	}
}

// shows says a token with its picture.
func (w *fixture) shows(chat bot.ChatID, id, text string) {
	w.t.Helper()
	w.says(chat, id, bot.Reply{Kind: bot.Show, Text: text, Copy: "482913", Expires: w.clock.now().Add(time.Hour),
		File: &bot.File{Name: "c.png", Type: "image/png", Data: []byte("picture")}})
}

func TestErase(t *testing.T) {
	w := newFixture(t)
	p, other := w.person(), w.person()
	p.writes("token de juana")
	w.shows(p.chat(), "1", "Token de Juana: 482 913")
	w.says(p.chat(), "2", bot.Reply{Text: "La hoja:", File: &bot.File{Name: "h.pdf", Type: "application/pdf", Data: []byte{1}}})
	other.writes("token")
	w.shows(other.chat(), "1", "Token de Marta: 111 222")
	p.writes("desvincular")
	p.writes("ya")
	open := p.follows("", "")
	open.until("ready")
	before := p.polls(0, "")
	w.forgets(p.chat(), "3")
	left := []string{"person: desvincular", "person: ya"}
	if got, _ := open.next(), open.next(); got.kind != "reset" {
		t.Errorf("an open page is told %+v", got)
	}
	w.says(p.chat(), "4", botSays("Listo"))
	left = append(left, "bot: Listo")
	for i, e := range append(before.Entries, pollEntry{}) {
		got := p.polls(e.Seq, "").texts()
		want := append([]string{"<reset>"}, left...)
		if e.Seq == 0 {
			want = left
		}
		if !slices.Equal(got, want) {
			t.Errorf("a page that has seen %d entries is told %v", i+1, got)
		}
		if e.File != nil && p.status(e.File.URL) != http.StatusNotFound {
			t.Errorf("the file of %q is still there", e.text())
		}
	}
	// The relay repeats what it does not know to be sent: nothing is erased again, and nothing said twice.
	w.forgets(p.chat(), "3")
	w.says(p.chat(), "4", botSays("Listo"))
	if got := p.history(); !slices.Equal(got, left) {
		t.Errorf("repeated, the page shows %v", got)
	}
	p.posts("/chat/messages", formData{"id": id(2), "text": "desvincular"}) // so does the page
	if got := p.history(); !slices.Equal(got, left) {
		t.Errorf("repeated by the page, it shows %v", got)
	}
	if got := other.history(); len(got) != 2 {
		t.Errorf("another chat shows %v", got)
	}
	if w.count("file") != 1 {
		t.Errorf("%d files are left", w.count("file"))
	}
	p.writes("token")
	w.shows(p.chat(), "5", "Token de Ana: 333 444")
	w.clock.pass(time.Second)
	w.forgets(p.chat(), "3") // another outbox's
	if got := p.history(); len(got) != 0 {
		t.Errorf("a second time the page shows %v", got)
	}
}

// Forgetting what is not there, or was closed, is no error that is tried again for ever.
func TestEraseNothing(t *testing.T) {
	w := newFixture(t)
	p := w.person()
	w.forgets(p.chat(), "1")
	w.says(p.chat(), "2", botSays("hola"))
	if got := p.history(); !slices.Equal(got, []string{"bot: hola"}) {
		t.Errorf("the page shows %v", got)
	}
	chat := p.chat()
	if res := p.posts("/chat/forget", "{}"); res.StatusCode != http.StatusNoContent {
		t.Fatal(res.Status)
	}
	if err := w.web.Forget(t.Context(), chat, bot.Reply{Kind: bot.Forget, ID: "3"}); fmt.Sprintf("%T", err) != "*bot.PermanentFailure" {
		t.Errorf("a closed chat: %v", err)
	}
}
