package keyring

import (
	"bytes"
	"encoding/base64"
	"errors"
	"strconv"
	"strings"
	"testing"

	"llave/bot"
)

func key(b byte) []byte { return bytes.Repeat([]byte{b}, KeySize) }

func ring(t testing.TB, keys ...[]byte) *Ring {
	t.Helper()
	r, err := New(keys...)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestWhatIsSealedOpensOnlyInItsPlaceWithItsKey(t *testing.T) {
	r := ring(t, key(1))
	sealed := r.Seal([]byte("482913"), []byte("here"))
	if plain, err := r.Open(sealed, []byte("here")); err != nil || string(plain) != "482913" {
		t.Errorf("%q, %v", plain, err)
	}
	if bytes.Contains(sealed, []byte("482913")) {
		t.Error("it is not sealed")
	}
	if bytes.Equal(sealed, r.Seal([]byte("482913"), []byte("here"))) {
		t.Error("sealed twice it is the same: whoever reads the store sees what is equal")
	}
	if _, err := r.Open(sealed, []byte("there")); !errors.Is(err, ErrSealed) {
		t.Errorf("in another place: %v", err)
	}
	if _, err := ring(t, key(2)).Open(sealed, []byte("here")); !errors.Is(err, ErrSealed) {
		t.Errorf("with another key: %v", err)
	}
	for i := range sealed {
		bad := bytes.Clone(sealed)
		bad[i] ^= 1
		if _, err := r.Open(bad, []byte("here")); !errors.Is(err, ErrSealed) {
			t.Fatalf("byte %d changed: %v", i, err)
		}
	}
}

func TestKeysCanBeReplaced(t *testing.T) {
	old := ring(t, key(1)).Seal([]byte("x"), nil)
	both := ring(t, key(2), key(1))
	if _, err := both.Open(old, nil); err != nil {
		t.Errorf("what the old key sealed: %v", err)
	}
	if _, err := ring(t, key(2)).Open(both.Seal([]byte("x"), nil), nil); err != nil {
		t.Errorf("the first key does not encrypt: %v", err)
	}
}

// A body cannot be moved to another chat, or to another table of the same chat.
func TestPlaces(t *testing.T) {
	v := newSealer(ring(t, key(1)), key(9))
	a, b := v.ChatKey("telegram/bot/1"), v.ChatKey("telegram/bot/2")
	sealed := v.Seal(ForSession, a, []byte("x"))
	if _, err := v.Open(ForSession, a, sealed); err != nil {
		t.Error(err)
	}
	if _, err := v.Open(ForSession, b, sealed); err == nil {
		t.Error("opens for another chat")
	}
	if _, err := v.Open(ForMessage, a, sealed); err == nil {
		t.Error("opens as something else")
	}
}

func TestEffectKeys(t *testing.T) {
	v := newSealer(ring(t, key(1)), key(9))
	seen := map[string]bool{}
	for _, chat := range []bot.ChatID{"telegram/bot/1", "telegram/bot/2", "telegram/bot2/1", "whatsapp/bot/1"} {
		for _, asked := range []string{"1", "2", "12"} {
			for n := range 3 {
				k := v.EffectKey(chat, asked, n)
				if seen[k] || k != v.EffectKey(chat, asked, n) {
					t.Errorf("the key for %s %s %d is not its own, or not the same twice", chat, asked, n)
				}
				seen[k] = true
			}
		}
	}
	if v.EffectKey("a/b/c", "1", 1) == newSealer(ring(t, key(1)), key(8)).EffectKey("a/b/c", "1", 1) {
		t.Error("the key does not depend on the secret")
	}
}

func TestChatRefs(t *testing.T) {
	v := newSealer(ring(t, key(1)), key(9))
	ref := v.ChatRef("telegram/bot/1")
	if ref != v.ChatRef("telegram/bot/1") || ref == v.ChatRef("telegram/bot/2") {
		t.Error("a reference is not the same for the same chat, or the same for two")
	}
	if got, err := v.OpenChatRef(ref); err != nil || got != "telegram/bot/1" {
		t.Errorf("%q, %v", got, err)
	}
	if raw, _ := base64.RawURLEncoding.DecodeString(ref); bytes.Contains(raw, []byte("telegram")) {
		t.Error("others can read it")
	}
	for _, keys := range [][][]byte{{key(2), key(1)}, {key(2)}} { // the key of the ring is replaced
		later := newSealer(ring(t, keys...), key(9))
		if got, err := later.OpenChatRef(ref); err != nil || got != "telegram/bot/1" || later.ChatRef("telegram/bot/1") != ref {
			t.Errorf("with other keys the reference opens as %q, %v, and is another", got, err)
		}
	}
	old := base64.RawURLEncoding.EncodeToString(v.ring.Seal([]byte("telegram/bot/1"), []byte("chat ref"))) // of an earlier version
	if got, err := v.OpenChatRef(old); err != nil || got != "telegram/bot/1" {
		t.Errorf("a reference of an earlier version is %q, %v", got, err)
	}
	for _, bad := range []string{"", "x", ref[1:], ref + "A", strings.ToUpper(ref)} {
		if _, err := v.OpenChatRef(bad); err == nil {
			t.Errorf("%q opens", bad)
		}
	}
}

func TestParseRing(t *testing.T) {
	good := base64.StdEncoding.EncodeToString(key(1))
	for text, ok := range map[string]bool{good: true, good + "," + good: true, good + "\n" + good + "\n": true, "": false, "AAAA": false, good + ",x": false, "ñ": false} {
		if _, err := Parse(text); (err == nil) != ok {
			t.Errorf("%q: %v", text, err)
		} else if err != nil && text != "" && strings.Contains(err.Error(), text) {
			t.Errorf("the key stands in the error: %v", err)
		}
	}
}

// What a store gives back may be anything.
func FuzzOpen(f *testing.F) {
	r := ring(f, key(1))
	f.Add(r.Seal([]byte(`{"state":"menu"}`), []byte("p")))
	f.Add([]byte{1})
	f.Add([]byte{})
	v := newSealer(r, key(9))
	f.Fuzz(func(t *testing.T, sealed []byte) {
		if plain, err := r.Open(sealed, []byte("p")); err == nil && string(plain) != `{"state":"menu"}` {
			t.Errorf("a forgery opens: %q", plain)
		}
		v.OpenChatRef(string(sealed))
	})
}

// memo is the part of a store that keeps a value once.
type memo map[string][]byte

func (m memo) once(name string, value []byte) ([]byte, error) {
	if m[name] == nil && value != nil {
		m[name] = value
	}
	return m[name], nil
}

func TestTheSecretOutlivesItsKeys(t *testing.T) {
	m := memo{}
	at := func(keys ...[]byte) bot.ChatKey {
		t.Helper()
		v, err := Open(ring(t, keys...), m.once)
		if err != nil {
			t.Fatal(err)
		}
		return v.ChatKey("a/b/c")
	}
	first := at(key(1))
	if at(key(1)) != first || at(key(2), key(1)) != first || at(key(2)) != first || at(key(3), key(2)) != first {
		t.Error("a chat is not where it was when a key was replaced")
	}
	m = memo{}
	if two := at(key(4), key(5)); at(key(5)) != two || at(key(4)) != two {
		t.Error("begun with two keys, it does not go on with either")
	}
	if _, err := Open(ring(t, key(9)), m.once); !errors.Is(err, ErrSealed) {
		t.Errorf("with a key that was never there: %v", err)
	}
	if _, err := Open(ring(t, key(4)), m.once); err != nil {
		t.Error("the attempt with a wrong key left something behind")
	}
}

// The chats of pinned channels have shards of their own in a store that was new with them, and in no other; all processes agree.
func TestPinnedChats(t *testing.T) {
	kept := map[string][]byte{}
	once := func(name string, value []byte) ([]byte, error) {
		if _, ok := kept[name]; !ok && value != nil {
			kept[name] = value
		}
		return kept[name], nil
	}
	open := func(pinned ...string) *Sealer {
		t.Helper()
		v, err := Open(ring(t, key(1)), once, pinned...)
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	chats := func(channel string) (all []bot.ChatID) {
		for n := range 4000 {
			all = append(all, bot.ChatID(channel+"/account/"+strconv.Itoa(n)))
		}
		return all
	}
	spread := func(v *Sealer, channel string, want int, from, to int) {
		t.Helper()
		seen := map[bot.Shard]bool{}
		for _, c := range chats(channel) {
			s := v.ChatKey(c).Shard()
			if seen[s] = true; int(s) < from || int(s) >= to {
				t.Fatalf("%s is in shard %d", c, s)
			}
		}
		if len(seen) != want {
			t.Errorf("%s: %d shards, want %d", channel, len(seen), want)
		}
	}
	first := open("here", "there")
	spread(first, "here", 16, 240, 256)
	spread(first, "there", 16, 240, 256)
	spread(first, "elsewhere", 240, 0, 240)
	for _, another := range []*Sealer{open("here", "there"), open(), open("elsewhere")} {
		for _, channel := range []string{"here", "there", "elsewhere"} {
			for _, c := range chats(channel)[:100] {
				if another.ChatKey(c) != first.ChatKey(c) {
					t.Fatalf("%s has two keys", c)
				}
			}
		}
	}
	clear(kept)
	old := open() // by a program that pinned none
	later := open("here")
	for _, c := range chats("here") {
		if later.ChatKey(c) != old.ChatKey(c) {
			t.Fatal("a chat of an earlier store has moved")
		}
	}
	spread(old, "here", 256, 0, 256)
	if pinned, err := Pinned(ring(t, key(2)), once, "here"); err != nil || len(pinned) > 0 {
		t.Errorf("with a strange key: %v, %v", pinned, err) // Open refuses it
	}
}
