package engine_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
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

// log is what a channel was given, with the time.
type sending struct {
	mu   sync.Mutex
	sent []sent
}

type sent struct {
	chat bot.ChatID
	text string
	at   time.Time
}

func (s *sending) note(to bot.ChatID, r bot.Reply) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.sent = append(s.sent, sent{to, r.Text, time.Now()})
}

func (s *sending) in(chat bot.ChatID) (out []sent) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, x := range s.sent {
		if x.chat == chat {
			out = append(out, x)
		}
	}
	return out
}

// outage lets a channel with a pace of 30 a second fail for ten minutes, while each of n chats is owed a reply.
func outage(t *testing.T, n int, text string) (*harness, *sending) {
	log := &sending{}
	h := open(t, memory(), noExpiry, func(c *engine.Config) {
		c.Channels["fake"] = slowOutcome{c.Channels["fake"].(*screen), rate.NewPace(30, time.Second, 5, time.Now)}
	})
	var down atomic.Bool
	down.Store(true)
	h.screen.onSend(func(to bot.ChatID, r bot.Reply) error {
		if down.Load() {
			return errors.New("network")
		}
		log.note(to, r)
		return nil
	})
	for i := range n {
		h.accept(bot.Update{Chat: numbered(i), ID: "1", Kind: bot.Message, Text: text})
	}
	time.Sleep(10 * time.Minute)
	down.Store(false)
	return h, log
}

// Where much is owed, what somebody at the counter waits for goes first. Nothing starves: the rest goes out meanwhile.
func TestATokenDoesNotWaitBehindMenus(t *testing.T) {
	bubble(t, func(t *testing.T) {
		h, log := outage(t, 6000, "ask what to do")
		defer h.stop()
		for i := range 20 {
			chat := bot.ChatID(fmt.Sprint("fake/bot/new", i))
			asked := time.Now()
			h.writes(chat, []string{"show my token", "secret my link"}[i%2])
			time.Sleep(5 * time.Second)
			if got := log.in(chat); len(got) != 1 || got[0].at.Sub(asked) > 2*time.Second {
				t.Errorf("a token or a link that was asked for at %v went out as %v", asked, got)
			}
		}
		h.Drain(t.Context())
		if n := len(log.sent); n != 6020 {
			t.Errorf("%d of 6020 were sent", n)
		}
		checkPace(t, log.sent, 30)
	})
}

// checkPace holds what was sent against so many a second.
func checkPace(t *testing.T, all []sent, perSecond int) {
	t.Helper()
	for i := perSecond; i < len(all); i++ {
		if d := all[i].at.Sub(all[i-perSecond].at); d < 990*time.Millisecond {
			t.Fatalf("%d messages within %v", perSecond+1, d)
		}
	}
}

// Tokens without end do not keep what is less urgent from going out.
func TestMenusDoNotStarveBehindTokens(t *testing.T) {
	bubble(t, func(t *testing.T) {
		h, log := outage(t, 50, "ask what to do")
		defer h.stop()
		began := time.Now()
		for i := range 120 * 32 { // 32 a second, and 30 can go out; a menu is tried again after a minute and a half at most
			h.writes(bot.ChatID(fmt.Sprint("fake/bot/new", i)), "show my token")
			time.Sleep(time.Second / 32)
		}
		for i := range 50 {
			if got := log.in(numbered(i)); len(got) != 1 || got[0].at.Sub(began) > 100*time.Second {
				t.Fatalf("after two minutes of tokens without end, chat %d has its menu as %v", i, got)
			}
		}
		h.Drain(t.Context())
	})
}

// The order within a chat is kept: a token waits for what was said before it, which goes out as soon as the token would.
func TestATokenBringsForwardWhatIsBeforeIt(t *testing.T) {
	bubble(t, func(t *testing.T) {
		h, log := outage(t, 3000, "hello")
		defer h.stop()
		h.writes(chatA, "first")
		time.Sleep(time.Second)
		if got := log.in(chatA); len(got) != 0 {
			t.Fatalf("an ordinary answer has overtaken 3000: %v", got)
		}
		asked := time.Now()
		h.writes(chatA, "show my token")
		time.Sleep(5 * time.Second)
		got := log.in(chatA)
		if len(got) != 2 || !strings.HasSuffix(got[0].text, "first") || !strings.HasSuffix(got[1].text, "my token") || got[1].at.Sub(asked) > 2*time.Second {
			t.Errorf("asked at %v, sent %v", asked, got)
		}
		h.Drain(t.Context())
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
