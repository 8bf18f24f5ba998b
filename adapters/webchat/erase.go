package webchat

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"llave/store/sqlitedb"
)

func (h *sqliteHistory) erase(ctx context.Context, chat name, e entry) (done bool, err error) {
	release, err := h.locks.lock(ctx, chat)
	if err != nil {
		return false, err
	}
	defer release()
	err = h.Write(ctx, func(tx *sql.Tx) error {
		if closed, err := isClosed(ctx, tx, chat); err != nil || closed {
			return errors.Join(err, errClosed)
		}
		id, last, err := h.open(ctx, tx, chat)
		if err != nil {
			return err
		}
		var before bool
		mark := h.keys.mark(e)
		if err := tx.QueryRowContext(ctx, "SELECT EXISTS (SELECT 1 FROM entry WHERE chat = ? AND mark = ?)", id, mark[:]).Scan(&before); err != nil || before {
			return err
		}
		answered, err := h.answered(ctx, tx, chat, last)
		if err != nil {
			return err
		}
		done = true
		err = run(ctx, tx,
			statement{"DELETE FROM file WHERE chat = ?", []any{id}},
			statement{"DELETE FROM entry WHERE chat = ? AND seq <= ?", []any{id, answered}},
			statement{"UPDATE entry SET seq = seq + ? WHERE chat = ?", []any{last - answered, id}})
		if err != nil {
			return err
		}
		return h.insert(ctx, tx, id, last+(last-answered)+1, chat, e, nil)
	})
	if err != nil {
		return false, fmt.Errorf("webchat: erase: %w", err)
	}
	return done, nil
}

// answered is the number of the last entry of a chat that is not of a person.
func (h *sqliteHistory) answered(ctx context.Context, q sqlitedb.Querier, chat name, last int64) (int64, error) {
	list, err := h.entries(ctx, q, chat, "e.seq >= ?", 0)
	if err != nil {
		return 0, err
	}
	for i := len(list) - 1; i >= 0 && list[i].Who == byPerson && int64(list[i].Seq) == last; i-- {
		last--
	}
	return last, nil
}
