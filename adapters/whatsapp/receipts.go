package whatsapp

import (
	"context"
	"errors"
	"time"

	"go.mau.fi/whatsmeow/types"
	"go.mau.fi/whatsmeow/types/events"

	"llave/adapters/besteffort"
	"llave/bot"
)

// progress is how far a message has come. It only grows.
type progress int

// How far: not known (any more), about to be sent, at WhatsApp, on a device of the person's, seen by them. Not everybody
// lets others know that they have read.
const (
	noProgress progress = iota
	beingSent
	acknowledged
	onDevice
	seen
)

// advance records how far a message has come, and reports whether that is new.
func (w *WhatsApp) advance(id string, d progress) (news bool) {
	w.progress.Change(id, func(old progress, _ bool) progress {
		news = d > old
		return max(old, d)
	})
	return news
}

// receipt is an acknowledgement of messages that were sent. An earlier process may have sent them: the bot is told of those
// of agents all the same.
func (s *session) receipt(e *events.Receipt) {
	if e.IsFromMe {
		if e.Sender.Device == 0 {
			s.w.phoneSeen()
		}
		return
	}
	d, stat := noProgress, &s.w.stats.Delivered
	switch e.Type {
	case types.ReceiptTypeDelivered, types.ReceiptTypeInactive:
		d = onDevice
	case types.ReceiptTypeRead, types.ReceiptTypePlayed:
		d, stat = seen, &s.w.stats.Read
	default:
		return
	}
	for _, id := range e.MessageIDs {
		spoken := s.w.isSpoken(id)
		if _, known := s.w.progress.Get(id); !known && !spoken || !s.w.advance(id, d) {
			continue
		}
		stat.Add(1)
		if spoken {
			s.reports(receiptOf{e.MessageSource, id, d, e.Timestamp})
		}
	}
}

// receiptOf is a receipt of an agent's message.
type receiptOf struct {
	from types.MessageSource
	id   string
	d    progress
	at   time.Time
}

// maxReceipts is how many may wait to be handed to the bot. More are left out: what people write goes first.
const maxReceipts = 1024

// reports has a receipt handed to the bot. It does not wait.
func (s *session) reports(r receiptOf) {
	select {
	case s.receipts <- r:
	default:
		s.w.stats.Dropped.Add(1)
	}
}

// handReceipts hands receipts to the bot, beside messages, until ctx ends.
func (s *session) handReceipts(ctx context.Context) {
	for {
		select {
		case r := <-s.receipts:
			s.handReceipt(ctx, r)
		case <-ctx.Done():
			return
		}
	}
}

// handReceipt tries a few times: a receipt is worth less than the messages that wait for the same store.
func (s *session) handReceipt(ctx context.Context, r receiptOf) {
	if s.to == nil || !isPerson(r.from) {
		return
	}
	lid, _ := s.addresses(r.from)
	chat, err := bot.NewChatID(Channel, s.account, lid.String())
	if err != nil {
		return
	}
	how := bot.DeliveryDelivered
	if r.d == seen {
		how = bot.DeliveryRead
	}
	u := bot.Update{Chat: chat, ID: "receipt/" + string(how) + "/" + r.id, Kind: bot.Receipted, Subtype: string(how), Mark: r.id, OccurredAt: r.at.UTC()}
	b := besteffort.Backoff{First: 50 * time.Millisecond, Most: 4 * time.Second}
	for range receiptTries {
		if err = accept(ctx, s.to, u); err == nil || errors.Is(err, bot.ErrUpdate) || !besteffort.Sleep(ctx, b.Next()) {
			break
		}
	}
	if err != nil && ctx.Err() == nil {
		s.w.stats.Dropped.Add(1)
		s.w.log.Warn("whatsapp: a receipt is left out", "chat", chat, "err", err)
	}
}

// receiptTries is how often a receipt is handed to the bot before it is left out.
const receiptTries = 5
