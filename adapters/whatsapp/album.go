package whatsapp

import (
	"crypto/sha256"
	"encoding/hex"
	"time"

	"go.mau.fi/whatsmeow/proto/waE2E"

	"llave/adapters/besteffort"
	"llave/bot"
)

// albums finds pictures that were sent together, so that they get one answer. A message before them announces the
// album, or each of them has a mark, depending on the phone.
type albums struct {
	open    *besteffort.Cache[bot.ChatID, album]     // the last one of a chat
	written *besteffort.Cache[string, struct{}]      // albums in which a picture had words under it
	moved   *besteffort.Cache[bot.ChatID, time.Time] // when the live location of a chat moved last
}

// album is an announced album.
type album struct {
	id    string
	left  uint32 // how many of its pictures have not come
	until time.Time
}

// Pictures without a mark belong to the album that was announced at most albumTime before: uploads are slow at a counter.
// A live location is sent every few seconds; after a pause of movingTime it is a new one.
const (
	albumTime  = 5 * time.Minute
	movingTime = 15 * time.Minute
)

func newAlbums() *albums {
	return &albums{besteffort.NewCache[bot.ChatID, album](4096), besteffort.NewCache[string, struct{}](4096), besteffort.NewCache[bot.ChatID, time.Time](4096)}
}

// begins records an announced album.
func (a *albums) begins(chat bot.ChatID, id string, m *waE2E.AlbumMessage, now time.Time) {
	a.open.Put(chat, album{id, m.GetExpectedImageCount() + m.GetExpectedVideoCount(), now.Add(albumTime)})
}

// part is the content of a message that may belong to an album. Of the pictures without words one is answered, and none of those
// that come after words; of those with the same words one is.
func (a *albums) part(chat bot.ChatID, m *waE2E.Message, what content, now time.Time) content {
	id := a.of(chat, m, what, now)
	switch {
	case id == "":
	case what.text != "":
		a.written.Put(id, struct{}{})
		what.album = id + "/" + short(what.text)
	default:
		what.album = id
		_, what.silent = a.written.Get(id)
	}
	return what
}

// short stands for words in an id, which must not hold them in the clear.
func short(words string) string {
	sum := sha256.Sum256([]byte(words))
	return hex.EncodeToString(sum[:8])
}

// of is the id of the album of a picture; empty if it has none.
func (a *albums) of(chat bot.ChatID, m *waE2E.Message, what content, now time.Time) string {
	if what.subtype != "photo" && what.subtype != "video" {
		return ""
	}
	mark := m.GetMessageContextInfo().GetMessageAssociation()
	if mark.GetAssociationType() == waE2E.MessageAssociation_MEDIA_ALBUM && mark.GetParentMessageKey().GetID() != "" {
		return mark.GetParentMessageKey().GetID()
	}
	id := ""
	a.open.Change(chat, func(old album, _ bool) album {
		if old.left > 0 && now.Before(old.until) {
			id = old.id
			old.left--
		}
		return old
	})
	return id
}

// moving reports whether a live location continues an earlier one.
func (a *albums) moving(chat bot.ChatID, now time.Time) (before bool) {
	a.moved.Change(chat, func(last time.Time, had bool) time.Time {
		before = had && now.Sub(last) < movingTime
		return now
	})
	return before
}
