package engine_test

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"llave/bot"
)

// One chat whose rows the store does not take makes the engine unready for a moment at most, when that begins, and not
// again at each try.
func TestOneChatsRowsDoNotMakeTheEngineUnready(t *testing.T) {
	bubble(t, func(t *testing.T) {
		p := &peek{Store: memory()}
		s := &stubborn{Store: p, chats: map[bot.ChatKey]bool{}}
		h := open(t, s)
		h.writes(chatA, "hello")
		synctest.Wait()
		s.chats[p.keys[0]] = true
		s.on.Store(true)
		if err := h.Accept(t.Context(), bot.Update{Chat: chatA, ID: "bad", Kind: bot.Message, Text: "hello"}); err == nil {
			t.Error("acknowledged")
		}
		time.Sleep(2 * time.Second)
		for n := range 600 {
			if err := h.Ready(); err != nil {
				t.Fatalf("after %d polls: %v", n, err)
			}
			time.Sleep(100 * time.Millisecond)
		}
		h.stop()
	})
}

// unmarked is a store that cannot note what becomes of some chats' replies.
type unmarked struct {
	bot.Store
	chats map[bot.ChatKey]bool
	on    atomic.Bool
}

func (u *unmarked) RecordDelivery(ctx context.Context, marks []bot.DeliveryResult) error {
	left := &bot.UnrecordedError{Err: errRow}
	var good []bot.DeliveryResult
	for _, m := range marks {
		if u.on.Load() && u.chats[m.Chat] {
			left.Results = append(left.Results, m)
		} else {
			good = append(good, m)
		}
	}
	if err := u.Store.RecordDelivery(ctx, good); err != nil || len(left.Results) == 0 {
		return err
	}
	return left
}

// What became of a reply of one chat cannot be noted: the others' is, and theirs go on being sent.
func TestOneMarkKeepsNoOther(t *testing.T) {
	bubble(t, func(t *testing.T) {
		p := &peek{Store: memory()}
		u := &unmarked{Store: p, chats: map[bot.ChatKey]bool{}}
		h := open(t, u)
		h.writes(chatA, "hello")
		synctest.Wait()
		u.chats[p.keys[0]] = true
		u.on.Store(true)
		for range 10 {
			h.writes(chatA, "hello")
		}
		for i := range 1000 { // more than the marks that may wait to be noted
			h.accept(bot.Update{Chat: numbered(i), ID: "1", Kind: bot.Message, Text: "hello"})
		}
		time.Sleep(time.Minute)
		said := 0
		for i := range 1000 {
			said += len(h.screen.read(numbered(i)))
		}
		pending := 0
		for _, s := range everyShard() {
			keys, err := p.PendingChats(t.Context(), s, bot.ChatKey{}, 1000)
			if err != nil {
				t.Fatal(err)
			}
			pending += len(keys)
		}
		if said != 1000 || pending != 1 {
			t.Errorf("%d of 1000 chats were answered, in %d chats something is still owed, want 1", said, pending)
		}
		u.on.Store(false)
		h.Drain(t.Context())
		h.stop()
	})
}

// Two notes of one message are written together, and only the later one cannot be: both are on record in the end.
func TestOneOfTwoMarksOfAMessage(t *testing.T) {
	bubble(t, func(t *testing.T) {
		s := &faulty{Store: memory()}
		first, failed := true, false
		s.mark = func(marks []bot.DeliveryResult) error {
			if first {
				first = false
				time.Sleep(10 * time.Second) // the notes that follow gather meanwhile
			}
			if last := len(marks) - 1; !failed && last > 0 && marks[last-1].N == marks[last].N {
				failed = true
				if err := s.Store.RecordDelivery(t.Context(), marks[:last]); err != nil {
					return err
				}
				return &bot.UnrecordedError{Results: []bot.DeliveryResult{marks[last]}, Err: errRow}
			}
			return nil
		}
		h := open(t, s)
		h.writes(chatB, "hello")
		tries := 0
		h.screen.onSend(func(to bot.ChatID, _ bot.Reply) error {
			if tries++; to == chatA && tries == 1 {
				return errors.New("not now")
			}
			return nil
		})
		synctest.Wait()
		tries = 0
		h.writes(chatA, "hello")
		short, cancel := context.WithTimeout(t.Context(), time.Hour)
		defer cancel()
		if err := h.Drain(short); err != nil || !failed {
			t.Errorf("drain: %v; a note was refused: %t", err, failed)
		}
		h.stop()
	})
}
