package archive

import (
	"testing"

	"github.com/alexedwards/argon2id"
)

// Who does not exist costs as much as who does: the hash that nobody has is read like another, with the same cost.
func TestNobodysHash(t *testing.T) {
	t.Parallel()
	cost := &argon2id.Params{Memory: 128, Iterations: 3, Parallelism: 2, SaltLength: 16, KeyLength: 32}
	hash := nobodysHash(cost)
	if hash == nobodysHash(cost) {
		t.Error("it is the same each time")
	}
	is, read, err := argon2id.CheckHash("", hash)
	if is || err != nil || *read != *cost {
		t.Errorf("%v, %+v, %v", is, read, err)
	}
}
