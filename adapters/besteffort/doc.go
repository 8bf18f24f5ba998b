// Package besteffort has what the channels do without a promise: it may be lost when the process ends, or left out when
// there is too much of it.
//
//	cache.go   the last values of many keys
//	queue.go   work that nothing waits for
//	typing.go  "typing…" in the chats that wait for an answer
//	pause.go   sleeping and growing pauses
//	text.go    texts and names cut to the limits of a channel
package besteffort
