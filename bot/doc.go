// Package bot is the vocabulary of a conversation and the ports around it: types, errors and small interfaces. It starts no
// goroutine and imports nothing of ours.
//
//	update.go    what a person did, and in which chat
//	media.go     the file that came with it
//	script.go    the port of the conversations: a pure function of session and update; decision, effect, reply
//	case.go      an escalation to Mesa de Ayuda: its states, who has it, the desk's hours
//	act.go       what an agent does, and why it is refused
//	entry.go     what the desk reads of a case
//	case_moves.go the table of a case's moves
//	case_act.go  what the acts of agents make of a case
//	case_affiliate.go what the affiliate and the clock make of it
//	value.go     data that the engine passes on unread
//	marked.go    the words of a reply that a person may type
//	ports.go     channels, effects, files
//	store.go     the ports of the store: what is committed together, and what must never be
//	json.go      what every turn seals is written as JSON; json_object.go: field by field
//	lease.go     the optional ports of a store that several processes share: leases, wake-ups
//
// The work is done by the packages below: engine (a shard: chat queues, turns, effects, timers), outbox (what delivers
// replies), keyring (everything is sealed before a store sees it), rate (how fast), workers (bounded goroutines).
package bot
