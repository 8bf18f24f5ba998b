package autogestion

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"llave/flows/backend"
)

// State implements backend.Tokens.
func (s *Service) State(ctx context.Context, c backend.Credential, member backend.MemberID) (out backend.TokenState, err error) {
	err = s.read(ctx, func(q querier, now time.Time) error {
		_, f, err := s.authoriseFamily(ctx, q, c)
		if err != nil {
			return err
		}
		p, ok := f.people[member]
		if !ok {
			return backend.ErrNotInCharge
		}
		out = backend.TokenState{Group: f.Group, Member: member}
		return s.fillState(ctx, q, p, now, &out)
	})
	if err != nil {
		return backend.TokenState{}, wrap("state", err)
	}
	return out, nil
}

func (s *Service) fillState(ctx context.Context, q querier, p person, now time.Time, out *backend.TokenState) error {
	var counter, made, until, used, seen int64
	err := q.QueryRowContext(ctx, `SELECT counter, made, until, used, tries_seen FROM token
		WHERE person = ? AND sheet IS NULL ORDER BY counter DESC LIMIT 1`, p.id).Scan(&counter, &made, &until, &used, &seen)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return err
	}
	exists := err == nil
	if out.LockedUntil, err = s.tokenLock(ctx, q, p, seen, now); err != nil || !exists {
		return err
	}
	out.LockedToken = !out.LockedUntil.IsZero()
	out.Exists, out.Made, out.Until, out.UsedAt = true, fromNano(made), fromNano(until), fromNano(used)

	var replaced, tried int64
	// The dynamic token before it: the counter before may be that of a preprinted one.
	err = q.QueryRowContext(ctx, `SELECT replaced FROM token
		WHERE person = ? AND sheet IS NULL AND counter < ? ORDER BY counter DESC LIMIT 1`, p.id, counter).Scan(&replaced)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return err
	}
	if replaced != 0 && s.endOfDay(fromNano(replaced)).Equal(s.endOfDay(now)) {
		out.PreviousReplacedAt = fromNano(replaced)
	}
	err = q.QueryRowContext(ctx, "SELECT at, reason FROM validation WHERE person = ? AND reason <> '' AND id > ? ORDER BY id DESC LIMIT 1",
		p.id, seen).Scan(&tried, &out.TriedWhy)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return err
	}
	out.TriedAt = fromNano(tried)
	return nil
}
