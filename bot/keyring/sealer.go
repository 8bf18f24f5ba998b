package keyring

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"hash"
	"slices"
	"strconv"
	"strings"
	"sync"

	"golang.org/x/crypto/chacha20poly1305"

	"llave/bot"
)

// Sealer is a ring and the secret of the keyed hashes. The secret is made at the first start and kept, sealed, in the
// store: keys may be replaced, hashes stay.
type Sealer struct {
	ring    *Ring
	pinned  []string // channels whose chats have shards of their own
	refs    *Ring    // of chat references: its key follows from the secret, and outlives those of ring
	buffers sync.Pool
}

func newSealer(ring *Ring, secret []byte) *Sealer {
	v := &Sealer{ring: ring}
	v.buffers.New = func() any {
		return &buffers{mac: hmac.New(sha256.New, secret)}
	}
	key := v.mac("chat ref key")
	refs, err := New(key[:])
	if err != nil {
		panic(err) // a hash has the size of a key
	}
	v.refs = refs
	return v
}

// buffers are what sealing and hashing need for a moment, and would allocate each time otherwise.
type buffers struct {
	mac     hash.Hash
	text    []byte
	sum     [sha256.Size]byte
	context [1 + len(bot.ChatKey{})]byte
	plain   bot.JSONObject
}

// mac is the keyed hash of the parts. Each part carries its length, so that no two lists of parts run into each
// other.
func (v *Sealer) mac(parts ...string) [sha256.Size]byte {
	s := v.buffers.Get().(*buffers)
	defer v.buffers.Put(s)
	s.text = s.text[:0]
	for _, p := range parts {
		s.text = append(s.text, byte(len(p)>>8), byte(len(p)))
		s.text = append(s.text, p...)
	}
	s.mac.Reset()
	s.mac.Write(s.text)
	s.mac.Sum(s.sum[:0])
	return s.sum
}

// ChatKey is the keyed hash under which a store knows a chat.
func (v *Sealer) ChatKey(c bot.ChatID) bot.ChatKey {
	sum := v.mac("chat", string(c))
	k := bot.ChatKey(sum[:16])
	if len(v.pinned) > 0 {
		k[0] = byte(shardOf(k, slices.Contains(v.pinned, c.Channel())))
	}
	return k
}

// shardOf spreads chats over the pinned shards, or over all others.
func shardOf(k bot.ChatKey, pinned bool) bot.Shard {
	switch s := k.Shard(); {
	case pinned:
		return bot.PinnedShard + s%bot.Shard(bot.Shards-int(bot.PinnedShard))
	case s >= bot.PinnedShard:
		return bot.Shard(k[1]) % bot.PinnedShard
	default:
		return s
	}
}

// UpdateID is the keyed hash of an update's id.
func (v *Sealer) UpdateID(c bot.ChatID, id string) [16]byte {
	sum := v.mac("update", string(c), id)
	return [16]byte(sum[:16])
}

// EffectKey depends on the bot account, the chat, the update that raised the question and the number of the effect. A
// store that was lost takes nothing of it along but the secret.
func (v *Sealer) EffectKey(c bot.ChatID, asked string, n int) string {
	sum := v.mac("effect", c.Channel()+"/"+c.Account(), c.Native(), asked, strconv.Itoa(n))
	return base64.RawURLEncoding.EncodeToString(sum[:18])
}

// The kinds of body. One that is moved from one chat or one table to another does not open.
const (
	ForUpdate  = 'u'
	ForSession = 's'
	ForMessage = 'l'
	ForEffect  = 'e'
	ForTimer   = 't'
	ForEvent   = 'v'
)

func (s *buffers) at(kind byte, chat bot.ChatKey) []byte {
	s.context[0] = kind
	copy(s.context[1:], chat[:])
	return s.context[:]
}

// Seal encrypts a body of a chat.
func (v *Sealer) Seal(kind byte, chat bot.ChatKey, plain []byte) []byte {
	s := v.buffers.Get().(*buffers)
	defer v.buffers.Put(s)
	return v.ring.Seal(plain, s.at(kind, chat))
}

// Open decrypts what Seal made for the same kind and chat. [ErrSealed] otherwise.
func (v *Sealer) Open(kind byte, chat bot.ChatKey, sealed []byte) ([]byte, error) {
	s := v.buffers.Get().(*buffers)
	defer v.buffers.Put(s)
	return v.ring.Open(sealed, s.at(kind, chat))
}

// ChatRef is a chat's name that others may keep without reading it: always the same for the same chat, also after a key of
// the ring was replaced.
func (v *Sealer) ChatRef(c bot.ChatID) string {
	nonce := v.mac("chat ref nonce", string(c))
	sealed := v.refs.seal([]byte(c), []byte("chat ref"), nonce[:chacha20poly1305.NonceSizeX])
	return base64.RawURLEncoding.EncodeToString(sealed)
}

// OpenChatRef reads what ChatRef made, and the references of earlier versions, which were sealed with the ring.
func (v *Sealer) OpenChatRef(ref string) (bot.ChatID, error) {
	sealed, err := base64.RawURLEncoding.DecodeString(ref)
	if err != nil {
		return "", ErrSealed
	}
	plain, err := v.refs.Open(sealed, []byte("chat ref"))
	if err != nil {
		plain, err = v.ring.Open(sealed, []byte("chat ref"))
	}
	return bot.ChatID(plain), err
}

// Open reads the secret of a store, or makes it. once returns the value that is kept under a name; if there is none, it keeps value.
// The chats of the pinned channels have shards of their own in a store that is new; see [Pinned].
func Open(ring *Ring, once func(name string, value []byte) ([]byte, error), pinned ...string) (*Sealer, error) {
	pinned, err := Pinned(ring, once, pinned...)
	if err != nil {
		return nil, err
	}
	secret := make([]byte, 32)
	rand.Read(secret)
	if secret, err = Secret(ring, lookupSecret, secret, once); err != nil {
		return nil, err
	}
	v := newSealer(ring, secret)
	v.pinned = pinned
	return v, nil
}

// The names under which a store keeps the secret of the keyed hashes, and the channels whose chats have shards of their own.
const lookupSecret, pinnedChannels = "lookup secret", "pinned channels"

// Pinned returns the channels of a store whose chats have shards of their own, from [bot.PinnedShard] on. They are fixed when the store
// is new: those that are proposed then. A chat stays in its shard, so a store that was made before by a program that pinned
// none has none for ever.
func Pinned(ring *Ring, once func(name string, value []byte) ([]byte, error), proposed ...string) ([]string, error) {
	var propose []byte
	if len(proposed) > 0 {
		kept := keptSecret{name: lookupSecret + " ", once: once}
		secret, err := kept.read(ring)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", lookupSecret, err)
		}
		mark, err := once(kept.mark(), nil)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", lookupSecret, err)
		}
		if secret == nil && mark == nil { // what is kept now comes before any chat has a key
			propose = []byte(strings.Join(proposed, " "))
		}
	}
	value, err := once(pinnedChannels, propose)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", pinnedChannels, err)
	}
	return strings.Fields(string(value)), nil
}

// SealJSON encrypts a value as JSON.
func (v *Sealer) SealJSON(kind byte, chat bot.ChatKey, value any) ([]byte, error) {
	b := v.buffers.Get().(*buffers)
	defer v.buffers.Put(b)
	b.plain.Reset()
	if itself, ok := value.(bot.JSONAppender); ok {
		itself.AppendJSON(&b.plain)
	} else {
		b.plain.Whole(value)
	}
	plain, err := b.plain.Bytes()
	if err != nil {
		return nil, err
	}
	return v.ring.Seal(plain, b.at(kind, chat)), nil
}

// OpenJSON decrypts what SealJSON made for the same kind and chat.
func (v *Sealer) OpenJSON(kind byte, chat bot.ChatKey, sealed []byte, into any) error {
	plain, err := v.Open(kind, chat, sealed)
	if err != nil {
		return err
	}
	return json.Unmarshal(plain, into)
}
