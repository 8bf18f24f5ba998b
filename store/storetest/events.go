package storetest

import (
	"slices"
	"sync"

	"llave/bot"
)

func eventChecks() []Check {
	return []Check{
		{"Events/are numbered within the shard, from one", eventsNumbered},
		{"Events/have no gaps under concurrency", eventsConcurrent},
		{"Events/are listed behind a number, up to a limit", eventsPages},
		{"Events/numbers of trimmed ones are not given again", eventsTrim},
	}
}

func (w *world) happen(k bot.ChatKey, bodies ...string) {
	w.Helper()
	t := w.turn(k)
	for _, b := range bodies {
		t.Events = append(t.Events, []byte(b))
	}
	w.commit(t)
}

func eventsNumbered(t TB, open func() bot.Store) {
	w := enter(t, open())
	a, b, elsewhere := key(3, 1), key(3, 2), key(4, 1)
	w.happen(a, "one")
	w.happen(elsewhere, "first there")
	w.happen(b, "two", "three")
	w.happen(a)
	w.happen(a, "four")
	w.equal(w.look(a, elsewhere).Events, map[bot.Shard][]bot.Event{
		3: {
			{Seq: 1, Chat: a, Body: bytesOf("one")}, {Seq: 2, Chat: b, Body: bytesOf("two")},
			{Seq: 3, Chat: b, Body: bytesOf("three")}, {Seq: 4, Chat: a, Body: bytesOf("four")},
		},
		4: {{Seq: 1, Chat: elsewhere, Body: bytesOf("first there")}},
	}, "events")
	w.equal(w.events(5), []bot.Event(nil), "events of a shard in which nothing happened")
}

func eventsConcurrent(t TB, open func() bot.Store) {
	w := enter(t, open())
	const chats, each = 12, 8
	f := w.claim(3)
	var wg sync.WaitGroup
	for c := range uint64(chats) {
		wg.Go(func() {
			for n := range uint64(each) {
				turn := bot.Turn{Chat: key(3, c), Base: n, Fence: f, Events: [][]byte{bytesOf("%d of %d", n, c), bytesOf("and")}}
				if err := w.store.Commit(t.Context(), turn); err != nil {
					t.Errorf("commit: %v", err)
				}
			}
		})
	}
	wg.Wait()
	events := w.events(3)
	w.equal(len(events), chats*each*2, "number of events")
	for i, e := range events {
		if e.Seq != uint64(i+1) {
			t.Fatalf("the %d-th event has number %d", i+1, e.Seq)
		}
		if i%2 == 1 && e.Chat != events[i-1].Chat {
			t.Errorf("event %d stands between the two of one turn", e.Seq)
		}
	}
	for c := range uint64(chats) {
		mine := slices.DeleteFunc(slices.Clone(events), func(e bot.Event) bool {
			return e.Chat != key(3, c) || string(e.Body) == "and"
		})
		for n, e := range mine {
			w.equal(string(e.Body), string(bytesOf("%d of %d", n, c)), "order within a chat")
		}
	}
}

func eventsPages(t TB, open func() bot.Store) {
	w := enter(t, open())
	k := key(255, 1) // the last shard: nothing comes behind it
	w.happen(key(254, 1), "before")
	w.happen(k, "1", "2", "3", "4", "5", "6", "7")
	all := w.events(255)
	for _, page := range []struct{ after, limit, from, to int }{
		{0, 3, 0, 3}, {3, 3, 3, 6}, {6, 3, 6, 7}, {7, 3, 7, 7}, {99, 3, 7, 7}, {0, 0, 0, 0}, {2, 99, 2, 7},
	} {
		got, err := w.store.Events(t.Context(), 255, uint64(page.after), page.limit)
		w.must(err, "events")
		w.equal(got, all[page.from:page.to], string(bytesOf("events behind %d, limit %d", page.after, page.limit)))
	}
}

func eventsTrim(t TB, open func() bot.Store) {
	w := enter(t, open())
	k := key(3, 1)
	trim := func(upto uint64, want ...uint64) {
		t.Helper()
		w.must(w.store.Trim(t.Context(), 3, upto), "trim")
		var got []uint64
		for _, e := range w.events(3) {
			got = append(got, e.Seq)
		}
		w.equal(got, want, string(bytesOf("numbers after trimming up to %d", upto)))
	}
	w.happen(key(4, 1), "elsewhere")
	w.happen(k, "1", "2", "3", "4", "5")
	trim(0, 1, 2, 3, 4, 5)
	trim(2, 3, 4, 5)
	trim(1, 3, 4, 5)
	w.happen(k, "6")
	trim(4, 5, 6)
	trim(6)
	w.happen(k, "7", "8")
	trim(7, 8)
	trim(100)
	w.happen(k, "9")
	trim(8, 9)
	w.equal(len(w.events(4)), 1, "number of events of another shard")
}
