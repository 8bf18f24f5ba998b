package engine_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"llave/bot"
)

func TestNumbersOfCases(t *testing.T) {
	bubble(t, func(t *testing.T) {
		s := &faulty{Store: memory()}
		seen := map[uint64]bool{}
		d := newDesk()
		for life := range 3 {
			h := open(t, s, withDesk)
			end := h.feed(d)
			for i := range 40 { // more than two blocks, and turns that open none in between
				chat := bot.ChatID(fmt.Sprintf("fake/bot/%d-%d", life, i))
				h.writes(chat, "hello")
				h.writes(chat, "person")
			}
			synctest.Wait()
			time.Sleep(time.Second)
			for _, e := range d.entries() {
				if e.Kind == bot.EntryOpened {
					if seen[e.Case] {
						t.Errorf("case %d is opened twice", e.Case)
					}
					seen[e.Case] = true
				}
			}
			end()
			h.stop()
			d.all = nil
		}
		if len(seen) != 120 {
			t.Errorf("%d cases were opened", len(seen))
		}
		for n := range seen {
			if n > 120+3*48 {
				t.Errorf("case %d: the numbers of turns that opened none are lost", n)
			}
		}
	})
}

// poor is a store without numbers.
type poor struct{ bot.Store }

func (poor) TakeNumbers(context.Context, string, int) (uint64, error) { return 0, errors.New("no") }

func TestWithoutNumbersNoCaseIsPromised(t *testing.T) {
	bubble(t, func(t *testing.T) {
		h, d := openDesk(t, poor{memory()})
		defer h.stop()
		h.writes(chatA, "person")
		h.expects(chatA, "answered u1", "in an agent's name")
		if c := d.last(); c.ID != 0 {
			t.Errorf("a case without a number: %+v", c)
		}
	})
}

// unread is a store that cannot read for a while.
type unread struct {
	bot.Store
	until time.Time
}

func (u *unread) Load(ctx context.Context, k bot.ChatKey) (bot.Chat, error) {
	if time.Now().Before(u.until) {
		time.Sleep(time.Second) // and something is accepted meanwhile
		return bot.Chat{}, errors.New("disk error")
	}
	return u.Store.Load(ctx, k)
}

// What is accepted while what waits cannot be read does not take its place.
func TestWhatWaitsIsNotOvertakenWhenTheStoreCannotRead(t *testing.T) {
	bubble(t, func(t *testing.T) {
		s := &faulty{Store: memory()}
		h := open(t, s)
		s.set(&s.commit, func() error { return errors.New("disk full") })
		h.writes(chatA, "one")
		h.writes(chatA, "two")
		synctest.Wait()
		h.stop()
		h.store = &unread{s.Store, time.Now().Add(3 * time.Second)}
		h.start()
		defer h.stop()
		synctest.Wait()
		h.writes(chatA, "three")
		time.Sleep(time.Minute)
		h.expects(chatA, "1 one", "2 two", "3 three")
	})
}
