// Package backup copies the files of a data folder while a service uses them, and reads such a copy back.
//
// All files of a copy are of one moment. A copy is there as a whole or not at all, and says what it holds in its manifest.
//
//	manifest.go  what a copy says of itself
//	write.go     Write: making a copy
//	store.go     one file of a copy: its digest, and encryption to a recipient of age
//	read.go      Open: checking a copy, and taking files out of it
package backup
