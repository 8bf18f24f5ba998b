package storetest

import (
	"errors"
	"slices"

	"llave/bot"
)

func outboxChecks() []Check {
	return []Check{
		{"Letters/are numbered by turn and place", messagesNumbered},
		{"Letters/purge withdraws earlier ones and not the turn's own", messagesPurged},
		{"Letters/purge leaves those to be kept", messagesKept},
		{"Letters/sent ones are forgotten", messagesDelivered},
		{"Letters/an attempt keeps tries and hour", messagesTried},
		{"Letters/given up ones go to the dead with the reason", messagesDead},
		{"Letters/marking what is not there is no error", resultsMissing},
		{"Letters/a result's event is logged with it, once", resultsLogged},
		{"Letters/a result of who does not hold the shard is not noted, and the others are", resultsFenced},
	}
}

func messagesNumbered(t TB, open func() bot.Store) {
	w := enter(t, open())
	k := key(3, 1)
	w.say(k, "a", "b")
	w.say(k)
	w.say(key(3, 2), "neighbour")
	w.say(k, "c")
	w.equal(w.load(k).Outbox, []bot.OutboxMessage{
		{Chat: k, N: 0, Body: bytesOf("a")}, {Chat: k, N: 1, Body: bytesOf("b")}, {Chat: k, N: 2 << 8, Body: bytesOf("c")},
	}, "messages")
}

func messagesPurged(t TB, open func() bot.Store) {
	w := enter(t, open())
	k, other := key(3, 1), key(3, 2)
	w.say(other, "neighbour")
	w.say(k, "dead already", "a", "b")
	w.mark(bot.DeliveryResult{Chat: k, N: 0, State: bot.DeadLettered, Reason: "r", At: hour(1)})
	w.say(k, "c")
	turn := w.turn(k)
	turn.Purge = true
	turn.Replies = [][]byte{bytesOf("d"), bytesOf("e")}
	w.commit(turn)
	w.equal(w.load(k).Outbox, []bot.OutboxMessage{{Chat: k, N: 2 << 8, Body: bytesOf("d")}, {Chat: k, N: 2<<8 | 1, Body: bytesOf("e")}},
		"messages after a purge with replies")
	turn = w.turn(k)
	turn.Purge = true
	w.commit(turn)
	p := w.look(k, other)
	w.equal(p.Chats[k].Outbox, []bot.OutboxMessage(nil), "messages after a purge without replies")
	w.equal(p.Pending[3], []bot.ChatKey{other}, "pending after a purge")
	w.equal(p.Dead, []bot.DeadLetter{{Kind: bot.DeadReply, Chat: k, N: 0, Reason: "r", At: hour(1)}}, "the dead after a purge: known, and empty")
}

func messagesDelivered(t TB, open func() bot.Store) {
	w := enter(t, open())
	k, other := key(3, 1), key(200, 1)
	w.say(k, "a", "b", "c")
	w.say(other, "d")
	w.mark(bot.DeliveryResult{Chat: k, N: 1, State: bot.Delivered}, bot.DeliveryResult{Chat: other, N: 0, State: bot.Delivered})
	p := w.look(k, other)
	w.equal(p.Chats[k].Outbox, []bot.OutboxMessage{{Chat: k, N: 0, Body: bytesOf("a")}, {Chat: k, N: 2, Body: bytesOf("c")}}, "messages")
	w.equal(p.Chats[other].Outbox, []bot.OutboxMessage(nil), "messages of the other chat")
	w.equal(p.Pending, map[bot.Shard][]bot.ChatKey{3: {k}, 200: nil}, "pending")
	w.equal(p.Dead, []bot.DeadLetter(nil), "the dead")
	w.equal(p.Chats[k].Version, uint64(1), "version: a mark is no turn")
}

func messagesTried(t TB, open func() bot.Store) {
	w := enter(t, open())
	k := key(3, 1)
	w.say(k, "a", "b")
	want := w.load(k)
	for n := range 3 {
		w.mark(bot.DeliveryResult{Chat: k, N: 1, State: bot.Attempting, Tries: n + 1, Due: hour(n * 100)})
		want.Outbox[1].Tries, want.Outbox[1].Due = n+1, hour(n*100)
		w.equal(w.load(k), want, "after an attempt")
	}
	w.mark(bot.DeliveryResult{Chat: k, N: 1, State: bot.Attempting, Tries: 4})
	c := w.load(k)
	if !c.Outbox[1].Due.IsZero() {
		t.Errorf("due = %v, want zero: at once", c.Outbox[1].Due)
	}
	w.equal(w.pendingChats(3), []bot.ChatKey{k}, "pending")
}

func messagesDead(t TB, open func() bot.Store) {
	w := enter(t, open())
	k := key(3, 1)
	w.say(k, "a", "b")
	dead := bot.DeliveryResult{Chat: k, N: 0, State: bot.DeadLettered, Tries: 9, Reason: "blocked", At: hour(5)}
	w.mark(dead)
	w.mark(dead) // once more makes no second one
	p := w.look(k)
	w.equal(p.Chats[k].Outbox, []bot.OutboxMessage{{Chat: k, N: 1, Body: bytesOf("b")}}, "messages")
	w.equal(p.Dead, []bot.DeadLetter{{Kind: bot.DeadReply, Chat: k, N: 0, Reason: "blocked", At: hour(5), Body: bytesOf("a")}}, "the dead")
}

func resultsMissing(t TB, open func() bot.Store) {
	w := enter(t, open())
	k := key(3, 1)
	w.say(k, "a")
	before := w.look(k)
	for _, state := range []bot.DeliveryState{bot.Delivered, bot.Attempting, bot.DeadLettered} {
		w.mark(bot.DeliveryResult{Chat: k, N: 77, State: state, Tries: 1, Reason: "r", At: hour(1), Due: hour(1)},
			bot.DeliveryResult{Chat: key(3, 2), N: 0, State: state, Tries: 1, Reason: "r", At: hour(1), Due: hour(1)})
	}
	w.mark()
	w.equal(w.look(k), before, "after marking what is not there")
	w.mark(bot.DeliveryResult{Chat: k, N: 77, State: bot.Delivered}, bot.DeliveryResult{Chat: k, N: 0, State: bot.Delivered})
	w.equal(w.load(k).Outbox, []bot.OutboxMessage(nil), "messages after marking one that is there behind one that is not")
}

func resultsFenced(t TB, open func() bot.Store) {
	w := enter(t, open())
	k, other := key(3, 1), key(200, 1)
	old := w.claim(3)
	w.say(k, "a", "b", "c")
	w.say(other, "d")
	w.claim(3)
	before := w.look(k)
	for _, state := range []bot.DeliveryState{bot.Delivered, bot.Attempting, bot.DeadLettered} {
		for _, f := range []bot.Fence{old, 0, w.fence(200)} {
			err := w.store.RecordDelivery(t.Context(), []bot.DeliveryResult{{Chat: k, Fence: f, State: state, Tries: 7, Reason: "r", At: hour(1), Event: bytesOf("event")}})
			var fenced *bot.FencedError
			if !errors.As(err, &fenced) || !errors.Is(err, bot.ErrFenced) || !slices.Equal(fenced.Shards, []bot.Shard{3}) {
				t.Errorf("a result under fence %d of another = %v, want that shard 3 is fenced", f, err)
			}
		}
	}
	w.equal(w.look(k), before, "after results of who does not hold the shard")
	err := w.store.RecordDelivery(t.Context(), []bot.DeliveryResult{
		{Chat: k, N: 0, Fence: old, State: bot.Delivered}, {Chat: other, N: 0, Fence: w.fence(200), State: bot.Delivered},
		{Chat: k, N: 1, Fence: w.fence(3), State: bot.Delivered},
	})
	var fenced *bot.FencedError
	if !errors.As(err, &fenced) || !slices.Equal(fenced.Shards, []bot.Shard{3}) {
		t.Errorf("results of two holders = %v, want that shard 3 is fenced", err)
	}
	p := w.look(k, other)
	w.equal(p.Chats[k].Outbox, []bot.OutboxMessage{{Chat: k, N: 0, Body: bytesOf("a")}, {Chat: k, N: 2, Body: bytesOf("c")}}, "messages")
	w.equal(p.Chats[other].Outbox, []bot.OutboxMessage(nil), "messages of the other chat")
}

func messagesKept(t TB, open func() bot.Store) {
	w := enter(t, open())
	k, other := key(3, 1), key(3, 2)
	turn := w.turn(k)
	turn.Replies, turn.Keep = [][]byte{bytesOf("a"), bytesOf("b"), bytesOf("c")}, 1<<1
	w.commit(turn)
	turn = w.turn(other)
	turn.Replies, turn.Keep = [][]byte{bytesOf("neighbour")}, 1
	w.commit(turn)
	purge := func(keep uint64, replies ...string) {
		t.Helper()
		turn := w.turn(k)
		turn.Purge, turn.Keep = true, keep
		for _, r := range replies {
			turn.Replies = append(turn.Replies, []byte(r))
		}
		w.commit(turn)
	}
	purge(1<<1, "d", "e")
	want := []bot.OutboxMessage{{Chat: k, N: 1, Body: bytesOf("b")}, {Chat: k, N: 1 << 8, Body: bytesOf("d")}, {Chat: k, N: 1<<8 | 1, Body: bytesOf("e")}}
	w.equal(w.load(k).Outbox, want, "messages after a purge")
	purge(0)
	w.equal(w.load(k).Outbox, []bot.OutboxMessage{want[0], want[2]}, "messages after a second one")
	w.mark(bot.DeliveryResult{Chat: k, N: 1, State: bot.Attempting, Tries: 1})
	purge(0)
	want[0].Tries = 1
	w.equal(w.load(k).Outbox, []bot.OutboxMessage{want[0], want[2]}, "messages after an attempt and a third one")
	w.mark(bot.DeliveryResult{Chat: k, N: 1, State: bot.Delivered}, bot.DeliveryResult{Chat: k, N: 1<<8 | 1, State: bot.Delivered})
	purge(0)
	p := w.look(k, other)
	w.equal(p.Chats[k].Outbox, []bot.OutboxMessage(nil), "messages when they were sent")
	w.equal(p.Pending[3], []bot.ChatKey{other}, "pending")
}

func resultsLogged(t TB, open func() bot.Store) {
	w := enter(t, open())
	k := key(3, 1)
	w.say(k, "a", "b", "c")
	w.happen(k, "before")
	log := func(n uint64, state bot.DeliveryState, event string) {
		t.Helper()
		w.mark(bot.DeliveryResult{Chat: k, N: n, State: state, Tries: 1, Reason: "r", At: hour(1), Event: []byte(event)})
	}
	log(0, bot.Attempting, "waits")
	log(0, bot.Delivered, "sent")
	log(0, bot.Delivered, "sent twice")       // its message is gone: the result was noted before
	log(0, bot.Attempting, "tried after all") // likewise
	log(1, bot.DeadLettered, "failed")
	log(1, bot.DeadLettered, "failed twice")
	log(77, bot.Delivered, "of nothing")
	w.mark(bot.DeliveryResult{Chat: k, N: 2, State: bot.Delivered})
	w.happen(k, "after")
	w.equal(w.events(3), []bot.Event{
		{Seq: 1, Chat: k, Body: bytesOf("before")}, {Seq: 2, Chat: k, Body: bytesOf("waits")}, {Seq: 3, Chat: k, Body: bytesOf("sent")},
		{Seq: 4, Chat: k, Body: bytesOf("failed")}, {Seq: 5, Chat: k, Body: bytesOf("after")},
	}, "events")
}
