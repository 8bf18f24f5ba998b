package autogestion

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strconv"
	"time"

	"llave/flows/backend"
)

// digits returns the digits of a token. They are derived from the affiliate and a counter, and never stored.
func (s *Service) digits(m backend.MemberID, counter int64) string {
	return fmt.Sprintf("%0*d", backend.TokenLen, s.keys.tokens.Encrypt([]byte(m), uint64(counter)))
}

// counter returns the only counter that can have made these digits for this affiliate.
func (s *Service) counter(m backend.MemberID, digits string) (int64, bool) {
	if !backend.IsToken(digits) {
		return 0, false
	}
	n, err := strconv.ParseUint(digits, 10, 64)
	return int64(s.keys.tokens.Decrypt([]byte(m), n)), err == nil
}

// endOfDay returns the first moment of tomorrow in Buenos Aires.
func (s *Service) endOfDay(t time.Time) time.Time {
	y, m, d := t.In(s.zone).Date()
	return time.Date(y, m, d+1, 0, 0, 0, 0, s.zone).UTC()
}

// errMint: the answer needs the writer, to make a token.
var errMint = errors.New("a token has to be made")

// Current implements backend.Tokens. Most calls find every token made and only read.
func (s *Service) Current(ctx context.Context, c backend.Credential, members []backend.MemberID) (out backend.Given, err error) {
	var asker principal
	err = s.read(ctx, func(q querier, now time.Time) error {
		none := func(person) (backend.Token, error) { return backend.Token{}, errMint }
		out, asker, err = s.current(ctx, q, c, members, now, none)
		return err
	})
	if errors.Is(err, errMint) {
		err = s.write(ctx, func(tx *sql.Tx, now time.Time) error {
			mint := func(p person) (backend.Token, error) { return s.mint(ctx, tx, p, now) }
			out, asker, err = s.current(ctx, tx, c, members, now, mint)
			return err
		})
	}
	if err == nil && len(out.Tokens) > 0 {
		err = s.offerSignIn(ctx, asker, s.now())
	}
	if err != nil {
		return backend.Given{}, wrap("current", err)
	}
	return out, nil
}

func (s *Service) current(ctx context.Context, q querier, c backend.Credential, members []backend.MemberID, now time.Time,
	mint func(person) (backend.Token, error)) (backend.Given, principal, error) {
	a, f, err := s.authoriseFamily(ctx, q, c)
	if err != nil {
		return backend.Given{}, a, err
	}
	out := backend.Given{Group: f.Group}
	for _, m := range members {
		if why := f.denial(m); why != "" {
			out.Denials = append(out.Denials, backend.Denial{Member: m, Reason: why})
			continue
		}
		live, err := s.liveToken(ctx, q, f.people[m], now)
		t := live.Token
		switch {
		case errors.Is(err, sql.ErrNoRows):
			t, err = mint(f.people[m])
		case err == nil && live.tried: // without a failed validation there is no lock
			t.LockedUntil, err = s.tokenLock(ctx, q, f.people[m], live.seen, now)
		}
		if err != nil {
			return backend.Given{}, a, err
		}
		out.Tokens = append(out.Tokens, t)
	}
	return out, a, nil
}

// denial returns why a member gets no token from this group, "" if nothing is in the way.
func (f *family) denial(m backend.MemberID) backend.Reason {
	p, ok := f.people[m]
	switch {
	case !ok:
		return backend.NotInCharge
	case p.alone && m != f.Own:
		return backend.Reserved
	case !p.active():
		return backend.NotActive
	}
	return ""
}

// liveToken is the dynamic token of a person that can be used now.
type liveToken struct {
	backend.Token
	counter int64
	seen    int64 // the last validation of the person before the token was made
	tried   bool  // a validation failed since
}

// liveToken returns that token; sql.ErrNoRows if there is none.
func (s *Service) liveToken(ctx context.Context, q querier, p person, now time.Time) (t liveToken, err error) {
	var made, until int64
	err = q.QueryRowContext(ctx, `SELECT counter, made, until, tries_seen,
		EXISTS (SELECT 1 FROM validation v WHERE v.person = token.person AND v.id > token.tries_seen AND v.reason <> '') FROM token
		WHERE person = ? AND sheet IS NULL AND used = 0 AND replaced = 0 AND until > ? ORDER BY counter DESC LIMIT 1`,
		p.id, now.UnixNano()).Scan(&t.counter, &made, &until, &t.seen, &t.tried)
	t.Token = s.token(p, t.counter, made, until)
	return t, err
}

func (s *Service) token(p person, counter, made, until int64) backend.Token {
	return backend.Token{Member: p.member, Digits: s.digits(p.member, counter), Made: fromNano(made), Until: fromNano(until)}
}

// mint makes the next token of a person.
func (s *Service) mint(ctx context.Context, tx *sql.Tx, p person, now time.Time) (backend.Token, error) {
	counter, err := s.nextCounters(ctx, tx, p, 1)
	if err != nil {
		return backend.Token{}, err
	}
	until := s.endOfDay(now)
	_, err = tx.ExecContext(ctx, `INSERT INTO token (person, counter, made, until, tries_seen)
		VALUES (?1, ?2, ?3, ?4, (SELECT COALESCE(MAX(id), 0) FROM validation WHERE person = ?1))`,
		p.id, counter, now.UnixNano(), until.UnixNano())
	return s.token(p, counter, now.UnixNano(), until.UnixNano()), err
}

// nextCounters takes the next n counters of a person and returns the first. No counter is ever taken twice.
func (s *Service) nextCounters(ctx context.Context, tx *sql.Tx, p person, n int) (first int64, err error) {
	err = tx.QueryRowContext(ctx, "UPDATE person SET next = next + ?1 WHERE id = ?2 RETURNING next - ?1", n, p.id).Scan(&first)
	if err == nil && uint64(first)+uint64(n) > s.keys.tokens.Size() {
		// A hundred a day would take 27 years. To begin again would repeat digits, which must never happen.
		err = errors.New("the affiliate has used up all tokens")
	}
	return first, err
}
