// Package store keeps what the engine must not lose: arrivals until they are answered, sessions, letters until
// they are sent, timers, pending effects and the log, behind the port that package bot owns.
//
// There is a store in memory, for tests and for trying things out, and one in a SQLite file, for a service of
// one process. Both are held to the promises of package storetest; a promise that has no test there is none.
//
//	memory.go         the store in memory: a lock a shard
//	sqlite.go         the store in a file: opening, closing, the two ways in (one writer, a few readers)
//	sqlite_check.go   is this file ours, whole and of this version? Asked before anything is written
//	sqlite_schema.go  the tables, and making them; sqlite_migrate.go makes them of earlier ones
//	sqlite_sweep.go   forgetting; sqlite_dead.go what was set aside
//	sqlite_link.go    a connection, its settings and its failures
//	sqlite_writer.go  group commit: what waits is written together and made durable once
//	sqlite_turns.go   the path of an update in SQL; sqlite_care.go the rest
package store
