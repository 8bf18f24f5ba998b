package storetest

import (
	"math"
	"sync"
	"sync/atomic"

	"llave/bot"
)

func loadChecks() []Check {
	return []Check{
		{"Load/a chat that nobody knows is zero", loadUnknown},
		{"Load/the first LoadLimit updates, in order", loadWaiting},
		{"Messages/a page of the outbox, in order", pagesOfMessages},
		{"Load/sees a turn whole", loadWhole},
	}
}

func loadUnknown(t TB, open func() bot.Store) {
	w := enter(t, open())
	w.fresh(key(3, 1), 1)
	w.equal(w.load(key(3, 2)), held{}, "a chat that nobody knows")
	w.equal(w.pendingChats(3), []bot.ChatKey{key(3, 1)}, "pending after looking at an unknown chat")
}

func loadWaiting(t TB, open func() bot.Store) {
	w := enter(t, open())
	k := key(3, 1)
	w.claim(3) // before anything waits whose tries it would count
	var want []bot.Waiting
	for n := range uint64(bot.PageSize + 6) {
		want = append(want, bot.Waiting{Seq: w.fresh(k, n), Body: bytesOf("update %d", n)})
		w.fresh(key(3, 2), n) // a neighbour, to be left out
	}
	w.equal(w.load(k).Waiting, want[:bot.PageSize], "the first waiting")
	for _, u := range want[:10] {
		turn := w.turn(k)
		turn.Update = u.Seq
		w.commit(turn)
	}
	w.equal(w.load(k).Waiting, want[10:], "the rest waiting")
}

func pagesOfMessages(t TB, open func() bot.Store) {
	w := enter(t, open())
	k := key(3, 1)
	var want []bot.OutboxMessage
	for range 2 {
		turn := w.turn(k)
		for i := range bot.PageSize/2 + 3 {
			turn.Replies = append(turn.Replies, bytesOf("reply %d of %d", i, turn.Base))
			want = append(want, bot.OutboxMessage{Chat: k, N: turn.Base<<8 + uint64(i), Body: turn.Replies[i]})
		}
		w.commit(turn)
		w.say(key(3, 2), "a neighbour's")
	}
	w.equal(w.messages(k, 0, bot.PageSize), want[:bot.PageSize], "the first page")
	w.equal(w.messages(k, want[bot.PageSize-1].N+1, bot.PageSize), want[bot.PageSize:], "the page behind it")
	w.equal(w.messages(k, want[35].N-1, 3), want[35:38], "a short page, from a number that no message has")
	w.equal(w.messages(k, want[len(want)-1].N+1, bot.PageSize), []bot.OutboxMessage(nil), "the page behind the last message")
	w.equal(w.messages(k, math.MaxUint64, bot.PageSize), []bot.OutboxMessage(nil), "the page behind every number")
	for _, m := range want[:10] {
		w.mark(bot.DeliveryResult{Chat: k, N: m.N, State: bot.Delivered})
	}
	w.equal(w.messages(k, 0, bot.PageSize), want[10:], "the rest of the messages")
	w.equal(w.messages(k, want[5].N, 2), want[10:12], "from a message that was delivered")
}

// loadWhole looks at a chat while turns are written, each of which leaves its number everywhere. There
// are enough of both for one to fall into the middle of the other.
func loadWhole(t TB, open func() bot.Store) {
	w := enter(t, open())
	const readers, looks, turns = 4, 50, 150
	var written atomic.Int64
	k := key(3, 1)
	f := w.claim(3)
	begun, looked := make(chan struct{}), make(chan struct{})
	var looking, writing sync.WaitGroup
	writing.Go(func() {
		for n := uint64(0); ; n++ {
			select {
			case <-looked:
				return
			default:
			}
			name := bytesOf("turn %d", n)
			r, err := w.store.Accept(t.Context(), bot.Arrival{Chat: k, ID: id(n), At: hour(0), Body: name})
			if err == nil {
				err = w.store.Commit(t.Context(), bot.Turn{Chat: k, Base: n, Fence: f, Update: r.Seq, Session: name, Purge: true,
					Replies: [][]byte{name}, Effect: name})
			}
			if err != nil {
				t.Errorf("turn %d: %v", n, err)
			}
			if written.Add(1) == 1 {
				close(begun)
			}
		}
	})
	<-begun
	for range readers {
		looking.Go(func() {
			for n := 0; n < looks || written.Load() < turns; n++ {
				if c, err := w.store.Load(t.Context(), k); err != nil || !wholeTurn(c) {
					t.Errorf("half a turn: %+v, %v", c, err)
					return
				}
			}
		})
	}
	looking.Wait()
	close(looked)
	writing.Wait()
}

// wholeTurn: all is of one turn, and what waits, if anything, is the next one's.
func wholeTurn(c bot.Chat) bool {
	if c.Version == 0 {
		return len(c.Waiting) <= 1
	}
	name := string(bytesOf("turn %d", c.Version-1))
	next := string(bytesOf("turn %d", c.Version))
	return len(c.Waiting) <= 1 && string(c.Session) == name && string(c.Effect) == name &&
		(len(c.Waiting) == 0 || string(c.Waiting[0].Body) == next)
}
