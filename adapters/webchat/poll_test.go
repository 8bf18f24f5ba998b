package webchat

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"testing"
	"time"

	"llave/bot"
)

type botUpdate = bot.Update

var errNotNow = errors.New("not now")

func botSays(text string) bot.Reply { return bot.Reply{Text: text} }

// polls asks what came after an entry.
func (p *person) polls(after uint64, more string, change ...func(*http.Request)) (a pollAnswer) {
	p.t.Helper()
	res := p.asks(p.t.Context(), after, more, change...)
	if err := json.NewDecoder(res.Body).Decode(&a); err != nil || res.StatusCode != http.StatusOK {
		p.t.Fatalf("poll: %s, %v", res.Status, err)
	}
	return a
}

func (p *person) asks(ctx context.Context, after uint64, more string, change ...func(*http.Request)) *http.Response {
	p.t.Helper()
	req, _ := http.NewRequestWithContext(ctx, http.MethodGet, fmt.Sprint(p.srv.URL, "/chat/poll?after=", after, more), nil)
	for _, f := range change {
		f(req)
	}
	res, err := p.Do(req)
	if err != nil {
		p.t.Fatal(err)
	}
	p.t.Cleanup(func() { res.Body.Close() })
	return res
}

// texts is what a poll tells, as told says it of a stream.
func (a pollAnswer) texts() (list []string) {
	if a.Reset {
		list = append(list, "<reset>")
	}
	for _, e := range a.Entries {
		list = append(list, e.text())
	}
	return list
}

// A poll tells what a stream tells, from every number on.
func TestPollTellsWhatAStreamTells(t *testing.T) {
	w := newFixture(t)
	p := w.person()
	if a := p.polls(0, ""); len(a.Entries) != 0 || a.Reset || a.Chat == "" {
		t.Errorf("an empty chat: %+v", a)
	}
	p.writes("hola")
	for n := range 5 {
		w.says(p.chat(), fmt.Sprint(n), bot.Reply{Kind: bot.Ask, Text: fmt.Sprint("line ", n), Question: "q", Choices: []bot.Option{{Text: "Sí", Value: "yes"}}})
	}
	all := p.polls(0, "")
	for i, e := range all.Entries {
		if offered := len(e.Choices) > 0; offered != (i == len(all.Entries)-1) {
			t.Errorf("entry %d offers %v", i, e.Choices)
		}
	}
	for _, after := range []uint64{0, 1, 9007199254740991} {
		if got, want := p.polls(after, "").texts(), p.told(fmt.Sprint(after), ""); !slices.Equal(got, want) {
			t.Errorf("after %d a poll tells %v, a stream %v", after, got, want)
		}
	}
	for _, e := range all.Entries {
		if got, want := p.polls(e.Seq, "&wait=").texts(), p.told(fmt.Sprint(e.Seq), ""); !slices.Equal(got, want) {
			t.Errorf("after %d a poll tells %v, a stream %v", e.Seq, got, want)
		}
	}
	p.refused(p.get("/chat/poll?after=01"), http.StatusBadRequest, "bad_event")
	stranger := &person{fixture: w}
	stranger.refused(stranger.get("/chat/poll"), http.StatusForbidden, "no_chat")
	if other := w.person().polls(0, ""); other.Chat == all.Chat || len(other.Entries) > 0 {
		t.Errorf("another chat: %+v", other)
	}
}

// A poll that waits is answered when there is something, and otherwise in the end.
func TestAPollWaits(t *testing.T) {
	w := newFixture(t)
	p := w.person()
	got := make(chan pollAnswer)
	ask := func(after uint64) { go func() { got <- p.polls(after, "&wait=1") }() }
	last := uint64(0)
	for n := range 20 {
		ask(last)
		for w.web.hub.open() == 0 {
			time.Sleep(time.Millisecond)
		}
		w.says(p.chat(), fmt.Sprint(n), botSays(fmt.Sprint(n)))
		a := <-got
		if len(a.Entries) != 1 || a.Entries[0].text() != fmt.Sprint("bot: ", n) {
			t.Fatalf("poll %d: %+v", n, a)
		}
		last = a.Entries[0].Seq
	}
	w.web.pollHold = 50 * time.Millisecond
	if a := p.polls(last, "&wait=1"); len(a.Entries) > 0 || a.Reset || a.Again != 0 {
		t.Errorf("nothing comes, and the poll says %+v", a)
	}
	w.web.pollHold = time.Hour
	ask(last)
	for w.web.hub.open() == 0 {
		time.Sleep(time.Millisecond)
	}
	w.web.Leave()
	if a := <-got; len(a.Entries) > 0 {
		t.Errorf("going down, the poll says %+v", a)
	}
	if w.web.hub.open() != 0 {
		t.Error("a poll that was answered still counts")
	}
}

func TestPollsAreBounded(t *testing.T) {
	w := newFixture(t)
	p := w.person()
	for range pollBurst {
		p.polls(0, "")
	}
	res := p.get("/chat/poll")
	p.refused(res, http.StatusTooManyRequests, "slow_down")
	if res.Header.Get("Retry-After") == "" {
		t.Error("it does not say when to come back")
	}
	w.person().polls(0, "")
}
