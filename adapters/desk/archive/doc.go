// Package archive is the database of Mesa de Ayuda: mesa.db. It holds what the logs of the shards tell of the cases, and what
// only the desk knows: agents, sessions, notes, files, hours, audit. It is no cache: it must be backed up.
//
// What people say and are called is sealed, each value bound to its table and row. The SQL is the subset that SQLite and
// Postgres share.
//
//	archive.go        Open, Close; keys.go has the keys, schema.sql the tables
//	apply.go          bot.Reader: the events of a shard become rows, exactly once; apply_entry.go, one entry; apply_delivery.go, what
//	                  became of a message; unreadable.go, what cannot be read
//	list.go           the queue: rows by tab; row.go opens them; front.go, counts and who is next; thread.go, one case and its entries
//	outcome.go        what came of an act; change.go, what has changed since; watch.go wakes those who wait
//	desk.go           what may be promised now, for the engine
//	fetch.go          files that are still to be fetched; blob.go keeps files in sealed pieces
//	note.go           notes, which know no chat
//	people.go         agents; enrol.go, their first password; signin.go, passwords and codes; attempt.go slows guessing
//	session.go        sessions of signed-in browsers
//	setting.go        settings; calendar.go, opening hours and holidays
//	audit.go          the audit; its chain is package chain; verify.go checks it
//	sweep.go          what is forgotten, and when
//	demo.go           the agents of the demo
package archive
