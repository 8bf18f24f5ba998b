package autogestion

import (
	"context"
	"database/sql"
	"encoding/hex"
	"errors"
	"time"

	"llave/adapters/autogestion/form"
)

// loginAttempt is an attempt at a password, with the subjects that the guards lock.
type loginAttempt struct {
	cuil    []byte // hash
	browser []byte // hash
	person  string
	address string
	pair    string // person, address and browser
	shared  string // person and address
	device  string // person and browser
	chat    string // chat and address
}

func (s *Service) loginAttempt(cuil, chat string, in form.SignIn) loginAttempt {
	h, b := s.cuilHash(cuil), s.browserHash(in.Browser)
	person, browser := hex.EncodeToString(h), hex.EncodeToString(b)
	return loginAttempt{cuil: h, browser: b, person: person, address: in.Address, pair: person + "|" + in.Address + "|" + browser,
		shared: person + "|" + in.Address, device: person + "|known|" + browser, chat: in.Address + "|" + hex.EncodeToString(s.chatHash(chat))}
}

// guarded is a guard and its subject. A soft one refuses only if all soft ones are locked.
type guarded struct {
	guard
	id   string
	soft bool
}

// guards returns those that an attempt has to pass. A known device, which signed in to the account before, has only its own
// bound: failures of strangers at its address or its account do not lock its owner out.
func (w loginAttempt) guards(known bool) []guarded {
	if known {
		return []guarded{{guard: guardPair, id: w.device}}
	}
	return []guarded{
		{guard: guardPair, id: w.pair}, {guard: guardShared, id: w.shared}, {guard: guardAddress, id: w.address, soft: true},
		{guard: guardChat, id: w.chat, soft: true}, {guard: guardFlood, id: w.address}, {guard: guardAccount, id: w.person},
	}
}

// countedFailure is a failure that was counted in advance.
type countedFailure struct {
	guarded
	locked bool // this failure locked it
}

// accountRow is what the sign-in needs of an account; empty if there is none.
type accountRow struct {
	id       int64
	password string
}

// recordAttempt counts an attempt, and returns the account if the attempt may be made.
func (s *Service) recordAttempt(ctx context.Context, who loginAttempt) (acc accountRow, tried []countedFailure, err error) {
	err = s.write(ctx, func(tx *sql.Tx, now time.Time) error {
		var known bool
		err := tx.QueryRowContext(ctx, `SELECT a.id, a.password, EXISTS (SELECT 1 FROM known k WHERE k.browser = ?2 AND k.account = a.id)
			FROM account a JOIN person p ON p.id = a.person WHERE p.cuil = ?1`, who.cuil, who.browser).Scan(&acc.id, &acc.password, &known)
		if err != nil && !errors.Is(err, sql.ErrNoRows) {
			return err
		}
		open, err := s.admitted(ctx, tx, who.guards(known), now)
		if err != nil {
			return err
		}
		for _, g := range open {
			locks, err := s.countFailure(ctx, tx, g.guard, g.id, now)
			if err != nil {
				return err
			}
			if locks && g.kind == guardFlood.kind {
				s.opt.Log.WarnContext(ctx, "autogestion: too many failed sign-ins from one address", "for", guardFlood.lock)
			}
			tried = append(tried, countedFailure{g, locks})
		}
		return nil
	})
	return acc, tried, err
}

// admitted returns the guards that are not locked, or refuses. A locked guard counts no further.
func (s *Service) admitted(ctx context.Context, tx *sql.Tx, guards []guarded, now time.Time) (open []guarded, err error) {
	var soonest time.Time
	softOpen, softLocked := false, false
	for _, g := range guards {
		until, err := s.lockedUntil(ctx, tx, g.guard, g.id, now)
		if err != nil {
			return nil, err
		}
		switch {
		case until.IsZero():
			open = append(open, g)
			softOpen = softOpen || g.soft
		case !g.soft:
			return nil, &form.Refused{Why: "throttled", Wait: until.Sub(now)}
		case !softLocked || until.Before(soonest):
			soonest, softLocked = until, true
		}
	}
	if softLocked && !softOpen {
		return nil, &form.Refused{Why: "throttled", Wait: soonest.Sub(now)}
	}
	return open, nil
}

// recordSuccess takes back the count of an attempt with the right password, and makes the browser a known device.
func (s *Service) recordSuccess(ctx context.Context, tx *sql.Tx, who loginAttempt, tried []countedFailure, account int64, now time.Time) error {
	for _, c := range tried {
		var err error
		if c.kind == guardPair.kind {
			err = s.clearFailures(ctx, tx, c.guard, c.id)
		} else {
			err = s.refundFailure(ctx, tx, c.guard, c.id, c.locked, now)
		}
		if err != nil {
			return err
		}
	}
	_, err := tx.ExecContext(ctx, "INSERT INTO known (browser, account, at) VALUES (?1, ?2, ?3) ON CONFLICT DO UPDATE SET at = ?3",
		who.browser, account, now.UnixNano())
	return err
}
