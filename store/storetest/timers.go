package storetest

import (
	"time"

	"llave/bot"
)

func timerChecks() []Check {
	return []Check{
		{"Timers/are set, overwritten and cancelled", timersSet},
		{"Timers/are due at their hour and not before", timersHour},
		{"Timers/are listed the earliest first, up to the limit", timersOrder},
		{"Timers/are listed page by page", timersPages},
		{"Timers/are those of the shards that are asked for", timersShards},
		{"Timers/are listed again until a turn changes them", timersAgain},
	}
}

func (w *world) setTimers(k bot.ChatKey, sets ...bot.TimerSet) {
	w.Helper()
	t := w.turn(k)
	t.Timers = sets
	w.commit(t)
}

func timer(k bot.ChatKey, name string, n int) bot.TimerDue {
	return bot.TimerDue{Chat: k, TimerSet: bot.TimerSet{Name: name, Due: hour(n), Body: bytesOf("%s at %d", name, n)}}
}

func timersSet(t TB, open func() bot.Store) {
	w := enter(t, open())
	k, other := key(3, 1), key(3, 2)
	want := func(what string, timers ...bot.TimerDue) {
		t.Helper()
		w.equal(w.due(hour(everything)), timers, what)
	}
	w.setTimers(k, timer(k, "a", 10).TimerSet, timer(k, "b", 20).TimerSet)
	w.setTimers(other, timer(other, "a", 30).TimerSet)
	want("after setting", timer(k, "a", 10), timer(k, "b", 20), timer(other, "a", 30))
	w.setTimers(k, timer(k, "b", 5).TimerSet)
	want("after setting earlier", timer(k, "b", 5), timer(k, "a", 10), timer(other, "a", 30))
	w.setTimers(k, timer(k, "b", 40).TimerSet)
	want("after setting later", timer(k, "a", 10), timer(other, "a", 30), timer(k, "b", 40))
	w.setTimers(k)
	want("after a turn that names none", timer(k, "a", 10), timer(other, "a", 30), timer(k, "b", 40))
	w.setTimers(k, bot.TimerSet{Name: "a"}, bot.TimerSet{Name: "never set"})
	want("after cancelling", timer(other, "a", 30), timer(k, "b", 40))
	w.setTimers(k, timer(k, "c", 1).TimerSet, bot.TimerSet{Name: "c"}, timer(k, "b", 2).TimerSet, timer(k, "b", 3).TimerSet)
	want("after one turn set and cancelled the same", timer(k, "b", 3), timer(other, "a", 30))
}

func timersHour(t TB, open func() bot.Store) {
	w := enter(t, open())
	k := key(3, 1)
	w.setTimers(k, timer(k, "a", 10).TimerSet)
	w.equal(w.due(hour(9)), []bot.TimerDue(nil), "due a moment before")
	w.equal(w.due(hour(10)), []bot.TimerDue{timer(k, "a", 10)}, "due at the hour")
	later := time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC)
	w.setTimers(k, bot.TimerSet{Name: "a", Due: later})
	w.equal(w.due(hour(everything)), []bot.TimerDue(nil), "due now of what is set for the year 9999")
	w.equal(len(w.due(later)), 1, "number of timers due in the year 9999")
}

func timersOrder(t TB, open func() bot.Store) {
	w := enter(t, open())
	var want []bot.TimerDue
	for n := range 20 {
		k := key(bot.Shard(n*53%256), 1)
		w.setTimers(k, timer(k, "x", (n*7)%20).TimerSet)
	}
	for n := range 20 {
		k := key(bot.Shard(n*3%20*53%256), 1) // 3 is the inverse of 7 among twenty
		want = append(want, timer(k, "x", n))
	}
	for _, limit := range []int{0, 1, 7, 20, 100} {
		due, err := w.store.Due(t.Context(), AllShards(), hour(14), bot.TimerDue{}, limit)
		w.must(err, "due")
		w.equal(due, want[:min(limit, 15)], string(bytesOf("due, limit %d", limit)))
	}
}

func timersAgain(t TB, open func() bot.Store) {
	w := enter(t, open())
	k := key(3, 1)
	w.setTimers(k, timer(k, "a", 10).TimerSet, timer(k, "b", 11).TimerSet)
	for range 3 {
		w.equal(w.due(hour(20)), []bot.TimerDue{timer(k, "a", 10), timer(k, "b", 11)}, "due")
	}
	w.setTimers(k, bot.TimerSet{Name: "a"})
	w.equal(w.due(hour(20)), []bot.TimerDue{timer(k, "b", 11)}, "due after cancelling")
	w.setTimers(k, timer(k, "b", 30).TimerSet)
	w.equal(w.due(hour(20)), []bot.TimerDue(nil), "due after putting off")
	w.equal(w.pendingChats(3), []bot.ChatKey(nil), "pending: a timer is nothing owed")
}

// timersPages: whatever the page, every timer is listed once, also where many are due in one hour.
func timersPages(t TB, open func() bot.Store) {
	w := enter(t, open())
	for n := range 24 {
		k := key(bot.Shard(n*53%256), uint64(n))
		w.setTimers(k, timer(k, "x", n/8).TimerSet, timer(k, "a", n/8).TimerSet)
	}
	all, err := w.store.Due(t.Context(), AllShards(), hour(2), bot.TimerDue{}, everything)
	w.must(err, "due")
	w.equal(len(all), 48, "number of timers due")
	for _, page := range []int{1, 7, 48} {
		var got []bot.TimerDue
		for after := (bot.TimerDue{}); len(got) <= len(all); {
			due, err := w.store.Due(t.Context(), AllShards(), hour(2), after, page)
			w.must(err, "due")
			if len(due) == 0 {
				break
			}
			got = append(got, due...)
			after = due[len(due)-1]
		}
		w.equal(got, all, string(bytesOf("due, %d at a time", page)))
	}
}

// timersShards: who holds some shards is told of their timers, also after the others were asked for.
func timersShards(t TB, open func() bot.Store) {
	w := enter(t, open())
	first, second, third := key(0, 1), key(7, 1), key(255, 1)
	for _, k := range []bot.ChatKey{first, second, third} {
		w.setTimers(k, timer(k, "a", 10).TimerSet, timer(k, "b", 11).TimerSet)
	}
	want := func(shards []bot.Shard, timers ...bot.TimerDue) {
		t.Helper()
		due, err := w.store.Due(t.Context(), shards, hour(10), bot.TimerDue{}, everything)
		w.must(err, "due")
		w.equal(orNil(due), orNil(timers), string(bytesOf("due of shards %v", shards)))
	}
	for range 2 {
		want(nil)
		want([]bot.Shard{1, 8})
		want([]bot.Shard{7}, timer(second, "a", 10))
		want([]bot.Shard{255, 0}, timer(first, "a", 10), timer(third, "a", 10))
	}
}
