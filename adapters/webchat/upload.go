package webchat

import (
	"context"
	"crypto/rand"
	"database/sql"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"time"

	"llave/bot"
	"llave/store/sqlitedb"
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

// upload is a file on its way in.
type upload struct {
	h    *history
	id   int64
	chat name
	seal [16]byte // drawn; binds the pieces to this file
	size int64
}

// newUpload begins to keep a file.
func (h *history) newUpload(ctx context.Context, chat, address name) (*upload, error) {
	u := &upload{h: h, chat: chat}
	rand.Read(u.seal[:])
	err := h.Write(ctx, func(tx *sql.Tx) error {
		if err := mayUpload(ctx, tx, chat, address, nil, h.now()); err != nil {
			return err
		}
		done, err := tx.ExecContext(ctx, "INSERT INTO upload (chat, address, mark, size, at, fetched) VALUES (?, ?, x'', 0, ?, 0)", chat[:], address[:], h.now().UnixNano())
		if err == nil {
			u.id, err = done.LastInsertId()
		}
		if err == nil { // the first piece is what the others are bound to
			err = run(ctx, tx, statement{"INSERT INTO upload_piece (upload, k, body) VALUES (?, 0, ?)", []any{u.id, h.keys.ring.Seal(u.seal[:], sealContext(chat, [16]byte{}, 'u'))}})
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("webchat: upload: %w", err)
	}
	return u, nil
}

// mayUpload checks what a chat and an address have sent within an hour, and how much is kept. A file under the same mark is sent again,
// and does not count.
func mayUpload(ctx context.Context, tx *sql.Tx, chat, address name, mark []byte, now time.Time) error {
	var ofChat, ofAddress int
	var bytesChat, bytesAddress, bytesAll int64
	err := tx.QueryRowContext(ctx, `SELECT count(*) FILTER (WHERE chat = ?1 AND at > ?3), count(*) FILTER (WHERE address = ?2 AND at > ?3),
		coalesce(sum(size) FILTER (WHERE chat = ?1), 0), coalesce(sum(size) FILTER (WHERE address = ?2), 0), coalesce(sum(size), 0) FROM upload WHERE mark <> x'' AND NOT (chat = ?1 AND mark = ?4)`,
		chat[:], address[:], now.Add(-time.Hour).UnixNano(), append([]byte{}, mark...)).Scan(&ofChat, &ofAddress, &bytesChat, &bytesAddress, &bytesAll)
	switch {
	case err != nil:
		return err
	case ofChat >= hourOfChat || ofAddress >= hourOfAddress || bytesChat >= bytesOfChat || bytesAddress >= bytesOfAddress:
		return errManyFiles
	case bytesAll >= bytesOfAll:
		return errNoRoom
	}
	return nil
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
			if err := u.keep(ctx, k, buf[:n]); err != nil {
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

func (u *upload) keep(ctx context.Context, k int64, piece []byte) error {
	return u.h.Write(ctx, func(tx *sql.Tx) error {
		return run(ctx, tx, statement{"INSERT INTO upload_piece (upload, k, body) VALUES (?, ?, ?)", []any{u.id, k, u.h.keys.ring.Seal(piece, u.context(k))}})
	})
}

// done makes the file the one of a message, in place of an earlier try, and returns by what it is fetched.
func (u *upload) done(ctx context.Context, address name, id string) (ref []byte, err error) {
	mark := u.h.keys.upload(u.chat, id)
	err = u.h.Write(ctx, func(tx *sql.Tx) error {
		if err := mayUpload(ctx, tx, u.chat, address, mark[:], u.h.now()); err != nil {
			return err
		}
		return run(ctx, tx,
			statement{"DELETE FROM upload WHERE chat = ? AND mark = ?", []any{u.chat[:], mark[:]}},
			statement{"UPDATE upload SET mark = ?, size = ? WHERE id = ?", []any{mark[:], u.size, u.id}})
	})
	if err != nil {
		return nil, fmt.Errorf("webchat: upload: %w", err)
	}
	return mark[:], nil
}

// drop forgets a file that did not come whole.
func (u *upload) drop(ctx context.Context) error {
	return u.h.Write(ctx, func(tx *sql.Tx) error { return run(ctx, tx, statement{"DELETE FROM upload WHERE id = ?", []any{u.id}}) })
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

// fetch returns a file, and notes that it was fetched.
func (h *history) fetch(ctx context.Context, chat name, mark []byte, limit int64) (data []byte, err error) {
	var id int64
	err = h.Read(ctx, func(q sqlitedb.Querier) error {
		var size int64
		err := q.QueryRowContext(ctx, "SELECT id, size FROM upload WHERE chat = ? AND mark = ? AND at > ?", chat[:], mark, h.now().Add(-keepUpload).UnixNano()).Scan(&id, &size)
		switch {
		case errors.Is(err, sql.ErrNoRows):
			return errFileGone
		case err != nil:
			return err
		case size > limit:
			return errFileLarge
		}
		data, err = h.pieces(ctx, q, chat, id, size)
		return err
	})
	if err != nil {
		return nil, err
	}
	return data, h.Write(ctx, func(tx *sql.Tx) error {
		return run(ctx, tx, statement{"UPDATE upload SET fetched = ? WHERE id = ?", []any{h.now().UnixNano(), id}})
	})
}

// pieces joins a file. What cannot be opened will never be.
func (h *history) pieces(ctx context.Context, q sqlitedb.Querier, chat name, id, size int64) ([]byte, error) {
	rows, err := q.QueryContext(ctx, "SELECT k, body FROM upload_piece WHERE upload = ? ORDER BY k", id)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	data, seal := make([]byte, 0, size), [16]byte{}
	for next := int64(0); rows.Next(); next++ {
		var k int64
		var body []byte
		if err := rows.Scan(&k, &body); err != nil {
			return nil, err
		}
		about := pieceContext(chat, seal, k)
		if k == 0 {
			about = sealContext(chat, [16]byte{}, 'u')
		}
		plain, err := h.keys.ring.Open(body, about)
		if err != nil || k != next || k == 0 && len(plain) != len(seal) {
			return nil, &bot.PermanentFailure{Reason: "the file cannot be opened"}
		}
		if k == 0 {
			copy(seal[:], plain)
			continue
		}
		data = append(data, plain...)
	}
	if err := rows.Err(); err != nil {
		return nil, err
	}
	if int64(len(data)) != size {
		return nil, &bot.PermanentFailure{Reason: "the file is not whole"}
	}
	return data, nil
}

// sweepUploads forgets files whose time is over. Those that were begun and never came whole go after an hour.
func (h *history) sweepUploads(ctx context.Context, now time.Time) error {
	for {
		var n int64
		err := h.Write(ctx, func(tx *sql.Tx) error {
			done, err := tx.ExecContext(ctx, `DELETE FROM upload WHERE id IN (SELECT id FROM upload
				WHERE at <= ?1 OR fetched > 0 AND fetched <= ?2 OR mark = x'' AND at <= ?2 LIMIT ?3)`,
				now.Add(-keepUpload).UnixNano(), now.Add(-keepFetched).UnixNano(), sweepFiles)
			if err == nil {
				n, err = done.RowsAffected()
			}
			return err
		})
		if err != nil || n < sweepFiles {
			return err
		}
	}
}

// sweepFiles is how many files one transaction deletes.
const sweepFiles = 4
