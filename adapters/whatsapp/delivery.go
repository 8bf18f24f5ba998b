package whatsapp

import (
	"go.mau.fi/whatsmeow/types"
	"go.mau.fi/whatsmeow/types/events"

	"llave/bot"
)

// Delivery is how far a message has come. It only grows.
type Delivery int

// How far: not known (any more), about to be sent, at WhatsApp, on a device of the person's, seen by them. Not everybody
// lets others know that they have read.
const (
	Unknown Delivery = iota
	Pending
	Acked
	Delivered
	Read
)

// Delivery says how far the last message of a reply has come, as far as this process knows.
func (w *WhatsApp) Delivery(to bot.ChatID, r bot.Reply) Delivery {
	last := Unknown
	for _, part := range []int{0, 1, plainPart, plainPart + 1} {
		if d, ok := w.deliveries.Get(w.messageID(to, r, part)); ok {
			last = d
		}
	}
	return last
}

// delivered notes how far a message has come, and says whether that is news.
func (w *WhatsApp) delivered(id string, d Delivery) (news bool) {
	w.deliveries.Change(id, func(old Delivery, _ bool) Delivery {
		news = d > old
		return max(old, d)
	})
	return news
}

// receipt is word of a message that was sent.
func (s *session) receipt(e *events.Receipt) {
	if e.IsFromMe {
		if e.Sender.Device == 0 {
			s.w.phoneSeen()
		}
		return
	}
	d := Unknown
	switch e.Type {
	case types.ReceiptTypeDelivered, types.ReceiptTypeInactive:
		d = Delivered
	case types.ReceiptTypeRead, types.ReceiptTypePlayed:
		d = Read
	}
	for _, id := range e.MessageIDs {
		if before, known := s.w.deliveries.Get(id); !known || d <= before {
			continue
		}
		s.w.delivered(id, d)
		if d == Read {
			s.w.stats.Read.Add(1)
		} else {
			s.w.stats.Delivered.Add(1)
		}
	}
}
