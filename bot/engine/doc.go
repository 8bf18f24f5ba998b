// Package engine is the path of an update through a shard: accepted, one turn at a time per chat, decided, committed. It knows
// the ports of bot and no channel, store, back end or sentence in any language.
//
// What there is:
//
//	config.go         what an engine is built from, and its bounds
//	engine.go         the process: 256 shards, each of which it may acquire, release and lose
//	replica.go        which shards this process holds, if several processes share the store
//	wakeups.go        processes tell each other at once of an update, an answer or an event
//	lease.go          whether a shard is certainly held still, and how it is given back
//	shards.go         the shards that this process holds
//	shard.go          one shard: its chat queues, turns, effects and outbox, begun and ended as a whole
//	services.go       what the shards of a process share: bounds and clocks
//
// The turn:
//
//	accept.go         an update is kept once, with its time and its seed; only then is the channel told
//	clean.go          what must not be kept is removed before
//	lag.go            how late an update is, where two clocks are compared
//	quiet.go          whether an update may be an answer to the last message
//	queue.go          a chat queue: one turn at a time, in the order of acceptance
//	run_queue.go      what a queue does next, and what it waits for
//	rates.go          how fast one chat is answered
//	tries.go          counts the turns that begin with an update of an earlier process: it may have crashed that process
//	suspects.go       updates that may crash the process run one at a time
//	turn.go           decide, run the requested effect, decide on its answer, commit
//	outcome.go        the sum of a turn's decisions
//	compose.go        what a turn writes; erase.go: that a channel forgets what it has shown
//	album.go          pictures that were sent together get one answer
//	thread.go         to which thread of a chat a reply goes
//
// The case of a chat at Mesa de Ayuda (the machine itself is package bot's):
//
//	case_act.go       what an agent does is kept as an update of the chat
//	case_gate.go      what an update changes in the case; it runs before the script
//	case_file.go      which replies of a turn are dropped, and what is filed; the case's timer
//	case_numbers.go   numbers of cases, taken in blocks
//	feed.go           hands the events of this process' shards to their reader; feed_others.go those of other processes
//
// Effects:
//
//	effect.go         one effect: run in time, late, or with an outcome that is not known
//	effects.go        bounds how many run at once; breaker.go stops them while the back end is dead
//	late_effects.go   effects whose turn has ended, and effects that are dropped
//
// Beside the path:
//
//	timers.go         timers that are due
//	health.go         whether the store takes what it is given
//	forget.go         when a chat is forgotten, and what is done before
//	unreadable.go     a body that cannot be opened is kept as it is
//	dead.go           dead letters are listed and put back
package engine
