package archivetest

import (
	"testing"

	"llave/adapters/desk/archive"
	"llave/bot"
)

// What became of a message is shown with its entry, and a failed one counts until it is said again.
func deliveries(t *testing.T) {
	c := NewClock()
	a, l := Open(t, c), NewLog(c, 3)
	x := l.Chat("one").Opens("help", "hola")
	x.Act(Deed(Ana, bot.DeedTake))
	said := x.Act(Say(Ana, "Decime"))
	show := func(e *bot.Entry, want bot.Delivery, reason string, failed int) {
		t.Helper()
		l.Feed(t, a)
		got, err := a.Entry(t.Context(), e.Case, e.N)
		if err != nil || got.Delivery != want || got.Reason != reason {
			t.Errorf("delivery %q because %q, %v; want %q because %q", got.Delivery, got.Reason, err, want, reason)
		}
		if row, err := a.Case(t.Context(), e.Case, "ana"); err != nil || row.Failed != failed {
			t.Errorf("%d failed, %v; want %d", row.Failed, err, failed)
		}
	}
	show(said, "", "", 0)
	x.Delivers(said, bot.DeliveryWaiting, "limited")
	show(said, bot.DeliveryWaiting, "limited", 0)
	x.Delivers(said, bot.DeliveryFailed, "blocked")
	show(said, bot.DeliveryFailed, "blocked", 1)
	again := x.Act(bot.Act{By: Ana, Do: bot.DeedAgain, Text: "Decime", Of: said.N})
	show(said, bot.DeliveryFailed, "blocked", 0)
	x.Receives(again, bot.DeliveryRead) // the receipt may be quicker than what the program concludes
	x.Delivers(again, bot.DeliverySent, "")
	show(again, bot.DeliveryRead, "", 0)
	if got, err := a.Entry(t.Context(), said.Case, said.N); err != nil || got.Again != again.N {
		t.Errorf("said again as %d, %v; want %d", got.Again, err, again.N)
	}
}

// A message that could not be read names no case: it is found by its number in its chat. One that is nobody's words changes nothing.
func unreadableMessage(t *testing.T) {
	c := NewClock()
	a, l := Open(t, c), NewLog(c, 3)
	x, y := l.Chat("one").Opens("help", "hola"), l.Chat("two").Opens("help", "hola")
	x.Act(Deed(Ana, bot.DeedTake))
	said := x.Act(Say(Ana, "Decime"))
	if said.Message == 0 {
		t.Fatal("the message has no number")
	}
	for _, e := range []bot.Entry{{Message: said.Message + 1}, {Message: said.Message}} {
		e.V, e.Kind, e.Delivery, e.Reason = bot.EntryVersion, bot.EntryDelivery, bot.DeliveryFailed, "unreadable"
		x.append(x.Key, &e)
		y.append(y.Key, &e)
	}
	l.Feed(t, a)
	if got, err := a.Entry(t.Context(), said.Case, said.N); err != nil || got.Delivery != bot.DeliveryFailed || got.Reason != "unreadable" {
		t.Errorf("%q because %q, %v", got.Delivery, got.Reason, err)
	}
	if n, err := a.Unreadable(t.Context()); err != nil || n != 0 {
		t.Errorf("%d unreadable, %v", n, err)
	}
}

// A receipt of another chat, or for nothing that is known, changes nothing.
func strangeReceipts(t *testing.T) {
	c := NewClock()
	a, l := Open(t, c), NewLog(c, 3)
	x, y := l.Chat("one").Opens("help", "hola"), l.Chat("two").Opens("help", "hola")
	x.Act(Deed(Ana, bot.DeedTake))
	said := x.Act(Say(Ana, "Decime"))
	y.Receives(said, bot.DeliveryRead)
	x.append(x.Key, &bot.Entry{V: 1, Kind: bot.EntryDelivery, Case: said.Case, Mark: "unknown", Delivery: bot.DeliveryRead})
	x.append(x.Key, &bot.Entry{V: 1, Kind: bot.EntryDelivery, Case: said.Case, Of: said.N, Delivery: "beamed"})
	l.Feed(t, a)
	if got, err := a.Entry(t.Context(), said.Case, said.N); err != nil || got.Delivery != "" {
		t.Errorf("%q, %v", got.Delivery, err)
	}
	if n, err := a.Unreadable(t.Context()); err != nil || n != 0 {
		t.Errorf("%d unreadable, %v", n, err)
	}
}

// What comes of an act is told to who waits for it, refusals with the owner's name, and recorded once.
func outcomes(t *testing.T) {
	c := NewClock()
	a, l := Open(t, c), NewLog(c, 3)
	x := l.Chat("one").Opens("help", "hola")
	x.Act(bot.Act{ID: "first", By: Ana, Do: bot.DeedTake})
	x.Act(bot.Act{ID: "second", By: Beto, Do: bot.DeedTake})
	done := make(chan archive.Outcome, 2)
	for _, id := range []string{"first", "second"} {
		go func() {
			o, err := a.AwaitOutcome(t.Context(), id)
			if err != nil {
				t.Error(err)
			}
			done <- o
		}()
	}
	l.Feed(t, a)
	l.Feed(t, a)
	for range 2 {
		o := <-done
		switch {
		case o.Case != x.Case.ID || o.Owner != Ana || o.Epoch != x.Case.Epoch:
			t.Errorf("%+v", o)
		case o.Act == "first" && (o.Refused != "" || o.Agent != "ana" || o.Deed != bot.DeedTake), o.Act == "second" && o.Refused != bot.RefusedTaken:
			t.Errorf("%+v", o)
		}
	}
	records, err := a.Records(t.Context(), archive.AuditQuery{Case: x.Case.ID})
	if err != nil || len(records) != 2 || records[0].Agent != "beto" || records[0].Detail != "taken" || records[1].What != "act.take" {
		t.Errorf("%+v, %v", records, err)
	}
}
