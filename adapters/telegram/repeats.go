package telegram

import (
	"hash/maphash"
	"sync"
	"time"

	"llave/adapters/besteffort"
	"llave/bot"
)

// messageTexts remembers the words of recent messages, as a hash: an edit that changes no word says nothing.
type messageTexts struct {
	seed maphash.Seed
	m    *besteffort.Cache[[2]int64, wording]
}

type wording struct {
	hash uint64
	edit string // the update that brought them; empty: the message itself
}

func newMessageTexts() *messageTexts {
	return &messageTexts{seed: maphash.MakeSeed(), m: besteffort.NewCache[[2]int64, wording](8192)}
}

func (h *incoming) key() [2]int64 { return [2]int64{h.chat, h.message} }

// unchanged reports whether an edit says nothing new. One that comes again is handed on again: the bot knows whether it was kept.
func (t *messageTexts) unchanged(h *incoming) bool {
	if !h.edit {
		return false
	}
	w, ok := t.m.Get(h.key())
	return ok && w.hash == maphash.String(t.seed, h.words) && w.edit != h.u.ID
}

// note remembers a message that was kept.
func (t *messageTexts) note(h *incoming) {
	if h.message == 0 || h.words == "" {
		return
	}
	w := wording{hash: maphash.String(t.seed, h.words)}
	if h.edit {
		w.edit = h.u.ID
	}
	t.m.Put(h.key(), w)
}

// albums gives an album one answer. Each of its pictures is a message: the answer is to the words under one of them, or
// else to one of the pictures. The others are kept and not answered.
type albums struct {
	mu sync.Mutex
	m  *besteffort.Cache[string, album]
}

type album struct {
	since time.Time // the first picture came
	by    string    // the update that is answered; empty: none yet
}

func newAlbums() *albums { return &albums{m: besteffort.NewCache[string, album](1024)} }

// albumWait is how long a picture waits for words under another picture of its album.
const albumWait = time.Second

// part reports whether another message of the album is answered instead of this picture without words, and whether the
// picture has to wait for possible words. A caller that knows of words says so.
func (a *albums) part(h *incoming, words bool) (elsewhere, wait bool) {
	if h.album == "" || h.u.Kind != bot.Other {
		return false, false
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	x, ok := a.m.Get(h.album)
	if !ok {
		x.since = time.Now()
		a.m.Put(h.album, x)
	}
	return words || x.by != "", x.by == "" && time.Since(x.since) < albumWait
}

// note remembers that an album is answered.
func (a *albums) note(h *incoming) {
	if h.album == "" {
		return
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	if x, _ := a.m.Get(h.album); x.by == "" {
		x.by = h.u.ID
		a.m.Put(h.album, x)
	}
}
