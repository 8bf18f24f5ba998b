package store

import (
	"context"
	"errors"

	"llave/bot"
)

// RecordDelivery notes what became of messages. See [bot.Outbox].
func (s *SQLite) RecordDelivery(ctx context.Context, marks []bot.DeliveryResult) error {
	if err := s.ready(ctx, "mark"); err != nil {
		return err
	}
	if err := validMarks(marks); err != nil || len(marks) == 0 {
		return err
	}
	fenced, err := s.writeResults(ctx, marks)
	if err != nil && ofARow(ctx, err) {
		fenced, err = s.writeResultsApart(ctx, marks)
	}
	return joined(fenced, err)
}

// joined adds the shards that were fenced to an error, if there are any.
func joined(fenced fencedShards, err error) error {
	switch {
	case len(fenced) == 0:
		return err
	case err == nil:
		return fenced.err()
	}
	return errors.Join(fenced.err(), err)
}

func (s *SQLite) writeResults(ctx context.Context, marks []bot.DeliveryResult) (fenced fencedShards, err error) {
	err = s.write(ctx, "mark", func(l *conn) error {
		fenced = nil
		for i := range marks {
			held, err := holds(l, marks[i].Chat.Shard(), marks[i].Fence)
			if err == nil && held {
				err = writeResult(l, &marks[i])
			}
			if err != nil {
				return err
			}
			if !held {
				fenced.add(marks[i].Chat.Shard())
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return fenced, nil
}

// holds reports whether a fence is that of a shard.
func holds(l *conn, shard bot.Shard, fence bot.Fence) (bool, error) {
	var held uint64
	err := l.Row([]any{&held}, `SELECT fence FROM shard WHERE id = ?`, shard)
	return held == uint64(fence), err
}

// markApart notes each mark by itself: one that cannot be noted does not keep the others.
func (s *SQLite) writeResultsApart(ctx context.Context, marks []bot.DeliveryResult) (fenced fencedShards, err error) {
	left := &bot.UnrecordedError{}
	for i := range marks {
		one, err := s.writeResults(ctx, marks[i:i+1])
		if err == nil {
			for _, shard := range one {
				fenced.add(shard)
			}
			continue
		}
		left.Err = err
		if !ofARow(ctx, err) {
			left.Results = append(left.Results, marks[i:]...)
			return fenced, left
		}
		left.Results = append(left.Results, marks[i])
	}
	switch len(left.Results) {
	case 0:
		return fenced, nil
	case len(marks):
		if len(marks) > 1 {
			return nil, left.Err // of all of them: no fault of a row
		}
	}
	return fenced, left
}

// ofARow says whether a failure may be that of one row, so that others are worth trying.
func ofARow(ctx context.Context, err error) bool {
	return ctx.Err() == nil && !errors.Is(err, ErrFull) && !errors.Is(err, bot.ErrClosed)
}

func writeResult(l *conn, k *bot.DeliveryResult) error {
	if k.State == bot.Attempting {
		found, err := l.Exec(`UPDATE letter SET tries = ?, due = ? WHERE chat = ? AND n = ?`, k.Tries, micros(k.Due), k.Chat[:], int64(k.N))
		return logResult(l, k, found, err)
	}
	if k.State == bot.DeadLettered {
		_, err := l.Exec(`INSERT INTO dead_letter (chat, kind, name, n, reason, at, body)
			SELECT chat, 2, '', n, ?, ?, body FROM letter WHERE chat = ? AND n = ?`,
			k.Reason, micros(k.At), k.Chat[:], int64(k.N))
		if err != nil {
			return err
		}
	}
	found, err := l.Exec(`DELETE FROM letter WHERE chat = ? AND n = ?`, k.Chat[:], int64(k.N))
	return logResult(l, k, found, err)
}

// logResult appends a result's event to the log if its message was found.
func logResult(l *conn, k *bot.DeliveryResult, found int64, err error) error {
	if err != nil || found == 0 || k.Event == nil {
		return err
	}
	return logEvents(l, k.Chat, k.Event)
}
