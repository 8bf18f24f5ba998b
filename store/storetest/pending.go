package storetest

import (
	"llave/bot"
)

func pendingChecks() []Check {
	return []Check{
		{"Owing/finds what is owed and nothing else", pendingFinds},
		{"Owing/goes on behind a key, up to a limit, in the order of the keys", pendingPages},
	}
}

func pendingFinds(t TB, open func() bot.Store) {
	w := enter(t, open())
	waits, message, effect, all := key(3, 10), key(3, 9), key(3, 8), key(3, 7)
	w.fresh(waits, 1)
	w.say(message, "unsent")
	turn := w.turn(effect)
	turn.Effect = bytesOf("pending")
	w.commit(turn)
	w.fresh(all, 1)
	turn = w.turn(all)
	turn.Effect, turn.Replies = bytesOf("pending"), [][]byte{bytesOf("unsent")}
	w.commit(turn)

	answered := key(3, 6)
	turn = w.turn(answered)
	turn.Update = w.fresh(answered, 1)
	turn.Events = [][]byte{bytesOf("happened")}
	w.commit(turn)
	w.setTimers(key(3, 5), timer(key(3, 5), "a", 1).TimerSet)
	for n, state := range []bot.DeliveryState{bot.Delivered, bot.DeadLettered} {
		k := key(3, uint64(20+n))
		w.say(k, "gone")
		w.mark(bot.DeliveryResult{Chat: k, State: state, Reason: "r", At: hour(1)})
	}
	w.fresh(key(2, 1), 1)
	w.fresh(key(4, 1), 1)
	w.equal(w.pendingChats(3), []bot.ChatKey{all, effect, message, waits}, "pending")
	w.mark(bot.DeliveryResult{Chat: message, State: bot.Attempting, Tries: 1, Due: hour(everything)})
	w.equal(w.pendingChats(3), []bot.ChatKey{all, effect, message, waits}, "pending when a message's next attempt is later")
}

func pendingPages(t TB, open func() bot.Store) {
	for _, s := range []bot.Shard{0, 3, 255} {
		w := enter(t, open())
		var all []bot.ChatKey
		for n := range uint64(9) {
			all = append(all, key(s, n+1))
			w.fresh(key(s-1, n+1), 1)
			w.fresh(key(s+1, n+1), 1)
		}
		for _, n := range []uint64{5, 2, 8, 0, 3, 7, 1, 6, 4} {
			w.fresh(all[n], 1)
			w.fresh(all[n], 2)
			w.say(all[n], "unsent", "both")
		}
		for _, limit := range []int{1, 4, 9, 20} {
			var got []bot.ChatKey
			after := bot.ChatKey{}
			for {
				page, err := w.store.PendingChats(t.Context(), s, after, limit)
				w.must(err, "pending")
				if len(page) > limit {
					t.Fatalf("pending returned %d keys, limit %d", len(page), limit)
				}
				if len(page) == 0 {
					break
				}
				got = append(got, page...)
				after = page[len(page)-1]
				if len(got) > 2*len(all) {
					t.Fatalf("pending does not come to an end: %d keys of %d", len(got), len(all))
				}
			}
			w.equal(got, all, string(bytesOf("pending of shard %d in pages of %d", s, limit)))
		}
		none, err := w.store.PendingChats(t.Context(), s, bot.ChatKey{}, 0)
		w.must(err, "pending")
		w.equal(none, []bot.ChatKey(nil), "pending, limit 0")
	}
}
