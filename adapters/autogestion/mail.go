package autogestion

import (
	"context"
	"database/sql"
	"time"
)

// Mail is an e-mail to the owner of an account.
type Mail struct {
	ID      string    `json:"-"` // the same each time that it is sent again
	To      string    `json:"to"`
	Subject string    `json:"subject"`
	Text    string    `json:"text"`
	At      time.Time `json:"at"`
}

const sealMail = "mail"

// mailAccount writes an e-mail to the owner of an account, in the transaction of the event that it reports.
func (s *Service) mailAccount(ctx context.Context, tx *sql.Tx, account int64, text string, data any, now time.Time) error {
	return s.mailAccountUntil(ctx, tx, account, text, data, now, time.Time{})
}

func (s *Service) mailAccountUntil(ctx context.Context, tx *sql.Tx, account int64, text string, data any, now, until time.Time) error {
	var sealed []byte
	if err := tx.QueryRowContext(ctx, "SELECT sealed FROM account WHERE id = ?", account).Scan(&sealed); err != nil {
		return err
	}
	var to string
	if err := s.keys.open(sealAccount, sealed, &to); err != nil {
		return err
	}
	if to == "" {
		return s.mailNobody(ctx, tx, text, data, now) // the account was made in an office, without an address
	}
	_, err := s.mailUntil(ctx, tx, to, text, data, now, until)
	return err
}

// mailNobody writes an e-mail that nobody gets, where a page must not reveal by its time whether one is sent.
func (s *Service) mailNobody(ctx context.Context, tx *sql.Tx, text string, data any, now time.Time) error {
	id, err := s.mail(ctx, tx, "nobody@invalid.example", text, data, now)
	if err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, "UPDATE mail SET dead = 'nobody' WHERE id = ?", id)
	return err
}

// mail writes an e-mail, and returns its number.
func (s *Service) mail(ctx context.Context, tx *sql.Tx, to, text string, data any, now time.Time) (id int64, err error) {
	return s.mailUntil(ctx, tx, to, text, data, now, time.Time{})
}

// mailUntil writes an e-mail that is not sent after a time: what is in it is of no use then.
func (s *Service) mailUntil(ctx context.Context, tx *sql.Tx, to, text string, data any, now, until time.Time) (id int64, err error) {
	more := struct {
		Of         any
		When       string
		URL, Phone string
	}{data, now.In(s.zone).Format("02/01/2006 15:04"), s.opt.PublicURL + "/autogestion/", s.opt.MesaPhone}
	m := Mail{To: to, Subject: s.texts.Get(text+"_subject", more), Text: s.texts.Get(text+"_body", more), At: now}
	sealed, err := s.keys.seal(sealMail, m)
	if err != nil {
		return 0, err
	}
	var end int64
	if !until.IsZero() {
		end = until.UnixNano()
	}
	err = tx.QueryRowContext(ctx, "INSERT INTO mail (sealed, at, until) VALUES (?, ?, ?) RETURNING id", sealed, now.UnixNano(), end).Scan(&id)
	return id, err
}

// mailbox lists all e-mails, newest first. Everybody can read it in the demo.
func (s *Service) mailbox(ctx context.Context) (out []Mail, err error) {
	err = s.read(ctx, func(q querier, _ time.Time) error {
		rows, err := q.QueryContext(ctx, "SELECT sealed FROM mail WHERE dead <> 'nobody' ORDER BY id DESC LIMIT 50")
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var sealed []byte
			var m Mail
			if err := rows.Scan(&sealed); err != nil {
				return err
			}
			if err := s.keys.open(sealMail, sealed, &m); err != nil {
				return err
			}
			out = append(out, m)
		}
		return rows.Err()
	})
	return out, wrap("mailbox", err)
}
