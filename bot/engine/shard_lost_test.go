package engine_test

import (
	"context"
	"errors"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"llave/bot"
)

// A shard that is lost stops at once: nothing that waits in memory is sent, decided or asked any more, and it is all there
// for the next holder.
func TestALostShardStopsAtOnce(t *testing.T) {
	bubble(t, func(t *testing.T) {
		f := newFleet(t, 2)
		h := f.first
		h.screen.onSend(func(bot.ChatID, bot.Reply) error { return &bot.RetryAfter{After: time.Minute} })
		h.outside.set(func(context.Context, string, int) error { return errors.New("no answer") })
		h.writes(chatA, "text")
		h.writes(chatB, "effect x")
		time.Sleep(5 * time.Second)
		asks := len(h.outside.asks())
		var all []bot.Shard
		for s := range bot.Shards {
			all = append(all, bot.Shard(s))
		}
		if err := f.engines[0].Lose(t.Context(), all); err != nil {
			t.Fatal(err)
		}
		if err := f.engines[0].Drain(t.Context()); err != nil {
			t.Error(err)
		}
		before := h.outside.total()
		h.screen.onSend(nil)
		time.Sleep(time.Minute)
		h.expects(chatA)
		if n := h.outside.total(); n != before || asks != 1 {
			t.Errorf("the back end was asked %d times after the shard was lost", n-before)
		}
		h.outside.set(nil)
		if err := f.engines[1].Acquire(t.Context(), all); err != nil {
			t.Fatal(err)
		}
		f.stop()
		h.expects(chatA, "1 text")
		// The interim may have been superseded by the answer.
		if said := strings.TrimPrefix(strings.Join(h.screen.read(chatB), "|"), "1 wait|"); said != "1 got 1 failed=false late=true" {
			t.Errorf("said %q", said)
		}
	})
}

// slowAccept is a store that keeps an update and takes its time to say so.
type slowAccept struct {
	bot.Store
	gate atomic.Pointer[chan struct{}]
	hide atomic.Bool // chats that are pending, once for each shard
}

// PendingChats misses what is kept a moment after the question.
func (s *slowAccept) PendingChats(ctx context.Context, id bot.Shard, after bot.ChatKey, limit int) ([]bot.ChatKey, error) {
	if s.hide.Load() {
		return nil, nil
	}
	return s.Store.PendingChats(ctx, id, after, limit)
}

func (s *slowAccept) Accept(ctx context.Context, a bot.Arrival) (bot.Receipt, error) {
	r, err := s.Store.Accept(ctx, a)
	pass(&s.gate)
	return r, err
}

// An update is kept while its shard is lost, after the next holder has looked for pending chats: it is not acknowledged, and
// when it is repeated the next holder answers it, once.
func TestAnUpdateThatIsKeptWhileTheShardIsLost(t *testing.T) {
	bubble(t, func(t *testing.T) {
		store := &slowAccept{Store: memory()}
		a := open(t, store)
		b := &harness{t: t, store: store, outside: a.outside, screen: a.screen}
		b.startWith(nil)
		var all []bot.Shard
		for s := range bot.Shards {
			all = append(all, bot.Shard(s))
		}
		answer := shut(&store.gate)
		u := bot.Update{Chat: chatA, ID: "1", Kind: bot.Message, Text: "hello"}
		accepted := make(chan error)
		go func() { accepted <- a.Accept(t.Context(), u) }()
		synctest.Wait()
		late, cancel := context.WithCancel(t.Context())
		cancel()
		if err := a.Lose(late, all); err == nil {
			t.Error("the shard ended while an update was being accepted, and nothing is said of it")
		}
		synctest.Wait()
		store.hide.Store(true)
		if err := b.Acquire(t.Context(), all); err != nil {
			t.Fatal(err)
		}
		answer()
		if err := <-accepted; !errors.Is(err, bot.ErrNotHeld) {
			t.Errorf("acknowledged with %v by an engine that had lost the shard", err)
		}
		if err := b.Accept(t.Context(), u); err != nil {
			t.Error(err)
		}
		b.expects(chatA, "1 hello")
		a.stop()
		b.stop()
	})
}
