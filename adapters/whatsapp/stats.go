package whatsapp

import "sync/atomic"

// Stats counts what a WhatsApp did since it was opened.
type Stats struct {
	// Heard are messages kept, Ignored those that are not for the bot (groups, statuses, reactions), SetAside those that
	// could not be read, Own what the operator typed on the phone, Undecryptable tries to read a message that failed, and
	// Unseen messages that never will be read, of which the person is told.
	Heard, Ignored, SetAside, Own, Undecryptable, Unseen atomic.Int64
	// Sent are replies that WhatsApp acknowledged, Unacked messages that it did not in time, and Refused those that it
	// refused. Plain are replies that went without their file or form. Delivered and Read are messages of which the person's
	// devices said so.
	Sent, Unacked, Refused, Plain, Delivered, Read atomic.Int64
	// Limited are refusals for writing to people who are not known, Replaced how often another process took the session,
	// and Dropped small courtesies left out.
	Limited, Replaced, Dropped atomic.Int64
}
