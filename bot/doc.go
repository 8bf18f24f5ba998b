// Package bot is what a conversation is and the path of an update through it. It imports nothing of ours.
//
// Read it in the order an update travels. What it is made of:
//
//	update.go       what a person said, and in which chat
//	media.go        the file that came with it
//	script.go       the port of the conversations: a pure function of session and update
//	value.go        data that the engine passes on unread
//	marked.go       the words of a reply that a person may type
//	ports.go        what is asked of channels and of the outside
//	store.go        the port of the store: what is committed together, and what must never be
//
// The turn:
//
//	config.go       what an engine is built from, and its bounds
//	engine.go       start, recovery and stop
//	accept.go       kept once, with its hour and its seed; only then is the channel told
//	lag.go          how late an update is, where two clocks are compared
//	unpaced.go      whether an update may be an answer to the last message
//	lane.go         the gate: one turn at a time per chat, in the order of acceptance
//	run.go          what a chat does next, and what it waits for
//	rate.go         how fast one chat is answered
//	tries.go        what an earlier process left, and may have died of
//	suspects.go     such updates run one at a time
//	turn.go         a turn: decide, run the effect that was asked for, decide on its answer, commit
//	outcome.go      what the decisions of a turn add up to
//	compose.go      what a turn writes
//	thread.go       to which thread of a chat a reply goes
//	call.go         effects: run in time, late, or with an outcome that is not known
//	calls.go        how many at once
//	breaker.go      none while the outside is dead
//	pending.go      those whose turn has ended
//
// The outbox:
//
//	relay.go        outbox to channel, in order, with back-off, expiry and dead letters
//	route.go        what is owed to one chat, read from the store page by page
//	pacing.go       which of many chats goes first where a channel must not be hurried
//	pace.go         how fast a channel may be written to
//	marks.go        what became of a reply, written in batches
//	undelivered.go  what the chat is told of a message that was given up
//	erase.go        a channel forgets what it has shown
//
// Beside the path:
//
//	keep.go         timers, and the health of the store
//	forget.go       when a chat is forgotten, and what is done before
//	unread.go       what cannot be opened is kept as it came
//	dead.go         what was set aside or given up is listed and put back
//	seal.go         everything is encrypted here, before a store sees it
//	pool.go         worker pools: what waits costs no goroutine
//	crew.go         the goroutines of the pools
//	schedule.go     what is to happen later
//	activity.go     what Drain and Stop wait for
//
// Nothing in this package knows a channel, a store, a back end or a sentence in any language.
package bot
