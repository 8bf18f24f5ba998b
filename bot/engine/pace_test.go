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
	"llave/bot/rate"
)

// slowOutcome sends the interim of an effect that could not begin before its turn had ended, if the session still
// waits for it.
type slowOutcome struct {
	*screen
	*rate.Pace
}

func TestMessagesKeepTheChannelsPace(t *testing.T) {
	bubble(t, func(t *testing.T) {
		scr := &screen{said: map[bot.ChatID][]string{}}
		began := time.Now()
		var mu sync.Mutex
		var sent []string
		scr.onSend(func(to bot.ChatID, r bot.Reply) error {
			mu.Lock()
			defer mu.Unlock()
			sent = append(sent, fmt.Sprintf("%s %s %v", to.Native(), r.Text, time.Since(began)))
			return nil
		})
		h := open(t, memory(), func(c *engine.Config) {
			c.Channels["fake"] = slowOutcome{scr, rate.NewPace(0, 2*time.Second, 2, nil)}
		})
		defer h.stop()
		for i := range 4 {
			h.writes(chatA, fmt.Sprint("t", i))
		}
		h.writes(chatB, "b")
		h.Drain(t.Context())
		mu.Lock()
		defer mu.Unlock()
		var a []string
		for _, s := range sent {
			if strings.HasPrefix(s, "a ") {
				a = append(a, s)
			}
		}
		want := "a 1 t0 0s|a 2 t1 0s|a 3 t2 2s|a 4 t3 4s"
		if got := strings.Join(a, "|"); got != want || len(sent) != 5 {
			t.Errorf("sent %v\nwant %s and the other chat's", sent, want)
		}
	})
}

// Whoever blocked the bot is left alone until they write again.
func TestAChatThatIsGoneIsLeftAlone(t *testing.T) {
	bubble(t, func(t *testing.T) {
		h := open(t, memory())
		h.writes(chatA, "timer wake")
		h.expects(chatA, "1 set")
		h.accept(bot.Update{Chat: chatA, ID: "left", Kind: bot.Gone})
		synctest.Wait()
		h.stop()
		h.start() // it is remembered
		defer h.stop()
		time.Sleep(2 * time.Hour)
		h.expects(chatA, "1 set")
		h.writes(chatA, "back")
		h.expects(chatA, "1 set", "2 back")
	})
}

func TestARefusalOfTheChatIsRemembered(t *testing.T) {
	bubble(t, func(t *testing.T) {
		h := open(t, memory())
		defer h.stop()
		tried := 0
		h.screen.onSend(func(bot.ChatID, bot.Reply) error {
			tried++
			return &bot.PermanentFailure{Reason: "blocked", Gone: true}
		})
		h.writes(chatA, "timer wake")
		synctest.Wait()
		time.Sleep(2 * time.Hour)
		if synctest.Wait(); tried != 1 {
			t.Errorf("%d attempts at a chat that is gone, want 1", tried)
		}
		h.screen.onSend(nil)
		h.writes(chatA, "back")
		h.expects(chatA, "2 back")
	})
}

// The refusal of a message comes when the person has come back already: what they said then is answered.
func TestWhoCameBackIsNotMetWithSilence(t *testing.T) {
	bubble(t, func(t *testing.T) {
		h := open(t, memory())
		defer h.stop()
		refuse := make(chan struct{})
		h.screen.onSend(func(_ bot.ChatID, r bot.Reply) error {
			if r.Text == "1 set" {
				<-refuse
				return &bot.PermanentFailure{Reason: "blocked", Gone: true}
			}
			return nil
		})
		h.writes(chatA, "timer wake")
		synctest.Wait()
		h.writes(chatA, "back")
		synctest.Wait()
		close(refuse)
		time.Sleep(2 * time.Hour)
		h.expects(chatA, "2 back", "alarm wake")
	})
}

// press makes files as it is told.
type press func(f bot.File) ([]byte, error)

func (p press) Render(_ context.Context, _ bot.ChatID, f bot.File) ([]byte, error) { return p(f) }

// drawing answers everything with a file.
type drawing struct{ echo }

func (drawing) Decide(s bot.Session, in bot.Input) (bot.Decision, error) {
	d, err := echo{}.Decide(s, in)
	for i := range d.Replies {
		d.Replies[i].File = &bot.File{Template: "card", Args: bot.Of(in.Text), Name: "a.png", Data: []byte("never kept")}
	}
	return d, err
}

func TestFilesAreMadeWhenTheyAreSent(t *testing.T) {
	for name, c := range map[string]struct {
		make press
		want string
	}{
		"made":                   {func(f bot.File) ([]byte, error) { v, _ := bot.As[string](f.Args); return []byte("<" + v + ">"), nil }, "a.png <one>"},
		"made at the second try": {flaky(), "a.png twice"},
		"never made":             {func(bot.File) ([]byte, error) { return nil, &bot.PermanentFailure{Reason: "no such recipe"} }, "no file"},
	} {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T) {
				got := "nothing sent"
				h := open(t, memory(), func(cfg *engine.Config) { cfg.Script, cfg.Renderer = drawing{}, c.make })
				defer h.stop()
				ids := map[string]bool{}
				h.screen.onSend(func(_ bot.ChatID, r bot.Reply) error {
					got = "no file"
					if r.File != nil {
						got = r.File.Name + " " + string(r.File.Data)
					}
					if r.ID == "" || ids[r.ID] {
						t.Errorf("id %q of a reply was used before", r.ID)
					}
					ids[r.ID] = true
					return nil
				})
				h.writes(chatA, "one")
				h.Drain(t.Context())
				if got != c.want {
					t.Errorf("sent with %q, want %q", got, c.want)
				}
				h.writes(chatA, "two")
				h.Drain(t.Context())
			})
		})
	}
}

func flaky() press {
	n := 0
	return func(bot.File) ([]byte, error) {
		if n++; n == 1 {
			return nil, errors.New("disk")
		}
		return []byte("twice"), nil
	}
}
