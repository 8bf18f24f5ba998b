package outbox_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"llave/bot"
	"llave/bot/keyring"
	"llave/bot/outbox"
	"llave/bot/workers"
	"llave/store"
)

const chat bot.ChatID = "fake/bot/a"

// gated is a store whose reads of the outbox and writes of results can be held back.
type gated struct {
	bot.Store
	read, record chan struct{} // nil: open
}

func (g *gated) Messages(ctx context.Context, k bot.ChatKey, from uint64, limit int) ([]bot.OutboxMessage, error) {
	page, err := g.Store.Messages(ctx, k, from, limit)
	if g.read != nil {
		<-g.read
	}
	return page, err
}

func (g *gated) RecordDelivery(ctx context.Context, results []bot.DeliveryResult) error {
	if g.record != nil {
		<-g.record
	}
	return g.Store.RecordDelivery(ctx, results)
}

// recorder is a channel that keeps what it is given.
type recorder struct {
	mu   sync.Mutex
	sent []string
	send func(r bot.Reply) error
}

func (c *recorder) Send(_ context.Context, _ bot.ChatID, r bot.Reply) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.sent = append(c.sent, r.Text)
	if c.send != nil {
		return c.send(r)
	}
	return nil
}

// fixture is one dispatcher on a memory store.
type fixture struct {
	*testing.T
	store   *gated
	channel *recorder
	sealer  *keyring.Sealer
	key     bot.ChatKey
	scope   *workers.Scope
	d       *outbox.Dispatcher
	told    []bot.Update
	version uint64
	fence   bot.Fence
	unsure  atomic.Int64
	render  func()
}

// in runs a test in a bubble with a dispatcher that is stopped afterwards.
func in(t *testing.T, f func(x *fixture)) {
	synctest.Test(t, func(t *testing.T) {
		x := &fixture{T: t, store: &gated{Store: store.NewMemory()}, channel: &recorder{}}
		ring, err := keyring.New(bytes.Repeat([]byte{7}, keyring.KeySize))
		if err != nil {
			t.Fatal(err)
		}
		if x.sealer, err = keyring.Open(ring, func(n string, v []byte) ([]byte, error) { return x.store.PutIfAbsent(t.Context(), n, v) }); err != nil {
			t.Fatal(err)
		}
		x.key = x.sealer.ChatKey(chat)
		if x.fence, err = x.store.AcquireShards(t.Context(), []bot.Shard{x.key.Shard()}); err != nil {
			t.Fatal(err)
		}
		quiet := make(chan struct{})
		var schedule workers.Schedule
		x.scope = workers.NewScope()
		w := workers.New(quiet)
		s := outbox.NewSender(outbox.Config{
			Store: x.store, Renderer: x, Channels: map[string]bot.Channel{"fake": x.channel}, Log: slog.New(slog.DiscardHandler), Now: time.Now,
			Attempt: 10 * time.Second, GiveUp: time.Hour, Sends: 8, Workers: w, Reads: workers.NewPool(w, 8), Schedule: &schedule, StoreFailed: func(error) {},
		}, &outbox.Stats{})
		x.d = s.Dispatcher(x.scope, x.sealer, x.fence, func() time.Duration { return time.Duration(x.unsure.Load()) }, func(_ context.Context, u bot.Update) error { x.told = append(x.told, u); return nil })
		go s.RecordResults(quiet)
		f(x)
		x.scope.Stop(t.Context())
		close(quiet)
		synctest.Wait()
	})
}

// Render is what a document takes.
func (x *fixture) Render(context.Context, bot.ChatID, bot.File) ([]byte, error) {
	x.render()
	return []byte("file"), nil
}

// commit writes a turn with some texts and returns what is to be pushed.
func (x *fixture) commit(purge bool, texts ...string) ([]outbox.Message, *bot.Turn) {
	x.Helper()
	t := bot.Turn{Chat: x.key, Base: x.version, Fence: x.fence, Session: []byte("s"), Purge: purge}
	var messages []outbox.Message
	for i, text := range texts {
		m := outbox.NewMessage(t.Base<<8+uint64(i), outbox.Content{Chat: chat, Reply: bot.Reply{Kind: bot.Say, Text: text}, At: time.Now()})
		body, err := m.Seal(x.sealer, x.key)
		if err != nil {
			x.Fatal(err)
		}
		t.Replies, messages = append(t.Replies, body), append(messages, m)
	}
	if err := x.store.Commit(x.Context(), t); err != nil {
		x.Fatal(err)
	}
	x.version++
	return messages, &t
}

// sends compares what the channel was given so far.
func (x *fixture) sends(want ...string) {
	x.Helper()
	synctest.Wait()
	x.channel.mu.Lock()
	defer x.channel.mu.Unlock()
	if !slices.Equal(x.channel.sent, want) {
		x.Errorf("sent %q, want %q", x.channel.sent, want)
	}
}

// A message that is read from the store and sent before its turn pushes it is not sent again.
func TestAMessageThatIsReadBeforeItIsPushedIsSentOnce(t *testing.T) {
	in(t, func(x *fixture) {
		x.commit(false, "zero")
		place := x.d.Hold(x.key)
		x.d.Expect(x.key, workers.Normal)
		x.sends("zero") // nothing is left, and the chat is held all the same
		messages, turn := x.commit(false, "one")
		x.d.Expect(x.key, workers.Normal)
		x.sends("zero", "one")
		x.d.Push(place, messages, turn)
		x.sends("zero", "one")
		if !x.d.Idle(x.key) {
			t.Error("something is left to be sent")
		}
	})
}

// While the result of a message is not recorded the store still lists the message: it is not taken for a new one.
func TestAMessageWhoseResultIsNotRecordedIsSentOnce(t *testing.T) {
	in(t, func(x *fixture) {
		x.store.record = make(chan struct{})
		place := x.d.Hold(x.key)
		messages, turn := x.commit(false, "one")
		x.d.Push(place, messages, turn)
		x.sends("one")
		x.d.Expect(x.key, workers.Normal)
		x.sends("one")
		close(x.store.record)
		x.sends("one")
		if err := x.scope.Owed.Wait(x.Context()); err != nil {
			t.Error(err)
		}
	})
}

// What a turn withdraws is not sent: neither what is being read from the store, nor what waits for its next attempt.
func TestWhatIsWithdrawnIsNotSent(t *testing.T) {
	in(t, func(x *fixture) {
		x.store.read = make(chan struct{})
		x.commit(false, "old")
		x.d.Expect(x.key, workers.Normal)
		synctest.Wait() // the page is read, and not queued
		place := x.d.Hold(x.key)
		messages, turn := x.commit(true, "new")
		x.d.Push(place, messages, turn)
		close(x.store.read)
		x.sends("new")
	})
	in(t, func(x *fixture) {
		attempt := make(chan struct{})
		x.channel.send = func(r bot.Reply) error {
			if r.Text != "old" {
				return nil
			}
			<-attempt
			return &bot.RetryAfter{After: time.Second}
		}
		place := x.d.Hold(x.key)
		messages, turn := x.commit(false, "old")
		x.d.Push(place, messages, turn)
		time.Sleep(time.Millisecond) // the attempt is under way
		place = x.d.Hold(x.key)
		messages, turn = x.commit(true, "new")
		x.d.Push(place, messages, turn)
		close(attempt)
		time.Sleep(time.Minute)
		x.sends("old", "new")
	})
}

// A scope that stops lets no message begin, and a dispatcher that is closed forgets what it had.
func TestAStoppedDispatcherSendsNothing(t *testing.T) {
	in(t, func(x *fixture) {
		x.channel.send = func(bot.Reply) error { return &bot.RetryAfter{After: time.Second} }
		place := x.d.Hold(x.key)
		messages, turn := x.commit(false, "one", "two")
		x.d.Push(place, messages, turn)
		x.sends("one")
		x.scope.Close()
		x.d.Close()
		time.Sleep(time.Minute)
		x.sends("one")
		if !x.d.Idle(x.key) {
			t.Error("it still knows the chat")
		}
	})
}

// A permanent failure ends a message; a link or token that was not delivered is told to the chat, once.
func TestWhatIsGivenUpIsTold(t *testing.T) {
	in(t, func(x *fixture) {
		x.channel.send = func(bot.Reply) error { return &bot.PermanentFailure{Reason: "too long"} }
		place := x.d.Hold(x.key)
		messages, turn := x.commit(false, "plain")
		x.d.Push(place, messages, turn)
		synctest.Wait()
		if len(x.told) != 0 {
			t.Errorf("told %v of an ordinary answer", x.told)
		}
		dead, err := x.store.Dead(t.Context(), 10)
		if err != nil || len(dead) != 1 || dead[0].Reason != "too long" {
			t.Errorf("dead letters %v, %v", dead, err)
		}
		x.channel.send = func(bot.Reply) error { return errors.New("reset") }
		m := outbox.NewMessage(x.version<<8, outbox.Content{Chat: chat, Reply: bot.Reply{Kind: bot.Secret, Text: "link", Question: "q"}, At: time.Now()})
		body, err := m.Seal(x.sealer, x.key)
		if err != nil {
			t.Fatal(err)
		}
		place = x.d.Hold(x.key)
		secret := bot.Turn{Chat: x.key, Base: x.version, Fence: x.fence, Session: []byte("s"), Replies: [][]byte{body}}
		if err := x.store.Commit(t.Context(), secret); err != nil {
			t.Fatal(err)
		}
		x.d.Push(place, []outbox.Message{m}, &secret)
		x.sends("plain", "link")
		if len(x.told) != 1 || x.told[0].Subtype != bot.Unsure || x.told[0].Choice.Question != "q" {
			t.Errorf("told %v", x.told)
		}
	})
}

// While a document is drawn the lease may run out: the message is not sent then, and sent when the lease holds again.
func TestTheLeaseIsLookedAtBeforeASend(t *testing.T) {
	in(t, func(x *fixture) {
		x.render = func() { x.unsure.Store(int64(time.Second)) }
		m := outbox.NewMessage(0, outbox.Content{Chat: chat, Reply: bot.Reply{Kind: bot.Say, Text: "sheet", File: &bot.File{Template: "sheet"}}, At: time.Now()})
		body, err := m.Seal(x.sealer, x.key)
		if err != nil {
			t.Fatal(err)
		}
		place, turn := x.d.Hold(x.key), bot.Turn{Chat: x.key, Fence: x.fence, Session: []byte("s"), Replies: [][]byte{body}}
		if err := x.store.Commit(t.Context(), turn); err != nil {
			t.Fatal(err)
		}
		x.d.Push(place, []outbox.Message{m}, &turn)
		time.Sleep(time.Minute)
		x.sends()
		x.render = func() {}
		x.unsure.Store(0)
		time.Sleep(time.Minute)
		x.sends("sheet")
	})
}
