package archive

import (
	"context"

	"llave/bot"
)

// tracked notes the message of an entry whose delivery is followed, and the names by which its receipts come. An entry that
// says a failed one again settles that.
func (b *batch) tracked(ctx context.Context, chat bot.ChatKey, e *bot.Entry) error {
	if e.Kind != bot.EntrySpoken && e.Kind != bot.EntryTold || e.Message == 0 && len(e.Marks) == 0 {
		return b.saidAgain(ctx, e)
	}
	_, err := b.exec(ctx, "INSERT INTO delivery (caso, n, chat, message, spoken, at) VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
		e.Case, e.N, chat[:], e.Message, number(e.Kind == bot.EntrySpoken), micro(e.At))
	if err != nil {
		return err
	}
	for _, m := range e.Marks {
		if _, err := b.exec(ctx, "INSERT INTO receipt (mark, caso, n) VALUES (?, ?, ?) ON CONFLICT DO NOTHING", b.receipt(chat, m), e.Case, e.N); err != nil {
			return err
		}
	}
	return b.saidAgain(ctx, e)
}

func (b *batch) saidAgain(ctx context.Context, e *bot.Entry) error {
	if e.Kind != bot.EntrySpoken || e.Of == 0 {
		return nil
	}
	_, err := b.exec(ctx, "UPDATE delivery SET again = ? WHERE caso = ? AND n = ?", e.N, e.Case, e.Of)
	return err
}

func (a *Archive) receipt(chat bot.ChatKey, mark string) []byte {
	return a.keys.hash("receipt", string(chat[:]), mark)
}

// delivery notes what became of a message: the furthest that is known. An event about no message of ours changes nothing.
func (b *batch) delivery(ctx context.Context, chat bot.ChatKey, e *bot.Entry) error {
	caso, n, err := b.entryOf(ctx, chat, e)
	if err != nil || n == 0 {
		return err
	}
	var state string
	found, err := b.row(ctx, []any{&state}, "SELECT state FROM delivery WHERE caso = ? AND n = ?", caso, n)
	if err != nil || !found || !follows(bot.Delivery(state), e.Delivery) {
		return err
	}
	if _, err := b.exec(ctx, "UPDATE delivery SET state = ?, reason = ?, at = ? WHERE caso = ? AND n = ?", string(e.Delivery), e.Reason, micro(e.At), caso, n); err != nil {
		return err
	}
	return b.change(ctx, caso, n, ChangeDelivery)
}

const (
	byMessage = "SELECT caso, n FROM delivery WHERE chat = ? AND message = ? ORDER BY caso DESC, n DESC LIMIT 1"
	byMark    = "SELECT caso, n FROM receipt WHERE mark = ?"
)

// entryOf finds the entry that a delivery event is about: by its number, by the outbox message, or by the channel's name for
// it. Zero: none.
func (b *batch) entryOf(ctx context.Context, chat bot.ChatKey, e *bot.Entry) (caso, n uint64, err error) {
	switch {
	case e.Of != 0:
		return e.Case, e.Of, nil
	case e.Message != 0:
		_, err = b.row(ctx, []any{&caso, &n}, byMessage, chat[:], e.Message)
	case e.Mark != "":
		_, err = b.row(ctx, []any{&caso, &n}, byMark, b.receipt(chat, e.Mark))
	}
	return caso, n, err
}

// reach is how far a message has come. What a channel told of its arrival is not taken back by what the program concluded.
var reach = map[bot.Delivery]int{
	"": 0, bot.DeliveryWaiting: 1, bot.DeliveryExpired: 2, bot.DeliveryFailed: 2,
	bot.DeliverySent: 3, bot.DeliveryDelivered: 4, bot.DeliveryRead: 5,
}

// follows reports whether one state may take the place of another. Waiting is told again with each new reason.
func follows(from, to bot.Delivery) bool {
	r, known := reach[to]
	return known && (r > reach[from] || from == to && to == bot.DeliveryWaiting)
}
