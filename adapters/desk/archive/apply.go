package archive

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strconv"

	"llave/bot"
	"llave/store/sqlitedb"
	"llave/store/sqlitedb/chain"
)

// GapError is a hole in the log of a shard: events were trimmed that are not in the tables. Nothing was applied.
type GapError struct {
	Shard bot.Shard
	Have  uint64 // the last event in the tables
	Got   uint64 // the one that came next
}

func (e *GapError) Error() string {
	return fmt.Sprintf("archive: shard %d: event %d came after %d: %d events are missing", e.Shard, e.Got, e.Have, e.Got-e.Have-1)
}

// ErrMoved: the place of the shard is not what it was when Apply began to read: two feeds run. Nothing was applied.
var ErrMoved = errors.New("archive: another feed has moved the place of this shard")

// Place implements [bot.Reader]: the number of the last event of the shard that is in the tables.
func (a *Archive) Place(ctx context.Context, s bot.Shard) (seq uint64, err error) {
	err = a.read(ctx, "place", func(q sqlitedb.Querier) error {
		seq, err = placeOf(ctx, q, s)
		return err
	})
	return seq, err
}

func placeOf(ctx context.Context, q sqlitedb.Querier, s bot.Shard) (seq uint64, err error) {
	err = q.QueryRowContext(ctx, "SELECT seq FROM fed WHERE shard = ?", int(s)).Scan(&seq)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, nil
	}
	return seq, err
}

// Apply implements [bot.Reader]: the events become rows, and the place moves behind them, or nothing happens. Events that are
// in the tables already are skipped. *GapError if some are missing, [ErrMoved] if another feed was quicker.
func (a *Archive) Apply(ctx context.Context, s bot.Shard, list []bot.Happened) error {
	var moved bool
	err := a.write(ctx, "apply", func(tx *sql.Tx) error {
		ctx := context.WithoutCancel(ctx) // a statement that can be interrupted costs a goroutine
		have, err := placeOf(ctx, tx, s)
		if err != nil {
			return err
		}
		b := &batch{Archive: a, tx: tx, prepared: make(map[string]*sql.Stmt)}
		defer b.close()
		at := have
		for _, h := range list {
			if h.Seq <= at {
				continue
			}
			if h.Seq != at+1 {
				return &GapError{s, at, h.Seq}
			}
			if err := b.event(ctx, s, h); err != nil {
				return fmt.Errorf("event %d of shard %d: %w", h.Seq, s, err)
			}
			at = h.Seq
		}
		moved = b.moved
		if err := b.finish(ctx); err != nil {
			return err
		}
		if at == have {
			return nil
		}
		return movePlace(ctx, tx, s, have, at)
	})
	if err != nil {
		return err
	}
	if moved {
		a.changed(ctx)
	} else {
		a.watch.wake()
	}
	return nil
}

// movePlace compares and sets.
func movePlace(ctx context.Context, tx *sql.Tx, s bot.Shard, from, to uint64) error {
	if _, err := exec(ctx, tx, "INSERT INTO fed (shard, seq) VALUES (?, 0) ON CONFLICT (shard) DO NOTHING", int(s)); err != nil {
		return err
	}
	n, err := exec(ctx, tx, "UPDATE fed SET seq = ? WHERE shard = ? AND seq = ?", to, int(s), from)
	if err == nil && n != 1 {
		err = ErrMoved
	}
	return err
}

// SkipGap moves the place of a shard forward to seq, so that the feed goes on behind events that are lost: after the
// database was restored from a copy that is older than what the log was trimmed to. The cases are healed by their next
// entries. It is recorded in the audit.
func (a *Archive) SkipGap(ctx context.Context, s bot.Shard, seq uint64, agent string) error {
	return a.write(ctx, "skip a gap", func(tx *sql.Tx) error {
		have, err := placeOf(ctx, tx, s)
		if err != nil || seq <= have {
			return err
		}
		detail := "shard " + strconv.Itoa(int(s)) + ": " + strconv.FormatUint(have, 10) + " to " + strconv.FormatUint(seq, 10)
		if err := a.audit(ctx, tx, Record{Agent: agent, What: "gap", Detail: detail}); err != nil {
			return err
		}
		return movePlace(ctx, tx, s, have, seq)
	})
}

// batch is one transaction of Apply. Each statement is prepared once.
type batch struct {
	*Archive
	tx       *sql.Tx
	prepared map[string]*sql.Stmt
	moved    bool       // the queue is another
	end      *chain.End // of the audit, if rows were appended
}

func (b *batch) statement(ctx context.Context, query string) (*sql.Stmt, error) {
	if s := b.prepared[query]; s != nil {
		return s, nil
	}
	s, err := b.tx.PrepareContext(ctx, query)
	if err == nil {
		b.prepared[query] = s
	}
	return s, err
}

// exec runs a statement and returns how many rows it changed.
func (b *batch) exec(ctx context.Context, query string, args ...any) (int64, error) {
	s, err := b.statement(ctx, query)
	if err != nil {
		return 0, err
	}
	r, err := s.ExecContext(ctx, args...)
	if err != nil {
		return 0, err
	}
	return r.RowsAffected()
}

// row scans one row; found is false if there is none.
func (b *batch) row(ctx context.Context, dest []any, query string, args ...any) (found bool, err error) {
	s, err := b.statement(ctx, query)
	if err != nil {
		return false, err
	}
	if err = s.QueryRowContext(ctx, args...).Scan(dest...); errors.Is(err, sql.ErrNoRows) {
		return false, nil
	}
	return err == nil, err
}

// record appends a row to the audit. The end of the chain is written once, by finish.
func (b *batch) record(ctx context.Context, r Record) error {
	if b.end == nil {
		end, err := b.keys.chain.End(ctx, b.tx)
		if err != nil {
			return err
		}
		b.end = &end
	}
	r.At = b.now()
	_, err := b.exec(ctx, chain.Insert, b.keys.chain.Link(b.end, r).Args()...)
	return err
}

func (b *batch) finish(ctx context.Context) error {
	if b.end == nil {
		return nil
	}
	return b.keys.chain.SetEnd(ctx, b.tx, *b.end)
}

func (b *batch) close() {
	for _, s := range b.prepared {
		_ = s.Close() // the transaction closes them as well
	}
}

// event applies one event. One that is empty, or is the script's own, changes nothing.
func (b *batch) event(ctx context.Context, s bot.Shard, h bot.Happened) error {
	e := h.Entry
	switch {
	case e == nil:
		return nil
	case e.V > bot.EntryVersion:
		return b.keepUnreadable(ctx, s, h)
	case e.Kind == bot.EntryDelivery && (e.Case != 0 || e.Message != 0): // a message that cannot be read names no case
		return b.delivery(ctx, h.Chat, e)
	case e.Case == 0:
		return b.keepUnreadable(ctx, s, h)
	case e.Head == nil && e.N == 0 && e.Kind == bot.EntryRefused: // an act in a case that the chat has no more
		return b.outcome(ctx, h.Chat, e)
	case e.Head == nil || e.N == 0:
		return b.keepUnreadable(ctx, s, h)
	}
	return b.entry(ctx, h.Chat, e)
}
