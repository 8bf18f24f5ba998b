package engine_test

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"llave/bot"
	"llave/bot/engine"
	"llave/bot/rate"
)

// frank says when it is told that a chat has to wait.
type frank struct{ echo }

func (f frank) Decide(s bot.Session, in bot.Input) (bot.Decision, error) {
	d, err := f.echo.Decide(s, in)
	if in.Held && in.Result == nil {
		d.Replies = append([]bot.Reply{{Kind: bot.Say, Text: "one at a time"}}, d.Replies...)
	}
	return d, err
}

func bounded(c *engine.Config) {
	c.Script, c.Rates = frank{}, map[string]rate.Limit{"fake": {Burst: 15, Every: time.Second}}
}

// texts are the answers to so many texts, from the first one on.
func texts(from, n int) (want []string) {
	for i := range n {
		want = append(want, fmt.Sprintf("%d text %d", from+i, from+i-1))
	}
	return want
}

// A chat that writes faster than its rate is answered in order, one a second after the first fifteen, and told so once.
func TestAFloodIsAnsweredLittleByLittle(t *testing.T) {
	bubble(t, func(t *testing.T) {
		h := open(t, memory(), bounded)
		defer h.stop()
		for i := range 100 { // more than a chat's queue holds in memory
			h.writes(chatA, fmt.Sprint("text ", i))
		}
		h.writes(chatB, "hello")
		h.expects(chatB, "1 hello")
		h.expects(chatA, texts(1, 15)...)
		time.Sleep(time.Second)
		want := slices.Concat(texts(1, 15), []string{"one at a time"}, texts(16, 1))
		h.expects(chatA, want...)
		time.Sleep(10 * time.Second)
		h.expects(chatA, slices.Concat(want, texts(17, 10))...)
		h.Drain(t.Context())
		h.expects(chatA, slices.Concat(want, texts(17, 84))...)
	})
}

// The next flood is told of again, but only once the chat has been quiet in between.
func TestEachFloodIsToldOfOnce(t *testing.T) {
	bubble(t, func(t *testing.T) {
		h := open(t, memory(), bounded)
		defer h.stop()
		flood := func(n int) {
			for range n {
				h.writes(chatA, "hello")
			}
			h.Drain(t.Context())
		}
		told := func(want int) {
			t.Helper()
			n := 0
			for _, text := range h.screen.read(chatA) {
				if text == "one at a time" {
					n++
				}
			}
			if n != want {
				t.Errorf("told %d times, want %d", n, want)
			}
		}
		flood(30)
		told(1)
		time.Sleep(5 * time.Second)
		flood(30)
		told(1)
		time.Sleep(20 * time.Second)
		flood(15)
		told(1)
		time.Sleep(20 * time.Second)
		flood(16)
		told(2)
	})
}

// Who writes as people do is never held, however long.
func TestAPersonIsNotHeld(t *testing.T) {
	bubble(t, func(t *testing.T) {
		h := open(t, memory(), bounded)
		defer h.stop()
		for i := range 300 {
			h.writes(chatA, fmt.Sprint("text ", i))
			synctest.Wait()
			if n := len(h.screen.read(chatA)); n != i+1 {
				t.Fatalf("text %d is not answered at once", i)
			}
			time.Sleep(1100 * time.Millisecond)
		}
	})
}

// What is not a person's doing is not counted: answers, alarms, notices.
func TestOnlyWhatAPersonDidIsCounted(t *testing.T) {
	bubble(t, func(t *testing.T) {
		h := open(t, memory(), bounded)
		defer h.stop()
		for i := range 40 {
			h.accept(bot.Update{Chat: chatA, ID: fmt.Sprint("notice", i), Kind: bot.Notice, Subtype: fmt.Sprint(i)})
		}
		synctest.Wait()
		if n := len(h.screen.read(chatA)); n != 40 {
			t.Errorf("%d of 40 notices were dealt with at once", n)
		}
		for i := range 15 {
			h.writes(chatA, fmt.Sprint("text ", i))
		}
		synctest.Wait()
		if n := len(h.screen.read(chatA)); n != 55 {
			t.Errorf("the notices were counted: %d replies", n)
		}
	})
}

// A flood that a restart interrupts is answered to its end, in order, and nothing twice.
func TestAFloodOutlivesARestart(t *testing.T) {
	bubble(t, func(t *testing.T) {
		h := open(t, memory(), bounded)
		for i := range 100 {
			h.writes(chatA, fmt.Sprint("text ", i))
		}
		time.Sleep(5500 * time.Millisecond)
		began := time.Now()
		h.stop()
		if d := time.Since(began); d > time.Second {
			t.Errorf("stopping waits %v for a flood", d)
		}
		h.start(bounded)
		defer h.stop()
		h.Drain(t.Context())
		var got []string
		for _, text := range h.screen.read(chatA) {
			if text != "one at a time" {
				got = append(got, text)
			}
		}
		if want := texts(1, 100); !slices.Equal(got, want) {
			t.Errorf("answered %q", got)
		}
	})
}

// Floods of many chats cost no goroutine each, and no chat that does not flood waits.
func TestManyFloodsAreBounded(t *testing.T) {
	bubble(t, func(t *testing.T) {
		h := open(t, memory(), bounded)
		defer h.stop()
		before := runtime.NumGoroutine()
		for c := range 1000 {
			for i := range 20 {
				h.accept(bot.Update{Chat: numbered(c), ID: fmt.Sprint(i), Kind: bot.Message, Text: "hello"})
			}
		}
		time.Sleep(2500 * time.Millisecond) // those that lingered have gone
		if n := runtime.NumGoroutine() - before; n > 600 {
			t.Errorf("%d goroutines more", n)
		}
		h.writes(chatA, "hello")
		h.expects(chatA, "1 hello")
		h.Drain(t.Context())
	})
}

// A turn that the store did not take at once is counted once.
func TestATurnThatIsRunAgainIsCountedOnce(t *testing.T) {
	bubble(t, func(t *testing.T) {
		s := &faulty{Store: memory()}
		h := open(t, s, func(c *engine.Config) { c.Rates = map[string]rate.Limit{"fake": {Burst: 3, Every: time.Hour}} })
		defer h.stop()
		s.set(&s.commit, func() error { return errors.New("not now") })
		h.writes(chatA, "text 0")
		time.Sleep(time.Minute)
		s.set(&s.commit, nil)
		time.Sleep(time.Minute)
		h.writes(chatA, "text 1")
		h.writes(chatA, "text 2")
		h.writes(chatA, "text 3")
		h.expects(chatA, texts(1, 3)...)
		time.Sleep(time.Hour)
		h.expects(chatA, texts(1, 4)...)
	})
}

// A suspect whose chat has to wait for its rate keeps no other suspect waiting.
func TestASuspectThatIsHeldKeepsNoOther(t *testing.T) {
	bubble(t, func(t *testing.T) {
		const free = bot.ChatID("free/bot/1")
		s := memory()
		f := &faulty{Store: s}
		f.set(&f.commit, func() error { return errors.New("no") })
		h := open(t, f)
		for i := range 3 {
			h.accept(bot.Update{Chat: chatA, ID: fmt.Sprint(i), Kind: bot.Message, Text: "hello"})
			h.accept(bot.Update{Chat: free, ID: fmt.Sprint(i), Kind: bot.Message, Text: "hello"})
		}
		short, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		h.Stop(short)
		begunTries(t, s, 4)
		h.start(func(c *engine.Config) {
			c.Store, c.Channels["free"] = s, h.screen
			c.Script = deciding{c.Script, func(bot.Input) { time.Sleep(time.Millisecond) }} // both chats are there by then
			c.Rates = map[string]rate.Limit{"fake": {Burst: 1, Every: time.Hour}}
		})
		defer h.stop()
		time.Sleep(time.Minute)
		h.expects(chatA, "1 hello")
		h.expects(free, "1 hello", "2 hello", "3 hello")
		time.Sleep(2 * time.Hour)
		h.expects(chatA, "1 hello", "2 hello", "3 hello")
	})
}
