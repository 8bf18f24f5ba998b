package whatsapp

import "sync/atomic"

// Stats counts what a WhatsApp did since it was opened.
type Stats struct {
	// Heard are messages kept, Ignored those that are not for the bot (groups, statuses, reactions), SetAside those that
	// could not be read, Own what the operator typed on the phone, and Undecryptable those that had to be asked for again.
	Heard, Ignored, SetAside, Own, Undecryptable atomic.Int64
	// Sent are replies that WhatsApp acknowledged, Unacked messages that it did not in time, and Refused those that it
	// refused. Delivered and Read are messages of which the person's devices said so.
	Sent, Unacked, Refused, Delivered, Read atomic.Int64
	// Limited are refusals for writing to people who are not known, Replaced how often another process took the session,
	// and Dropped small courtesies left out.
	Limited, Replaced, Dropped atomic.Int64
}
