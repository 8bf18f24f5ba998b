package engine_test

import (
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"llave/bot"
	"llave/bot/engine"
)

// failing makes the first n sends fail.
func failing(n int, err error) func(bot.ChatID, bot.Reply) error {
	return func(bot.ChatID, bot.Reply) error {
		if n--; n >= 0 {
			return err
		}
		return nil
	}
}

func TestMessagesAreRepeatedInOrder(t *testing.T) {
	bubble(t, func(t *testing.T) {
		h := open(t, memory())
		defer h.stop()
		h.screen.onSend(failing(5, errors.New("network")))
		h.writes(chatA, "one")
		h.writes(chatA, "two")
		h.writes(chatA, "three")
		h.expects(chatA)
		time.Sleep(5 * time.Minute)
		h.expects(chatA, "1 one", "2 two", "3 three")
		if n := h.Stats().Resent.Load(); n != 5 {
			t.Errorf("%d attempts after the first, want 5", n)
		}
	})
}

// A message that is sent again has the same number and time, by which a channel can tell that it is the same; no two
// messages have both.
func TestAMessageIsTheSameAgain(t *testing.T) {
	bubble(t, func(t *testing.T) {
		h := open(t, memory())
		defer h.stop()
		type mark struct {
			id string
			at time.Time
		}
		seen, tries := map[string][]mark{}, 0
		h.screen.onSend(func(_ bot.ChatID, r bot.Reply) error {
			seen[r.Text] = append(seen[r.Text], mark{r.ID, r.At})
			if tries++; tries%2 == 1 {
				return errors.New("network")
			}
			return nil
		})
		began := time.Now()
		h.writes(chatA, "one")
		time.Sleep(time.Minute)
		h.writes(chatA, "two")
		time.Sleep(time.Minute)
		synctest.Wait() // sleeping alone orders nothing for the race detector
		one, two := seen["1 one"], seen["2 two"]
		if len(one) != 2 || len(two) != 2 || one[0] != one[1] || two[0] != two[1] {
			t.Fatalf("sent as %v and %v", one, two)
		}
		if one[0].id == two[0].id || !one[0].at.Equal(began) || !two[0].at.Equal(began.Add(time.Minute)) {
			t.Errorf("sent as %v and %v, begun %v", one, two, began)
		}
	})
}

func TestAChannelThatAsksForAPauseGetsIt(t *testing.T) {
	bubble(t, func(t *testing.T) {
		h := open(t, memory())
		defer h.stop()
		h.screen.onSend(failing(1, &bot.RetryAfter{After: 90 * time.Second}))
		h.writes(chatA, "one")
		time.Sleep(89 * time.Second)
		h.writes(chatA, "two")
		h.expects(chatA)
		time.Sleep(2 * time.Second)
		h.expects(chatA, "1 one", "2 two")
	})
}

func TestWhatAChannelNeverTakesIsDeadAndTheRestGoesOn(t *testing.T) {
	bubble(t, func(t *testing.T) {
		h := open(t, memory())
		defer h.stop()
		h.screen.onSend(failing(1, &bot.PermanentFailure{Reason: "blocked"}))
		h.writes(chatA, "one")
		h.writes(chatA, "two")
		h.Drain(t.Context())
		h.expects(chatA, "2 two")
		dead, err := h.store.Dead(t.Context(), 10)
		if err != nil || len(dead) != 1 || dead[0].Reason != "blocked" {
			t.Fatalf("dead letters: %v %v", dead, err)
		}
	})
}

// A channel that is not turned on now may be the next time.
func TestMessagesWaitForTheirChannel(t *testing.T) {
	bubble(t, func(t *testing.T) {
		h := open(t, memory())
		h.accept(bot.Update{Chat: "other/bot/a", ID: "1", Kind: bot.Message, Text: "x"})
		time.Sleep(time.Hour)
		h.stop()
		h.start(func(c *engine.Config) { c.Channels["other"] = h.screen })
		defer h.stop()
		time.Sleep(2 * time.Minute)
		h.expects("other/bot/a", "1 x")
	})
}

func TestMessagesAreGivenUpAfterADay(t *testing.T) {
	bubble(t, func(t *testing.T) {
		h := open(t, memory(), seldom)
		defer h.stop()
		h.screen.onSend(failing(1e6, errors.New("network")))
		h.writes(chatA, "one")
		time.Sleep(25 * time.Hour)
		h.screen.onSend(nil)
		h.Drain(t.Context())
		h.expects(chatA)
		if n := h.Stats().DeadLetters.Load(); n != 1 {
			t.Errorf("%d dead letters, want 1", n)
		}
	})
}

func TestKindsOfReply(t *testing.T) {
	network := errors.New("network")
	for _, c := range []struct {
		name  string
		says  []string
		fails error
		wait  time.Duration
		want  []string
		dead  int64
	}{
		{"a token is repeated", []string{"show t"}, network, time.Minute, []string{"1 t"}, 0},
		{"a token that expired is not shown", []string{"show t"}, &bot.RetryAfter{After: time.Hour}, 2 * time.Hour, []string{"too late"}, 0},
		{"a link is sent at most once", []string{"secret url", "b"}, network, time.Minute, []string{"undelivered: unsure", "2 b"}, 1},
		{"a link that never left is sent", []string{"secret url"}, &bot.NotSent{Err: network}, 30 * time.Second, []string{"1 url"}, 0},
		{"a link that is refused is told of", []string{"secret url"}, &bot.PermanentFailure{Reason: "too long"}, time.Second, []string{"undelivered: unsent"}, 1},
		{"a token that is refused is told of", []string{"show t"}, &bot.PermanentFailure{Reason: "too long"}, time.Second, []string{"undelivered: unsent"}, 1},
		{"what blocked is not told", []string{"secret url"}, &bot.PermanentFailure{Reason: "blocked", Gone: true}, time.Minute, nil, 1},
		{"a link that was not taken is sent", []string{"secret url"}, &bot.RetryAfter{After: 30 * time.Second}, time.Minute, []string{"1 url"}, 0},
		{"a link that expired is not sent", []string{"secret url"}, &bot.RetryAfter{After: time.Hour}, 2 * time.Hour, []string{"undelivered: unsent"}, 0},
		{"a question is repeated", []string{"ask q"}, network, 30 * time.Second, []string{"1 q"}, 0},
		{"a question is dropped when something follows", []string{"ask q", "b"}, network, time.Minute, []string{"2 b"}, 0},
		{"an old question is dropped", []string{"ask q"}, &bot.RetryAfter{After: time.Hour}, 2 * time.Hour, nil, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			bubble(t, func(t *testing.T) {
				h := open(t, memory())
				defer h.stop()
				h.screen.onSend(failing(1, c.fails))
				for _, s := range c.says {
					h.writes(chatA, s)
					synctest.Wait()
				}
				time.Sleep(c.wait)
				h.expects(chatA, c.want...)
				if n := h.Stats().DeadLetters.Load(); n != c.dead {
					t.Errorf("%d dead letters, want %d", n, c.dead)
				}
			})
		})
	}
}

// A process that dies between the note that a link is about to be sent and the note that it was must not send it again.
func TestALinkIsNotSentTwiceAcrossACrash(t *testing.T) {
	bubble(t, func(t *testing.T) {
		h := open(t, memory())
		taken := make(chan struct{})
		h.screen.onSend(func(bot.ChatID, bot.Reply) error { <-taken; return errors.New("cut") })
		h.writes(chatA, "secret url")
		synctest.Wait()
		crashed := h.Engine
		h.screen.onSend(nil)
		h.start()
		h.expects(chatA, "undelivered: unsure")
		h.writes(chatA, "two")
		h.expects(chatA, "undelivered: unsure", "2 two")
		h.stop()
		close(taken)
		crashed.Stop(t.Context())
	})
}

// While a link certainly did not leave it is tried again, and the next process does not take it for sent; before each try the attempt is on record.
func TestALinkThatNeverLeftIsSentByTheNextProcess(t *testing.T) {
	bubble(t, func(t *testing.T) {
		f := &faulty{Store: memory()}
		var mu sync.Mutex
		var tries []int // as noted in the store
		f.mark = func(marks []bot.DeliveryResult) error {
			mu.Lock()
			defer mu.Unlock()
			for _, m := range marks {
				tries = append(tries, m.Tries)
			}
			return nil
		}
		h := open(t, f)
		h.screen.onSend(failing(1e6, &bot.NotSent{Err: errors.New("connection refused")}))
		h.writes(chatA, "secret url")
		synctest.Wait()
		mu.Lock()
		if len(tries) != 2 || tries[0] != 1 || tries[1] != 0 {
			t.Errorf("tries noted: %v, want 1 before the attempt and 0 after it", tries)
		}
		mu.Unlock()
		h.stop()
		h.screen.onSend(nil)
		h.start()
		defer h.stop()
		time.Sleep(30 * time.Second)
		h.expects(chatA, "1 url")
	})
}

// The store does not take the notice: the link is not given up before it does.
func TestTheNoticeOfALostLinkIsNotLost(t *testing.T) {
	bubble(t, func(t *testing.T) {
		f := &faulty{Store: memory()}
		h := open(t, f)
		defer h.stop()
		h.screen.onSend(failing(1, errors.New("cut")))
		var once atomic.Bool
		f.mark = func([]bot.DeliveryResult) error {
			if once.CompareAndSwap(false, true) {
				f.set(&f.accept, func() error { return errors.New("disk full") })
			}
			return nil
		}
		h.writes(chatA, "secret url")
		time.Sleep(5 * time.Second)
		h.expects(chatA)
		f.set(&f.accept, nil)
		time.Sleep(5 * time.Second)
		h.expects(chatA, "undelivered: unsure")
	})
}

func TestPurgeWithdrawsWhatWasNotSent(t *testing.T) {
	bubble(t, func(t *testing.T) {
		h := open(t, memory())
		h.screen.onSend(failing(1, &bot.RetryAfter{After: time.Minute}))
		for i := range 100 {
			h.writes(chatA, fmt.Sprint("text ", i))
		}
		h.writes(chatA, "purge")
		h.writes(chatA, "after")
		synctest.Wait()
		time.Sleep(2 * time.Minute)
		h.expects(chatA, "101 purged", "102 after")
		h.stop()
		h.start()
		defer h.stop()
		h.expects(chatA, "101 purged", "102 after")
	})
}

func TestAPanicOfAChannelIsAFailedAttempt(t *testing.T) {
	bubble(t, func(t *testing.T) {
		h := open(t, memory())
		defer h.stop()
		n := 0
		h.screen.onSend(func(bot.ChatID, bot.Reply) error {
			if n++; n == 1 {
				panic("x")
			}
			return nil
		})
		h.writes(chatA, "one")
		time.Sleep(time.Minute)
		h.expects(chatA, "1 one")
	})
}
