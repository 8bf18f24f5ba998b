// Package store keeps what the engine must not lose: updates until they are answered, sessions, outbox messages until
// they are delivered, timers, pending effects and the log of events, behind the ports of package bot.
//
// There is a store in memory, for tests and for trying things out, and one in a SQLite file, for a service of
// one process. Both keep the promises of package storetest; a promise without a test there is none.
//
//	limits.go         bounds of both
//	memory*.go        the store in memory: one lock for each shard
//	sqlite.go         the store in a file: opening and closing, reads and writes, the errors of the port
//	sqlite_schema.go  the tables and the steps between their versions
//	sqlite_turns.go   the path of an update in SQL
//	sqlite_outbox.go  pages of the outbox; sqlite_results.go what became of messages
//	sqlite_log.go     timers, events, shards
//	sqlite_sweep.go   forgetting; sqlite_dead.go the dead letters
//
// Package sqlitedb below opens, locks, checks and migrates the file, and writes to it in groups.
package store
