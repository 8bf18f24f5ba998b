// Package sqlitedb opens SQLite files, checks that they are ours and whole, locks and migrates them, and writes to
// them in groups.
//
//	file.go     File: a locked file with one writing goroutine and a few readers
//	format.go   Format: the tables of a kind of file and the steps between their versions; creating and migrating
//	inspect.go  the checks before anything is written; error.go has the reasons for a refusal
//	header.go    is the file whole? Read from its header and its log
//	writer.go   group commit: the writes that wait share one transaction
//	conn.go     Conn: one connection, its settings and its prepared statements
//	lock_*.go   the lock beside a file
package sqlitedb
