package rate_test

import (
	"fmt"
	"testing"
	"time"

	"llave/bot"
	"llave/bot/rate"
)

const (
	chatA bot.ChatID = "screen/bot/a"
	chatB bot.ChatID = "screen/bot/b"
)

func TestPace(t *testing.T) {
	now := time.Unix(0, 0)
	p := rate.NewPace(10, time.Second, 3, func() time.Time { return now })
	slot := func(p *rate.Pace, chat bot.ChatID, wait time.Duration, everybody bool) {
		t.Helper()
		if w, e := p.Reserve(chat); w != wait || e != everybody {
			t.Errorf("at %v %s waits for %v, everybody: %t; want %v, %t", now.Sub(time.Unix(0, 0)), chat.Native(), w, e, wait, everybody)
		}
	}
	const tenth = 100 * time.Millisecond
	for range 3 {
		slot(p, chatA, 0, false)
		slot(p, chatA, tenth, true) // nothing was taken: asking again changes nothing
		slot(p, chatB, tenth, true)
		now = now.Add(tenth)
	}
	slot(p, chatA, 7*tenth, false) // its burst is used up, which holds up no other chat
	slot(p, chatB, 0, false)
	if p.Call() {
		t.Error("there is room for a call at the time of a letter")
	}
	now = now.Add(7 * tenth)
	slot(p, chatA, 0, false)
	now = now.Add(tenth)
	slot(p, chatA, 9*tenth, false)
	now = now.Add(time.Minute)
	slot(p, chatA, 0, false)
	if now = now.Add(time.Minute); !p.Call() || p.Call() {
		t.Error("want room for one call and not for two")
	}
	free := rate.NewPace(0, 0, 0, nil)
	slot(free, chatA, 0, false)
	slot(free, chatA, 0, false)
	for range 2 {
		if !free.Call() {
			t.Error("no limit is one")
		}
	}
}

// Two processes that share a channel's places write no faster than one.
func TestAPaceIsShared(t *testing.T) {
	now := time.Unix(0, 0)
	clock := func() time.Time { return now }
	both := []*rate.Pace{rate.NewPace(10, 0, 0, clock), rate.NewPace(10, 0, 0, clock)}
	both[0].Share(0.3)
	both[1].Share(0.7)
	both[1].Share(0)   // a process that holds nothing has nothing to write
	both[1].Share(1.5) // no part
	said := 0
	for range 10_000 { // ten seconds
		for i, p := range both {
			if wait, _ := p.Reserve(bot.ChatID(fmt.Sprint("c/a/", i))); wait == 0 {
				said++
			}
		}
		now = now.Add(time.Millisecond)
	}
	if said < 95 || said > 102 {
		t.Errorf("%d messages in ten seconds, want 100", said)
	}
}
