package whatsapp

import (
	"crypto/cipher"
	"crypto/rand"
	"errors"
)

// seal encrypts data to be stored; about binds it to its subject.
func seal(aead cipher.AEAD, plain, about []byte) []byte {
	nonce := make([]byte, aead.NonceSize(), aead.NonceSize()+len(plain)+aead.Overhead())
	rand.Read(nonce)
	return aead.Seal(nonce, nonce, plain, about)
}

var errSealed = errors.New("whatsapp: what was kept cannot be opened with this key")

func unseal(aead cipher.AEAD, sealed, about []byte) ([]byte, error) {
	n := aead.NonceSize()
	if len(sealed) < n {
		return nil, errSealed
	}
	plain, err := aead.Open(nil, sealed[:n], sealed[n:], about)
	if err != nil {
		return nil, errSealed
	}
	return plain, nil
}
