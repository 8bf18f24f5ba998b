package whatsapp

import (
	"go.mau.fi/whatsmeow/types"
	"go.mau.fi/whatsmeow/types/events"
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

// receipt is an acknowledgement of messages that were sent.
func (s *session) receipt(e *events.Receipt) {
	if e.IsFromMe {
		if e.Sender.Device == 0 {
			s.w.phoneSeen()
		}
		return
	}
	d := noProgress
	switch e.Type {
	case types.ReceiptTypeDelivered, types.ReceiptTypeInactive:
		d = onDevice
	case types.ReceiptTypeRead, types.ReceiptTypePlayed:
		d = seen
	}
	for _, id := range e.MessageIDs {
		if before, known := s.w.progress.Get(id); !known || d <= before {
			continue
		}
		s.w.advance(id, d)
		if d == seen {
			s.w.stats.Read.Add(1)
		} else {
			s.w.stats.Delivered.Add(1)
		}
	}
}
