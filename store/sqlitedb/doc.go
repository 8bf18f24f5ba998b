// Package sqlitedb opens SQLite files, checks that they are ours and whole, locks and migrates them, and writes to
// them.
//
// There are two ways in. [Open] gives a [File]: locked to one process, checked page by page, written in groups; the
// store uses it. [OpenDB] gives a [DB]: one writer and a few readers behind database/sql, for files of less traffic.
// [Pool], [Own] and [Lock] are the parts of both, for tables that a library makes.
//
//	file.go     File: a locked file with one writing goroutine and a few readers
//	format.go   Format: the tables of a kind of file and the steps between their versions; creating and migrating
//	db.go        DB: transactions of database/sql; peek.go looks into a file that must stay as it is
//	inspect.go  the checks before anything is written; error.go has the reasons for a refusal
//	header.go    is the file whole? Read from its header and its log
//	writer.go   group commit: the writes that wait share one transaction
//	conn.go     Conn: one connection, its settings and its prepared statements; statements.go keeps those of database/sql
//	cut.go      Cut: one moment of several files in use, to be copied
//	lock_*.go   the lock beside a file
//
// Package chain below keeps an audit in two tables.
package sqlitedb
