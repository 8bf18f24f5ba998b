package autogestion

import (
	"context"
	"database/sql"
	"fmt"
	"net/url"
	"time"
)

// A transaction should block the others for about batchTarget, so that tokens are given out while a large padrón is
// imported. The next batch is larger or smaller, by the time that the last one took.
const (
	batchMin    = 500
	batchStart  = 1000
	batchMax    = 4000
	batchTarget = 100 * time.Millisecond
)

// applied are the changes of a plan in their order: people enter groups before others leave, so that a person who moves is
// always in one.
var applied = [...]struct{ from, change string }{
	{"todo", `INSERT INTO person (member, cuil, number, sealed, standing, digest, tramite, mail, mailbox)
		SELECT d.member, r.cuil, r.number, r.sealed, r.standing, r.digest, r.tramite, r.mail, r.mailbox
		FROM staging.todo t JOIN staging.row r ON r.line = t.line JOIN staging.name d ON d.n = t.n WHERE t.n > ?1 AND t.n <= ?2
		ON CONFLICT (cuil) DO UPDATE SET number = excluded.number, sealed = excluded.sealed, standing = excluded.standing,
			digest = excluded.digest, tramite = CASE WHEN (SELECT tramite FROM staging.columns) THEN excluded.tramite ELSE tramite END,
			mail = CASE WHEN (SELECT mail FROM staging.columns) THEN excluded.mail ELSE mail END,
			mailbox = CASE WHEN (SELECT mail FROM staging.columns) THEN excluded.mailbox ELSE mailbox END
		WHERE digest IS NOT excluded.digest OR standing <> excluded.standing
			OR tramite IS NOT excluded.tramite AND (SELECT tramite FROM staging.columns)
			OR mail IS NOT excluded.mail AND (SELECT mail FROM staging.columns)`},
	{"todo", `INSERT INTO membership (holder, person, kinship, place)
		SELECT h.id, p.id, r.kinship, t.place FROM staging.todo t JOIN staging.row r ON r.line = t.line
		JOIN person h ON h.cuil = r.holder JOIN person p ON p.cuil = r.cuil WHERE t.n > ?1 AND t.n <= ?2
		ON CONFLICT (holder, person) DO UPDATE SET kinship = excluded.kinship, place = excluded.place
		WHERE kinship <> excluded.kinship OR place <> excluded.place`},
	{"leaving", `DELETE FROM membership WHERE (holder, person) IN (SELECT l.holder, l.person FROM staging.leaving l
		WHERE l.n > ?1 AND l.n <= ?2 AND NOT l.held)`},
}

// apply makes the changes, in transactions of a batch each.
func (s *Service) apply(ctx context.Context, path string, progress func(done, of int)) (err error) {
	at := url.URL{Scheme: "file", Path: path, RawQuery: "mode=ro"}
	// With the pages of a whole batch in memory no page is written twice.
	if _, err := s.file.Writer.ExecContext(ctx, "ATTACH DATABASE ? AS staging; PRAGMA main.cache_size = -32000; PRAGMA staging.cache_size = -32000", at.String()); err != nil {
		return err
	}
	defer func() {
		if _, detach := s.file.Writer.ExecContext(context.WithoutCancel(ctx), "DETACH DATABASE staging; PRAGMA main.cache_size = -2000"); err == nil {
			err = detach
		}
	}()
	var todo, leaving int
	err = s.file.Writer.QueryRowContext(ctx, "SELECT (SELECT count(*) FROM staging.todo), (SELECT count(*) FROM staging.leaving)").Scan(&todo, &leaving)
	if err != nil {
		return err
	}
	size := map[string]int{"todo": todo, "leaving": leaving}
	done, of := 0, 2*todo+leaving
	batch := batchStart
	for _, a := range applied {
		for n := 0; n < size[a.from]; {
			next := min(n+batch, size[a.from])
			took, err := s.applyBatch(ctx, a.change, n, next)
			if err != nil {
				return fmt.Errorf("apply: %w", err)
			}
			done += next - n
			n, batch = next, nextBatch(batch, took)
			progress(done, of)
			if done < of {
				err = pauseForOthers(ctx, took)
			}
			if err != nil {
				return err
			}
		}
	}
	return nil
}

// nextBatch returns the size of the next transaction, by the size and time of the last.
func nextBatch(size int, took time.Duration) int {
	switch {
	case took > batchTarget:
		return max(size/2, batchMin)
	case took < batchTarget/2:
		return min(size*2, batchMax)
	}
	return size
}

// applyBatch makes one batch of changes, and returns how long it blocked the writer.
func (s *Service) applyBatch(ctx context.Context, change string, from, to int) (time.Duration, error) {
	var began time.Time
	err := s.write(ctx, func(tx *sql.Tx, _ time.Time) error {
		began = time.Now()
		_, err := tx.ExecContext(ctx, change, from, to)
		return err
	})
	return time.Since(began), err
}

// pauseForOthers leaves the file alone for a moment: another process that waits for the writer polls it, and would never
// find it free.
func pauseForOthers(ctx context.Context, took time.Duration) error {
	t := time.NewTimer(min(took/3, 20*time.Millisecond))
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
