package archive

import (
	"context"
	"crypto/rand"
	"database/sql"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"time"

	"llave/store/sqlitedb"
)

// MaxFile is the largest file that is kept, in bytes.
const MaxFile = 16 << 20

// pieceSize is how much of a file is sealed as one value: a part of it is read without the rest.
const pieceSize = 1 << 20

// File is a file of a case: sent by the affiliate or by an agent.
type File struct {
	ID   string // drawn at random
	Case uint64
	Kind string // the caller's word: what it is to be shown as
	Name string // as the sender called it
	Type string // media type
	Size int64
	At   time.Time
}

// AddFile keeps a file of a case, and returns it with its id. [ErrTooLong] beyond [MaxFile].
func (a *Archive) AddFile(ctx context.Context, f File, data []byte) (File, error) {
	err := a.write(ctx, "file", func(tx *sql.Tx) error { return a.addFile(ctx, tx, &f, data) })
	return f, err
}

func (a *Archive) addFile(ctx context.Context, tx *sql.Tx, f *File, data []byte) error {
	if len(data) > MaxFile {
		return ErrTooLong
	}
	f.ID, f.Size, f.At = randomID(), int64(len(data)), a.now()
	_, err := tx.ExecContext(ctx, "INSERT INTO blob (id, caso, kind, name, type, size, at) VALUES (?, ?, ?, ?, ?, ?, ?)",
		f.ID, f.Case, f.Kind, a.keys.ring.Seal([]byte(f.Name), place("blob", f.ID)), f.Type, f.Size, micro(f.At))
	for k := 0; err == nil && k*pieceSize < len(data); k++ {
		part := data[k*pieceSize : min((k+1)*pieceSize, len(data))]
		_, err = tx.ExecContext(ctx, "INSERT INTO piece (blob, k, body) VALUES (?, ?, ?)", f.ID, k, a.keys.ring.Seal(part, place("piece", f.ID, k)))
	}
	return err
}

func randomID() string {
	var b [16]byte
	rand.Read(b[:])
	return base64.RawURLEncoding.EncodeToString(b[:])
}

// File returns what is known of a file, and a reader of its bytes, which opens a piece at a time. [ErrNotFound] if there is
// none of this id.
func (a *Archive) File(ctx context.Context, id string) (f File, r *Reader, err error) {
	err = a.read(ctx, "file", func(q sqlitedb.Querier) error {
		var name []byte
		err := q.QueryRowContext(ctx, "SELECT id, caso, kind, name, type, size, at FROM blob WHERE id = ?", id).Scan(&f.ID, &f.Case, &f.Kind, &name, &f.Type, &f.Size, timeOf{&f.At})
		if errors.Is(err, sql.ErrNoRows) {
			return ErrNotFound
		}
		if err == nil {
			name, err = a.keys.ring.Open(name, place("blob", id))
			f.Name = string(name)
		}
		return err
	})
	return f, &Reader{a: a, ctx: ctx, id: id, size: f.Size, held: -1}, err
}

// Reader reads a file. It implements [io.ReadSeeker] for one goroutine.
type Reader struct {
	a    *Archive
	ctx  context.Context // of the request that reads
	id   string
	size int64
	at   int64
	held int64 // number of the piece that is open; -1: none
	open []byte
}

// Read implements [io.Reader].
func (r *Reader) Read(p []byte) (int, error) {
	if r.at >= r.size {
		return 0, io.EOF
	}
	if k := r.at / pieceSize; k != r.held {
		if err := r.piece(k); err != nil {
			return 0, err
		}
	}
	n := copy(p, r.open[r.at%pieceSize:])
	r.at += int64(n)
	return n, nil
}

func (r *Reader) piece(k int64) error {
	return r.a.read(r.ctx, "piece", func(q sqlitedb.Querier) error {
		var sealed []byte
		if err := q.QueryRowContext(r.ctx, "SELECT body FROM piece WHERE blob = ? AND k = ?", r.id, k).Scan(&sealed); err != nil {
			return err
		}
		plain, err := r.a.keys.ring.Open(sealed, place("piece", r.id, k))
		if err == nil && int64(len(plain)) != min(pieceSize, r.size-k*pieceSize) {
			err = fmt.Errorf("piece %d has %d bytes", k, len(plain))
		}
		if err == nil {
			r.held, r.open = k, plain
		}
		return err
	})
}

// Seek implements [io.Seeker].
func (r *Reader) Seek(offset int64, whence int) (int64, error) {
	switch whence {
	case io.SeekCurrent:
		offset += r.at
	case io.SeekEnd:
		offset += r.size
	}
	if offset < 0 {
		return 0, errors.New("archive: seek before the beginning of a file")
	}
	r.at = offset
	return offset, nil
}
