package webchat

import (
	"errors"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"llave/bot"
)

func TestSayAndReceive(t *testing.T) {
	w := newFixture(t)
	p := w.person()
	f := p.follows("", "")
	f.until("ready")
	res := p.posts("/chat/messages", formData{"id": id(1), "text": "  el token ", "ago": 90000}, func(r *http.Request) {
		r.Header.Set("User-Agent", "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0 Mobile Safari/537.36")
	})
	if res.StatusCode != http.StatusAccepted {
		t.Fatal(res.Status)
	}
	w.says(p.chat(), "1", bot.Reply{Text: "Escribí *token*."})
	first, second := f.next(), f.next()
	if first.text() != "person:   el token " || first.ID != id(1) || second.text() != "bot: Escribí token." || second.Parts[1] != (span{"b", "token"}) {
		t.Errorf("the page is told %+v, %+v", first, second)
	}
	want := bot.Update{Chat: p.chat(), ID: id(1), Kind: bot.Message, Text: "  el token ", ChannelName: "Chat web", MaskedID: "Chrome en Android",
		DeepLink: "http://llave.test/#codigo=%s", OccurredAt: w.clock.now().Add(-90 * time.Second)}
	if got := w.bot.updates(); len(got) != 1 || !same(got[0], want) {
		t.Errorf("the bot is told %+v, want %+v", got, want)
	}
}

// How long a message waited is the page's word: it is believed within reason.
func TestAgo(t *testing.T) {
	w := newFixture(t)
	p := w.person()
	for n, c := range []struct {
		ago  int64
		said time.Duration
	}{{0, 0}, {1500, 1500 * time.Millisecond}, {1 << 62, longestWait}, {90_000_000, longestWait}} {
		p.posts("/chat/messages", formData{"id": id(n), "text": "x", "ago": c.ago})
		if got := w.clock.now().Sub(w.bot.updates()[n].OccurredAt); got != c.said {
			t.Errorf("%d ms ago is %s ago", c.ago, got)
		}
	}
}

func same(a, b bot.Update) bool {
	return a.Chat == b.Chat && a.ID == b.ID && a.Kind == b.Kind && a.Text == b.Text && a.ChannelName == b.ChannelName && a.MaskedID == b.MaskedID &&
		a.DeepLink == b.DeepLink && a.OccurredAt.Equal(b.OccurredAt) && a.Choice == b.Choice && a.Subtype == b.Subtype && a.Sender == ""
}

func TestWhatIsSent(t *testing.T) {
	w := newFixture(t)
	p := w.person()
	w.says(p.chat(), "1", bot.Reply{Kind: bot.Ask, Text: "¿Sí?", Question: "q1", Choices: []bot.Option{{Text: "Sí, claro", Value: "yes"}}})
	for n, c := range []struct {
		body formData
		kind bot.Kind
		text string
		line string
	}{
		{formData{"question": "q1", "value": "yes"}, bot.Pressed, "", "person: Sí, claro"},
		{formData{"start": "token"}, bot.Started, "token", "person: token"},
		{formData{"code": "QMTM-MYZF"}, bot.Started, "QMTM-MYZF", "person: Volví de Autogestión"},
		{formData{"text": "soy 27-99999001-6"}, bot.Message, "soy 27-99999001-6", "person: soy ##"},
		{formData{"text": strings.Repeat("ñ", bot.MaxText+5)}, bot.Message, strings.Repeat("ñ", bot.MaxText+5), "person: " + strings.Repeat("ñ", bot.MaxText) + "…"},
	} {
		c.body["id"] = id(n)
		if res := p.posts("/chat/messages", c.body); res.StatusCode != http.StatusAccepted {
			t.Errorf("%v: %s", c.body, res.Status)
			continue
		}
		got := w.bot.updates()
		u := got[len(got)-1]
		if u.Kind != c.kind || u.Text != c.text || (c.kind == bot.Pressed) != (u.Choice == bot.Choice{Question: "q1", Value: "yes"}) {
			t.Errorf("%v: the bot is told %+v", c.body, u)
		}
		if h := p.history(); h[len(h)-1] != c.line {
			t.Errorf("%v: the page shows %q, want %q", c.body, h[len(h)-1], c.line)
		}
	}
}

func TestWhatIsRefused(t *testing.T) {
	w := newFixture(t)
	p := w.person()
	for _, c := range []struct {
		name   string
		body   any
		change func(*http.Request)
		status int
		why    string
	}{
		{"no text", formData{"id": id(1)}, nil, 400, "empty"},
		{"white space", formData{"id": id(1), "text": " \n\t"}, nil, 400, "empty"},
		{"no id", formData{"text": "token"}, nil, 400, "bad_form"},
		{"a short id", formData{"id": "1", "text": "token"}, nil, 400, "bad_form"},
		{"an odd id", formData{"id": strings.Repeat("é", 16), "text": "token"}, nil, 400, "bad_form"},
		{"two at once", formData{"id": id(1), "text": "token", "start": "x"}, nil, 400, "bad_form"},
		{"half a button", formData{"id": id(1), "value": "yes"}, nil, 400, "bad_form"},
		{"half a button and a text", formData{"id": id(1), "text": "x", "value": "yes"}, nil, 400, "bad_form"},
		{"a button that was not offered", formData{"id": id(1), "question": "q", "value": "yes"}, nil, 409, "no_choice"},
		{"a long start", formData{"id": id(1), "start": strings.Repeat("x", 65)}, nil, 400, "bad_form"},
		{"from the future", formData{"id": id(1), "text": "x", "ago": -1}, nil, 400, "bad_form"},
		{"an unknown field", formData{"id": id(1), "text": "x", "sender": "y"}, nil, 400, "bad_form"},
		{"two messages", `{"id":"` + id(1) + `","text":"x"}{}`, nil, 400, "bad_form"},
		{"no JSON", "text=x", nil, 400, "bad_form"},
		{"no UTF-8", "{\"id\":\"" + id(1) + "\",\"text\":\"\xff\"}", nil, 400, "bad_form"},
		{"too much", formData{"id": id(1), "text": strings.Repeat("x", bodyMax)}, nil, 413, "too_large"},
		{"a form", "text=x", func(r *http.Request) { r.Header.Set("Content-Type", "application/x-www-form-urlencoded") }, 415, "bad_type"},
		{"plain text", formData{"id": id(1), "text": "x"}, func(r *http.Request) { r.Header.Set("Content-Type", "text/plain") }, 415, "bad_type"},
		{"no type", formData{"id": id(1), "text": "x"}, func(r *http.Request) { r.Header.Del("Content-Type") }, 415, "bad_type"},
		{"another site", formData{"id": id(1), "text": "x"}, func(r *http.Request) { r.Header.Set("Sec-Fetch-Site", "cross-site") }, 403, "cross_origin"},
		{"a sister site", formData{"id": id(1), "text": "x"}, func(r *http.Request) { r.Header.Set("Sec-Fetch-Site", "same-site") }, 403, "cross_origin"},
		{"another origin", formData{"id": id(1), "text": "x"}, func(r *http.Request) { r.Header.Set("Origin", "https://evil.example") }, 403, "cross_origin"},
	} {
		w.clock.pass(time.Minute) // so that none of them is one too many
		var change []func(*http.Request)
		if c.change != nil {
			change = append(change, c.change)
		}
		t.Run(c.name, func(t *testing.T) { p.refused(p.posts("/chat/messages", c.body, change...), c.status, c.why) })
	}
	if got := w.bot.updates(); len(got) > 0 || len(p.history()) > 0 {
		t.Errorf("of all that, the bot was told %v and the page shows %v", got, p.history())
	}
	if res := p.get("/chat/messages"); res.StatusCode != http.StatusNotFound {
		t.Errorf("looking at where messages go: %s", res.Status)
	}
	res := p.posts("/chat/forget", "{}", func(r *http.Request) { r.Header.Set("Sec-Fetch-Site", "cross-site") })
	p.refused(res, 403, "cross_origin")
	if res := p.posts("/chat/messages", formData{"id": id(1), "text": "x"}, func(r *http.Request) { r.Header.Set("Origin", "http://llave.test") }); res.StatusCode != 202 {
		t.Errorf("our own address, behind a proxy that changes the host: %s", res.Status)
	}
}

// What the bot did not take is not shown, and is told to be sent again.
func TestNothingIsAcknowledgedBeforeItIsTaken(t *testing.T) {
	w := newFixture(t)
	p := w.person()
	during := -1
	w.bot.does(func(bot.Update) error {
		during = len(p.history())
		return bot.ErrStopped
	})
	res := p.posts("/chat/messages", formData{"id": id(1), "text": "token"})
	p.refused(res, http.StatusServiceUnavailable, "not_ready")
	if res.Header.Get("Retry-After") != "2" {
		t.Errorf("Retry-After: %q", res.Header.Get("Retry-After"))
	}
	if during != 0 || len(p.history()) != 0 {
		t.Errorf("the page shows %v, and %d lines while the bot was asked", p.history(), during)
	}
	w.bot.does(func(bot.Update) error { return errors.New("disk full") })
	p.refused(p.posts("/chat/messages", formData{"id": id(1), "text": "token"}), http.StatusServiceUnavailable, "not_ready")
	w.bot.does(nil)
	if res := p.posts("/chat/messages", formData{"id": id(1), "text": "token"}); res.StatusCode != http.StatusAccepted || len(p.history()) != 1 {
		t.Errorf("tried again: %s, the page shows %v", res.Status, p.history())
	}
}

// The bot answers at once, before the page has been told that its message was taken.
func TestAnAnswerNeverStandsBeforeItsQuestion(t *testing.T) {
	w := newFixture(t)
	p := w.person()
	f := p.follows("", "")
	f.until("ready")
	var answers sync.WaitGroup
	w.bot.does(func(u bot.Update) error {
		sent := make(chan struct{})
		answers.Go(func() {
			defer close(sent)
			if err := w.web.Send(t.Context(), u.Chat, bot.Reply{Kind: bot.Say, ID: "of " + u.ID, Text: "to " + u.Text}); err != nil {
				t.Error(err)
			}
		})
		select {
		case <-sent:
		case <-time.After(20 * time.Millisecond):
		}
		return nil
	})
	for range 10 {
		p.writes("hola")
		answers.Wait()
		if q, a := f.next(), f.next(); q.Who != byPerson || a.Who != byBot {
			t.Fatalf("the page is told %q, then %q", q.text(), a.text())
		}
	}
}

func TestRepeatedOnceShownOnce(t *testing.T) {
	w := newFixture(t)
	p := w.person()
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			if res := p.posts("/chat/messages", formData{"id": id(1), "text": "token"}); res.StatusCode != http.StatusAccepted {
				t.Error(res.Status)
			}
		})
		all.Go(func() {
			if err := w.web.Send(t.Context(), p.chat(), bot.Reply{ID: "7", Kind: bot.Say, Text: "hola"}); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	if h := slices.Sorted(slices.Values(p.history())); len(h) != 2 || len(w.bot.updates()) != 1 {
		t.Errorf("the page shows %v, the bot was told %d times", h, len(w.bot.updates()))
	}
	w.says(p.chat(), "8", bot.Reply{Text: "hola"})
	p.writes("otra cosa")
	if h := p.history(); len(h) != 3 { // id(1) was taken before, with another text
		t.Errorf("the page shows %v", h)
	}
}

func TestRates(t *testing.T) {
	w := newFixture(t)
	p, other := w.person(), w.person()
	for range chatBurst {
		p.writes("x")
	}
	res := p.posts("/chat/messages", formData{"id": id(999), "text": "x"})
	p.refused(res, http.StatusTooManyRequests, "slow_down")
	if res.Header.Get("Retry-After") != "1" {
		t.Errorf("Retry-After: %q", res.Header.Get("Retry-After"))
	}
	other.writes("x")
	w.clock.pass(time.Second)
	p.writes("x")
	p.refused(p.posts("/chat/messages", formData{"id": id(999), "text": "x"}), http.StatusTooManyRequests, "slow_down")
}
