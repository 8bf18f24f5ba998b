package engine_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"regexp"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"llave/bot"
	"llave/bot/engine"
	"llave/bot/keyring"
	"llave/store"
)

// echo is a small conversation: each text says what is to be done. It numbers what it answers, so that a turn that
// was lost or ran twice shows in what it says next.
type echo struct{}

type tally struct {
	N     int `json:"n"`
	Asked int `json:"asked"` // number of the text that asked for the last effect
}

func (echo) NewData() any { return &tally{} }

var elevenDigits = regexp.MustCompile(`\d{2}[-. ]?\d{2}\.?\d{3}\.?\d{3}[-. ]?\d`)

// Mask takes out eleven digits, and what follows "clave".
func (echo) Mask(text string) bot.Masked {
	m := bot.Masked{Text: elevenDigits.ReplaceAllString(text, "##")}
	m.CUIL = m.Text != text
	if before, _, ok := strings.Cut(m.Text, "clave "); ok {
		m.Text, m.Password = before+"clave ···", true
	}
	return m
}

func (echo) Decide(s bot.Session, in bot.Input) (d bot.Decision, err error) {
	m := *s.Data.(*tally)
	say := func(kind bot.ReplyKind, text string) {
		d.Replies = append(d.Replies, bot.Reply{Kind: kind, Text: text})
	}
	word, rest, _ := strings.Cut(in.Text, " ")
	switch {
	case in.Result != nil:
		got, _ := in.Result.Data.MarshalJSON()
		say(bot.Say, fmt.Sprintf("%d got %s failed=%t late=%t", m.Asked, got, in.Result.Failed, in.Result.Late))
		s.Pending = nil
	case in.Kind == bot.Broken:
		say(bot.Say, "sorry")
	case in.Kind == bot.Undelivered:
		say(bot.Say, "undelivered: "+in.Subtype)
	case in.Kind == bot.Gone:
	case in.Kind == bot.Alarm:
		say(bot.Say, "alarm "+in.Subtype)
	default:
		m.N++
		say = func(kind bot.ReplyKind, text string) {
			d.Replies = append(d.Replies, bot.Reply{Kind: kind, Text: fmt.Sprintf("%d %s", m.N, text)})
		}
		switch word {
		case "effect", "once":
			m.Asked = m.N
			d.Effect = &bot.Effect{Op: "do", Args: bot.Of(rest), Asked: in.ID, N: 1, Once: word == "once"}
			d.Interim = &bot.Reply{Kind: bot.Interim, Text: fmt.Sprintf("%d wait", m.N)}
		case "panic":
			panic("a secret: " + rest)
		case "fail":
			err = errors.New("cannot")
		case "ever":
			d.Effect = &bot.Effect{Op: "do", Asked: in.ID}
		case "drop":
			s.Pending = nil
			say(bot.Say, "dropped")
		case "ask", "secret", "show":
			say(bot.ReplyKind(word), rest)
			d.Replies[0].Expires, d.Replies[0].Else = in.Now.Add(time.Minute), "too late"
		case "purge":
			d.Purge = true
			say(bot.Say, "purged")
		case "timer":
			d.Timers = []bot.Timer{{Name: rest, Due: in.Now.Add(time.Hour)}}
			say(bot.Say, "set")
		case "cancel":
			d.Timers = []bot.Timer{{Name: rest}}
			say(bot.Say, "cancelled")
		case "event":
			d.Events = []json.RawMessage{json.RawMessage(`"` + rest + `"`)}
			say(bot.Say, "noted")
		default:
			say(bot.Say, in.Text)
		}
	}
	if word == "ever" && in.Result != nil {
		d.Effect = &bot.Effect{Op: "do", Asked: in.ID}
	}
	s.Data = &m
	d.Session = s
	return d, err
}

// outside performs effects and remembers them by key, as a back end that honours keys does.
type outside struct {
	mu     sync.Mutex
	did    map[string]int // effects that were new, by key
	asked  map[string]int // all, by key
	answer func(ctx context.Context, key string, n int) error
}

func (o *outside) Run(ctx context.Context, _ bot.ChatID, e bot.Effect) (bot.Value, error) {
	o.mu.Lock()
	o.asked[e.Key]++
	n := o.asked[e.Key]
	if o.did[e.Key] == 0 {
		o.did[e.Key] = len(o.did) + 1
	}
	id, answer := o.did[e.Key], o.answer
	o.mu.Unlock()
	if answer != nil {
		if err := answer(ctx, e.Key, n); err != nil {
			return bot.Value{}, err
		}
	}
	return bot.Of(id), nil
}

func (o *outside) set(answer func(ctx context.Context, key string, n int) error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.answer = answer
}

// asks returns how often each key was asked for.
func (o *outside) asks() map[string]int {
	o.mu.Lock()
	defer o.mu.Unlock()
	return maps.Clone(o.asked)
}

// total returns how often anything was asked for.
func (o *outside) total() (n int) {
	for _, asked := range o.asks() {
		n += asked
	}
	return n
}

func (o *outside) acts() int {
	o.mu.Lock()
	defer o.mu.Unlock()
	return len(o.did)
}

// screen is a channel that remembers what it was given.
type screen struct {
	mu   sync.Mutex
	said map[bot.ChatID][]string
	send func(to bot.ChatID, r bot.Reply) error // before it is taken
}

func (c *screen) Send(_ context.Context, to bot.ChatID, r bot.Reply) error {
	c.mu.Lock()
	send := c.send
	c.mu.Unlock()
	if send != nil {
		if err := send(to, r); err != nil {
			return err
		}
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.said[to] = append(c.said[to], r.Text)
	return nil
}

func (c *screen) read(to bot.ChatID) []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return append([]string(nil), c.said[to]...)
}

func (c *screen) onSend(f func(to bot.ChatID, r bot.Reply) error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.send = f
}

// house is an engine on fakes. Several can share a store, one after the other.
type harness struct {
	*engine.Engine
	t       *testing.T
	store   bot.Store
	outside *outside
	screen  *screen
	log     *bytes.Buffer
	next    int
}

const chatA, chatB = bot.ChatID("fake/bot/a"), bot.ChatID("fake/bot/b")

type option func(*engine.Config)

// open builds and starts an engine on the store.
// seldom is for tests in which days pass: timers are looked for by the minute, what is old by the hour.
func seldom(c *engine.Config) { c.Timing.Tick, c.Timing.Sweep = time.Minute, time.Hour }

func open(t *testing.T, s bot.Store, options ...option) *harness {
	t.Helper()
	h := &harness{t: t, store: s, outside: &outside{did: map[string]int{}, asked: map[string]int{}}, screen: &screen{said: map[bot.ChatID][]string{}}}
	h.start(options...)
	return h
}

func (h *harness) start(options ...option) {
	h.t.Helper()
	h.build(options...)
	if err := h.Start(h.t.Context()); err != nil {
		h.t.Fatal(err)
	}
}

// startWith starts an engine that holds some shards.
func (h *harness) startWith(shards []bot.Shard, options ...option) {
	h.t.Helper()
	h.build(options...)
	if err := h.StartWith(h.t.Context(), shards); err != nil {
		h.t.Fatal(err)
	}
}

func (h *harness) build(options ...option) {
	h.t.Helper()
	ring, err := keyring.New(bytes.Repeat([]byte{1}, keyring.KeySize))
	if err != nil {
		h.t.Fatal(err)
	}
	h.log = &bytes.Buffer{}
	c := engine.Config{Store: h.store, Script: echo{}, Effects: h.outside, Channels: map[string]bot.Channel{"fake": h.screen}, Keys: ring,
		Log: slog.New(slog.NewTextHandler(h.log, nil))}
	for _, o := range options {
		o(&c)
	}
	if h.Engine, err = engine.New(c); err != nil {
		h.t.Fatal(err)
	}
}

func (h *harness) stop() {
	h.t.Helper()
	if err := h.Stop(h.t.Context()); err != nil {
		h.t.Error(err)
	}
}

func (h *harness) writes(chat bot.ChatID, text string) {
	h.t.Helper()
	h.next++
	h.accept(bot.Update{Chat: chat, ID: fmt.Sprintf("u%d", h.next), Kind: bot.Message, Text: text})
}

func (h *harness) accept(u bot.Update) {
	h.t.Helper()
	if err := h.Accept(h.t.Context(), u); err != nil {
		h.t.Fatal(err)
	}
}

// hears checks all that was said in a chat so far.
func (h *harness) expects(chat bot.ChatID, want ...string) {
	h.t.Helper()
	synctest.Wait()
	if got := h.screen.read(chat); strings.Join(got, "|") != strings.Join(want, "|") {
		h.t.Errorf("in %s was said %q, want %q", chat, got, want)
	}
}

// memory is a store in which chatA and chatB are in two shards: in which ones is drawn for each store.
func memory() bot.Store {
	ring, err := keyring.New(bytes.Repeat([]byte{1}, keyring.KeySize))
	if err != nil {
		panic(err)
	}
	for {
		s := store.NewMemory()
		sealer, err := keyring.Open(ring, func(name string, value []byte) ([]byte, error) {
			return s.PutIfAbsent(context.Background(), name, value)
		})
		if err != nil {
			panic(err)
		}
		if sealer.ChatKey(chatA).Shard() != sealer.ChatKey(chatB).Shard() {
			return s
		}
	}
}

func bubble(t *testing.T, f func(t *testing.T)) {
	t.Helper()
	synctest.Test(t, f)
}
