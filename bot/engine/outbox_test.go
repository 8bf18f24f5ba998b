package engine_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"llave/bot"
	"llave/bot/engine"
	"llave/bot/rate"
)

// undated is the script without expiry.
type undated struct{ bot.Script }

func (u undated) Decide(s bot.Session, in bot.Input) (bot.Decision, error) {
	d, err := u.Script.Decide(s, in)
	for i := range d.Replies {
		d.Replies[i].Expires = time.Time{}
	}
	return d, err
}

func noExpiry(c *engine.Config) { c.Script = undated{c.Script} }

// However many messages are owed when the process starts, a question that is the last of them is sent, and one that
// something follows is not. The store is read in pages of [bot.PageSize].
func TestTheLastQuestionOfAnyNumberIsSent(t *testing.T) {
	for _, n := range []int{1, 2, bot.PageSize - 1, bot.PageSize, bot.PageSize + 1, 2*bot.PageSize + 1} {
		for _, later := range []bool{false, true} {
			bubble(t, func(t *testing.T) {
				h := open(t, memory(), seldom, noExpiry)
				h.screen.onSend(func(bot.ChatID, bot.Reply) error { return &bot.RetryAfter{After: time.Hour} })
				var want []string
				for i := range n - 1 {
					h.writes(chatA, fmt.Sprint("text ", i))
					want = append(want, fmt.Sprintf("%d text %d", i+1, i))
				}
				h.writes(chatA, "ask the question")
				if later {
					h.writes(chatA, "and more")
					want = append(want, fmt.Sprintf("%d and more", n+1))
				} else {
					want = append(want, fmt.Sprintf("%d the question", n))
				}
				time.Sleep(time.Second)
				h.stop()
				h.screen.onSend(nil)
				h.start(noExpiry)
				defer h.stop()
				time.Sleep(2 * time.Hour)
				if got := h.screen.read(chatA); !slices.Equal(got, want) {
					t.Errorf("%d messages owed, the last a question, followed by more: %t: the last ones sent are %q", n, later, got[max(0, len(got)-2):])
				}
			})
		}
	}
}

// counting counts how often a chat is loaded.
type counting struct {
	*faulty
	loads atomic.Int64
}

func (c *counting) Load(ctx context.Context, k bot.ChatKey) (bot.Chat, error) {
	c.loads.Add(1)
	return c.faulty.Load(ctx, k)
}

func (c *counting) Messages(ctx context.Context, k bot.ChatKey, from uint64, limit int) ([]bot.OutboxMessage, error) {
	c.loads.Add(1)
	return c.faulty.Messages(ctx, k, from, limit)
}

// While what became of the messages cannot be written, the dispatcher neither asks the store in a circle nor sends
// without end what it would have to send again. Afterwards the rest goes out, in order and once.
func TestADispatcherThatCannotWriteResultsWaits(t *testing.T) {
	bubble(t, func(t *testing.T) {
		s := &counting{faulty: &faulty{Store: memory()}}
		h := open(t, s)
		defer h.stop()
		var full atomic.Bool
		s.mark = func([]bot.DeliveryResult) error {
			if full.Load() {
				return errors.New("disk full")
			}
			return nil
		}
		free := make(chan struct{})
		h.screen.onSend(func(bot.ChatID, bot.Reply) error { <-free; return nil })
		var want []string
		for i := range 200 {
			h.writes(chatA, fmt.Sprint("text ", i))
			want = append(want, fmt.Sprintf("%d text %d", i+1, i))
		}
		synctest.Wait()
		full.Store(true)
		close(free)
		time.Sleep(time.Second)
		before := s.loads.Load()
		time.Sleep(time.Minute)
		if n := s.loads.Load() - before; n > 60 {
			t.Errorf("the chat was loaded %d times in a minute", n)
		}
		if n := h.Stats().Sent.Load(); n > 2*bot.PageSize {
			t.Errorf("%d messages were sent whose results are not on record", n)
		}
		h.writes(chatB, "hello")
		h.expects(chatB, "1 hello")
		full.Store(false)
		h.Drain(t.Context())
		h.expects(chatA, want...)
	})
}

// unreadable is a store that cannot be read while it is told to.
type unreadable struct {
	*counting
	broken atomic.Bool
}

func (u *unreadable) Messages(ctx context.Context, k bot.ChatKey, from uint64, limit int) ([]bot.OutboxMessage, error) {
	page, err := u.counting.Messages(ctx, k, from, limit)
	if u.broken.Load() {
		return nil, errors.New("cannot be read")
	}
	return page, err
}

func TestADispatcherThatCannotReadWaits(t *testing.T) {
	bubble(t, func(t *testing.T) {
		s := &unreadable{counting: &counting{faulty: &faulty{Store: memory()}}}
		h := open(t, s)
		defer h.stop()
		free := make(chan struct{})
		h.screen.onSend(func(bot.ChatID, bot.Reply) error { <-free; return nil })
		var want []string
		for i := range 150 {
			h.writes(chatA, fmt.Sprint("text ", i))
			want = append(want, fmt.Sprintf("%d text %d", i+1, i))
		}
		synctest.Wait()
		s.broken.Store(true)
		before := s.loads.Load()
		close(free)
		time.Sleep(time.Minute)
		if n := s.loads.Load() - before; n == 0 || n > 60 {
			t.Errorf("the chat was loaded %d times in a minute", n)
		}
		s.broken.Store(false)
		h.Drain(t.Context())
		h.expects(chatA, want...)
	})
}

// A reply that waits for its hour does not hold up what is said after it was withdrawn.
func TestWhatIsSaidAfterAPurgeDoesNotWait(t *testing.T) {
	bubble(t, func(t *testing.T) {
		h := open(t, memory())
		defer h.stop()
		h.screen.onSend(failing(1, &bot.RetryAfter{After: time.Hour}))
		h.writes(chatA, "one")
		synctest.Wait()
		h.writes(chatA, "purge")
		h.expects(chatA, "2 purged")
	})
}

// A chat that has used up its own pace holds up no other.
func TestAChatsOwnPaceHoldsUpNoOther(t *testing.T) {
	bubble(t, func(t *testing.T) {
		log := &sending{}
		h := open(t, memory(), func(c *engine.Config) {
			c.Channels["fake"] = slowOutcome{c.Channels["fake"].(*screen), rate.NewPace(30, time.Second, 5, time.Now)}
		})
		defer h.stop()
		h.screen.onSend(func(to bot.ChatID, r bot.Reply) error { log.note(to, r); return nil })
		for i := range 30 {
			h.writes(chatA, fmt.Sprint("text ", i))
		}
		time.Sleep(500 * time.Millisecond)
		asked := time.Now()
		h.writes(chatB, "hello")
		time.Sleep(time.Second)
		if got := log.in(chatB); len(got) != 1 || got[0].at.Sub(asked) > 100*time.Millisecond {
			t.Errorf("asked at %v, sent %v", asked, got)
		}
		h.Drain(t.Context())
		if got := log.in(chatA); len(got) != 30 || got[29].at.Sub(got[0].at) < 24*time.Second {
			t.Errorf("sent %d in %v", len(got), got[len(got)-1].at.Sub(got[0].at))
		}
	})
}
