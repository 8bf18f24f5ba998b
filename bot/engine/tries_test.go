package engine_test

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"llave/bot"
	"llave/bot/engine"
)

// hang is a back end that does not answer.
func hang(ctx context.Context, _ string, _ int) error {
	<-ctx.Done()
	return ctx.Err()
}

// leftWaiting leaves an update waiting in each of n chats, as a process does that dies before it runs them.
func leftWaiting(t *testing.T, s bot.Store, n int, text string) {
	t.Helper()
	f := &faulty{Store: s}
	f.set(&f.commit, func() error { return errors.New("no") })
	h := open(t, f)
	for i := range n {
		h.accept(bot.Update{Chat: numbered(i), ID: "1", Kind: bot.Message, Text: text})
	}
	short, cancel := context.WithTimeout(t.Context(), time.Second)
	defer cancel()
	h.Stop(short)
}

// firstWords is how long it takes until n chats have been told something.
func (h *harness) firstWords(n int) time.Duration {
	began := time.Now()
	for i := range n {
		for len(h.screen.read(numbered(i))) == 0 && time.Since(began) < time.Hour {
			time.Sleep(100 * time.Millisecond)
		}
	}
	return time.Since(began)
}

// begunTries has the turns of all that waits begin and end with the process, this many times.
func begunTries(t *testing.T, s bot.Store, times int) {
	t.Helper()
	f, err := s.AcquireShards(t.Context(), everyShard())
	if err != nil {
		t.Fatal(err)
	}
	eachWaiting(t, s, func(k bot.ChatKey, w bot.Waiting) {
		for range times {
			if err := s.BeginTurn(t.Context(), f, k, w.Seq); err != nil {
				t.Fatal(err)
			}
		}
	})
}

func everyShard() (all []bot.Shard) {
	for i := range bot.Shards {
		all = append(all, bot.Shard(i))
	}
	return all
}

func eachWaiting(t *testing.T, s bot.Store, f func(bot.ChatKey, bot.Waiting)) {
	t.Helper()
	for _, shard := range everyShard() {
		keys, err := s.PendingChats(t.Context(), shard, bot.ChatKey{}, 1000)
		if err != nil {
			t.Fatal(err)
		}
		for _, k := range keys {
			c, err := s.Load(t.Context(), k)
			if err != nil {
				t.Fatal(err)
			}
			for _, w := range c.Waiting {
				f(k, w)
			}
		}
	}
}

// However often the program died before it ran what waits, nobody is suspected of it, and nothing is thrown away.
func TestDeathsBeforeATurnBeginsCountNothing(t *testing.T) {
	for _, deaths := range []int{3, 10} {
		bubble(t, func(t *testing.T) {
			s := memory()
			leftWaiting(t, s, 200, "effect x")
			for range deaths {
				if _, err := s.AcquireShards(t.Context(), everyShard()); err != nil {
					t.Fatal(err)
				}
			}
			h := open(t, s, func(c *engine.Config) { c.Effects = slowBackEnd() })
			if took := h.firstWords(200); took > 10*time.Second {
				t.Errorf("%d early deaths: the first words of 200 chats took %v", deaths, took)
			}
			if n := h.Stats().Quarantined.Load(); n != 0 {
				t.Errorf("%d early deaths: %d updates were set aside that were never run", deaths, n)
			}
			h.Drain(t.Context())
			h.stop()
		})
	}
}

func slowBackEnd() *outside {
	return &outside{did: map[string]int{}, asked: map[string]int{}, answer: hang}
}

// Suspects run one at a time, but none of them waits for the back end meanwhile: a slow one does not make the backlog
// wait in a line.
func TestSuspectsDoNotWaitForTheBackEnd(t *testing.T) {
	bubble(t, func(t *testing.T) {
		s := memory()
		leftWaiting(t, s, 200, "effect x")
		begunTries(t, s, 5)
		h := open(t, s, func(c *engine.Config) { c.Effects = slowBackEnd() })
		if took := h.firstWords(200); took > 10*time.Second {
			t.Errorf("the first words of 200 suspects took %v", took)
		}
		if n := h.Stats().Quarantined.Load(); n != 0 {
			t.Errorf("%d of them were set aside", n)
		}
		h.Drain(t.Context())
		for i := range 200 {
			if said := h.screen.read(numbered(i)); len(said) != 2 || !strings.HasPrefix(said[1], "1 got") {
				t.Fatalf("chat %d was told %q, want the interim and the outcome", i, said)
			}
		}
		h.stop()
	})
}

// At most one suspect is being decided on at any moment, and never together with another.
func TestSuspectsRunAlone(t *testing.T) {
	bubble(t, func(t *testing.T) {
		s := memory()
		leftWaiting(t, s, 50, "hello")
		begunTries(t, s, 3)
		var mu sync.Mutex
		now, most := 0, 0
		h := open(t, s, func(c *engine.Config) {
			c.Script = deciding{c.Script, func(bot.Input) {
				mu.Lock()
				now++
				most = max(most, now)
				mu.Unlock()
				time.Sleep(time.Millisecond)
				mu.Lock()
				now--
				mu.Unlock()
			}}
		})
		h.firstWords(50)
		h.stop()
		if most != 1 {
			t.Errorf("%d suspects were decided on at once", most)
		}
	})
}

// deciding does something while the script decides.
type deciding struct {
	bot.Script
	do func(bot.Input)
}

func (d deciding) Decide(s bot.Session, in bot.Input) (bot.Decision, error) {
	d.do(in)
	return d.Script.Decide(s, in)
}

// doomed is a process that dies when it decides on "poison": nothing that it does afterwards has any effect.
type doomed struct {
	bot.Store
	dead, unacknowledged chan struct{}
	once                 sync.Once
}

func (d *doomed) alive() error {
	select {
	case <-d.dead:
		<-d.unacknowledged
		return context.Canceled
	default:
		return nil
	}
}

func (d *doomed) Commit(ctx context.Context, t bot.Turn) error {
	if err := d.alive(); err != nil {
		return err
	}
	return d.Store.Commit(ctx, t)
}

func (d *doomed) Accept(ctx context.Context, a bot.Arrival) (bot.Receipt, error) {
	if err := d.alive(); err != nil {
		return bot.Receipt{}, err
	}
	return d.Store.Accept(ctx, a)
}

func (d *doomed) BeginTurn(ctx context.Context, f bot.Fence, k bot.ChatKey, seq uint64) error {
	if err := d.alive(); err != nil {
		return err
	}
	return d.Store.BeginTurn(ctx, f, k, seq)
}

func (d *doomed) RecordDelivery(ctx context.Context, m []bot.DeliveryResult) error {
	if err := d.alive(); err != nil {
		return err
	}
	return d.Store.RecordDelivery(ctx, m)
}

// What kills the process is set aside after ten turns that began with it; those that waited beside it come through,
// also while the back end does not answer.
func TestOnlyWhatKillsTheProcessIsQuarantined(t *testing.T) {
	bubble(t, func(t *testing.T) {
		const bystanders = 30
		base := memory()
		leftWaiting(t, base, bystanders, "effect x")
		f := &faulty{Store: base}
		f.set(&f.commit, func() error { return errors.New("no") })
		h := open(t, f)
		h.accept(bot.Update{Chat: chatA, ID: "1", Kind: bot.Message, Text: "poison"})
		h.accept(bot.Update{Chat: chatA, ID: "2", Kind: bot.Message, Text: "after it"})
		short, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		h.Stop(short)

		unacknowledged := make(chan struct{})
		scr := &screen{said: map[bot.ChatID][]string{}}
		var engines []*engine.Engine
		lives := 0
		for died := true; died && lives < 20; lives++ {
			d := &doomed{Store: base, dead: make(chan struct{}), unacknowledged: unacknowledged}
			h := &harness{t: t, store: d, outside: slowBackEnd(), screen: scr}
			h.start(func(c *engine.Config) {
				c.Script = deciding{c.Script, func(in bot.Input) {
					if in.Text == "poison" {
						d.once.Do(func() { close(d.dead) })
						<-unacknowledged
					}
				}}
			})
			engines = append(engines, h.Engine)
			time.Sleep(time.Minute)
			select {
			case <-d.dead:
			default:
				died = false
			}
		}
		if lives != 11 {
			t.Errorf("the process lived for good after %d starts, want 11", lives)
		}
		if said := scr.read(chatA); len(said) != 2 || said[0] != "sorry" || !strings.HasSuffix(said[1], "after it") {
			t.Errorf("in the chat of what kills was said %q", said)
		}
		for i := range bystanders {
			if said := scr.read(numbered(i)); len(said) == 0 || said[0] != "1 wait" {
				t.Errorf("bystander %d was told %q", i, said)
			}
		}
		dead, err := base.Dead(t.Context(), 100)
		if err != nil || len(dead) != 1 {
			t.Errorf("%d updates are set aside, %v, want the one", len(dead), err)
		}
		close(unacknowledged)
		for _, e := range engines {
			e.Stop(t.Context())
		}
	})
}
