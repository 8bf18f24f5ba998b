package engine_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"llave/bot"
	"llave/bot/engine"
)

// crashing is a process: once it is dead nothing it does has any effect any more. It dies before or after one of the
// things that it does to the outside.
type crashing struct {
	bot.Store
	outside        *outside
	screen         *screen
	mu             sync.Mutex
	left           int    // things it still does; negative: it lives for ever
	only           string // what is counted: "" for everything, or the one thing that it dies around
	where          string
	dead           chan struct{}
	unacknowledged chan struct{} // closed at the end of the test, so that what hangs in a dead process may go
}

func newCrashing(s bot.Store, o *outside, c *screen, left int, unacknowledged chan struct{}) *crashing {
	return &crashing{Store: s, outside: o, screen: c, left: left, dead: make(chan struct{}), unacknowledged: unacknowledged}
}

// step is a point at which the process may die. What comes after it never happens then.
func (m *crashing) step(where string) error {
	m.mu.Lock()
	counted := m.only == "" || strings.HasSuffix(where, " "+m.only)
	if counted && m.left == 0 {
		m.left, m.where = -1000000, where
		close(m.dead)
	}
	if counted && m.left > 0 {
		m.left--
	}
	gone := m.left < -1
	m.mu.Unlock()
	if gone {
		<-m.unacknowledged
		return context.Canceled
	}
	return nil
}

// around runs something with a point before and a point after.
func around[T any](m *crashing, what string, f func() (T, error)) (T, error) {
	var zero T
	if err := m.step("before " + what); err != nil {
		return zero, err
	}
	v, err := f()
	if e := m.step("after " + what); e != nil {
		return zero, e
	}
	return v, err
}

func (m *crashing) Accept(ctx context.Context, a bot.Arrival) (bot.Receipt, error) {
	return around(m, "accept", func() (bot.Receipt, error) { return m.Store.Accept(ctx, a) })
}

func (m *crashing) Commit(ctx context.Context, t bot.Turn) error {
	_, err := around(m, "commit", func() (any, error) { return nil, m.Store.Commit(ctx, t) })
	return err
}

func (m *crashing) RecordDelivery(ctx context.Context, marks []bot.DeliveryResult) error {
	_, err := around(m, "mark", func() (any, error) { return nil, m.Store.RecordDelivery(ctx, marks) })
	return err
}

func (m *crashing) Run(ctx context.Context, c bot.ChatID, e bot.Effect) (bot.Value, error) {
	return around(m, "perform", func() (bot.Value, error) { return m.outside.Run(ctx, c, e) })
}

func (m *crashing) Send(ctx context.Context, to bot.ChatID, r bot.Reply) error {
	_, err := around(m, "send", func() (any, error) { return nil, m.screen.Send(ctx, to, r) })
	return err
}

// client is a channel that repeats an update until it is told that it was received.
func client(t *testing.T, e *engine.Engine, m *crashing, u bot.Update) bool {
	told := make(chan error, 1)
	go func() { told <- e.Accept(t.Context(), u) }()
	select {
	case err := <-told:
		return err == nil
	case <-m.dead:
		return false
	}
}

// The program dies again and again, at every point where it touches the outside, while people talk to it. Afterwards
// every update that was acknowledged has been answered, in order, the same each time; every effect happened once.
func TestItDiesAtEveryPoint(t *testing.T) {
	seen := map[string]int{}
	unseen := func() (out []string) {
		for _, what := range []string{"accept", "commit", "mark", "perform", "send"} {
			for _, when := range []string{"before ", "after "} {
				if seen[when+what] == 0 {
					out = append(out, when+what)
				}
			}
		}
		return out
	}
	least := uint64(50)
	if underRace {
		least = 5
	}
	for seed := uint64(0); seed < least || seed < 500 && len(unseen()) > 0; seed++ {
		bubble(t, func(t *testing.T) { dieAgainAndAgain(t, seed, seen) })
		if t.Failed() {
			t.Fatalf("seed %d", seed)
		}
	}
	if missing := unseen(); len(missing) > 0 {
		t.Errorf("it never died %v: %v", missing, seen)
	}
	t.Log(seen)
}

func dieAgainAndAgain(t *testing.T, seed uint64, seen map[string]int) {
	rng := rand.New(rand.NewPCG(seed, 1))
	base := memory()
	out := &outside{did: map[string]int{}, asked: map[string]int{}}
	scr := &screen{said: map[bot.ChatID][]string{}}
	out.answer = func(_ context.Context, key string, _ int) error {
		if key[0]%2 == 0 {
			time.Sleep(4 * time.Second) // late: the turn ends with the effect pending
		}
		return nil
	}
	unacknowledged := make(chan struct{})
	chats := []bot.ChatID{"fake/bot/0", "fake/bot/1", "fake/bot/2"}
	texts := []string{"hello", "effect x", "hello again", "effect y", "bye"}
	next := make([]int, len(chats))
	var engines []*engine.Engine
	for life := 0; life < 9; life++ {
		left := 1 + rng.IntN(25)
		if life == 8 {
			left = -1
		}
		m := newCrashing(base, out, scr, left, unacknowledged)
		h := &harness{t: t, store: m, outside: out, screen: scr}
		h.start(func(c *engine.Config) { c.Effects, c.Channels = m, map[string]bot.Channel{"fake": m} })
		engines = append(engines, h.Engine)
		time.Sleep(10 * time.Second) // for what the one before left undone
		live := true
		for live && (next[0] < len(texts) || next[1] < len(texts) || next[2] < len(texts)) {
			c := rng.IntN(len(chats))
			if next[c] == len(texts) {
				continue
			}
			u := bot.Update{Chat: chats[c], ID: strconv.Itoa(next[c]), Kind: bot.Message, Text: texts[next[c]]}
			if live = client(t, h.Engine, m, u); live {
				next[c]++
				if strings.HasPrefix(u.Text, "effect") {
					time.Sleep(6 * time.Second)
				}
			}
			if rng.IntN(3) == 0 {
				synctest.Wait()
			}
		}
		synctest.Wait()
		time.Sleep(time.Minute)
		if m.where != "" {
			seen[m.where]++
		}
	}
	last := engines[len(engines)-1]
	if err := last.Drain(t.Context()); err != nil {
		t.Fatal(err)
	}
	for _, c := range chats {
		checkAnswers(t, scr.read(c), texts)
	}
	if n := len(out.did); n != 2*len(chats) {
		t.Errorf("%d effects happened, want %d", n, 2*len(chats))
	}
	close(unacknowledged)
	for _, e := range engines {
		e.Stop(t.Context())
	}
}

// checkAnswers: an answer to each text, each number with one text only, the first copies in order.
func checkAnswers(t *testing.T, said, texts []string) {
	t.Helper()
	words := map[string]string{}
	var order []string
	for _, s := range said {
		n, text, _ := strings.Cut(s, " ")
		if strings.HasPrefix(text, "wait") {
			continue
		}
		text = strings.TrimSuffix(strings.TrimSuffix(text, " late=true"), " late=false")
		if old, ok := words[n]; ok && old != text {
			t.Errorf("answer %s was %q and then %q", n, old, text)
		} else if !ok {
			order = append(order, n)
		}
		words[n] = text
	}
	var want []string
	for i := range texts {
		want = append(want, fmt.Sprint(i+1))
	}
	if strings.Join(order, " ") != strings.Join(want, " ") {
		t.Errorf("answers came as %v, want %v; all: %q", order, want, said)
	}
}
