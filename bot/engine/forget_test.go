package engine_test

import (
	"bytes"
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"llave/bot"
	"llave/bot/engine"
	"llave/bot/keyring"
)

// keeping is a conversation that is kept for 30 days, and for two years once the effect of "effect link" was answered:
// then it takes leave.
type keeping struct{ bot.Script }

func (keeping) Keep(s bot.Session) (time.Duration, bool) {
	if s.State == "linked" {
		return 730 * day, true
	}
	return 30 * day, false
}

func (keeping) Leave(bot.Session) bot.Effect { return bot.Effect{Op: "leave"} }

func (k keeping) Decide(s bot.Session, in bot.Input) (bot.Decision, error) {
	d, err := k.Script.Decide(s, in)
	if in.Text == "link" {
		d.Session.State = "linked"
	}
	return d, err
}

const day = 24 * time.Hour

// slowly has the engine look around seldom, so that years can pass in a test.
func slowly(c *engine.Config) {
	c.Script = keeping{c.Script}
	c.Timing.Tick = time.Hour
}

// numberOfTurns is what the chat's memory holds: its next answer's number less one.
func (h *harness) numberOfTurns(chat bot.ChatID) string {
	h.t.Helper()
	h.writes(chat, "hello")
	time.Sleep(time.Second)
	said := h.screen.read(chat)
	n, _, _ := strings.Cut(said[len(said)-1], " ")
	return n
}

func TestAChatIsForgotten30DaysAfterItsLastWord(t *testing.T) {
	bubble(t, func(t *testing.T) {
		h := open(t, memory(), slowly)
		h.writes(chatA, "hello")
		h.writes(chatB, "hello")
		time.Sleep(29 * day)
		h.writes(chatB, "hello again")
		time.Sleep(day + 3*time.Hour)
		if chats := h.store.Swept().Chats; chats != 1 {
			t.Errorf("after 30 days %d chats are forgotten, want 1", chats)
		}
		if a, b := h.numberOfTurns(chatA), h.numberOfTurns(chatB); a != "1" || b != "3" {
			t.Errorf("the next answers have the numbers %s and %s, want 1 in the forgotten chat and 3 in the other", a, b)
		}
		h.stop()
	})
}

// What happens in a chat without its person is no word: alarms, notices and late answers do not keep it.
func TestOnlyThePersonsWordsKeepAChat(t *testing.T) {
	bubble(t, func(t *testing.T) {
		h := open(t, memory(), slowly)
		h.writes(chatA, "timer tea") // an hour from now
		for n := range 29 {
			time.Sleep(day)
			h.accept(bot.Update{Chat: chatA, ID: "notice" + time.Duration(n).String(), Kind: bot.Notice, Subtype: "news"})
		}
		time.Sleep(day + 3*time.Hour)
		if chats := h.store.Swept().Chats; chats != 1 {
			t.Errorf("after 30 days without a word %d chats are forgotten, want 1", chats)
		}
		h.stop()
	})
}

// A script that does not say how long chats are kept has them kept for 30 days.
func TestChatsAreForgottenByThemselves(t *testing.T) {
	bubble(t, func(t *testing.T) {
		h := open(t, memory(), func(c *engine.Config) { c.Timing.Tick = 20 * time.Minute })
		h.writes(chatA, "hello")
		time.Sleep(31 * day)
		h.stop()
		if chats := h.store.Swept().Chats; chats != 1 {
			t.Errorf("after 31 days %d chats are forgotten, want 1", chats)
		}
	})
}

// Before a chat is forgotten whose script takes leave, the outside is asked, until it answers.
func TestALinkIsEndedBeforeItsChatIsForgotten(t *testing.T) {
	bubble(t, func(t *testing.T) {
		down := &outside{did: map[string]int{}, asked: map[string]int{}}
		down.set(func(context.Context, string, int) error { return errors.New("down") })
		h := open(t, memory(), slowly, func(c *engine.Config) { c.Effects = down })
		h.writes(chatA, "link")
		time.Sleep(730*day - time.Hour)
		if len(down.asks()) != 0 || h.store.Swept().Chats != 0 {
			t.Fatalf("before its time: asked %v, forgotten %d", down.asks(), h.store.Swept().Chats)
		}
		time.Sleep(day)
		if h.store.Swept().Chats != 0 || len(down.asks()) != 1 {
			t.Errorf("while the outside does not answer: forgotten %d, asked with the keys %v, want one key", h.store.Swept().Chats, down.asks())
		}
		for _, n := range down.asks() {
			if n < 10 {
				t.Errorf("the outside was asked %d times in a day, want it asked again and again", n)
			}
		}
		down.set(nil)
		time.Sleep(day) // it looks around every hour, and pauses between its questions grow
		if chats := h.store.Swept().Chats; chats != 1 {
			t.Errorf("when the outside has answered: forgotten %d, want 1", chats)
		}
		if n := h.numberOfTurns(chatA); n != "1" {
			t.Errorf("the next answer has the number %s, want 1", n)
		}
		h.stop()
	})
}

// peek remembers under which keys the store knows chats.
type peek struct {
	bot.Store
	mu   sync.Mutex
	keys []bot.ChatKey
}

func (p *peek) Accept(ctx context.Context, a bot.Arrival) (bot.Receipt, error) {
	p.mu.Lock()
	p.keys = append(p.keys, a.Chat)
	p.mu.Unlock()
	return p.Store.Accept(ctx, a)
}

// older writes a chat's session as an earlier version left it: without the hour of its last word.
func older(t *testing.T, s bot.Store, k bot.ChatKey, session string) {
	t.Helper()
	c, err := s.Load(t.Context(), k)
	if err != nil {
		t.Fatal(err)
	}
	f, err := s.AcquireShards(t.Context(), everyShard())
	if err == nil {
		err = s.Commit(t.Context(), bot.Turn{Chat: k, Base: c.Version, Fence: f, Session: keyRing(t, 1).Seal([]byte(session), append([]byte{'s'}, k[:]...)), Review: time.Unix(0, 0)})
	}
	if err != nil {
		t.Fatal(err)
	}
}

func keyRing(t *testing.T, keys ...byte) *keyring.Ring {
	t.Helper()
	var all [][]byte
	for _, k := range keys {
		all = append(all, bytes.Repeat([]byte{k}, keyring.KeySize))
	}
	r, err := keyring.New(all...)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// Of a session of an earlier version it is not known when the last word was said: the time begins to run now. Until then
// nothing of it is lost.
func TestChatsOfAnEarlierVersionAreKept30DaysFromNow(t *testing.T) {
	bubble(t, func(t *testing.T) {
		p := &peek{Store: memory()}
		h := open(t, p, slowly)
		for _, chat := range []bot.ChatID{chatA, chatB, "fake/bot/linked"} {
			h.writes(chat, "hello")
		}
		time.Sleep(time.Second)
		h.stop()
		for i, session := range []string{`{"v":0,"state":"","data":{"n":7}}`, `{"v":0,"state":"","data":{"n":8}}`, `{"v":0,"state":"linked","data":{"n":9}}`} {
			older(t, p, p.keys[i], session)
		}
		time.Sleep(400 * day)
		h.start(slowly)
		time.Sleep(29 * day)
		if chats := h.store.Swept().Chats; chats != 0 {
			t.Errorf("29 days after the start %d chats are forgotten, want none", chats)
		}
		if n := h.numberOfTurns(chatB); n != "9" {
			t.Errorf("the next answer in a chat of before has the number %s, want 9", n)
		}
		time.Sleep(day + 3*time.Hour)
		if chats := h.store.Swept().Chats; chats != 1 {
			t.Errorf("30 days after the start %d chats are forgotten, want the one where nothing was said", chats)
		}
		time.Sleep(600 * day)
		if n := h.numberOfTurns("fake/bot/linked"); n != "10" {
			t.Errorf("the next answer in a linked chat of before has the number %s, want 10", n)
		}
		h.stop()
	})
}

// A chat whose session cannot be read is kept for two years: its key may come back.
func TestASessionThatCannotBeReadIsNotForgottenAtOnce(t *testing.T) {
	bubble(t, func(t *testing.T) {
		p := &peek{Store: memory()}
		h := open(t, p, slowly, func(c *engine.Config) { c.Keys = keyRing(t, 1) })
		h.writes(chatA, "hello")
		time.Sleep(time.Second)
		h.stop()
		older(t, p, p.keys[0], "x")
		h.start(slowly)
		time.Sleep(700 * day)
		if chats := h.store.Swept().Chats; chats != 0 {
			t.Error("it is forgotten after 700 days")
		}
		time.Sleep(31 * day)
		if chats := h.store.Swept().Chats; chats != 1 {
			t.Error("it is never forgotten")
		}
		h.stop()
	})
}

// sweeping is a store whose sweeps take as long as a test wants.
type sweeping struct {
	bot.Store
	began, go_ chan struct{}
}

func (s *sweeping) Sweep(ctx context.Context, shards []bot.Shard, now time.Time) error {
	s.began <- struct{}{}
	select {
	case <-s.go_:
	case <-ctx.Done():
		return ctx.Err()
	}
	return s.Store.Sweep(ctx, shards, now)
}

// A sweep keeps nobody waiting: neither people, nor timers, nor the end of the program.
func TestASweepKeepsNobodyWaiting(t *testing.T) {
	bubble(t, func(t *testing.T) {
		s := &sweeping{memory(), make(chan struct{}), make(chan struct{})}
		h := open(t, s)
		<-s.began
		h.writes(chatA, "timer tea")
		time.Sleep(2 * time.Hour)
		h.expects(chatA, "1 set", "alarm tea")
		h.stop()
	})
}

// What was forgotten is said once, in one line.
func TestASweepIsLoggedOnce(t *testing.T) {
	bubble(t, func(t *testing.T) {
		h := open(t, memory(), slowly)
		h.writes(chatA, "hello")
		time.Sleep(35 * day)
		h.stop()
		if n := strings.Count(h.log.String(), "msg=swept"); n != 2 { // the ids after eight days, the chat after thirty
			t.Errorf("%d lines:\n%s", n, h.log)
		}
	})
}
