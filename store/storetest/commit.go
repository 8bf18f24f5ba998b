package storetest

import (
	"errors"
	"sync"
	"sync/atomic"

	"llave/bot"
)

func commitChecks() []Check {
	return []Check{
		{"Commit/writes all of a turn", commitAll},
		{"Commit/the session is replaced and its version rises by one", commitSession},
		{"Commit/only the update answered stops waiting", commitUpdate},
		{"Commit/an effect is set, replaced and cleared", commitEffect},
		{"Commit/an update set aside becomes a dead letter", commitQuarantine},
		{"Commit/of many from one base exactly one wins", commitRace},
	}
}

// full is a turn that writes something of every kind, on top of what stage has prepared.
func (w *world) full(k bot.ChatKey, update uint64) bot.Turn {
	w.Helper()
	t := w.turn(k)
	t.Update = update
	t.Session = bytesOf("full session")
	t.Purge = true
	t.Replies = [][]byte{bytesOf("full reply 0"), bytesOf("full reply 1")}
	t.Events = [][]byte{bytesOf("full event 0"), bytesOf("full event 1")}
	t.Timers = []bot.TimerSet{{Name: "new", Due: hour(7), Body: bytesOf("full timer")}, {Name: "old"}}
	t.Effect = bytesOf("full effect")
	t.Quarantine, t.QuarantinedBody = "full reason", bytesOf("full aside")
	t.Unreadable = []bot.Unreadable{{Kind: bot.DeadTimer, Name: "lost", Reason: "full loss", At: hour(-1), Body: bytesOf("full unread")}}
	return t
}

// stage prepares a chat in which every part of a full turn would be seen; it returns the Seq that waits.
func (w *world) stage(k bot.ChatKey) uint64 {
	w.Helper()
	t := w.turn(k)
	t.Replies = [][]byte{bytesOf("earlier reply")}
	t.Events = [][]byte{bytesOf("earlier event")}
	t.Timers = []bot.TimerSet{{Name: "old", Due: hour(3), Body: bytesOf("earlier timer")}}
	t.Effect = bytesOf("earlier effect")
	w.commit(t)
	return w.fresh(k, 1)
}

func commitAll(t TB, open func() bot.Store) {
	w := enter(t, open())
	k := key(3, 1)
	w.commit(w.full(k, w.stage(k)))
	w.equal(w.look(k), snapshot{
		Chats: map[bot.ChatKey]held{k: {
			Outbox: []bot.OutboxMessage{{Chat: k, N: 1 << 8, Body: bytesOf("full reply 0")}, {Chat: k, N: 1<<8 | 1, Body: bytesOf("full reply 1")}},
			Chat:   bot.Chat{Version: 2, Session: bytesOf("full session"), Effect: bytesOf("full effect")},
		}},
		Pending: map[bot.Shard][]bot.ChatKey{3: {k}},
		Events: map[bot.Shard][]bot.Event{3: {
			{Seq: 1, Chat: k, Body: bytesOf("earlier event")},
			{Seq: 2, Chat: k, Body: bytesOf("full event 0")},
			{Seq: 3, Chat: k, Body: bytesOf("full event 1")},
		}},
		Due: []bot.TimerDue{{Chat: k, TimerSet: bot.TimerSet{Name: "new", Due: hour(7), Body: bytesOf("full timer")}}},
		Dead: []bot.DeadLetter{
			{Kind: bot.DeadUpdate, Chat: k, Reason: "full reason", At: hour(0), Body: bytesOf("full aside")},
			{Kind: bot.DeadTimer, Chat: k, Name: "lost", Reason: "full loss", At: hour(-1), Body: bytesOf("full unread")},
		},
	}, "after a full turn")
}

func commitSession(t TB, open func() bot.Store) {
	w := enter(t, open())
	k := key(3, 1)
	for n, session := range []string{"a long session at first", "short", "", "again"} {
		turn := w.turn(k)
		turn.Session = []byte(session)
		w.commit(turn)
		c := w.load(k)
		w.equal(c.Version, uint64(n+1), "version")
		w.equal(string(c.Session), session, "session")
	}
	w.equal(w.load(key(3, 2)).Version, uint64(0), "version of another chat")
}

func commitUpdate(t TB, open func() bot.Store) {
	w := enter(t, open())
	k := key(3, 1)
	w.claim(3) // before anything waits whose tries it would count
	var want []bot.Waiting
	for n := range uint64(3) {
		want = append(want, bot.Waiting{Seq: w.fresh(k, n), Body: bytesOf("update %d", n)})
	}
	w.say(k) // a turn that answers no update
	w.equal(w.load(k).Waiting, want, "waiting after a turn of no update")
	turn := w.turn(k)
	turn.Update = want[1].Seq
	w.commit(turn)
	w.equal(w.load(k).Waiting, []bot.Waiting{want[0], want[2]}, "waiting after the second was answered")
}

func commitEffect(t TB, open func() bot.Store) {
	w := enter(t, open())
	k := key(3, 1)
	for _, effect := range []string{"first", "second", "", "third", ""} {
		turn := w.turn(k)
		var want []bot.ChatKey
		if effect != "" {
			turn.Effect = []byte(effect)
			want = []bot.ChatKey{k}
		}
		w.commit(turn)
		w.equal(string(w.load(k).Effect), effect, "pending effect")
		w.equal(w.pendingChats(3), want, "pending with effect "+effect)
	}
}

func commitQuarantine(t TB, open func() bot.Store) {
	w := enter(t, open())
	k := key(3, 1)
	r := w.acceptAt(k, 1, hour(40))
	turn := w.turn(k)
	turn.Update, turn.Quarantine, turn.QuarantinedBody = r.Seq, "panic", bytesOf("sealed update")
	w.commit(turn)
	p := w.look(k)
	w.equal(len(p.Chats[k].Waiting), 0, "number of updates waiting")
	w.equal(p.Pending[3], []bot.ChatKey(nil), "pending")
	// A turn has no hour of its own; the update's is the one that is known.
	w.equal(p.Dead, []bot.DeadLetter{{Kind: bot.DeadUpdate, Chat: k, Reason: "panic", At: hour(40), Body: bytesOf("sealed update")}}, "dead letters")
	if again := w.acceptAt(k, 1, hour(41)); again.Seq != 0 {
		t.Errorf("what was set aside was accepted again as %d", again.Seq)
	}
}

func commitRace(t TB, open func() bot.Store) {
	w := enter(t, open())
	k := key(3, 1)
	base := w.turn(k)
	base.Update = w.fresh(k, 1)
	var won atomic.Int64
	var winner atomic.Pointer[string]
	var wg sync.WaitGroup
	start := make(chan struct{})
	for n := range 32 {
		wg.Go(func() {
			mine, name := base, string(bytesOf("writer %d", n))
			mine.Session, mine.Replies, mine.Events = []byte(name), [][]byte{[]byte(name)}, [][]byte{[]byte(name)}
			<-start
			switch err := w.store.Commit(t.Context(), mine); {
			case err == nil:
				won.Add(1)
				winner.Store(&name)
			case !errors.Is(err, bot.ErrConflict):
				t.Errorf("commit = %v, want nil or ErrConflict", err)
			}
		})
	}
	close(start)
	wg.Wait()
	w.equal(won.Load(), int64(1), "commits that won")
	if winner.Load() == nil {
		return
	}
	name := []byte(*winner.Load())
	w.equal(w.load(k), held{bot.Chat{Version: 1, Session: name}, []bot.OutboxMessage{{Chat: k, Body: name}}}, "the chat")
	w.equal(w.events(3), []bot.Event{{Seq: 1, Chat: k, Body: name}}, "events")
}
