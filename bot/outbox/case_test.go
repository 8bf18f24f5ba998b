package outbox_test

import (
	"testing"

	"llave/bot"
	"llave/bot/keyring"
	"llave/bot/workers"
)

// Of a message that cannot be read the case learns that it was not sent: by its number, since nobody knows whose words it holds.
func TestAMessageThatCannotBeReadIsToldToTheCase(t *testing.T) {
	in(t, func(x *fixture) {
		turn := bot.Turn{Chat: x.key, Base: x.version, Fence: x.fence, Session: []byte("s"), Replies: [][]byte{[]byte("no message of ours")}}
		if err := x.store.Commit(t.Context(), turn); err != nil {
			t.Fatal(err)
		}
		x.version++
		x.d.Expect(x.key, workers.Normal)
		x.sends()
		events, err := x.store.Events(t.Context(), x.key.Shard(), 0, 10)
		if err != nil || len(events) != 1 {
			t.Fatalf("events %v, %v", events, err)
		}
		var got bot.Logged
		if err := x.sealer.OpenJSON(keyring.ForEvent, x.key, events[0].Body, &got); err != nil {
			t.Fatal(err)
		}
		if e := got.Entry; e == nil || e.Kind != bot.EntryDelivery || e.Message != turn.Base<<8 || e.Delivery != bot.DeliveryFailed || e.Reason != "unreadable" || e.Case != 0 {
			t.Errorf("told %+v", e)
		}
		x.commit(false, "next") // it holds up no other
		x.d.Expect(x.key, workers.Normal)
		x.sends("next")
	})
}
