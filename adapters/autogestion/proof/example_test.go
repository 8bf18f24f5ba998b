package proof_test

import (
	"bytes"
	"crypto/ed25519"
	"fmt"
	"time"

	"llave/adapters/autogestion/proof"
)

// A sheet of two tokens is signed, and verified with the public key alone.
func ExampleVerify() {
	key := ed25519.NewKeyFromSeed(bytes.Repeat([]byte{1}, ed25519.SeedSize))
	public := key.Public().(ed25519.PublicKey)
	name := proof.KeyName(public)
	keys := proof.Keys{Keys: []proof.Key{{ID: proof.KeyID(name), Public: public, Since: time.Date(2026, 11, 1, 12, 0, 0, 0, time.UTC)}}}

	text, err := proof.Payload{Key: name, Sheet: make([]byte, proof.SheetNameLen), Reference: make([]byte, proof.ReferenceLen),
		Month: "2026-11", First: 1, Digits: []string{"048291", "482910"}}.Sign(key)
	fmt.Println(text[:7], err)
	claims, err := proof.Verify(keys, text)
	fmt.Println(claims.Month, claims.Reference, claims.Tokens[0].Digits, claims.Tokens[1].Digits, err)
	_, err = proof.Verify(keys, text[:len(text)-1])
	fmt.Println(err)
	// Output:
	// LLAVE1: <nil>
	// 2026-11 0000-0000 048291 482910 <nil>
	// autogestion: proof cannot be read: damaged
}
