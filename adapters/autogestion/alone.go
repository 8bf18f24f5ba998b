package autogestion

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"llave/flows/backend"
)

// tellPerson tells a person with an account of their own that another account's chat has replaced their token or made a sheet for
// them. Chats are told, or the mailbox if there is none.
func (s *Service) tellPerson(ctx context.Context, tx *sql.Tx, by principal, p person, what backend.NoticeKind, now time.Time) error {
	if by.person == p.id {
		return nil
	}
	var account int64
	err := tx.QueryRowContext(ctx, "SELECT id FROM account WHERE person = ?", p.id).Scan(&account)
	if errors.Is(err, sql.ErrNoRows) {
		return nil
	}
	if err != nil {
		return err
	}
	asker, err := s.personBy(ctx, tx, "id", by.person)
	if err != nil {
		return err
	}
	links, err := s.links(ctx, tx, principal{account: account})
	if err != nil {
		return err
	}
	for _, l := range links {
		if err := s.notify(ctx, tx, l.ID, what, noticeBody{People: []string{p.Name}, By: asker.Name}, now); err != nil {
			return err
		}
	}
	if len(links) > 0 {
		return nil
	}
	return s.mailAccount(ctx, tx, account, "mail_for_you", forYou{asker.Name, what == backend.NoticePrinted}, now)
}

// forYou is the data of the e-mail.
type forYou struct {
	By    string
	Paper bool
}

// Alone implements web.Mine: from now on only the owner asks for their own tokens, or their families do, too.
func (p minePages) Alone(ctx context.Context, session string, on bool) error {
	return wrap("my account: alone", p.s.inSession(ctx, session, func(tx *sql.Tx, account int64, now time.Time) error {
		since := int64(0)
		if on {
			since = now.UnixNano()
		}
		_, err := tx.ExecContext(ctx, "UPDATE account SET alone = ? WHERE id = ?", since, account)
		return err
	}))
}

// offerBefore is how long before the end of a link a new sign-in is offered, and offerAgain how long until it is again.
const (
	offerBefore = 30 * 24 * time.Hour
	offerAgain  = 7 * 24 * time.Hour
)

// offerSignIn tells a chat that has just got a token that its link ends soon.
func (s *Service) offerSignIn(ctx context.Context, a principal, now time.Time) error {
	if a.until == 0 || now.Add(offerBefore).UnixNano() < a.until || now.Add(-offerAgain).UnixNano() < a.offered {
		return nil
	}
	return s.write(ctx, func(tx *sql.Tx, now time.Time) error {
		if _, err := tx.ExecContext(ctx, "UPDATE link SET offered = ? WHERE id = ?", now.UnixNano(), a.link); err != nil {
			return err
		}
		return s.notify(ctx, tx, a.link, backend.NoticeEnding, noticeBody{Until: fromNano(a.until)}, now)
	})
}
