package engine_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"llave/bot"
	"llave/bot/engine"
	"llave/store/storetest"
)

// withKeys opens an engine with these keys.
func withKeys(t *testing.T, keys ...byte) option {
	return func(c *engine.Config) { c.Keys = keyRing(t, keys...) }
}

// deadLetters opens what was set aside.
func (h *harness) deadLetters(keys ...byte) *engine.DeadLetters {
	h.t.Helper()
	d, err := engine.OpenDeadLetters(h.t.Context(), h.store, keyRing(h.t, keys...), keeping{echo{}}, time.Now)
	if err != nil {
		h.t.Fatal(err)
	}
	return d
}

// listed lists what is set aside as "kind readable".
func (h *harness) listed(d *engine.DeadLetters) (out []string) {
	h.t.Helper()
	all, err := d.List(h.t.Context())
	if err != nil {
		h.t.Fatal(err)
	}
	for _, b := range all {
		out = append(out, fmt.Sprint(int(b.Kind), " ", b.Readable))
	}
	return out
}

// retryAll puts back what can be, the oldest first, and returns how often each refusal came.
func (h *harness) retryAll(d *engine.DeadLetters) map[error]int {
	h.t.Helper()
	all, err := d.List(h.t.Context())
	if err != nil {
		h.t.Fatal(err)
	}
	refused := map[error]int{}
	for i := len(all) - 1; i >= 0; i-- {
		if err := d.Retry(h.t.Context(), all[i].ID); err != nil {
			refused[err]++
		}
	}
	return refused
}

// fill leaves in the store, under key 2 in front of key 1, a chat with a session, an update that waits, a pending
// effect, an unsent reply and a timer.
func fill(t *testing.T, s bot.Store) *harness {
	f := &faulty{Store: s}
	h := open(t, f, withKeys(t, 2, 1))
	h.screen.onSend(func(bot.ChatID, bot.Reply) error { return &bot.RetryAfter{After: time.Hour} })
	h.outside.set(hang)
	h.writes(chatA, "timer tea")
	h.writes(chatA, "effect x")
	time.Sleep(10 * time.Second)
	f.set(&f.commit, func() error { return errors.New("no") })
	h.writes(chatA, "hello")
	short, cancel := context.WithTimeout(t.Context(), time.Second)
	defer cancel()
	h.Stop(short)
	h.screen.onSend(nil)
	h.outside.set(nil)
	h.store = s
	return h
}

// A start with a key missing sets everything aside as it came, says so without a word of it, and spins on nothing. When
// the key is back, it is put back, and the chat goes on as if nothing had been.
func TestAKeyThatComesBackOpensEverything(t *testing.T) {
	bubble(t, func(t *testing.T) {
		h := fill(t, memory())
		h.start(withKeys(t, 1))
		time.Sleep(2 * time.Hour)
		h.expects(chatA)
		if h.Stats().Unreadable.Load() == 0 {
			t.Error("nothing is counted as unreadable")
		}
		h.stop()
		if strings.Contains(h.log.String(), "hello") {
			t.Error("what was said stands in the log")
		}
		for _, shard := range everyShard() {
			if pending, err := h.store.PendingChats(t.Context(), shard, bot.ChatKey{}, 9); err != nil || len(pending) != 0 {
				t.Errorf("something is still owed: %v, %v", pending, err)
			}
		}
		d := h.deadLetters(1)
		if got := h.listed(d); len(got) != 5 || strings.Contains(fmt.Sprint(got), "true") {
			t.Errorf("with the key missing the dead are %q, want five that cannot be read", got)
		}
		if refused := h.retryAll(d); refused[engine.ErrUnreadable] != 5 {
			t.Errorf("with the key missing a retry is refused with %v", refused)
		}

		d = h.deadLetters(2, 1)
		if got := strings.Join(h.listed(d), ", "); strings.Count(got, "true") != 5 {
			t.Errorf("with the key back the dead are %q, want all readable", got)
		}
		if refused := h.retryAll(d); len(refused) != 1 || refused[engine.ErrOver] != 1 {
			t.Errorf("with the key back a retry is refused with %v, want only the effect, whose time is over", refused)
		}
		h.start(withKeys(t, 2, 1))
		time.Sleep(time.Minute)
		said := strings.Join(h.screen.read(chatA), "|")
		for _, want := range []string{"1 set", "3 hello", "alarm tea"} {
			if !strings.Contains(said, want) {
				t.Errorf("after the retry was said %q, want %q in it", said, want)
			}
		}
		h.stop()
	})
}

// A session that cannot be read stays where it is while nothing is said; a word begins a new one, and the old one is
// kept aside. It comes back in the place of a new one that is worth less, and not of one that was linked since.
func TestASessionThatCannotBeReadIsKept(t *testing.T) {
	for name, c := range map[string]struct {
		since string
		want  string
	}{
		"nothing was said":          {"", "3"},
		"something was said":        {"hello", "3"},
		"the chat was linked since": {"link", "2"},
	} {
		bubble(t, func(t *testing.T) {
			h := open(t, memory(), slowly, withKeys(t, 2, 1))
			h.writes(chatA, "hello")
			h.writes(chatA, "link")
			time.Sleep(time.Second)
			h.stop()
			h.start(slowly, withKeys(t, 1))
			time.Sleep(time.Hour)
			if c.since != "" {
				h.writes(chatA, c.since)
				time.Sleep(time.Second)
			}
			h.stop()
			d := h.deadLetters(2, 1)
			refused := h.retryAll(d)
			if linked := c.since == "link"; linked != (refused[engine.ErrSuperseded] == 1) {
				t.Errorf("%s: a retry is refused with %v", name, refused)
			}
			h.start(slowly, withKeys(t, 2, 1))
			if n := h.numberOfTurns(chatA); n != c.want {
				t.Errorf("%s: the next answer has the number %s, want %s", name, n, c.want)
			}
			h.stop()
		})
	}
}

// The dead letter of an update that could not be read holds the bytes that were accepted.
func TestAnUpdateThatCannotBeReadIsKeptAsItCame(t *testing.T) {
	bubble(t, func(t *testing.T) {
		p := &bodies{Store: memory()}
		f := &faulty{Store: p}
		h := open(t, f, withKeys(t, 2, 1))
		f.set(&f.commit, func() error { return errors.New("no") })
		h.writes(chatA, "hello")
		short, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		h.Stop(short)
		h.store = p
		h.start(withKeys(t, 1))
		time.Sleep(time.Minute)
		h.stop()
		dead, err := p.Dead(t.Context(), 9)
		if err != nil || len(dead) != 1 || string(dead[0].Body) != string(p.accepted) {
			t.Errorf("dead letters %v, %v, want one with the body that was accepted", dead, err)
		}
		if len(dead) == 1 && !strings.Contains(dead[0].Reason, "cannot be read") {
			t.Errorf("it was set aside because: %s", dead[0].Reason)
		}
	})
}

// bodies remembers the last body that was accepted.
type bodies struct {
	bot.Store
	accepted []byte
}

func (b *bodies) Accept(ctx context.Context, a bot.Arrival) (bot.Receipt, error) {
	b.accepted = a.Body
	return b.Store.Accept(ctx, a)
}

// Timers that cannot be read, however many, keep no other from its hour.
func TestTimersThatCannotBeReadKeepNoOther(t *testing.T) {
	bubble(t, func(t *testing.T) {
		s := memory()
		h := open(t, s, withKeys(t, 2, 1))
		for i := range 600 {
			h.accept(bot.Update{Chat: numbered(i), ID: "1", Kind: bot.Message, Text: "timer tea"})
		}
		time.Sleep(10 * time.Second)
		h.stop()
		h.start(withKeys(t, 1))
		h.writes(chatA, "timer milk")
		time.Sleep(2 * time.Hour)
		h.expects(chatA, "1 set", "alarm milk")
		h.stop()
		due, err := s.Due(t.Context(), storetest.AllShards(), time.Now(), bot.TimerDue{}, 1000)
		dead, _ := s.Dead(t.Context(), 1000)
		if err != nil || len(due) != 0 || len(dead) != 600 {
			t.Errorf("%d timers are still due and %d set aside, %v, want 0 and 600", len(due), len(dead), err)
		}
	})
}

// stubborn is a store that takes nothing of some chats.
type stubborn struct {
	bot.Store
	chats map[bot.ChatKey]bool
	on    atomic.Bool
}

var errRow = errors.New("this row cannot be written")

func (s *stubborn) refuses(k bot.ChatKey) bool { return s.on.Load() && s.chats[k] }

func (s *stubborn) Accept(ctx context.Context, a bot.Arrival) (bot.Receipt, error) {
	if s.refuses(a.Chat) {
		return bot.Receipt{}, errRow
	}
	return s.Store.Accept(ctx, a)
}

func (s *stubborn) Commit(ctx context.Context, t bot.Turn) error {
	if s.refuses(t.Chat) {
		return errRow
	}
	return s.Store.Commit(ctx, t)
}

func (s *stubborn) Load(ctx context.Context, k bot.ChatKey) (bot.Chat, error) {
	if s.refuses(k) {
		return bot.Chat{}, errRow
	}
	return s.Store.Load(ctx, k)
}

// Timers of chats that the store does not take, readable or not, keep no other from its hour.
func TestAlarmsOfChatsThatCannotBeWrittenKeepNoOther(t *testing.T) {
	for _, second := range [][]byte{{2, 1}, {1}} { // the keys of the second start
		bubble(t, func(t *testing.T) {
			p := &peek{Store: memory()}
			s := &stubborn{Store: p, chats: map[bot.ChatKey]bool{}}
			h := open(t, s, withKeys(t, 2, 1))
			for i := range 600 {
				h.accept(bot.Update{Chat: numbered(i), ID: "1", Kind: bot.Message, Text: "timer tea"})
			}
			time.Sleep(10 * time.Second)
			h.stop()
			for _, k := range p.keys {
				s.chats[k] = true
			}
			h.start(withKeys(t, second...))
			h.writes(chatA, "timer milk")
			synctest.Wait()
			s.on.Store(true)
			time.Sleep(61 * time.Minute)
			h.expects(chatA, "1 set", "alarm milk")
			h.stop()
		})
	}
}
