// Package keyring encrypts everything before a store sees it.
//
//	ring.go     the keys: the first one encrypts, all decrypt
//	secret.go   a secret that a store keeps under each key of the ring
//	sealer.go   bodies of chats, keyed hashes, and the secret behind them
package keyring
