package autogestion

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"
)

// Mailer sends e-mail. After an error the e-mail is sent again later, unless the error has a method Permanent() bool that
// returns true: the server will never take it.
type Mailer interface {
	Mail(ctx context.Context, m Mail) error
}

const (
	mailFirstPause = 15 * time.Second // after the first failure; it doubles
	mailMaxPause   = time.Hour
	mailTries      = 30 // a day and more
	mailEvery      = time.Second
)

// DeliverForever sends e-mail as it is written, until its context ends.
func (s *Service) DeliverForever(ctx context.Context, to Mailer) {
	for {
		if err := s.Deliver(ctx, to); err != nil && ctx.Err() == nil {
			s.opt.Log.WarnContext(ctx, "autogestion: an e-mail was not sent", "err", err)
		}
		if waitFor(ctx, mailEvery) != nil {
			return
		}
	}
}

// pendingMail is an e-mail that is due.
type pendingMail struct {
	Mail
	id    int64
	tries int
	late  bool // what is in it is of no use any more
}

// Deliver sends the e-mails that are due, the oldest first, and stops at the first that the server does not take now: it is due
// again after a pause. One that is refused for good, or that is too late, is given up and kept as a dead letter for a week.
func (s *Service) Deliver(ctx context.Context, to Mailer) error {
	for {
		m, err := s.nextMail(ctx)
		if errors.Is(err, sql.ErrNoRows) {
			return nil
		}
		if err != nil {
			return wrap("deliver", err)
		}
		var sent error
		dead := "late"
		if !m.late {
			sent, dead = to.Mail(ctx, m.Mail), ""
		}
		if ctx.Err() != nil {
			return ctx.Err() // not its fault
		}
		if err := s.recordMail(ctx, m, sent, dead); err != nil {
			return wrap("deliver", err)
		}
		if sent != nil && !isPermanent(sent) {
			return fmt.Errorf("autogestion: deliver: %w", sent)
		}
	}
}

func isPermanent(err error) bool {
	var p interface{ Permanent() bool }
	return errors.As(err, &p) && p.Permanent()
}

// recordMail stores what became of an e-mail.
func (s *Service) recordMail(ctx context.Context, m pendingMail, sent error, dead string) error {
	return s.write(ctx, func(tx *sql.Tx, now time.Time) error {
		if sent == nil && dead == "" {
			_, err := tx.ExecContext(ctx, "UPDATE mail SET sent = ?, tries = tries + 1 WHERE id = ?", now.UnixNano(), m.id)
			return err
		}
		switch {
		case isPermanent(sent):
			dead = "refused"
		case sent != nil && m.tries+1 >= mailTries:
			dead = "tries"
		}
		if dead != "" {
			s.opt.Log.WarnContext(ctx, "autogestion: an e-mail is given up", "why", dead)
		}
		_, err := tx.ExecContext(ctx, "UPDATE mail SET tries = tries + 1, dead = ?, due = ? WHERE id = ?",
			dead, now.Add(mailPause(m.tries)).UnixNano(), m.id)
		return err
	})
}

// mailPause is how long an e-mail waits after a failure.
func mailPause(tries int) time.Duration {
	return min(mailFirstPause<<min(tries, 10), mailMaxPause)
}

// nextMail returns the oldest e-mail that is due, sql.ErrNoRows if there is none.
func (s *Service) nextMail(ctx context.Context) (m pendingMail, err error) {
	err = s.read(ctx, func(q querier, now time.Time) error {
		var sealed []byte
		var until int64
		err := q.QueryRowContext(ctx, "SELECT id, sealed, tries, until FROM mail WHERE sent = 0 AND dead = '' AND due <= ? ORDER BY due, id LIMIT 1", now.UnixNano()).
			Scan(&m.id, &sealed, &m.tries, &until)
		if err != nil {
			return err
		}
		m.late = until != 0 && until <= now.UnixNano()
		err = s.keys.open(sealMail, sealed, &m.Mail)
		m.ID = text64(s.keys.hash("mail id", fmt.Sprint(m.id)))[:22] + "@llave"
		return err
	})
	return m, err
}

// MailCounts returns how many e-mails wait, and how many were given up, for metrics.
func (s *Service) MailCounts(ctx context.Context) (waiting, dead int, err error) {
	err = s.file.Readers.QueryRowContext(ctx, `SELECT count(*) FILTER (WHERE sent = 0 AND dead = ''), count(*) FILTER (WHERE dead NOT IN ('', 'nobody'))
		FROM mail`).Scan(&waiting, &dead)
	return waiting, dead, wrap("mail counts", err)
}
