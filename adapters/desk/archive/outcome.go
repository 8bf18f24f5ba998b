package archive

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"time"

	"llave/bot"
	"llave/store/sqlitedb"
)

// actLasts is how long the outcome of an act is kept.
const actLasts = 8 * 24 * time.Hour

// Outcome is what came of an act.
type Outcome struct {
	Act     string
	Case    uint64
	N       uint64 // the entry that it left; 0: the chat has that case no more
	Epoch   uint64
	Agent   bot.AgentID
	Deed    bot.Deed
	Refused bot.Refusal // empty: it was done
	Owner   bot.Agent   // who has the case after it
	At      time.Time
}

// Outcome returns what came of an act; [ErrNotFound] if nothing is known yet.
func (a *Archive) Outcome(ctx context.Context, act string) (o Outcome, err error) {
	err = a.read(ctx, "outcome", func(q sqlitedb.Querier) error {
		var owner []byte
		o.Act = act
		err := q.QueryRowContext(ctx, "SELECT caso, n, epoch, agent, deed, refused, owner, at FROM act WHERE id = ?", act).
			Scan(&o.Case, &o.N, &o.Epoch, &o.Agent, &o.Deed, &o.Refused, &owner, timeOf{&o.At})
		if errors.Is(err, sql.ErrNoRows) {
			return ErrNotFound
		}
		if err != nil {
			return err
		}
		if owner, err = a.keys.ring.Open(owner, place("act", act)); err != nil {
			return err
		}
		return json.Unmarshal(owner, &o.Owner)
	})
	return o, err
}

// AwaitOutcome waits for what comes of an act, until ctx ends.
func (a *Archive) AwaitOutcome(ctx context.Context, act string) (Outcome, error) {
	for {
		changed := a.Changed()
		o, err := a.Outcome(ctx, act)
		if !errors.Is(err, ErrNotFound) {
			return o, err
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return Outcome{}, ctx.Err()
		}
	}
}
