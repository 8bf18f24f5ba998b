package keyring

import (
	"bytes"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
)

// Secret returns the secret that a store keeps under a name, for all processes that use the store; if there is none, it keeps proposed.
// once returns the value that is kept under a name; if there is none, it keeps value.
//
// The secret is kept once for each key of the ring, sealed with it, so that an old key can be taken away. A mark shows whether a ring
// without any of those keys belongs to this store: it is refused with [ErrSealed].
func Secret(ring *Ring, name string, proposed []byte, once func(name string, value []byte) ([]byte, error)) ([]byte, error) {
	s := keptSecret{name: name + " ", once: once}
	secret, err := s.read(ring)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	if secret == nil {
		if mark, err := once(s.mark(), nil); err != nil || mark != nil {
			return nil, errors.Join(fmt.Errorf("the store was written with another key (LLAVE_KEY): %w", ErrSealed), err)
		}
		secret = proposed
	}
	if secret, err = s.keep(ring, secret); err == nil {
		_, err = once(s.mark(), []byte{1})
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return secret, nil
}

// keptSecret is where a store has a secret.
type keptSecret struct {
	name string // begins the names, and is what the secret is sealed for
	once func(name string, value []byte) ([]byte, error)
}

func (s keptSecret) mark() string           { return s.name + "mark" }
func (s keptSecret) under(k ringKey) string { return s.name + hex.EncodeToString(k.id[:]) }

// read finds the secret under one of the ring's keys; nil if it is under none.
func (s keptSecret) read(ring *Ring) ([]byte, error) {
	for _, k := range ring.keys {
		sealed, err := s.once(s.under(k), nil)
		if err != nil {
			return nil, err
		}
		if sealed != nil {
			return ring.Open(sealed, []byte(s.name))
		}
	}
	return nil, nil
}

// keep keeps the secret under every key. The order is that of the keys' ids, and not the ring's: of two processes that begin at once, whose
// rings are in different order, the same one is first.
func (s keptSecret) keep(ring *Ring, secret []byte) ([]byte, error) {
	keys := slices.Clone(ring.keys)
	slices.SortFunc(keys, func(a, b ringKey) int { return bytes.Compare(a.id[:], b.id[:]) })
	for _, k := range keys {
		only := &Ring{keys: []ringKey{k}}
		sealed, err := s.once(s.under(k), only.Seal(secret, []byte(s.name)))
		if err != nil {
			return nil, err
		}
		// Somebody else may have been first.
		if secret, err = only.Open(sealed, []byte(s.name)); err != nil {
			return nil, err
		}
	}
	return secret, nil
}
