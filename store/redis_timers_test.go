package store

import (
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"llave/bot"
)

// A shard is asked for its timers when one is due, when the answer is old, and at each tick while a commit whose answer was
// lost may still be written.
func TestAShardIsAskedForItsTimersWhenItMayHaveOne(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var n nextTimers
		held := []bot.Shard{7}
		asked := func() bool {
			shards, changes := n.asking(held, micros(time.Now()))
			if len(shards) == 0 {
				return false
			}
			n.answer(7, changes[0], micros(time.Now().Add(time.Hour))) // nothing before
			return true
		}
		want := func(what string, want bool) {
			t.Helper()
			if asked() != want {
				t.Errorf("%s: asked %v, want %v", what, !want, want)
			}
		}
		want("at first", true)
		want("when nothing is due", false)
		n.set(7, []bot.TimerSet{{Name: "x", Due: time.Now().Add(5 * time.Second)}}, nil)
		want("before a timer is due", false)
		time.Sleep(5 * time.Second)
		want("when it is", true)
		want("after that", false)
		n.set(7, []bot.TimerSet{{Name: "y", Due: time.Now().Add(time.Second)}}, errors.New("the connection is lost"))
		time.Sleep(time.Second)
		want("when a timer is due that may be written yet", true)
		time.Sleep(lateWrite / 2)
		want("while it may be written", true)
		time.Sleep(lateWrite)
		want("the last time", true)
		want("when it can be written no more", false)
		time.Sleep(trustNext + time.Second)
		want("after a long time", true)
	})
}
