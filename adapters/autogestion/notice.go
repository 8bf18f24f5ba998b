package autogestion

import (
	"context"
	"database/sql"
	"encoding/json"
	"slices"
	"time"

	"llave/flows/backend"
)

// noticeBody is what a notice says.
type noticeBody struct {
	People []string  `json:"people,omitempty"` // the names of those whom it is about
	By     string    `json:"by,omitempty"`     // the name of the account's holder who did it
	Until  time.Time `json:"until,omitzero"`   // the end of the link
}

const sealNotice = "notice"

// keepNotices is how long a notice waits for a service to tell it.
const keepNotices = 7 * 24 * time.Hour

// noticesAtOnce is how many notices are read at a time.
const noticesAtOnce = 100

// notify writes a notice for a link, in the transaction of what it tells of.
func (s *Service) notify(ctx context.Context, tx *sql.Tx, link string, what backend.NoticeKind, body noticeBody, now time.Time) error {
	name, err := s.keys.randomID("n-")
	if err != nil {
		return err
	}
	sealed, err := s.keys.seal(sealNotice, body)
	if err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, "INSERT INTO notice (name, link, what, sealed, at) VALUES (?, ?, ?, ?, ?)", name, link, what, sealed, now.UnixNano())
	return err
}

// Notices implements backend.Notices.
func (s *Service) Notices(ctx context.Context) (out []backend.Notice, err error) {
	err = s.read(ctx, func(q querier, now time.Time) error {
		rows, err := q.QueryContext(ctx, `SELECT n.name, n.what, n.sealed, l.sealed FROM notice n JOIN link l ON l.id = n.link
			WHERE l.until = 0 OR l.until > ? ORDER BY n.at, n.name LIMIT ?`, now.UnixNano(), noticesAtOnce)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var n backend.Notice
			var sealed, link []byte
			if err := rows.Scan(&n.Name, &n.What, &sealed, &link); err != nil {
				return err
			}
			var body noticeBody
			var chat backend.LinkedChat
			if err := s.keys.open(sealNotice, sealed, &body); err != nil {
				return err
			}
			if err := s.keys.open(sealLink, link, &chat); err != nil {
				return err
			}
			n.Chat, n.People, n.By, n.Until = chat.Chat, body.People, body.By, body.Until
			out = append(out, n)
		}
		return rows.Err()
	})
	return out, wrap("notices", err)
}

// Told implements backend.Notices.
func (s *Service) Told(ctx context.Context, names []string) error {
	list, err := json.Marshal(slices.Clone(names))
	if err != nil {
		return err
	}
	return wrap("told", s.write(ctx, func(tx *sql.Tx, _ time.Time) error {
		_, err := tx.ExecContext(ctx, "DELETE FROM notice WHERE name IN (SELECT value FROM json_each(?))", string(list))
		return err
	}))
}
