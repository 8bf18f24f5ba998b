package webchat

import (
	"fmt"
	"net/http"
	"testing"
	"time"
)

// from makes a request come from an address.
func from(address string) func(*http.Request) {
	return func(r *http.Request) { r.Header.Set("X-Test-From", address) }
}

// newOrigins is a web chat whose visitors come from where they say.
func newOrigins(t *testing.T) *fixture {
	return newFixture(t, func(o *Options) { o.Address = func(r *http.Request) string { return r.Header.Get("X-Test-From") } })
}

// first says a chat's first word.
func (p *person) first(address string) *http.Response {
	p.t.Helper()
	return p.posts("/chat/messages", formData{"id": id(1), "text": "hola"}, from(address))
}

func TestNewChatsOfAnAddress(t *testing.T) {
	w := newOrigins(t)
	taken := func(p *person, address string) {
		t.Helper()
		if res := p.first(address); res.StatusCode != http.StatusAccepted {
			t.Fatalf("from %s: %s", address, res.Status)
		}
	}
	refused := func(p *person, retry string) {
		t.Helper()
		res := p.first("a")
		p.refused(res, http.StatusTooManyRequests, "many_chats")
		if got := res.Header.Get("Retry-After"); got != retry {
			t.Errorf("Retry-After: %q, want %s", got, retry)
		}
	}
	old := w.person()
	taken(old, "a")
	for range newChats - 1 {
		taken(w.person(), "a")
	}
	late, later := w.person(), w.person()
	refused(late, "10")
	taken(w.person(), "b")                     // another address is another's
	taken(old, "a")                            // neither is who is here already
	w.says(late.chat(), "1", botSays("aviso")) // nor who was written to
	taken(late, "a")
	w.clock.pass(4 * time.Second)
	refused(later, "6")
	if n := len(w.bot.updates()); n != newChats+2 {
		t.Errorf("the bot was given %d updates", n)
	}
	w.clock.pass(6 * time.Second)
	taken(later, "a")
	next := w.person()
	refused(next, "10")
	w.clock.pass(newChatsIn)
	for range newChats {
		taken(w.person(), "a")
	}
	refused(next, "10")
	if got := w.web.Stats().Postponed.Load(); got != 4 {
		t.Errorf("%d had to wait", got)
	}
}

// A first word that the bot could not take does not count again when the page repeats it, and neither does a chat that
// comes back when its history is forgotten.
func TestAChatIsNewOnce(t *testing.T) {
	w := newOrigins(t)
	p := w.person()
	w.bot.does(func(u botUpdate) error { return errNotNow })
	for range 5 * newChats {
		if res := p.first("a"); res.StatusCode != http.StatusServiceUnavailable && res.StatusCode != http.StatusTooManyRequests {
			t.Fatal(res.Status)
		}
		w.clock.pass(time.Second)
	}
	w.bot.does(nil)
	for n := range newChats { // the burst is whole again: one of it was taken, long ago
		if res := w.person().first("a"); res.StatusCode != http.StatusAccepted {
			t.Fatalf("chat %d: %s", n, res.Status)
		}
	}
	w.clock.pass(keepChat + time.Hour)
	if _, err := w.web.history.sweep(t.Context()); err != nil {
		t.Fatal(err)
	}
	for range newChats {
		w.person().first("a")
	}
	if res := p.posts("/chat/messages", formData{"id": id(2), "text": "hola"}, from("a")); res.StatusCode != http.StatusAccepted {
		t.Errorf("whoever comes back is new again: %s", res.Status)
	}
	w.clock.pass(keepKnown)
	if _, err := w.web.history.sweep(t.Context()); err != nil {
		t.Fatal(err)
	}
	for _, table := range []string{"chat", "known"} {
		if n := w.count(table); n != 0 {
			t.Errorf("a month later there are %d rows in %s", n, table)
		}
	}
}

// People who share an address are not refused: not for writing much, and a page that gets no stream polls.
func TestManyAtOneAddress(t *testing.T) {
	w := newOrigins(t)
	h := w.web.hub
	for n := range maxOfAddress {
		if _, err := h.join(name{byte(n)}, "a"); err != nil {
			t.Fatal(n, err)
		}
	}
	p := w.person()
	w.says(p.chat(), "1", botSays("acá"))
	stream := func(address string) *http.Response {
		req, _ := http.NewRequest(http.MethodGet, w.srv.URL+"/chat/events", nil)
		from(address)(req)
		res, err := p.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { res.Body.Close() })
		return res
	}
	p.refused(stream("a"), http.StatusTooManyRequests, "too_many_pages")
	if res := stream("b"); res.StatusCode != http.StatusOK {
		t.Errorf("another address gets no stream: %s", res.Status)
	}
	last := uint64(0)
	for n := range 3 {
		got := p.polls(last, "&wait=1", from("a"))
		if len(got.Entries) != 1 || got.Entries[0].text() != []string{"bot: acá", "bot: y acá", "bot: y más"}[n] || got.Again != pollPause.Milliseconds() {
			t.Fatalf("poll %d: %+v", n, got)
		}
		last = got.Entries[0].Seq
		w.says(p.chat(), fmt.Sprint(n, "x"), botSays([]string{"y acá", "y más", "fin"}[n]))
	}
	for n := range 400 { // many people of one address write at once
		if res := p.first("a"); n < 15 && res.StatusCode != http.StatusAccepted {
			t.Fatal(res.Status)
		}
	}
	if res := w.person().first("a"); res.StatusCode != http.StatusAccepted {
		t.Errorf("the next one is turned away: %s", res.Status)
	}
}

// Whatever one address opens, others find room.
func TestOneAddressDoesNotFillTheHub(t *testing.T) {
	h := newHub()
	open := 0
	for n := range 2 * maxAllPages {
		if _, err := h.join(name{byte(n), byte(n >> 8)}, "a"); err == nil {
			open++
		}
	}
	if _, err := h.join(name{1, 2, 3}, "b"); err != nil || open != maxOfAddress {
		t.Errorf("%d pages of one address are open; another: %v", open, err)
	}
	l, err := h.join(name{9, 9}, "c")
	if err != nil {
		t.Fatal(err)
	}
	h.leave(l)
	if len(h.byAddress) != 2 {
		t.Errorf("%d addresses are remembered", len(h.byAddress))
	}
}
