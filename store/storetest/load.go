package storetest

import (
	"llave/bot"
)

func loadChecks() []Check {
	return []Check{
		{"Load/a chat that nobody knows is zero", loadUnknown},
		{"Load/the first LoadLimit updates, in order", loadWaiting},
		{"Load/the first LoadLimit letters, in order", loadLetters},
	}
}

func loadUnknown(t TB, open func() bot.Store) {
	w := enter(t, open())
	w.fresh(key(3, 1), 1)
	w.equal(w.load(key(3, 2)), bot.Chat{}, "a chat that nobody knows")
	w.equal(w.owing(3), []bot.ChatKey{key(3, 1)}, "owing after looking at an unknown chat")
}

func loadWaiting(t TB, open func() bot.Store) {
	w := enter(t, open())
	k := key(3, 1)
	w.claim(3) // before anything waits whose tries it would count
	var want []bot.Waiting
	for n := range uint64(bot.LoadLimit + 6) {
		want = append(want, bot.Waiting{Seq: w.fresh(k, n), Body: body("update %d", n)})
		w.fresh(key(3, 2), n) // a neighbour, to be left out
	}
	w.equal(w.load(k).Waiting, want[:bot.LoadLimit], "the first waiting")
	for _, u := range want[:10] {
		turn := w.turn(k)
		turn.Update = u.Seq
		w.commit(turn)
	}
	w.equal(w.load(k).Waiting, want[10:], "the rest waiting")
}

func loadLetters(t TB, open func() bot.Store) {
	w := enter(t, open())
	k := key(3, 1)
	var want []bot.Letter
	for range 2 {
		turn := w.turn(k)
		for i := range bot.LoadLimit/2 + 3 {
			turn.Replies = append(turn.Replies, body("reply %d of %d", i, turn.Base))
			want = append(want, bot.Letter{Chat: k, N: turn.Base<<8 + uint64(i), Body: turn.Replies[i]})
		}
		w.commit(turn)
		w.say(key(3, 2), "a neighbour's")
	}
	w.equal(w.load(k).Letters, want[:bot.LoadLimit], "the first letters")
	for _, l := range want[:10] {
		w.mark(bot.Mark{Chat: k, N: l.N, State: bot.Sent})
	}
	w.equal(w.load(k).Letters, want[10:], "the rest of the letters")
}
