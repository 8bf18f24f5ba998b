package telegram

import (
	"hash/maphash"
	"sync"
	"time"

	"llave/adapters/besteffort"
	"llave/bot"
)

// told remembers of the messages heard of late what they said, as a hash, and which edit of them was answered: an edit
// that changes no text asks for nothing, and two edits of one message are answered once.
type told struct {
	seed maphash.Seed
	m    *besteffort.Cache[[2]int64, wording]
}

type wording struct {
	hash uint64
	edit string // the update that was answered; empty: none
}

func newTold() *told {
	return &told{seed: maphash.MakeSeed(), m: besteffort.NewCache[[2]int64, wording](8192)}
}

func (h *heard) key() [2]int64 { return [2]int64{h.chat, h.message} }

// nothingNew says whether an edit needs no answer.
func (t *told) nothingNew(h *heard) bool {
	if !h.edit {
		return false
	}
	w, ok := t.m.Get(h.key())
	return ok && (w.hash == maphash.String(t.seed, h.words) || w.edit != "" && w.edit != h.u.ID)
}

// note remembers a message that was kept.
func (t *told) note(h *heard) {
	if h.message == 0 || h.words == "" {
		return
	}
	w := wording{hash: maphash.String(t.seed, h.words)}
	if h.edit {
		w.edit = h.u.ID
	}
	t.m.Put(h.key(), w)
}

// albums gives an album, which comes as a message for each of its pictures, one answer: to the words under any of them, or
// else to one of the pictures.
type albums struct {
	mu sync.Mutex
	m  *besteffort.Cache[string, album]
}

type album struct {
	since time.Time // the first picture came
	by    string    // the update that is answered; empty: none yet
}

func newAlbums() *albums { return &albums{m: besteffort.NewCache[string, album](1024)} }

// albumWait is how long the words under another picture of an album are waited for.
const albumWait = time.Second

// part says whether a picture without words has its answer elsewhere, and whether it has to wait to be sure that there are
// no words. Words that are known to come make it sure.
func (a *albums) part(h *heard, words bool) (elsewhere, wait bool) {
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
func (a *albums) note(h *heard) {
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
