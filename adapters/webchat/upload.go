package webchat

import (
	"context"
	"crypto/rand"
	"encoding/binary"
	"fmt"
	"io"
	"time"

	"llave/bot"
)

// Files that people sent wait here, sealed, until the desk fetches them: after that for keepFetched, in case it has to ask again, and
// for keepUpload at most. A file is kept in pieces, so that it takes little memory, and messages get their turn between them.
const (
	keepUpload  = 24 * time.Hour
	keepFetched = time.Hour
	pieceSize   = 256 << 10
)

// What may be kept: in an hour of one chat and of one address, and in all.
const (
	uploadMax      = 10 << 20
	hourOfChat     = 20
	hourOfAddress  = 60
	bytesOfChat    = 64 << 20
	bytesOfAddress = 128 << 20
	bytesOfAll     = 512 << 20
)

// uploadStore keeps the files that people sent.
type uploadStore interface {
	// beginUpload begins to keep a file of a chat, unless the chat or the address has sent too many. First is the sealed
	// piece that the others are bound to.
	beginUpload(ctx context.Context, chat, address name, first []byte) (pieceStore, error)
	// fetch returns a file, and notes that it was fetched.
	fetch(ctx context.Context, chat name, mark []byte, limit int64) ([]byte, error)
}

// pieceStore keeps the pieces of one file.
type pieceStore interface {
	// keep keeps a sealed piece. The pieces are numbered from 1.
	keep(ctx context.Context, k int64, sealed []byte) error
	// done makes the file the one of a message, in place of an earlier try.
	done(ctx context.Context, address name, mark [16]byte, size int64) error
	// drop forgets a file that did not come whole.
	drop(ctx context.Context) error
}

// upload is a file on its way in.
type upload struct {
	pieceStore
	keys keys
	chat name
	seal [16]byte // drawn; binds the pieces to this file
	size int64
}

// newUpload begins to keep a file.
func newUpload(ctx context.Context, h uploadStore, k keys, chat, address name) (_ *upload, err error) {
	u := &upload{keys: k, chat: chat}
	rand.Read(u.seal[:])
	first := k.ring.Seal(u.seal[:], sealContext(chat, [16]byte{}, 'u'))
	if u.pieceStore, err = h.beginUpload(ctx, chat, address, first); err != nil {
		return nil, err
	}
	return u, nil
}

// context binds a piece to its file and place.
func (u *upload) context(k int64) []byte { return pieceContext(u.chat, u.seal, k) }

func pieceContext(chat name, seal [16]byte, k int64) []byte {
	return binary.BigEndian.AppendUint64(sealContext(chat, seal, 'p'), uint64(k))
}

// take keeps what in gives, at most uploadMax bytes. Each is called before every piece.
func (u *upload) take(ctx context.Context, in io.Reader, each func()) error {
	buf := make([]byte, pieceSize)
	for k := int64(1); ; k++ {
		each()
		n, err := readFull(in, buf)
		if n > 0 {
			if u.size += int64(n); u.size > uploadMax {
				return errLargeFile
			}
			if err := u.keep(ctx, k, u.keys.ring.Seal(buf[:n], u.context(k))); err != nil {
				return err
			}
		}
		switch {
		case err == io.EOF:
			return nil
		case err != nil:
			return err
		}
	}
}

// readFull fills a buffer. It ends with io.EOF at the end of in alone: io.ReadFull would say the same of a file that is cut off.
func readFull(in io.Reader, buf []byte) (n int, err error) {
	for n < len(buf) && err == nil {
		var m int
		m, err = in.Read(buf[n:])
		n += m
	}
	return n, err
}

// finish makes the file the one of a message, and returns by what it is fetched.
func (u *upload) finish(ctx context.Context, address name, id string) (ref []byte, err error) {
	mark := u.keys.upload(u.chat, id)
	if err := u.done(ctx, address, mark, u.size); err != nil {
		return nil, err
	}
	return mark[:], nil
}

// pieceJoin joins the pieces of a file. What cannot be opened will never be.
type pieceJoin struct {
	keys keys
	chat name
	seal [16]byte
	next int64
	data []byte
}

// add adds the next piece. Piece 0 opens the others.
func (j *pieceJoin) add(k int64, body []byte) error {
	about := pieceContext(j.chat, j.seal, k)
	if k == 0 {
		about = sealContext(j.chat, [16]byte{}, 'u')
	}
	plain, err := j.keys.ring.Open(body, about)
	if err != nil || k != j.next || k == 0 && len(plain) != len(j.seal) {
		return &bot.PermanentFailure{Reason: "the file cannot be opened"}
	}
	j.next++
	if k == 0 {
		copy(j.seal[:], plain)
	} else {
		j.data = append(j.data, plain...)
	}
	return nil
}

// whole returns a file that has come whole.
func (j *pieceJoin) whole(size int64) ([]byte, error) {
	if int64(len(j.data)) != size {
		return nil, &bot.PermanentFailure{Reason: "the file is not whole"}
	}
	return j.data, nil
}

// Refusals of Fetch.
var (
	errFileGone  = &bot.PermanentFailure{Reason: "the file is not kept any more, or is of another chat"}
	errFileLarge = &bot.PermanentFailure{Reason: "the file is larger than allowed"}
)

// Fetch implements [bot.Fetcher].
func (w *Web) Fetch(ctx context.Context, chat bot.ChatID, ref []byte, limit int64) ([]byte, error) {
	if chat.Channel() != Channel || chat.Account() != account || len(ref) != 16 {
		return nil, errFileGone
	}
	data, err := w.history.fetch(ctx, w.keys.name(chat), ref, limit)
	if err != nil {
		return nil, fmt.Errorf("webchat: fetch: %w", err)
	}
	return data, nil
}
