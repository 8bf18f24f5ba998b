package engine_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"llave/bot"
)

// begins counts the tries that are noted, and refuses those of one chat.
type begins struct {
	bot.Store
	mu     sync.Mutex
	n      int
	refuse map[bot.ChatKey]bool
}

func (b *begins) BeginTurn(ctx context.Context, f bot.Fence, k bot.ChatKey, seq uint64) error {
	b.mu.Lock()
	b.n++
	refuse := b.refuse[k]
	b.mu.Unlock()
	if refuse {
		return errors.New("this row cannot be written")
	}
	return b.Store.BeginTurn(ctx, f, k, seq)
}

// A turn of what this process accepted costs no write but its own; one of what an earlier left costs one.
func TestATryIsNotedOnlyOfWhatAnEarlierProcessLeft(t *testing.T) {
	bubble(t, func(t *testing.T) {
		s := memory()
		leftWaiting(t, s, 5, "hello")
		b := &begins{Store: s}
		h := open(t, b)
		h.firstWords(5)
		if b.n != 5 {
			t.Errorf("%d tries were noted for 5 updates", b.n)
		}
		for range 10 {
			h.writes(chatA, "hello")
			synctest.Wait()
		}
		h.stop()
		if b.n != 5 {
			t.Errorf("%d tries were noted for fresh updates", b.n-5)
		}
	})
}

// A suspect whose try cannot be noted, or whose turn cannot be written, keeps no other suspect waiting.
func TestASuspectThatTheStoreDoesNotTakeKeepsNoOther(t *testing.T) {
	bubble(t, func(t *testing.T) {
		s := memory()
		leftWaiting(t, s, 40, "hello")
		begunTries(t, s, 4)
		b := &begins{Store: s, refuse: map[bot.ChatKey]bool{}}
		eachWaiting(t, s, func(k bot.ChatKey, _ bot.Waiting) {
			if len(b.refuse) < 3 {
				b.refuse[k] = true
			}
		})
		h := open(t, b)
		time.Sleep(10 * time.Second)
		answered := 0
		for i := range 40 {
			answered += len(h.screen.read(numbered(i)))
		}
		if answered != 37 {
			t.Errorf("%d of 40 suspects were answered, want all but the 3 that cannot be written", answered)
		}
		h.stop()
	})
}
