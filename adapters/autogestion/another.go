package autogestion

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"llave/flows/backend"
)

// ErrKeyTaken: the key was used before for another request. Either answer would be wrong.
var ErrKeyTaken = errors.New("the key was used for something else")

// Another implements backend.Tokens.
//
// The same key gives the same token again, also after it was used or replaced, as long as the member is in the account's
// charge: a permission of yesterday does not show digits today.
func (s *Service) Another(ctx context.Context, c backend.Credential, member backend.MemberID, key string) (out backend.Given, err error) {
	err = s.write(ctx, func(tx *sql.Tx, now time.Time) error {
		a, f, err := s.authoriseFamily(ctx, tx, c)
		if err != nil {
			return err
		}
		out = backend.Given{Group: f.Group}
		p, ok := f.people[member]
		if !ok {
			out.Denials = []backend.Denial{{Member: member, Reason: backend.NotInCharge}}
			return nil
		}
		ans, err := s.replacementFor(ctx, tx, a.account, p, key)
		if errors.Is(err, sql.ErrNoRows) {
			ans, err = s.replaceToken(ctx, tx, f, p, now)
			if err == nil {
				err = s.saveReplacement(ctx, tx, a.account, p, key, ans, now)
			}
			if err == nil && ans.reason == "" {
				err = s.tellPerson(ctx, tx, a, p, backend.NoticeReplaced, now)
			}
		}
		if err != nil {
			return err
		}
		if ans.reason != "" {
			out.Denials = []backend.Denial{{Member: member, Reason: ans.reason}}
		} else {
			out.Tokens = []backend.Token{ans.token}
		}
		return nil
	})
	if err != nil {
		return backend.Given{}, wrap("another", err)
	}
	return out, nil
}

// replacement is the result of Another for a key.
type replacement struct {
	token   backend.Token
	counter sql.NullInt64
	reason  backend.Reason
}

func (s *Service) replacementFor(ctx context.Context, q querier, account int64, p person, key string) (replacement, error) {
	var ans replacement
	var of, made, until int64
	err := q.QueryRowContext(ctx, "SELECT person, counter, made, until, reason FROM another WHERE account = ? AND key = ?",
		account, s.keys.hash("another", key)).Scan(&of, &ans.counter, &made, &until, &ans.reason)
	if err == nil && of != p.id {
		err = ErrKeyTaken
	}
	ans.token = s.token(p, ans.counter.Int64, made, until)
	return ans, err
}

// replaceToken ends the live token, if there is one, and makes the next.
func (s *Service) replaceToken(ctx context.Context, tx *sql.Tx, f family, p person, now time.Time) (replacement, error) {
	if why := f.denial(p.member); why != "" {
		return replacement{reason: why}, nil
	}
	often, err := s.replacedOften(ctx, tx, p, now)
	if err != nil || often {
		return replacement{reason: backend.TooOften}, err
	}
	_, err = tx.ExecContext(ctx, `UPDATE token SET replaced = ?1
		WHERE person = ?2 AND sheet IS NULL AND used = 0 AND replaced = 0 AND until > ?1`, now.UnixNano(), p.id)
	if err != nil {
		return replacement{}, err
	}
	t, err := s.mint(ctx, tx, p, now)
	if err != nil {
		return replacement{}, err
	}
	n, _ := s.counter(p.member, t.Digits)
	return replacement{token: t, counter: sql.NullInt64{Int64: n, Valid: true}}, nil
}

// Replacements is how often the token of a person may be replaced, by all accounts together. Reading is free.
type Replacements struct{ Hour, Day int }

// DefaultReplacements are far above what a person needs: a token lives until it is used.
var DefaultReplacements = Replacements{Hour: 6, Day: 20}

// replacedOften reports whether the token of a person was replaced as often as it may be.
func (s *Service) replacedOften(ctx context.Context, q querier, p person, now time.Time) (bool, error) {
	var hour, day int
	err := q.QueryRowContext(ctx, `SELECT count(*) FILTER (WHERE at > ?2), count(*) FROM another
		WHERE person = ?1 AND at > ?3 AND counter IS NOT NULL`, p.id, now.Add(-time.Hour).UnixNano(), now.Add(-24*time.Hour).UnixNano()).
		Scan(&hour, &day)
	return hour >= s.opt.Replacements.Hour || day >= s.opt.Replacements.Day, err
}

func (s *Service) saveReplacement(ctx context.Context, tx *sql.Tx, account int64, p person, key string, ans replacement, now time.Time) error {
	var made, until int64
	if ans.reason == "" {
		made, until = ans.token.Made.UnixNano(), ans.token.Until.UnixNano()
	}
	_, err := tx.ExecContext(ctx, `INSERT INTO another (account, key, person, counter, made, until, reason, at)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?)`, account, s.keys.hash("another", key), p.id, ans.counter, made, until, ans.reason, now.UnixNano())
	return err
}
