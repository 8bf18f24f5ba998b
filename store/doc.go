// Package store keeps what the engine must not lose: updates until they are answered, sessions, outbox messages until
// they are delivered, timers, pending effects and the log of events, behind the ports of package bot.
//
// There is a store in memory, for tests and for trying things out, one in a SQLite file, for a service of one process, and
// one on a Redis server, for several. All keep the promises of package storetest; a promise without a test there is none.
//
//	limits.go         bounds of all
//	memory*.go        the store in memory: one lock for each shard; memory_replicas.go its leases
//	sqlite.go         the store in a file: opening and closing, reads and writes, the errors of the port
//	sqlite_schema.go  the tables and the steps between their versions
//	sqlite_turns.go   the path of an update in SQL
//	sqlite_outbox.go  pages of the outbox; sqlite_results.go what became of messages
//	sqlite_log.go     timers, events, shards
//	sqlite_sweep.go   forgetting; sqlite_dead.go the dead letters
//	redis.go          the store on a server: opening, refusing and closing
//	redis_probe.go    what is tried at the opening: rights, encryption
//	redis_address.go  addresses and the client's options; redis_keys.go keys and records
//	redis_scripts.go  the scripts of folder redis; redis_pipeline.go how commands are gathered
//	redis_confirm.go  how many replicas have to confirm what must not be lost
//	redis_turns.go    the path of an update; redis_results.go what became of messages
//	redis_timers.go   timers; redis_log.go events, shards, numbers; redis_sweep.go forgetting; redis_dead.go the dead letters
//	copy.go           a store copied whole: what is read and written; copy_sqlite*.go, copy_redis*.go how
//	redis_replicas.go leases of shards between processes; redis_wakeups.go, memory_wakeups.go what they tell each other
//
// Package backup below copies a data folder. Package sqlitedb opens, locks, checks and migrates the file, and writes to it in groups.
package store
