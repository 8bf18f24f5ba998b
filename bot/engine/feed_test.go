package engine_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"llave/bot"
)

// logged is a store that counts how its logs are trimmed, and loses an event where a test wants it to.
type logged struct {
	bot.Store
	mu    sync.Mutex
	trims map[bot.Shard][]time.Time
	upto  map[bot.Shard]uint64
	lose  uint64 // number of an event that is missing in every log
}

func (l *logged) Trim(ctx context.Context, s bot.Shard, upto uint64) error {
	l.mu.Lock()
	l.trims[s] = append(l.trims[s], time.Now())
	l.upto[s] = max(l.upto[s], upto)
	l.mu.Unlock()
	return l.Store.Trim(ctx, s, upto)
}

func (l *logged) Events(ctx context.Context, s bot.Shard, after uint64, n int) ([]bot.Event, error) {
	events, err := l.Store.Events(ctx, s, after, n)
	l.mu.Lock()
	defer l.mu.Unlock()
	for i, e := range events {
		if e.Seq == l.lose {
			events = append(events[:i:i], events[i+1:]...)
			break
		}
	}
	return events, err
}

func newLogged() *logged {
	return &logged{Store: memory(), trims: map[bot.Shard][]time.Time{}, upto: map[bot.Shard]uint64{}}
}

// events writes n events of the script in a chat.
func (h *harness) events(chat bot.ChatID, n int) {
	for i := range n {
		h.writes(chat, fmt.Sprint("event ", i))
	}
	synctest.Wait()
}

// What nothing has read is there when a reader comes, in pages; then it comes as it happens.
func TestFeed(t *testing.T) {
	bubble(t, func(t *testing.T) {
		s := newLogged()
		h := open(t, s)
		h.events(chatA, 700)
		h.events(chatB, 10)
		h.stop()
		h.start()
		d := newDesk()
		end := h.feed(d)
		synctest.Wait()
		if n, most := len(d.all), d.largest; n != 710 || most > 256 || most < 200 {
			t.Fatalf("%d events in pages of %d", n, most)
		}
		h.events(chatA, 1)
		if n := len(d.all); n != 711 {
			t.Errorf("%d events: the last one waits", n)
		}
		if string(d.all[len(d.all)-1].Script) != `"0"` || h.Stats().Fed.Load() != 711 {
			t.Errorf("the last event is %+v", d.all[len(d.all)-1])
		}
		for range 100 {
			h.events(chatA, 1)
			time.Sleep(time.Second)
		}
		time.Sleep(10 * time.Second)
		synctest.Wait()
		for shard, times := range s.trims {
			if len(times) > 25 || len(times) < 1 {
				t.Errorf("shard %d is trimmed %d times in 110 seconds", shard, len(times))
			}
			if s.upto[shard] != d.place[shard] {
				t.Errorf("trimmed to %d, applied to %d", s.upto[shard], d.place[shard])
			}
		}
		end()
		h.stop()
		h.start() // another reader goes on where this one was
		defer h.stop()
		h.feed(d)
		h.events(chatA, 1)
		if n := len(d.all); n != 812 {
			t.Errorf("%d events", n)
		}
	})
}

func TestFeedAsksAReaderAgain(t *testing.T) {
	bubble(t, func(t *testing.T) {
		s := newLogged()
		h := open(t, s)
		defer h.stop()
		d := newDesk()
		down := true
		d.fail = func(int) error {
			if down {
				return errors.New("no database")
			}
			return nil
		}
		d.forget = func(n int) bool { return n%2 == 0 } // it was applied, and the reply is lost
		h.feed(d)
		h.events(chatA, 3)
		h.events(chatB, 3)
		time.Sleep(time.Minute)
		synctest.Wait()
		if lag, shards := h.FeedLag(); lag < time.Minute || shards != 2 {
			t.Errorf("lag %s in %d shards", lag, shards)
		}
		if n := h.Stats().Unfed.Failed.Load(); n < 60 || n > 200 {
			t.Errorf("asked %d times in a minute", n)
		}
		if len(s.upto) != 0 {
			t.Errorf("trimmed what was not applied: %v", s.upto)
		}
		d.mu.Lock()
		down = false
		d.mu.Unlock()
		time.Sleep(2 * time.Second)
		synctest.Wait()
		if lag, shards := h.FeedLag(); lag != 0 || shards != 0 || len(d.all) != 6 {
			t.Errorf("2 seconds later lag is %s in %d shards, %d events are applied", lag, shards, len(d.all))
		}
	})
}

func TestAGapStopsAShardAndNoOther(t *testing.T) {
	bubble(t, func(t *testing.T) {
		s := newLogged()
		h := open(t, s)
		defer h.stop()
		d := newDesk()
		h.feed(d)
		h.events(chatA, 3)
		h.events(chatB, 5)
		s.mu.Lock()
		s.lose = 5
		s.mu.Unlock()
		h.events(chatA, 3) // the 5th is missing
		h.events(chatB, 2)
		time.Sleep(time.Hour)
		synctest.Wait()
		a, b := d.place[h.shardOf(chatA)], d.place[h.shardOf(chatB)]
		if a > 4 || b != 7 || h.Stats().Unfed.Gaps.Load() != 1 {
			t.Errorf("applied to %d and %d, %d gaps", a, b, h.Stats().Unfed.Gaps.Load())
		}
		if s.upto[h.shardOf(chatA)] > 4 {
			t.Error("trimmed behind the gap")
		}
		if lag, shards := h.FeedLag(); shards != 1 || lag < time.Hour {
			t.Errorf("lag %s in %d shards", lag, shards)
		}
	})
}

// A store that was restored from an older copy gives numbers again that the reader has applied: that is noticed, whether the
// reader comes before them or after, and no other shard stops.
func TestALogThatWentBackIsNotFed(t *testing.T) {
	for name, first := range map[string]int{"at the start": 3, "later": 0} {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T) {
				s := newLogged()
				h := open(t, s)
				defer h.stop()
				d := newDesk()
				d.place[h.shardOf(chatA)] = 10
				h.events(chatA, first)
				h.feed(d)
				h.events(chatA, 3)
				h.events(chatB, 3)
				time.Sleep(time.Hour)
				synctest.Wait()
				if n := h.Stats().Unfed.Gaps.Load(); n != 1 || d.place[h.shardOf(chatB)] != 3 {
					t.Errorf("%d shards are stopped; the other one is applied to %d", n, d.place[h.shardOf(chatB)])
				}
				if s.upto[h.shardOf(chatA)] != 0 {
					t.Error("trimmed what was not applied")
				}
			})
		})
	}
}

func (h *harness) shardOf(chat bot.ChatID) bot.Shard {
	return record(h.t, h.store).sealer.ChatKey(chat).Shard()
}
