package archive

import (
	"context"
	"database/sql"
	"encoding/json"
	"time"

	"llave/bot"
	"llave/store/sqlitedb"
)

// FetchNoRef is the reason why a file never will be here: the channel said nothing to get it by.
const FetchNoRef = "no_ref"

// Fetch is a file of an affiliate that is still to be got from the channel.
type Fetch struct {
	Case, N uint64    // the entry that it came with
	Ref     string    // of the chat, which only the engine reads
	Media   bot.Media // as announced
	Tries   int
}

// fetchBody is what fetch.media holds.
type fetchBody struct {
	Ref   string
	Media bot.Media
}

const dueFetches = "SELECT caso, n, media, tries FROM fetch WHERE media IS NOT NULL AND due <= ? ORDER BY due LIMIT ?"

// Fetches lists up to limit files whose next try is due, the earliest first.
func (a *Archive) Fetches(ctx context.Context, limit int) (list []Fetch, err error) {
	err = a.read(ctx, "fetches", func(q sqlitedb.Querier) error {
		rows, err := q.QueryContext(ctx, dueFetches, micro(a.now()), limit)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var f Fetch
			var sealed []byte
			if err := rows.Scan(&f.Case, &f.N, &sealed, &f.Tries); err != nil {
				return err
			}
			var body fetchBody
			plain, err := a.keys.ring.Open(sealed, place("fetch", f.Case, f.N))
			if err == nil {
				err = json.Unmarshal(plain, &body)
			}
			if err != nil {
				a.opt.Log.Error("archive: what a file is got by cannot be read", "case", f.Case, "n", f.N, "err", err)
				continue
			}
			f.Ref, f.Media = body.Ref, body.Media
			list = append(list, f)
		}
		return rows.Err()
	})
	return list, err
}

// Fetched keeps the bytes of a file that was fetched: the entry has it from now on. It returns the file with its id.
// [ErrNotFound] if it is not waited for.
func (a *Archive) Fetched(ctx context.Context, caso, n uint64, f File, data []byte) (File, error) {
	f.Case = caso
	err := a.update(ctx, "fetched", func(tx *sql.Tx) error {
		if err := a.addFile(ctx, tx, &f, data); err != nil {
			return err
		}
		changed, err := exec(ctx, tx, "UPDATE fetch SET media = NULL, reason = '', blob = ? WHERE caso = ? AND n = ? AND media IS NOT NULL", f.ID, caso, n)
		if err != nil {
			return err
		}
		if changed == 0 {
			return ErrNotFound
		}
		return a.addChange(ctx, tx, caso, n, ChangeFile)
	})
	return f, err
}

// FetchFailed notes that a try has failed, why as a word, and when the next one is due. A zero time: it never will be here.
func (a *Archive) FetchFailed(ctx context.Context, caso, n uint64, reason string, next time.Time) error {
	return a.update(ctx, "fetch failed", func(tx *sql.Tx) error {
		changed, err := exec(ctx, tx, "UPDATE fetch SET tries = tries + 1, due = ?, reason = ?, media = CASE WHEN ? = 0 THEN NULL ELSE media END WHERE caso = ? AND n = ? AND media IS NOT NULL",
			micro(next), reason, micro(next), caso, n)
		if err != nil {
			return err
		}
		if changed == 0 {
			return ErrNotFound
		}
		return a.addChange(ctx, tx, caso, n, ChangeFile)
	})
}
