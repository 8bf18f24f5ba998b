package engine_test

import (
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"llave/bot"
	"llave/bot/engine"
	"llave/bot/rate"
)

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
