package webchat

import (
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/sha256"
	"fmt"
	"strconv"

	"llave/bot"
	"llave/bot/keyring"
)

// keys are derived from Options.Key: one for each use.
type keys struct {
	ring   *keyring.Ring // seals what is kept
	lookup []byte        // keyed hashes that find a row without telling what it is about
	cookie []byte        // tells our cookies from invented ones
}

func newKeys(key []byte) (keys, error) {
	if len(key) != keyring.KeySize {
		return keys{}, fmt.Errorf("key has %d bytes, want %d", len(key), keyring.KeySize)
	}
	derive := func(use string) []byte {
		k, err := hkdf.Key(sha256.New, key, nil, "llave webchat "+use, keyring.KeySize)
		if err != nil {
			panic(err) // 32 bytes are always to be had
		}
		return k
	}
	ring, err := keyring.New(derive("seal"))
	return keys{ring: ring, lookup: derive("lookup"), cookie: derive("cookie")}, err
}

// hash separates its parts by their lengths, so that ("ab","c") is not ("a","bc").
func hash(key []byte, parts ...string) (sum [16]byte) {
	mac := hmac.New(sha256.New, key)
	for _, p := range parts {
		fmt.Fprintf(mac, "%d:%s", len(p), p)
	}
	copy(sum[:], mac.Sum(nil))
	return sum
}

// name identifies a chat in the file.
type name [16]byte

// name is the name of a chat.
func (k keys) name(to bot.ChatID) name { return hash(k.lookup, "chat", string(to)) }

// address stands for the address of a client.
func (k keys) address(client string) name { return hash(k.lookup, "address", client) }

// upload identifies the file of a message in its chat.
func (k keys) upload(chat name, id string) [16]byte {
	return hash(k.lookup, "upload", string(chat[:]), id)
}

// mark identifies an entry in its chat: a repeated entry has the same mark. The bot's ids begin again with a new or a
// restored outbox, so the time of the turn is part of it.
func (k keys) mark(e entry) [16]byte {
	if e.Turn.IsZero() {
		return hash(k.lookup, "entry", e.Who, e.ID)
	}
	return hash(k.lookup, "entry", e.Who, e.ID, strconv.FormatInt(e.Turn.UnixNano(), 10))
}

// sealContext binds a sealed value to its chat, its entry and its column.
func sealContext(chat name, mark [16]byte, column byte) []byte {
	p := append(make([]byte, 0, 33), chat[:]...)
	return append(append(p, mark[:]...), column)
}
