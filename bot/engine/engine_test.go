package engine_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"llave/bot"
	"llave/bot/engine"
	"llave/bot/keyring"
)

// faulty is a store that fails or waits where a test wants it to.
type faulty struct {
	bot.Store
	mu             sync.Mutex
	accept, commit func() error
	mark           func([]bot.DeliveryResult) error
}

func (f *faulty) hook(h *func() error) error {
	f.mu.Lock()
	g := *h
	f.mu.Unlock()
	if g == nil {
		return nil
	}
	return g()
}

func (f *faulty) set(h *func() error, g func() error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	*h = g
}

func (f *faulty) Accept(ctx context.Context, a bot.Arrival) (bot.Receipt, error) {
	if err := f.hook(&f.accept); err != nil {
		return bot.Receipt{}, err
	}
	return f.Store.Accept(ctx, a)
}

func (f *faulty) Commit(ctx context.Context, t bot.Turn) error {
	if err := f.hook(&f.commit); err != nil {
		return err
	}
	return f.Store.Commit(ctx, t)
}

func (f *faulty) RecordDelivery(ctx context.Context, m []bot.DeliveryResult) error {
	if f.mark != nil {
		if err := f.mark(m); err != nil {
			return err
		}
	}
	return f.Store.RecordDelivery(ctx, m)
}

func TestChatsKeepTheirOrderAndLoseNothing(t *testing.T) {
	bubble(t, func(t *testing.T) {
		h := open(t, memory())
		defer h.stop()
		const chats, each = 20, 100 // more than a lane or a route holds in memory
		var wg sync.WaitGroup
		for c := range chats {
			wg.Go(func() {
				for i := range each {
					u := bot.Update{Chat: bot.ChatID(fmt.Sprintf("fake/bot/%d", c)), ID: fmt.Sprint(i), Kind: bot.Message, Text: fmt.Sprint("text ", i)}
					for range 1 + i%3 { // the channel repeats itself
						if err := h.Accept(t.Context(), u); err != nil {
							t.Error(err)
						}
					}
				}
			})
		}
		wg.Wait()
		if err := h.Drain(t.Context()); err != nil {
			t.Fatal(err)
		}
		for c := range chats {
			var want []string
			for i := range each {
				want = append(want, fmt.Sprintf("%d text %d", i+1, i))
			}
			h.expects(bot.ChatID(fmt.Sprintf("fake/bot/%d", c)), want...)
		}
	})
}

func TestAChannelThatIsStuckHoldsUpNoTurnAndNoOtherChat(t *testing.T) {
	bubble(t, func(t *testing.T) {
		h := open(t, memory())
		defer h.stop()
		free := make(chan struct{})
		h.screen.onSend(func(to bot.ChatID, _ bot.Reply) error {
			if to == chatA {
				<-free
			}
			return nil
		})
		var want []string
		for i := range 150 {
			h.writes(chatA, fmt.Sprint("text ", i))
			want = append(want, fmt.Sprintf("%d text %d", i+1, i))
		}
		h.writes(chatB, "hello")
		h.expects(chatB, "1 hello")
		if n := h.Stats().Turns.Load(); n != 151 {
			t.Errorf("%d turns, want 151", n)
		}
		close(free)
		h.Drain(t.Context())
		h.expects(chatA, want...)
	})
}

func TestNothingIsAcknowledgedBeforeItIsKept(t *testing.T) {
	bubble(t, func(t *testing.T) {
		s := &faulty{Store: memory()}
		h := open(t, s)
		defer h.stop()
		full := errors.New("disk full")
		s.set(&s.accept, func() error { return full })
		u := bot.Update{Chat: chatA, ID: "1", Kind: bot.Message, Text: "one"}
		if err := h.Accept(t.Context(), u); !errors.Is(err, full) {
			t.Errorf("Accept says %v while the store takes nothing", err)
		}
		if h.Ready() == nil {
			t.Error("ready while the store takes nothing")
		}
		h.expects(chatA)
		wait := make(chan struct{})
		s.set(&s.accept, func() error { <-wait; return nil })
		told := make(chan error, 1)
		go func() { told <- h.Accept(t.Context(), u) }()
		synctest.Wait()
		select {
		case <-told:
			t.Error("acknowledged before the store had it")
		default:
		}
		close(wait)
		if err := <-told; err != nil {
			t.Error(err)
		}
		h.expects(chatA, "1 one")
		if err := h.Ready(); err != nil {
			t.Errorf("not ready again: %v", err)
		}
	})
}

func TestATurnThatTheStoreDoesNotTakeIsRunAgainAndSaysNothingBefore(t *testing.T) {
	bubble(t, func(t *testing.T) {
		s := &faulty{Store: memory()}
		h := open(t, s)
		defer h.stop()
		s.set(&s.commit, func() error { return errors.New("disk full") })
		h.writes(chatA, "effect x")
		h.expects(chatA)
		if h.Ready() == nil {
			t.Error("ready while turns cannot be kept")
		}
		time.Sleep(20 * time.Second)
		s.set(&s.commit, nil)
		time.Sleep(20 * time.Second)
		h.expects(chatA, "1 got 1 failed=false late=false")
		if err := h.Ready(); err != nil || h.outside.acts() != 1 {
			t.Errorf("ready: %v; %d acts, want 1", err, h.outside.acts())
		}
	})
}

func TestTimers(t *testing.T) {
	bubble(t, func(t *testing.T) {
		h := open(t, memory())
		h.writes(chatA, "timer tea")
		h.writes(chatA, "timer milk")
		h.writes(chatA, "cancel milk")
		time.Sleep(59 * time.Minute)
		h.expects(chatA, "1 set", "2 set", "3 cancelled")
		h.stop()
		time.Sleep(10 * time.Minute) // due while nothing runs
		h.start()
		time.Sleep(2 * time.Hour)
		h.expects(chatA, "1 set", "2 set", "3 cancelled", "alarm tea")
		h.stop()
	})
}

func TestEventsAreKeptSealed(t *testing.T) {
	bubble(t, func(t *testing.T) {
		h := open(t, memory())
		defer h.stop()
		h.writes(chatA, "event Juana")
		synctest.Wait()
		found := 0
		for s := range bot.Shards {
			list, err := h.store.Events(t.Context(), bot.Shard(s), 0, 10)
			if err != nil {
				t.Fatal(err)
			}
			for _, e := range list {
				found++
				if strings.Contains(string(e.Body), "Juana") {
					t.Error("an event stands in the clear")
				}
			}
		}
		if found != 1 {
			t.Errorf("%d events, want 1", found)
		}
	})
}

func TestStartAndStop(t *testing.T) {
	bubble(t, func(t *testing.T) {
		h := open(t, memory())
		h.writes(chatA, "one")
		h.expects(chatA, "1 one")
		h.stop()
		h.stop()
		if err := h.Accept(t.Context(), bot.Update{Chat: chatA, ID: "x", Kind: bot.Message}); !errors.Is(err, bot.ErrStopped) {
			t.Errorf("Accept after Stop: %v", err)
		}
		ring, _ := keyring.New(make([]byte, keyring.KeySize))
		e, err := engine.New(engine.Config{Store: h.store, Script: echo{}, Effects: h.outside, Channels: map[string]bot.Channel{"fake": h.screen}, Keys: ring})
		if err != nil {
			t.Fatal(err)
		}
		if err := e.Start(t.Context()); !errors.Is(err, keyring.ErrSealed) {
			t.Errorf("Start with another key: %v", err)
		}
		if err := e.Stop(t.Context()); err != nil {
			t.Errorf("Stop before Start: %v", err)
		}
	})
}

func TestStopIsCutAtItsDeadlineAndLosesNothing(t *testing.T) {
	bubble(t, func(t *testing.T) {
		h := open(t, memory())
		h.screen.onSend(func(bot.ChatID, bot.Reply) error { time.Sleep(time.Hour); return errors.New("no") })
		h.writes(chatA, "one")
		synctest.Wait()
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
		defer cancel()
		begin := time.Now()
		if err := h.Stop(ctx); err == nil {
			t.Error("Stop says that all was finished")
		}
		if d := time.Since(begin); d > 10*time.Second {
			t.Errorf("Stop took %s", d)
		}
		time.Sleep(2 * time.Hour)
		h.screen.onSend(nil)
		h.start()
		defer h.stop()
		h.expects(chatA, "1 one")
	})
}

func TestWhatMustNotBeKeptIsTakenOut(t *testing.T) {
	bubble(t, func(t *testing.T) {
		h := open(t, memory())
		defer h.stop()
		h.writes(chatA, "mi cuil es 27-99999001-6 gracias")
		h.writes(chatA, "27999990016")
		h.writes(chatA, "20 99.999.021 6")
		h.writes(chatA, "mi clave perro2024")
		h.writes(chatA, "el 482913 y el 12345678")
		h.writes(chatA, strings.Repeat("ñ", bot.MaxText))
		h.writes(chatA, strings.Repeat("ñ", bot.MaxText+1))
		h.expects(chatA, "1 mi cuil es ## gracias", "2 ##", "3 ##", "4 mi clave ···", "5 el 482913 y el 12345678", "6 "+strings.Repeat("ñ", bot.MaxText), "7 ")
	})
}

func TestUpdatesThatAreNone(t *testing.T) {
	bubble(t, func(t *testing.T) {
		h := open(t, memory())
		defer h.stop()
		for _, u := range []bot.Update{{}, {Chat: "fake/bot/a", Kind: bot.Message}, {Chat: "fake/bot", ID: "1", Kind: bot.Message}, {Chat: chatA, ID: "1"}} {
			if err := h.Accept(t.Context(), u); !errors.Is(err, bot.ErrUpdate) {
				t.Errorf("%+v: %v", u, err)
			}
		}
	})
}
