package autogestion

import (
	"context"
	"crypto/subtle"
	"database/sql"
	"errors"
	"time"

	"llave/flows/backend"
)

// Redeem implements backend.Links. It is the only place where a link is made. It needs the id of the invite, which only the
// chat that asked has, and the code, which only the browser that signed in has seen.
//
// A code before the sign-in costs no try: there is nothing to guess yet.
func (s *Service) Redeem(ctx context.Context, id, code, key string) (out backend.Grant, err error) {
	var wrong *backend.WrongCode
	err = s.write(ctx, func(tx *sql.Tx, now time.Time) error {
		i, err := s.inviteBy(ctx, tx, "i.id = ?", id)
		if err != nil {
			return err
		}
		keyHash := s.keys.hash("redeem key", key)
		right := subtle.ConstantTimeCompare([]byte(parseCode(code)), []byte(s.codeOf(i))) == 1
		if i.link != "" {
			if !right || string(keyHash) != string(i.redeemKey) {
				return backend.ErrNoInvite
			}
			out, err = s.grant(ctx, tx, i)
			return err
		}
		var left int
		err = tx.QueryRowContext(ctx, "SELECT left FROM wrong WHERE invite = ? AND key = ?", id, keyHash).Scan(&left)
		if err == nil {
			wrong = &backend.WrongCode{Left: left}
			return nil
		}
		if !errors.Is(err, sql.ErrNoRows) {
			return err
		}
		switch p := i.phase(now); {
		case p == inviteOver:
			return backend.ErrNoInvite
		case p != inviteSigned:
			wrong = &backend.WrongCode{Left: codeTries}
			return nil
		case !right:
			wrong, err = s.wrongCode(ctx, tx, i, keyHash)
			return err
		}
		if i.link, err = s.makeLink(ctx, tx, i.account.Int64, i.in, s.credentialOf(i), now); err != nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, "UPDATE invite SET link = ?, redeem_key = ? WHERE id = ?", i.link, keyHash, i.id); err != nil {
			return err
		}
		if out, err = s.grant(ctx, tx, i); err != nil {
			return err
		}
		return s.mailAccount(ctx, tx, i.account.Int64, "mail_linked", i.in, now)
	})
	// A wrong code is stored, so it is no error inside the transaction.
	if err == nil && wrong != nil {
		err = wrong
	}
	s.event(ctx, EventLink, err)
	if err != nil {
		return backend.Grant{}, wrap("redeem", err)
	}
	return out, nil
}

func (s *Service) wrongCode(ctx context.Context, tx *sql.Tx, i inviteRow, key []byte) (*backend.WrongCode, error) {
	tries, ended := i.tries+1, ""
	if tries >= codeTries {
		ended = "tries"
	}
	if _, err := tx.ExecContext(ctx, "UPDATE invite SET tries = ?, ended = ? WHERE id = ?", tries, ended, i.id); err != nil {
		return nil, err
	}
	_, err := tx.ExecContext(ctx, "INSERT INTO wrong (invite, key, left) VALUES (?, ?, ?)", i.id, key, codeTries-tries)
	return &backend.WrongCode{Left: codeTries - tries}, err
}

// grant returns the answer of Redeem for a link that was made. If the link ended since, the invite is over.
func (s *Service) grant(ctx context.Context, q querier, i inviteRow) (backend.Grant, error) {
	c := s.credentialOf(i)
	g, err := s.grantFor(ctx, q, c)
	if errors.Is(err, backend.ErrUnlinked) {
		err = backend.ErrNoInvite
	}
	return g, err
}

func (s *Service) grantFor(ctx context.Context, q querier, c backend.Credential) (backend.Grant, error) {
	a, f, err := s.authoriseFamily(ctx, q, c)
	if err != nil {
		return backend.Grant{}, err
	}
	all, err := s.links(ctx, q, a)
	out := backend.Grant{Credential: c, Group: f.Group}
	for _, l := range all {
		if !l.Own {
			out.Others = append(out.Others, l)
		}
	}
	return out, err
}

// linkLasts is how long a chat may act for an account. Then the person signs in again.
const linkLasts = 365 * 24 * time.Hour

const sealLink = "link"

// makeLink stores a link. It replaces an earlier link of the same chat with the same account.
func (s *Service) makeLink(ctx context.Context, tx *sql.Tx, account int64, in backend.Invitation, c backend.Credential, now time.Time) (string, error) {
	id, err := s.keys.randomID("l-")
	if err != nil {
		return "", err
	}
	sealed, err := s.keys.seal(sealLink, backend.LinkedChat{Chat: in.Chat, Channel: in.Channel, Label: in.Label})
	if err != nil {
		return "", err
	}
	if _, err := tx.ExecContext(ctx, "DELETE FROM link WHERE account = ? AND chat = ?", account, s.chatHash(in.Chat)); err != nil {
		return "", err
	}
	_, err = tx.ExecContext(ctx, "INSERT INTO link (id, account, credential, chat, sealed, since, until) VALUES (?, ?, ?, ?, ?, ?, ?)",
		id, account, s.credentialHash(c), s.chatHash(in.Chat), sealed, now.UnixNano(), now.Add(linkLasts).UnixNano())
	return id, err
}

// links lists the links of an account, oldest first.
func (s *Service) links(ctx context.Context, q querier, a principal) ([]backend.LinkedChat, error) {
	rows, err := q.QueryContext(ctx, "SELECT id, sealed, since FROM link WHERE account = ? AND (until = 0 OR until > ?) ORDER BY since, id", a.account, s.now().UnixNano())
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []backend.LinkedChat
	for rows.Next() {
		var l backend.LinkedChat
		var id string
		var sealed []byte
		var since int64
		if err := rows.Scan(&id, &sealed, &since); err != nil {
			return nil, err
		}
		if err := s.keys.open(sealLink, sealed, &l); err != nil {
			return nil, err
		}
		l.ID, l.Since, l.Own = id, fromNano(since), id == a.link
		out = append(out, l)
	}
	return out, rows.Err()
}

// Chats implements backend.Links.
func (s *Service) Chats(ctx context.Context, c backend.Credential) (out []backend.LinkedChat, err error) {
	err = s.read(ctx, func(q querier, _ time.Time) error {
		a, err := s.authorise(ctx, q, c)
		if err != nil {
			return err
		}
		out, err = s.links(ctx, q, a)
		return err
	})
	return out, wrap("chats", err)
}

// Unlink implements backend.Links. It deletes the row: nothing is left of a link that ended.
func (s *Service) Unlink(ctx context.Context, c backend.Credential, link string) error {
	return wrap("unlink", s.write(ctx, func(tx *sql.Tx, _ time.Time) error {
		a, err := s.authorise(ctx, tx, c)
		if errors.Is(err, backend.ErrUnlinked) && link == "" {
			return nil
		}
		if err != nil {
			return err
		}
		if link == "" {
			link = a.link
		}
		_, err = tx.ExecContext(ctx, "DELETE FROM link WHERE id = ? AND account = ?", link, a.account)
		return err
	}))
}
