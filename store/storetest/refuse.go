package storetest

import (
	"errors"

	"llave/bot"
)

func refusalChecks() []Check {
	return []Check{
		{"Refuse/a stale version is a conflict and writes nothing", refuseVersion},
		{"Refuse/an update that does not wait is a conflict and writes nothing", refuseUpdate},
		{"Refuse/a fence that is not the shard's writes nothing", refuseFence},
		{"Refuse/more replies than can be numbered, and write nothing", refuseReplies},
	}
}

// refusedClean wants a refusal after which everything is as before and a good turn writes as if it had never been.
func (w *world) refusedClean(t bot.Turn, want error, why string) {
	w.Helper()
	chats := []bot.ChatKey{t.Chat, key(t.Chat.Shard(), 90), key(77, 1)}
	before := w.look(chats...)
	w.refused(t, want, why)
	w.equal(w.look(chats...), before, why+": what can be seen after the refusal")
}

func refuseVersion(t TB, open func() bot.Store) {
	w := enter(t, open())
	k := key(3, 1)
	seq := w.stage(k)
	for _, base := range []uint64{0, 2, 1 << 20} {
		turn := w.full(k, seq)
		turn.Base = base
		w.refusedClean(turn, bot.ErrConflict, string(bytesOf("base %d on version 1", base)))
	}
	unknown := w.full(key(3, 90), 0)
	unknown.Base = 1
	w.refusedClean(unknown, bot.ErrConflict, "base 1 on a chat that nobody knows")
	w.goesOn(k, seq)
}

// goesOn commits a full turn on a staged chat and wants numbers as if nothing had been refused before.
func (w *world) goesOn(k bot.ChatKey, seq uint64) {
	w.Helper()
	w.commit(w.full(k, seq))
	var numbers []uint64
	for _, e := range w.events(k.Shard()) {
		numbers = append(numbers, e.Seq)
	}
	w.equal(numbers, []uint64{1, 2, 3}, "numbers of the events")
	w.equal(w.load(k).Version, uint64(2), "version")
	if r := w.accept(k, 1); r.Seq != 0 {
		w.Errorf("the answered update was accepted again")
	}
}

func refuseUpdate(t TB, open func() bot.Store) {
	w := enter(t, open())
	k := key(3, 1)
	seq := w.stage(k)
	other := w.fresh(key(3, 90), 1)
	elsewhere := w.fresh(key(77, 1), 1)
	for _, wrong := range []uint64{other, elsewhere + 1<<20, seq + 1<<30} {
		w.refusedClean(w.full(k, wrong), bot.ErrConflict, string(bytesOf("update %d where %d waits", wrong, seq)))
	}
	w.goesOn(k, seq)
	w.refusedClean(w.full(k, seq), bot.ErrConflict, "an update that was answered")
	w.refusedClean(w.full(key(3, 91), 5), bot.ErrConflict, "an update in a chat that nobody knows")
}

func refuseFence(t TB, open func() bot.Store) {
	w := enter(t, open())
	k := key(3, 1)
	seq := w.stage(k)
	old := w.full(k, seq)
	elsewhere := w.claim(4)
	if elsewhere <= old.Fence {
		t.Errorf("fence %d after %d, want a greater one", elsewhere, old.Fence)
	}
	stray := old
	stray.Fence = elsewhere
	w.refusedClean(stray, bot.ErrFenced, "a later fence, of another shard")
	stray.Fence = 0
	w.refusedClean(stray, bot.ErrFenced, "no fence")
	w.claim(3)
	w.refusedClean(old, bot.ErrFenced, "the fence of an earlier holder")
	w.goesOn(k, seq)
}

func refuseReplies(t TB, open func() bot.Store) {
	w := enter(t, open())
	k := key(3, 1)
	seq := w.stage(k)
	turn := w.full(k, seq)
	for len(turn.Replies) <= 256 {
		turn.Replies = append(turn.Replies, bytesOf("one more"))
	}
	before := w.look(k)
	err := w.store.Commit(t.Context(), turn)
	if err == nil || errors.Is(err, bot.ErrConflict) || errors.Is(err, bot.ErrFenced) {
		t.Errorf("commit of 257 replies = %v, want an error that trying again does not mend", err)
	}
	w.equal(w.look(k), before, "after the refusal")
	turn.Replies = turn.Replies[:256]
	w.commit(turn)
	w.mark(bot.DeliveryResult{Chat: k, N: 1<<8 | 255, State: bot.DeadLettered, Reason: "last", At: hour(9)})
	w.say(k, "next turn's")
	c := w.load(k)
	w.equal(c.Outbox[0].N, uint64(1<<8), "number of the first letter")
	w.equal(len(c.Outbox), bot.PageSize, "messages loaded")
}
