package engine_test

import (
	"context"
	"fmt"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"llave/bot"
)

// paused is a store that can be stopped after it has done something and before it says so.
type paused struct {
	bot.Store
	afterLoad, afterCommit atomic.Pointer[chan struct{}]
}

func (p *paused) Load(ctx context.Context, k bot.ChatKey) (bot.Chat, error) {
	c, err := p.Store.Load(ctx, k)
	pass(&p.afterLoad)
	return c, err
}

func (p *paused) Messages(ctx context.Context, k bot.ChatKey, from uint64, limit int) ([]bot.OutboxMessage, error) {
	page, err := p.Store.Messages(ctx, k, from, limit)
	pass(&p.afterLoad)
	return page, err
}

func (p *paused) Commit(ctx context.Context, t bot.Turn) error {
	err := p.Store.Commit(ctx, t)
	pass(&p.afterCommit)
	return err
}

// pass waits at a gate if there is one.
func pass(gate *atomic.Pointer[chan struct{}]) {
	if g := gate.Load(); g != nil {
		<-*g
	}
}

// shut puts a gate there and returns what opens it.
func shut(gate *atomic.Pointer[chan struct{}]) (open func()) {
	g := make(chan struct{})
	gate.Store(&g)
	return func() { gate.Store(nil); close(g) }
}

// owed opens a house on a store in which chatA is owed so many replies that nobody has in memory.
func owed(t *testing.T, n int) (*harness, *paused) {
	s := &paused{Store: memory()}
	h := open(t, s)
	h.screen.onSend(func(bot.ChatID, bot.Reply) error { return &bot.RetryAfter{After: time.Minute} })
	for i := range n {
		h.writes(chatA, fmt.Sprint("text ", i))
	}
	synctest.Wait()
	h.stop()
	h.screen.onSend(nil)
	time.Sleep(2 * time.Minute)
	return h, s
}

// A reply that is written while the outbox is being read is sent, too, and behind the others.
func TestAReplyThatIsWrittenWhileTheOutboxIsRead(t *testing.T) {
	bubble(t, func(t *testing.T) {
		h, s := owed(t, 3)
		open := shut(&s.afterLoad)
		h.start()
		defer h.stop()
		synctest.Wait()
		free := shut(&s.afterLoad) // for what is read from now on
		open()
		synctest.Wait()
		free()
		h.expects(chatA, texts(1, 3)...)
		// A chat that is known: its turn reads nothing, while the dispatcher does.
		h.screen.onSend(func(bot.ChatID, bot.Reply) error { return &bot.RetryAfter{After: time.Minute} })
		for i := range 70 {
			h.writes(chatA, fmt.Sprint("text ", i+3))
		}
		synctest.Wait()
		h.screen.onSend(nil)
		open = shut(&s.afterLoad)
		time.Sleep(2 * time.Minute) // up to where the store has to be read
		h.writes(chatA, "text 73")
		synctest.Wait()
		open()
		h.Drain(t.Context())
		h.expects(chatA, texts(1, 74)...)
	})
}

// A reply that is read from the outbox and sent before its turn has received of its commit is not sent again.
func TestAReplyThatIsReadBeforeItsTurnKnowsIsSentOnce(t *testing.T) {
	bubble(t, func(t *testing.T) {
		s := &paused{Store: memory()}
		h := open(t, s)
		defer h.stop()
		h.screen.onSend(func(bot.ChatID, bot.Reply) error { return &bot.RetryAfter{After: time.Minute} })
		for i := range 70 { // more than is held in memory: the rest has to be read
			h.writes(chatA, fmt.Sprint("text ", i))
		}
		synctest.Wait()
		h.screen.onSend(nil)
		open := shut(&s.afterCommit)
		h.writes(chatA, "text 70")
		time.Sleep(5 * time.Minute)
		h.expects(chatA, texts(1, 71)...)
		open()
		h.Drain(t.Context())
		h.expects(chatA, texts(1, 71)...)
	})
}
