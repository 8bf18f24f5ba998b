package whatsapp

import "sync/atomic"

// Stats counts what a WhatsApp did since it was opened.
type Stats struct {
	// Received are messages kept, Ignored those that are not for the bot (groups, statuses, reactions), Unreadable
	// those that could not be read, Own messages that the operator typed on the phone, Undecryptable failed tries to
	// decrypt, and Lost messages that never will be decrypted, which the person is told.
	Received, Ignored, Unreadable, Own, Undecryptable, Lost atomic.Int64
	// Sent are replies that WhatsApp acknowledged, Unacked messages that it did not acknowledge in time, and Refused
	// those that it refused. Plain are replies that went without their file or form. Delivered and Read count the
	// receipts of messages.
	Sent, Unacked, Refused, Plain, Delivered, Read atomic.Int64
	// Limited are refusals for writing to unknown people, Replaced how often another process took the session, and
	// Dropped background calls left out.
	Limited, Replaced, Dropped atomic.Int64
}
