// Package chain keeps an audit in two tables of a database: who did what, and when. Each row carries a MAC over itself and
// the MAC before, and the end of the chain stands apart, sealed with its number, so that a row that was changed, removed,
// exchanged, added or cut off is found by whoever has the key.
//
//	chain.go   Chain: appending rows
//	verify.go  reading rows, and checking all of them
package chain
