// Package bot is what a conversation is and the path of an update through it. It imports nothing of ours.
//
// Read it in the order an update travels:
//
//	update.go   what a person said, and in which chat
//	engine.go   Accept: kept once, with its hour and its seed; only then is the channel told
//	lane.go     the gate: one turn at a time per chat, in the order of acceptance
//	run.go      what a chat does next, and what it waits for
//	script.go   the port of the conversations: a pure function of session and update
//	turn.go     a turn: decide, run the effect that was asked for, decide on its answer, commit
//	call.go     effects: run in time, late, or with an outcome that nobody knows
//	calls.go    how many at once, and the breaker
//	store.go    the port of the store: what is committed together, and what must never be
//	lag.go      how late an update is, where two clocks are compared
//	tries.go    what an earlier process left, and may have died of
//	unread.go   what cannot be opened is kept as it came; dead.go lists it and puts it back
//	forget.go   when a chat is forgotten, and what is done before
//	relay.go    outbox to channel, in order, with back-off, expiry and dead letters
//	undelivered.go what the chat is told of a message that was given up
//	route.go    what is owed to one chat, read from the store page by page
//	pacing.go   which of many chats goes first where a channel must not be hurried
//	rate.go     how fast one chat is answered
//	pool.go     worker pools: what waits costs no goroutine
//	schedule.go what is to happen later
//	seal.go     everything is encrypted here, before a store sees it
//
// Nothing in this package knows a channel, a store, a back end or a sentence in any language.
package bot
