package storetest

import (
	"errors"
	"slices"
	"time"

	"llave/bot"
)

func forgetChecks() []Check {
	return []Check{
		{"Forget/a chat is forgotten at its date and not before", forgetDate},
		{"Forget/a chat in which something is owed stays", forgetOwed},
		{"Forget/all that is kept of a chat goes, and of no other", forgetAll},
		{"Forget/a forgotten chat begins anew", forgetAnew},
		{"Forget/a turn moves the date, or takes it away", forgetMoved},
		{"Forget/a sweep forgets in the shards that it is asked for", forgetShards},
		{"Forget/one sweep forgets all there is, and counts it", forgetMany},
		{"Forget/chats to be reviewed are listed at their date, the earliest first", forgetReview},
		{"Forget/a chat to be reviewed in which something is owed is not listed", reviewOwed},
	}
}

// dated commits a turn that gives the chat its dates; zero is none.
func (w *world) dated(k bot.ChatKey, forget, review time.Time) {
	w.Helper()
	t := w.turn(k)
	t.Forget, t.Review = forget, review
	w.commit(t)
}

var none time.Time

func forgetDate(t TB, open func() bot.Store) {
	w := enter(t, open())
	first, second, undated, reviewed := key(3, 1), key(200, 1), key(3, 2), key(3, 3)
	w.dated(first, hour(10), none)
	w.dated(second, hour(11), none)
	w.dated(undated, none, none)
	w.dated(reviewed, none, hour(1))
	kept := func(now int, want ...uint64) {
		t.Helper()
		w.sweep(hour(now))
		var got []uint64
		for _, k := range []bot.ChatKey{first, second, undated, reviewed} {
			got = append(got, w.load(k).Version)
		}
		w.equal(got, want, string(bytesOf("versions of the chats after a sweep at %d", now)))
	}
	kept(9, 1, 1, 1, 1)
	kept(10, 0, 1, 1, 1)
	kept(everything, 0, 0, 1, 1)
}

// forgetShards: a chat, an id and a dead letter of a shard that another process holds are that one's to forget.
func forgetShards(t TB, open func() bot.Store) {
	w := enter(t, open())
	chats := []bot.ChatKey{key(0, 1), key(7, 1), key(255, 1)}
	for n, k := range chats {
		w.say(k)
		w.bury(k, string(bytesOf("of %d", n)), 5)
		other := key(k.Shard(), 2)
		w.commit(w.answered(other, uint64(n)+1))
		w.dated(key(k.Shard(), 3), hour(10), none)
	}
	now := hour(20).Add(bot.DeadLetterRetention)
	left := func(shards []bot.Shard, want ...int) {
		t.Helper()
		w.must(w.store.Sweep(t.Context(), shards, now), "sweep")
		var versions, dead []int
		for n, k := range chats {
			if w.load(key(k.Shard(), 3)).Version > 0 {
				versions = append(versions, n)
			}
			if slices.Contains(w.dead(everything), string(bytesOf("of %d", n))) {
				dead = append(dead, n)
			}
		}
		w.equal(versions, want, string(bytesOf("chats that are left after a sweep of %v", shards)))
		w.equal(dead, want, string(bytesOf("dead letters that are left after a sweep of %v", shards)))
		w.equal(w.store.Swept().IDs, int64(len(chats)-len(want)), "ids forgotten")
	}
	left(nil, 0, 1, 2)
	left([]bot.Shard{1, 8}, 0, 1, 2)
	left([]bot.Shard{7}, 0, 2)
	left([]bot.Shard{255, 0})
}

// answered is a turn that answers a new update, which leaves its id.
func (w *world) answered(k bot.ChatKey, n uint64) bot.Turn {
	w.Helper()
	seq := w.fresh(k, n)
	t := w.turn(k)
	t.Update = seq
	return t
}

// pendings are the ways in which something may be owed in a chat.
var pendings = []string{"an update that waits", "an unsent reply", "a pending effect", "a timer"}

// owes has something owed in a chat whose dates have come; end ends that.
func (w *world) owes(k bot.ChatKey, what string) (end func()) {
	w.Helper()
	turn := func(change func(*bot.Turn)) {
		w.Helper()
		t := w.turn(k)
		t.Forget, t.Review = hour(10), hour(10)
		change(&t)
		w.commit(t)
	}
	switch what {
	case "an update that waits":
		turn(func(*bot.Turn) {})
		seq := w.fresh(k, 1)
		return func() { turn(func(t *bot.Turn) { t.Update = seq }) }
	case "an unsent reply":
		turn(func(t *bot.Turn) { t.Replies = [][]byte{bytesOf("reply")} })
		return func() { w.mark(bot.DeliveryResult{Chat: k, N: 0, State: bot.Delivered}) }
	case "a pending effect":
		turn(func(t *bot.Turn) { t.Effect = bytesOf("effect") })
		return func() { turn(func(*bot.Turn) {}) }
	}
	turn(func(t *bot.Turn) { t.Timers = []bot.TimerSet{timer(k, "x", everything).TimerSet} })
	return func() { turn(func(t *bot.Turn) { t.Timers = []bot.TimerSet{{Name: "x"}} }) }
}

func forgetOwed(t TB, open func() bot.Store) {
	for _, name := range pendings {
		w := enter(t, open())
		k := key(3, 1)
		end := w.owes(k, name)
		before := w.look(k)
		w.sweep(hour(50))
		w.equal(w.look(k), before, name+": after a sweep")
		end()
		w.sweep(hour(50))
		w.equal(w.load(k).Version, uint64(0), name+": version of the chat when it is no longer owed")
	}
}

func reviewOwed(t TB, open func() bot.Store) {
	for _, name := range pendings {
		w := enter(t, open())
		k := key(3, 1)
		end := w.owes(k, name)
		w.equal(w.idle(hour(50), 0, 9), []bot.ChatKey(nil), name+": chats to be reviewed")
		end()
		w.equal(w.idle(hour(50), 0, 9), []bot.ChatKey{k}, name+": chats to be reviewed when it is no longer owed")
	}
}

func forgetAll(t TB, open func() bot.Store) {
	w := enter(t, open())
	gone, stays := key(3, 1), key(3, 2)
	for _, k := range []bot.ChatKey{gone, stays} {
		r := w.acceptAt(k, 1, hour(1))
		turn := w.turn(k)
		turn.Update, turn.Quarantine, turn.QuarantinedBody = r.Seq, "panic", bytesOf("aside")
		turn.Replies, turn.Events = [][]byte{bytesOf("reply")}, [][]byte{bytesOf("event")}
		w.commit(turn)
		w.mark(bot.DeliveryResult{Chat: k, N: 0, State: bot.DeadLettered, Reason: "blocked", At: hour(1)})
	}
	before := w.look(stays)
	w.dated(gone, hour(2), none)
	w.sweep(hour(2))
	after := w.look(stays)
	before.Dead = before.Dead[:0]
	for _, d := range w.allDead() {
		if d.Chat == stays {
			before.Dead = append(before.Dead, d)
		}
	}
	w.equal(len(before.Dead), 2, "dead letters of the chat that stays")
	for i, e := range before.Events[3] {
		if e.Chat == gone {
			before.Events[3][i].Body = nil
		}
	}
	w.equal(after, before, "what is left")
	w.equal(w.load(gone), held{}, "the forgotten chat")
	if r := w.acceptAt(gone, 1, hour(3)); r.Seq == 0 {
		t.Errorf("an id of a forgotten chat is still known")
	}
	if r := w.acceptAt(stays, 1, hour(3)); r.Seq != 0 {
		t.Errorf("an id of another chat is no longer known")
	}
}

func forgetAnew(t TB, open func() bot.Store) {
	w := enter(t, open())
	k := key(3, 1)
	w.say(k)
	w.dated(k, hour(2), none)
	w.sweep(hour(2))
	w.refused(bot.Turn{Chat: k, Base: 2, Fence: w.fence(3)}, bot.ErrConflict, "a turn on the forgotten session")
	r := w.accept(k, 1)
	w.equal(bot.Receipt{Version: r.Version, Session: r.Session}, bot.Receipt{}, "receipt of the first update after that")
	turn := w.turn(k)
	turn.Update, turn.Replies, turn.Events = r.Seq, [][]byte{bytesOf("a")}, [][]byte{bytesOf("e")}
	w.commit(turn)
	w.equal(w.load(k), held{bot.Chat{Version: 1, Session: bytesOf("session 1")}, []bot.OutboxMessage{{Chat: k, Body: bytesOf("a")}}}, "the chat")
	w.sweep(hour(everything))
	w.equal(w.load(k).Version, uint64(1), "version of a chat whose new turn gave it no date")
}

func forgetMoved(t TB, open func() bot.Store) {
	w := enter(t, open())
	later, never := key(3, 1), key(3, 2)
	for _, k := range []bot.ChatKey{later, never} {
		w.dated(k, hour(10), hour(10))
	}
	w.dated(later, hour(20), hour(20))
	w.dated(never, none, none)
	w.equal(w.idle(hour(19), 0, 9), []bot.ChatKey(nil), "chats to be reviewed before the new date")
	w.sweep(hour(19))
	w.equal([]uint64{w.load(later).Version, w.load(never).Version}, []uint64{2, 2}, "versions before the new date")
	w.sweep(hour(20))
	w.equal([]uint64{w.load(later).Version, w.load(never).Version}, []uint64{0, 2}, "versions at the new date")
}

func forgetMany(t TB, open func() bot.Store) {
	w := enter(t, open())
	const chats, dead = 300, 3
	before := w.store.Swept()
	for n := range uint64(chats) {
		k := key(bot.Shard(n), n)
		w.dated(k, hour(int(n)), none)
		w.acceptAt(key(3, 1000), n, hour(0))
		w.acceptAt(key(4, 1000), n, hour(0))
	}
	for n := range dead {
		w.bury(key(5, uint64(n)), "old", n)
	}
	w.sweep(hour(chats).Add(bot.DeadLetterRetention))
	after := w.store.Swept()
	w.equal(bot.Swept{IDs: after.IDs - before.IDs, DeadLetters: after.DeadLetters - before.DeadLetters, Chats: after.Chats - before.Chats},
		bot.Swept{IDs: 2 * chats, DeadLetters: dead, Chats: chats}, "what one sweep counts")
	for n := range uint64(chats) {
		w.equal(w.load(key(bot.Shard(n), n)).Version, uint64(0), "version of a forgotten chat")
	}
}

func (w *world) idle(now time.Time, skip, limit int) []bot.ChatKey {
	w.Helper()
	keys, err := w.store.Idle(w.Context(), now, skip, limit)
	w.must(err, "idle")
	return keys
}

func (w *world) allDead() []bot.DeadLetter {
	w.Helper()
	dead, err := w.store.Dead(w.Context(), everything)
	w.must(err, "dead")
	return dead
}

func forgetReview(t TB, open func() bot.Store) {
	w := enter(t, open())
	var want []bot.ChatKey
	for n := range uint64(6) {
		k := key(bot.Shard(250-40*n), n)
		want = append(want, k)
		w.dated(k, none, hour(int(n)))
	}
	w.dated(key(3, 9), hour(0), none)
	w.dated(key(3, 8), none, none)
	for _, page := range []struct{ now, skip, limit, from, to int }{
		{-1, 0, 9, 0, 0}, {0, 0, 9, 0, 1}, {3, 0, 9, 0, 4}, {9, 0, 9, 0, 6}, {9, 0, 2, 0, 2}, {9, 2, 2, 2, 4}, {9, 5, 9, 5, 6}, {9, 8, 9, 6, 6}, {9, 0, 0, 0, 0},
	} {
		w.equal(w.idle(hour(page.now), page.skip, page.limit), want[page.from:page.to], string(bytesOf("to be reviewed: %+v", page)))
	}
}

func retryChecks() []Check {
	return []Check{
		{"Retry/an update waits again, behind the others, with no tries", retryUpdate},
		{"Retry/a reply is unsent again, under its number", retryReply},
		{"Retry/a timer is due again, unless there is one of its name", retryTimer},
		{"Retry/a session takes the place of the one there is, and is to be reviewed", retrySession},
		{"Retry/what cannot be put back stays among the dead", retryRefused},
	}
}

// lost is a chat with one dead letter of this kind; its number is returned.
func (w *world) lost(k bot.ChatKey, u bot.Unreadable) uint64 {
	w.Helper()
	t := w.turn(k)
	t.Unreadable = []bot.Unreadable{u}
	w.commit(t)
	return w.allDead()[0].ID
}

func (w *world) retry(id uint64, as bot.DeadKind, want error) {
	w.Helper()
	if err := w.store.Retry(w.Context(), id, as); !errors.Is(err, want) {
		w.Fatalf("retry = %v, want %v", err, want)
	}
}

func retryUpdate(t TB, open func() bot.Store) {
	w := enter(t, open())
	k := key(3, 1)
	seq := w.fresh(k, 1)
	w.begin(k, seq)
	turn := w.turn(k)
	turn.Update, turn.Quarantine, turn.QuarantinedBody = seq, "panic", bytesOf("aside")
	w.commit(turn)
	behind := w.fresh(k, 2)
	w.retry(w.allDead()[0].ID, bot.DeadUpdate, nil)
	waiting := w.load(k).Waiting
	w.equal(waiting, []bot.Waiting{{Seq: behind, Body: bytesOf("update 2")}, {Seq: waiting[len(waiting)-1].Seq, Body: bytesOf("aside")}}, "waiting")
	w.equal(w.allDead(), []bot.DeadLetter(nil), "the dead")
	w.equal(w.pendingChats(3), []bot.ChatKey{k}, "pending")
	turn = w.turn(k)
	turn.Update = waiting[1].Seq
	w.commit(turn)
}

func retryReply(t TB, open func() bot.Store) {
	w := enter(t, open())
	k := key(3, 1)
	w.say(k)
	w.say(k, "a", "b")
	w.mark(bot.DeliveryResult{Chat: k, N: 1 << 8, State: bot.Attempting, Tries: 4, Due: hour(99)})
	w.mark(bot.DeliveryResult{Chat: k, N: 1 << 8, State: bot.DeadLettered, Reason: "r", At: hour(1)})
	w.say(k, "c")
	w.retry(w.allDead()[0].ID, bot.DeadReply, nil)
	w.equal(w.load(k).Outbox, []bot.OutboxMessage{
		{Chat: k, N: 1 << 8, Body: bytesOf("a")}, {Chat: k, N: 1<<8 | 1, Body: bytesOf("b")}, {Chat: k, N: 2 << 8, Body: bytesOf("c")},
	}, "messages")
	w.equal(w.allDead(), []bot.DeadLetter(nil), "the dead")
}

func retryTimer(t TB, open func() bot.Store) {
	w := enter(t, open())
	k := key(3, 1)
	id := w.lost(k, bot.Unreadable{Kind: bot.DeadTimer, Name: "x", At: hour(3), Body: bytesOf("timer")})
	w.setTimers(k, timer(k, "x", 9).TimerSet)
	w.retry(id, bot.DeadTimer, bot.ErrConflict)
	w.setTimers(k, bot.TimerSet{Name: "x"}, timer(k, "y", 9).TimerSet)
	w.retry(id, bot.DeadTimer, nil)
	w.equal(w.due(hour(everything)), []bot.TimerDue{{Chat: k, TimerSet: bot.TimerSet{Name: "x", Due: hour(3), Body: bytesOf("timer")}}, timer(k, "y", 9)}, "due")
}

func retrySession(t TB, open func() bot.Store) {
	w := enter(t, open())
	k := key(3, 1)
	id := w.lost(k, bot.Unreadable{Kind: bot.DeadSession, At: hour(3), Body: bytesOf("old session")})
	w.dated(k, hour(1), none)
	w.retry(id, bot.DeadSession, nil)
	w.equal(w.load(k), held{Chat: bot.Chat{Version: 3, Session: bytesOf("old session")}}, "the chat")
	w.sweep(hour(everything))
	w.equal(w.load(k).Version, uint64(3), "version after a sweep: what it was to be forgotten for is gone")
	w.equal(w.idle(hour(0), 0, 9), []bot.ChatKey{k}, "chats to be reviewed")
}

func retryRefused(t TB, open func() bot.Store) {
	w := enter(t, open())
	k := key(3, 1)
	w.say(k, "a")
	w.mark(bot.DeliveryResult{Chat: k, N: 0, State: bot.DeadLettered, Reason: "r", At: hour(1)})
	id := w.allDead()[0].ID
	w.retry(id+1000, bot.DeadReply, bot.ErrConflict)
	w.retry(id, bot.DeadUnknown, bot.ErrConflict)
	w.retry(id, bot.DeadEffect, bot.ErrConflict)
	turn := w.turn(k)
	turn.Purge = true
	w.commit(turn)
	before := w.look(k)
	w.retry(id, bot.DeadReply, bot.ErrConflict) // it was withdrawn
	w.equal(w.look(k), before, "after refusals")
}
