package engine_test

import (
	"time"

	"llave/bot"
)

// checkNumbers: entries are numbered from 1 without gaps, in the order of the log, and cases have numbers of their own.
func (x *chaos) checkNumbers() {
	last, chat := map[uint64]uint64{}, map[uint64]string{}
	for _, e := range x.desk.entries() {
		if e.N == 0 {
			continue
		}
		if e.N != last[e.Case]+1 {
			x.t.Errorf("case %d: entry %d after %d (%s)", e.Case, e.N, last[e.Case], e.Kind)
		}
		last[e.Case] = e.N
		if e.N == 1 && e.Kind != bot.EntryOpened {
			x.t.Errorf("case %d begins with %s", e.Case, e.Kind)
		}
		if chat[e.Case] != "" && chat[e.Case] != e.Ref {
			x.t.Errorf("case %d is of two chats", e.Case)
		}
		chat[e.Case] = e.Ref
	}
}

// checkEnd: sentence 11. The clock alone ends every case that an agent has, and rings for every other.
func (x *chaos) checkEnd() {
	for _, c := range chaosChats {
		var end *bot.Case
		var at time.Time
		for _, w := range x.rec.turns {
			if w.update.Chat == c {
				end, at = w.after, w.update.Now
			}
		}
		if end.Assigned() {
			x.t.Errorf("days later an agent still has the case: %+v at %s", end, at)
		}
		if end.Open() && end.Delays == 0 && end.State == bot.CaseQueued {
			x.t.Errorf("days later nobody has been rung: %+v", end)
		}
	}
}

// checkMessages: sentence 10. Every agent's message comes to one end, which is what has happened to it.
func (x *chaos) checkMessages() {
	type message struct{ c, n uint64 }
	ends := map[message][]bot.Delivery{}
	text := map[message]string{}
	for _, e := range x.desk.entries() {
		switch {
		case e.Kind == bot.EntrySpoken:
			text[message{e.Case, e.N}] = e.Text
			if len(e.Marks) != 1 && e.Message != 0 {
				x.t.Errorf("entry %d has the marks %q", e.N, e.Marks)
			}
		case e.Kind == bot.EntryDelivery && e.Delivery != bot.DeliveryWaiting && e.Mark == "":
			ends[message{e.Case, e.Of}] = append(ends[message{e.Case, e.Of}], e.Delivery)
		}
	}
	sent := map[string]int{}
	for _, c := range chaosChats {
		for _, said := range x.screen.read(c) {
			sent[said]++
		}
	}
	for l, words := range text {
		switch {
		case len(ends[l]) != 1:
			x.t.Errorf("message %d of case %d came to the ends %q", l.n, l.c, ends[l])
		case ends[l][0] == bot.DeliverySent && sent[words] == 0:
			x.t.Errorf("message %d of case %d looks sent, and was not", l.n, l.c)
		}
	}
	for l := range ends {
		if text[l] == "" {
			x.t.Errorf("a delivery of message %d of case %d, which there is not", l.n, l.c)
		}
	}
}

// checkFeed: sentence 15, as far as the engine can keep it. The reader itself refuses what is not the next.
func (x *chaos) checkFeed() {
	if n := x.Stats().Unfed.Gaps.Load(); n != 0 {
		x.t.Errorf("%d gaps", n)
	}
	commits := 0
	for _, w := range x.rec.turns {
		commits += len(w.set.Events)
	}
	fed := 0
	for _, e := range x.desk.entries() {
		if e.Kind == bot.EntryDelivery && e.Mark == "" && !(e.Delivery == bot.DeliveryFailed && e.Message == 0) {
			continue // of a delivery result
		}
		fed++
	}
	if fed != commits {
		x.t.Errorf("%d of %d entries of turns were fed", fed, commits)
	}
}
