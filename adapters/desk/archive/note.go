package archive

import (
	"context"
	"database/sql"
	"strings"
	"time"
	"unicode/utf8"

	"llave/store/sqlitedb"
)

// This file imports nothing of package bot: a note knows a case's number and no chat, and no function takes both a note and
// a chat.

// MaxNote is the longest note in characters.
const MaxNote = 4096

// Note is what agents tell each other about a case.
type Note struct {
	ID    uint64
	Case  uint64
	Agent string // user
	At    time.Time
	Text  string
}

// AddNote keeps a note of an agent about a case, in any state of it. [ErrEmpty], [ErrTooLong] beyond [MaxNote] characters,
// [ErrNotFound] if there is no such case.
func (a *Archive) AddNote(ctx context.Context, caso uint64, agent, text string) (n Note, err error) {
	text = strings.TrimSpace(text)
	switch {
	case text == "":
		return n, ErrEmpty
	case utf8.RuneCountInString(text) > MaxNote:
		return n, ErrTooLong
	}
	n = Note{Case: caso, Agent: agent, At: a.now(), Text: text}
	err = a.update(ctx, "note", func(tx *sql.Tx) error {
		var there bool
		if err := tx.QueryRowContext(ctx, "SELECT EXISTS (SELECT 1 FROM caso WHERE id = ?)", caso).Scan(&there); err != nil {
			return err
		}
		if !there {
			return ErrNotFound
		}
		err := tx.QueryRowContext(ctx, "INSERT INTO note (caso, agent, at, body) VALUES (?, ?, ?, ?) RETURNING id", caso, agent, micro(n.At), []byte{}).Scan(&n.ID)
		if err != nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, "UPDATE note SET body = ? WHERE id = ?", a.keys.ring.Seal([]byte(text), place("note", n.ID, caso)), n.ID); err != nil {
			return err
		}
		if err := a.audit(ctx, tx, Record{Agent: agent, What: "note", Case: caso}); err != nil {
			return err
		}
		return a.addChange(ctx, tx, caso, 0, ChangeNote)
	})
	return n, err
}

// Notes lists the notes of a case, in order.
func (a *Archive) Notes(ctx context.Context, caso uint64) (list []Note, err error) {
	err = a.read(ctx, "notes", func(q sqlitedb.Querier) error {
		rows, err := q.QueryContext(ctx, "SELECT id, agent, at, body FROM note WHERE caso = ? ORDER BY id", caso)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			n := Note{Case: caso}
			var sealed []byte
			if err := rows.Scan(&n.ID, &n.Agent, timeOf{&n.At}, &sealed); err != nil {
				return err
			}
			plain, err := a.keys.ring.Open(sealed, place("note", n.ID, caso))
			if err != nil {
				a.opt.Log.Error("archive: a note cannot be read", "case", caso, "note", n.ID, "err", err)
				continue
			}
			n.Text = string(plain)
			list = append(list, n)
		}
		return rows.Err()
	})
	return list, err
}
