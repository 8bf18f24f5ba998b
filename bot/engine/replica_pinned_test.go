package engine_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"llave/bot"
)

// pinnedWorld has replicas, some of which pin, and people who write in the pinned channel.
type pinnedWorld struct {
	*group
	chats []bot.ChatID
	said  int // by each chat
}

func newPinnedWorld(t *testing.T) *pinnedWorld {
	w := &pinnedWorld{group: newGroup(t, 0)}
	for i := range 8 {
		w.chats = append(w.chats, bot.ChatID(fmt.Sprint("pinned/acct/", i)))
	}
	return w
}

func (w *pinnedWorld) joins(pins bool) *process {
	w.pins = pins
	return w.join()
}

// say has each chat write twice through different replicas, at once.
func (w *pinnedWorld) say() {
	w.Helper()
	for range 2 {
		w.said++
		for i, chat := range w.chats {
			u := bot.Update{Chat: chat, ID: fmt.Sprint(w.said), Kind: bot.Message, Text: "text"}
			if err := w.alive[(i+w.said)%len(w.alive)].Accept(w.Context(), u); err != nil {
				w.Error(err)
			}
		}
	}
}

// holds wants that one replica has all pinned shards, and each of the others a part of the rest; nil: none has the channel.
func (w *pinnedWorld) holds(holder *process) {
	w.Helper()
	sum := 0
	for _, p := range w.alive {
		_, n := p.Replicas()
		sum += n
		if p.HoldsPinned() != (p == holder) || n == 0 || n == bot.Shards && len(w.alive) > 1 {
			w.Errorf("%s holds %d shards, the pinned ones: %t", p.id, n, p.HoldsPinned())
		}
	}
	if sum != bot.Shards {
		w.Errorf("%d shards are held", sum)
	}
}

// answered wants every update of every chat answered, in order; repeated allows a message to be said twice.
func (w *pinnedWorld) answered(repeated bool) {
	w.Helper()
	var want []string
	for n := 1; n <= w.said; n++ {
		want = append(want, fmt.Sprint(n, " text"))
	}
	for _, chat := range w.chats {
		said := w.screen.read(chat)
		if repeated {
			said = slices.Compact(said)
		}
		if !slices.Equal(said, want) {
			w.Errorf("%s was told %q", chat, said)
		}
	}
}

// The chats of a pinned channel are all in the replica that has it, whichever accepts; all other chats are divided. When it
// stops, or dies, the next one that has the channel takes them, and their updates are answered in order.
func TestPinnedChatsAreWhereTheChannelIs(t *testing.T) {
	for _, end := range []trouble{stops, kills} {
		bubble(t, func(t *testing.T) {
			w := newPinnedWorld(t)
			w.joins(false)
			first := w.joins(true)
			second := w.joins(true)
			time.Sleep(2 * groupLease)
			w.holds(first)
			w.say()
			time.Sleep(groupLease)
			w.answered(false)
			w.say()
			at := slices.Index(w.alive, first)
			if end == stops {
				if err := w.leave(at).Stop(t.Context()); err != nil {
					t.Error(err)
				}
			} else {
				w.leave(at).kill()
			}
			w.say()
			time.Sleep(3 * groupLease)
			w.holds(second)
			w.answered(end == kills)
			w.end()
		})
	}
}

// While no replica has the channel what is written in it is kept, and answered by the one that comes.
func TestPinnedChatsWaitForTheChannel(t *testing.T) {
	bubble(t, func(t *testing.T) {
		w := newPinnedWorld(t)
		w.joins(false)
		w.joins(false)
		time.Sleep(2 * groupLease)
		w.holds(nil)
		w.say()
		time.Sleep(groupLease)
		if said := w.screen.read(w.chats[0]); len(said) > 0 {
			t.Errorf("said %q without the channel", said)
		}
		last := w.joins(true)
		time.Sleep(2 * time.Minute) // attempts without the channel are further and further apart
		w.holds(last)
		w.say()
		time.Sleep(groupLease)
		w.answered(false)
		w.end()
	})
}

// A replica that was held up with the channel, and was replaced, does not take its chats back.
func TestAPinningReplicaThatWasReplaced(t *testing.T) {
	bubble(t, func(t *testing.T) {
		w := newPinnedWorld(t)
		first, second := w.joins(true), w.joins(true)
		time.Sleep(2 * groupLease)
		w.holds(first)
		first.stopFor(3 * groupLease)
		time.Sleep(3 * groupLease)
		w.holds(second)
		w.say()
		time.Sleep(groupLease)
		w.answered(false)
		w.end()
	})
}
