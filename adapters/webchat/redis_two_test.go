package webchat

import (
	"bytes"
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"llave/bot"
	"llave/store/redistest"
)

// twoOnRedis are two web chats on one server, as two processes have them. A person of one is one of the other.
func twoOnRedis(t *testing.T) (a, b *fixture) {
	t.Helper()
	address := redistest.New(t, "--appendonly", "no").Address()
	with := func(o *Options) { o.Redis = unasked{openStore(t, address)} }
	return newFixture(t, with), newFixture(t, with)
}

// unasked is a server that does not say how many changes there were: what a page is told, it is told by a message.
type unasked struct{ Redis }

func (u unasked) Do(ctx context.Context, commands ...[]any) ([]any, error) {
	if key, ok := commands[0][1].(string); ok && strings.HasSuffix(key, "}n") {
		return nil, errors.New("not asked")
	}
	return u.Redis.Do(ctx, commands...)
}

// at is the same browser at another process.
func (p *person) at(w *fixture) *person { return &person{fixture: w, Client: p.Client, n: 1000} }

// redis is the history of a web chat on a server.
func (w *fixture) redis() *redisHistory { return w.web.history.(*redisHistory) }

// A page that is open at one process has what is said through another one, both ways, in one order.
func TestTwoProcesses(t *testing.T) {
	a, b := twoOnRedis(t)
	p := a.person()
	q := p.at(b)
	pages := []*feed{p.follows("", ""), q.follows("", "")}
	same := func(want ...string) {
		t.Helper()
		for i, f := range pages {
			for _, text := range want {
				if got := f.next(); got.text() != text && "<"+got.kind+">" != text {
					t.Fatalf("page %d is told %s %q, want %q", i, got.kind, got.text(), text)
				}
			}
		}
	}
	same("<ready>")
	var answers sync.WaitGroup
	a.bot.does(func(u bot.Update) error { // the other process answers before this one has kept the question
		sent := make(chan struct{})
		answers.Go(func() {
			defer close(sent)
			b.says(u.Chat, "of "+u.ID, botSays("a "+u.Text))
		})
		select {
		case <-sent:
		case <-time.After(50 * time.Millisecond):
		}
		return nil
	})
	p.writes("uno")
	answers.Wait()
	same("person: uno", "bot: a uno")
	held := make(chan pollAnswer)
	last := q.polls(0, "").Entries
	go func() { held <- q.polls(last[len(last)-1].Seq, "&wait=1") }()
	for b.web.hub.open() < 2 {
		time.Sleep(time.Millisecond)
	}
	a.says(p.chat(), "2", bot.Reply{Kind: bot.Ask, Text: "¿Sí?", Question: "q", Choices: []bot.Option{{Text: "Sí", Value: "yes"}}})
	if got := (<-held).texts(); !slices.Equal(got, []string{"bot: ¿Sí?"}) {
		t.Errorf("a poll that waits is told %v", got)
	}
	a.bot.does(nil)
	if res := q.posts("/chat/messages", formData{"id": id(70), "question": "q", "value": "yes"}); res.StatusCode != http.StatusAccepted {
		t.Errorf("a press at the other process: %s", res.Status)
	}
	same("bot: ¿Sí?", "person: Sí")
	b.says(p.chat(), "3", bot.Reply{Text: "foto", File: &bot.File{Name: "c.png", Type: "image/png", Data: somePNG()}})
	same("bot: foto")
	if h := p.polls(0, "").Entries; p.status(h[4].File.URL) != http.StatusOK {
		t.Error("the picture is not to be had at the other process")
	}
	u := p.sent(50, jpg(2*pieceSize+3))
	if data, err := b.web.Fetch(t.Context(), u.Chat, u.Media.Ref, 1<<20); err != nil || !bytes.Equal(data, jpg(2*pieceSize+3)) {
		t.Errorf("a file that the other process took: %d bytes, %v", len(data), err)
	}
	same("person: ")
	if err := a.web.Types(t.Context(), p.chat()); err != nil {
		t.Error(err)
	}
	same("<typing>")
	b.forgets(p.chat(), "4")
	same("<reset>", "person: ")
	chat := p.chat()
	if res := q.posts("/chat/forget", "{}"); res.StatusCode != http.StatusNoContent {
		t.Errorf("forget: %s", res.Status)
	}
	same("<reset>")
	if _, err := a.web.history.sweep(t.Context()); err != nil {
		t.Error(err)
	}
	var never *bot.PermanentFailure
	if err := a.web.Send(t.Context(), chat, bot.Reply{ID: "5", Kind: bot.Say, Text: "tarde"}); !errors.As(err, &never) || !never.Gone {
		t.Errorf("a reply to a chat that was closed at the other process: %v", err)
	}
}

// unsubscribed is a server whose messages do not come.
type unsubscribed struct{ Redis }

func (unsubscribed) Subscribe(ctx context.Context, _ string, _ func(string)) error {
	<-ctx.Done()
	return ctx.Err()
}

// A page notices within a second or two what it was not told, and does not read again and again what it was told.
func TestALostWakeup(t *testing.T) {
	address := redistest.New(t, "--appendonly", "no").Address()
	a := newFixture(t, func(o *Options) { o.Redis = openStore(t, address) })
	b := newFixture(t, func(o *Options) { o.Redis = unsubscribed{openStore(t, address)} })
	p := a.person()
	f := p.at(b).follows("", "")
	f.until("ready")
	for n := range 3 {
		a.says(p.chat(), id(n), botSays("hola"))
		if n > 0 { // the first time it looks by itself
			b.redis().look(t.Context(), b.web.hub)
		}
		if got := f.next(); got.text() != "bot: hola" {
			t.Errorf("the page is told %+v", got)
		}
	}
	var c redisChanges
	c.latest = map[byte]uint64{}
	for i, x := range []struct {
		note, look uint64
		want       bool
	}{{0, 5, true}, {6, 6, false}, {8, 8, true}, {0, 8, false}, {0, 9, true}, {3, 9, false}} {
		if x.note > 0 {
			c.note(1, x.note)
		}
		if got := c.missed(1, x.look); got != x.want {
			t.Errorf("step %d: missed is %v", i, got)
		}
	}
	if c.keep(map[byte][]name{}); !c.missed(1, 9) {
		t.Error("a page that is opened later does not look")
	}
}

// A process that dies with a question holds its chat for a while only, and one that lives for as long as the bot takes.
func TestHowLongAQuestionLasts(t *testing.T) {
	a, b := twoOnRedis(t)
	p := a.person()
	const lasts = 150 * time.Millisecond
	a.redis().lasts, b.redis().lasts = lasts, lasts
	chat := a.web.keys.name(p.chat())
	a.asks("set", chatKeys(chat).of('q'), "of the dead", "px", lasts.Milliseconds())
	b.says(p.chat(), "1", botSays("después"))
	p.at(b).writes("y yo")
	release, err := a.redis().question(t.Context(), chat)
	if err != nil {
		t.Fatal(err)
	}
	b.redis().endQuestion(chatKeys(chat).of('q'), "of the dead") // late
	ctx, cancel := context.WithTimeout(t.Context(), 3*lasts)
	defer cancel()
	if err := b.web.Send(ctx, p.chat(), bot.Reply{ID: "2", Kind: bot.Say, Text: "antes"}); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("a reply before the question: %v", err)
	}
	if second, err := b.redis().question(ctx, chat); err == nil {
		t.Error("two questions at once")
		second()
	}
	release()
	b.says(p.chat(), "2", botSays("antes"))
	if h := p.history(); !slices.Equal(h, []string{"bot: después", "person: y yo", "bot: antes"}) {
		t.Errorf("the page shows %v", h)
	}
}

// A full server takes what is said, and refuses files in words.
func TestAFullServer(t *testing.T) {
	a, _ := twoOnRedis(t)
	p := a.person()
	p.writes("hola")
	a.asks("config", "set", "maxmemory", "1")
	a.says(p.chat(), "1", botSays("acá"))
	a.forgets(p.chat(), "2")
	p.refused(p.attaches(jpg(10), "id="+id(9), "file=a.jpg;image/jpeg"), http.StatusServiceUnavailable, "not_ready")
	p.refused(p.posts("/chat/messages", formData{"id": id(3), "text": "x"}), http.StatusServiceUnavailable, "not_ready")
	h := a.redis()
	if _, err := h.beginUpload(t.Context(), a.web.keys.name(p.chat()), name{}, nil); !errors.Is(err, errNoRoom) {
		t.Errorf("a file: %v", err)
	}
	if _, err := h.sweep(t.Context()); err != nil {
		t.Error(err)
	}
	a.asks("config", "set", "maxmemory", "0")
	p.writes("y ahora")
}

// What was changed on the server, or put into another chat, is left out; its time over, it is blank.
func TestRecordsOnRedisCannotBeExchanged(t *testing.T) {
	a, _ := twoOnRedis(t)
	p, other := a.person(), a.person()
	for _, x := range []*person{p, other} {
		x.writes("hola")
		a.shows(x.chat(), "1", "Token: 482 913")
		a.says(x.chat(), "2", botSays("algo más"))
	}
	mine, theirs := chatKeys(a.web.keys.name(p.chat())), chatKeys(a.web.keys.name(other.chat()))
	record := text(a.asks("lindex", theirs.of('e'), 1))
	all := p.polls(0, "").Entries
	for what, body := range map[string]string{"another chat's": record, "noise": record[:16] + "x", "short": "x", "nothing": ""} {
		before := text(a.asks("lindex", mine.of('e'), 1))
		a.asks("lset", mine.of('e'), 1, body)
		if got := p.history(); !slices.Equal(got, []string{"person: hola", "bot: algo más"}) {
			t.Errorf("%s: the page shows %v", what, got)
		}
		if got := p.polls(all[1].Seq, ""); got.Reset || len(got.Entries) != 1 {
			t.Errorf("%s: an open page is told %v", what, got.texts())
		}
		if got := p.status(all[1].File.URL); got != http.StatusNotFound {
			t.Errorf("%s: its file: %d", what, got)
		}
		a.asks("lset", mine.of('e'), 1, before)
	}
	a.asks("lset", mine.of('e'), 1, text(a.asks("lindex", mine.of('e'), 1))[:16]+"noise")
	a.asks("zadd", shardKey(mine.shard(), 'd'), 1, "short")
	a.clock.pass(2 * time.Hour)
	if _, err := a.web.history.sweep(t.Context()); err == nil {
		t.Error("what cannot be forgotten is not said")
	}
	for _, k := range []chatKeys{mine, theirs} {
		if n := a.asks("zcard", shardKey(k.shard(), 'x')); n != int64(0) {
			t.Errorf("%d entries that should be blank are not", n)
		}
	}
	if got := text(a.asks("lindex", mine.of('e'), 1)); len(got) != markSize || a.count("file") != 0 {
		t.Errorf("of an unreadable token %d bytes are left, and %d files", len(got), a.count("file"))
	}
	if got := other.history(); len(got) != 3 || p.history()[1] != "bot: algo más" {
		t.Errorf("the pages show %v, %v", got, p.history())
	}
}
