package autogestion

import (
	"context"
	"database/sql"
	"encoding/json"
	"time"

	"llave/flows/backend"
)

// Room for the tokens that a service made after a copy of its file was taken, and which the copy does not know. It is far
// above what one person can use: 310 printed ones a month, and one for each visit to a provider.
const (
	roomADay     = 500
	roomARestore = 1000
)

// Restored says what [Service.Restored] did.
type Restored struct {
	Moved   int   // how far the counter of every person was moved
	Dynamic int64 // live tokens that ended
	Paper   int64 // preprinted tokens that were voided
	Holders int   // people who held them
	Told    int   // chats that will be told
}

// RestoreOptions describe how a file came back.
type RestoreOptions struct {
	Copied time.Time // when the copy was taken
	// Times is how many services began with this copy, this one included: each of them begins behind the others.
	Times int
	// KeepSheets leaves preprinted tokens valid. Which of them were used since the copy was taken, nobody knows.
	KeepSheets bool
}

// Restored makes a file safe that came from a copy, before a service uses it. Tokens that were made since then are unknown to
// it, so the counters move on behind them: no digits come twice. Live dynamic tokens end, which may have been used or replaced
// since; so do preprinted ones, unless they are kept, and the chats of those who hold them will be told. What was on its way
// ends: invites, codes, sessions. Links and passwords are those of the copy.
func (s *Service) Restored(ctx context.Context, o RestoreOptions) (out Restored, err error) {
	err = s.write(ctx, func(tx *sql.Tx, now time.Time) error {
		out = Restored{Moved: roomFor(o, now)}
		if _, err := tx.ExecContext(ctx, "UPDATE person SET next = next + ?", out.Moved); err != nil {
			return err
		}
		res, err := tx.ExecContext(ctx, "UPDATE token SET replaced = ?1 WHERE sheet IS NULL AND used = 0 AND replaced = 0 AND until > ?1", now.UnixNano())
		if err == nil {
			out.Dynamic, err = res.RowsAffected()
		}
		if err == nil {
			err = endUnfinished(ctx, tx)
		}
		if err == nil && !o.KeepSheets {
			err = s.voidAllPaper(ctx, tx, &out, now)
		}
		if err != nil {
			return err
		}
		return s.actRestored(ctx, tx, o, out, now)
	})
	return out, wrap("restored", err)
}

// roomFor returns how far the counters move.
func roomFor(o RestoreOptions, now time.Time) int {
	days := 1 + max(0, int(now.Sub(o.Copied)/(24*time.Hour)))
	return roomARestore*max(1, o.Times) + roomADay*days
}

// endUnfinished ends codes and sign-ins that were on their way: they may have been used since.
func endUnfinished(ctx context.Context, tx *sql.Tx) error {
	for _, q := range []string{
		"UPDATE invite SET ended = 'restored' WHERE link = '' AND ended = ''",
		"DELETE FROM reset", "DELETE FROM second", "DELETE FROM session", "DELETE FROM registration", "DELETE FROM office", "DELETE FROM openid_try",
	} {
		if _, err := tx.ExecContext(ctx, q); err != nil {
			return err
		}
	}
	return nil
}

// voidAllPaper voids the preprinted tokens that can still be used, and writes a notice for each chat of those who hold them.
func (s *Service) voidAllPaper(ctx context.Context, tx *sql.Tx, out *Restored, now time.Time) error {
	const alive = "sheet IS NOT NULL AND used = 0 AND voided = 0 AND until > ?1"
	holders, err := rowNumbers(tx.QueryContext(ctx, "SELECT DISTINCT person FROM token WHERE "+alive, now.UnixNano()))
	if err != nil {
		return err
	}
	res, err := tx.ExecContext(ctx, "UPDATE token SET voided = ?1 WHERE "+alive, now.UnixNano())
	if err != nil {
		return err
	}
	if out.Paper, err = res.RowsAffected(); err != nil {
		return err
	}
	out.Holders = len(holders)
	names := map[string][]string{} // by link
	for _, id := range holders {
		p, err := s.personBy(ctx, tx, "id", id)
		if err != nil {
			return err
		}
		links, err := linksFor(ctx, tx, id, now)
		if err != nil {
			return err
		}
		for _, l := range links {
			names[l] = append(names[l], p.Name)
		}
	}
	for link, people := range names {
		if err := s.notify(ctx, tx, link, backend.NoticeVoided, noticeBody{People: people}, now); err != nil {
			return err
		}
	}
	out.Told = len(names)
	return nil
}

// linksFor returns the links of all accounts that are in charge of a person, their own included.
func linksFor(ctx context.Context, q querier, person int64, now time.Time) (out []string, err error) {
	rows, err := q.QueryContext(ctx, `SELECT l.id FROM link l JOIN account a ON a.id = l.account
		WHERE (l.until = 0 OR l.until > ?2) AND (a.person = ?1 OR EXISTS (SELECT 1 FROM membership m WHERE m.holder = a.person AND m.person = ?1))
		ORDER BY l.since, l.id`, person, now.UnixNano())
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var id string
		if err := rows.Scan(&id); err != nil {
			return nil, err
		}
		out = append(out, id)
	}
	return out, rows.Err()
}

// rowNumbers reads a column of row numbers.
func rowNumbers(rows *sql.Rows, err error) (out []int64, _ error) {
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var id int64
		if err := rows.Scan(&id); err != nil {
			return nil, err
		}
		out = append(out, id)
	}
	return out, rows.Err()
}

// actRestored records how the file came back.
func (s *Service) actRestored(ctx context.Context, tx *sql.Tx, o RestoreOptions, done Restored, now time.Time) error {
	detail, err := json.Marshal(struct {
		Copied     time.Time
		Times      int
		KeptSheets bool
		Done       Restored
	}{o.Copied, o.Times, o.KeepSheets, done})
	if err != nil {
		return err
	}
	return s.act(ctx, tx, now, "restore", string(detail))
}
