package engine_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"llave/bot"
)

// mumbling is a store that does what it is asked and then says that it failed: a lost reply.
type mumbling struct {
	bot.Store
	mu             sync.Mutex
	accept, commit int // calls that are still answered wrongly
}

func (m *mumbling) lost(n *int) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	*n--
	return *n >= 0
}

func (m *mumbling) Accept(ctx context.Context, a bot.Arrival) (bot.Receipt, error) {
	r, err := m.Store.Accept(ctx, a)
	if err == nil && m.lost(&m.accept) {
		return bot.Receipt{}, errors.New("reply lost")
	}
	return r, err
}

func (m *mumbling) Commit(ctx context.Context, t bot.Turn) error {
	err := m.Store.Commit(ctx, t)
	if err == nil && m.lost(&m.commit) {
		return errors.New("reply lost")
	}
	return err
}

func TestAStoreWhoseReplyIsLostLosesNothing(t *testing.T) {
	bubble(t, func(t *testing.T) {
		s := &mumbling{Store: memory(), accept: 1}
		h := open(t, s)
		defer h.stop()
		u := bot.Update{Chat: chatA, ID: "1", Kind: bot.Message, Text: "one"}
		if h.Accept(t.Context(), u) == nil {
			t.Error("acknowledged on a lost reply")
		}
		h.accept(u) // the channel repeats it
		h.writes(chatA, "two")
		h.expects(chatA, "1 one", "2 two")
	})
	bubble(t, func(t *testing.T) {
		s := &mumbling{Store: memory(), commit: 1}
		h := open(t, s)
		defer h.stop()
		h.writes(chatA, "one")
		time.Sleep(time.Minute)
		h.writes(chatA, "two")
		h.expects(chatA, "1 one", "2 two")
	})
	bubble(t, func(t *testing.T) {
		s := &mumbling{Store: memory(), commit: 1}
		h := open(t, s)
		defer h.stop()
		h.outside.answer = func(context.Context, string, int) error { time.Sleep(5 * time.Second); return nil }
		h.writes(chatA, "effect x")
		time.Sleep(time.Minute)
		h.expects(chatA, "1 wait", "1 got 1 failed=false late=true")
	})
}

func TestTheOrderIsThatOfTheStore(t *testing.T) {
	bubble(t, func(t *testing.T) {
		s := &slowToTell{Store: memory(), first: make(chan struct{}, 1)}
		s.first <- struct{}{}
		h := open(t, s)
		defer h.stop()
		var wg sync.WaitGroup
		for _, text := range []string{"one", "two"} {
			wg.Go(func() { h.Accept(t.Context(), bot.Update{Chat: chatA, ID: text, Kind: bot.Message, Text: text}) })
			time.Sleep(time.Millisecond)
		}
		wg.Wait()
		h.expects(chatA, "1 one", "2 two")
	})
}

// slowToTell keeps the first arrival at once and says so a second later.
type slowToTell struct {
	bot.Store
	first chan struct{}
}

func (s *slowToTell) Accept(ctx context.Context, a bot.Arrival) (bot.Receipt, error) {
	r, err := s.Store.Accept(ctx, a)
	select {
	case <-s.first:
		time.Sleep(time.Second)
	default:
	}
	return r, err
}
