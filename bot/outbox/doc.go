// Package outbox delivers what turns have committed: outbox messages go to their channels, in order within a chat, with
// back-off, expiry and dead letters. It knows the store, the channels and nothing of the engine.
//
// Read it in the order in which a message travels:
//
//	message.go      an outbox message: its content and what is known of its attempts
//	dispatcher.go   the messages of one shard: taken from a turn, or found in the store
//	chat.go         those of one chat, in order
//	page.go         reading the next page of a chat from the store
//	pace.go         which of many chats goes first where a channel must not be hurried
//	send.go         one attempt, and what becomes of the message
//	undelivered.go  what the chat is told of a message that was given up
//	case.go         what a case learns of an agent's message
//	results.go      delivery results, written in batches
//	sender.go       what the dispatchers of a process share: channels, their bounds and paces, the results
//
// A crash may repeat a message, and then repeats it verbatim under the same id; a message of kind Secret is attempted once.
package outbox
