package autogestion

import (
	"context"
	"database/sql"
	"fmt"
	"net/url"
	"time"
)

// batchSize bounds the number of changes in a transaction. The next one is larger or smaller, by the time that the last one
// took: it should block the others for about target, so that tokens are given out while a large padrón is imported.
type batchSize struct {
	min, max int
	target   time.Duration
	cache    int // KiB of the padrón's pages in memory: those that a batch writes
}

// While the padrón is empty nobody has a token to wait for. Numbers of affiliates are written in no order, so that a smaller
// transaction writes nearly as many pages as a larger one.
var (
	usualBatch = batchSize{2000, 8000, 150 * time.Millisecond, 32_000}
	firstBatch = batchSize{8000, 50_000, 500 * time.Millisecond, 64_000}
)

// applied are the changes of a plan in their order: people enter groups before others leave, so that a person who moves is
// always in one.
var applied = [...]struct{ from, change string }{
	{"renewal", `INSERT INTO person (member, cuil, number, sealed, standing, digest, tramite, mail, mailbox)
		SELECT r.member, COALESCE(r.cuil, r.who), r.number, r.sealed, r.standing, r.digest, r.tramite, r.mail, r.mailbox
		FROM staging.renewal w JOIN staging.row r ON r.line = w.line WHERE w.n > ?1 AND w.n <= ?2
		ON CONFLICT (cuil) DO UPDATE SET number = excluded.number, sealed = excluded.sealed, standing = excluded.standing,
			digest = excluded.digest, tramite = CASE WHEN (SELECT tramite FROM staging.columns) THEN excluded.tramite ELSE tramite END,
			mail = CASE WHEN (SELECT mail FROM staging.columns) THEN excluded.mail ELSE mail END,
			mailbox = CASE WHEN (SELECT mail FROM staging.columns) THEN excluded.mailbox ELSE mailbox END
		WHERE digest IS NOT excluded.digest OR standing <> excluded.standing
			OR tramite IS NOT excluded.tramite AND (SELECT tramite FROM staging.columns)
			OR mail IS NOT excluded.mail AND (SELECT mail FROM staging.columns)`},
	{"joining", `INSERT INTO membership (holder, person, kinship, place)
		SELECT h, CASE WHEN own THEN h WHEN typeof(who) = 'integer' THEN who ELSE (SELECT id FROM person WHERE cuil = who) END, kinship, place
		FROM (SELECT CASE typeof(j.holder) WHEN 'integer' THEN j.holder ELSE (SELECT id FROM person WHERE cuil = j.holder) END AS h,
			j.who = j.holder AS own, j.who, j.kinship, j.place FROM staging.joining j WHERE j.n > ?1 AND j.n <= ?2) WHERE true
		ON CONFLICT (holder, person) DO UPDATE SET kinship = excluded.kinship, place = excluded.place
		WHERE kinship <> excluded.kinship OR place <> excluded.place`},
	{"leaving", `DELETE FROM membership WHERE (holder, person) IN (SELECT l.holder, l.person FROM staging.leaving l
		WHERE l.n > ?1 AND l.n <= ?2 AND NOT l.held)`},
}

// While a plan is applied, the pages of a whole batch are in memory, and the log is written back every 32 MB: a page that many
// batches change is written to the file a few times only. A batch does not wait for the disk: after a loss of power the last
// ones may be missing, as if the import had been killed before them. The commit that notes the import does wait, and with it
// all batches are on the disk.
const (
	applySettings = "PRAGMA main.cache_size = -%d; PRAGMA staging.cache_size = -8000; PRAGMA temp_store = MEMORY; " +
		"PRAGMA main.wal_autocheckpoint = 8000; PRAGMA main.synchronous = NORMAL"
	usualSettings = "PRAGMA main.cache_size = -2000; PRAGMA temp_store = DEFAULT; " +
		"PRAGMA main.wal_autocheckpoint = 1000; PRAGMA main.synchronous = FULL"
)

// apply makes the changes of a staging file, in transactions of a batch each.
func (s *Service) apply(ctx context.Context, path string, pace batchSize, progress func(done, of int)) (err error) {
	at := url.URL{Scheme: "file", Path: path, RawQuery: "mode=ro"}
	if _, err := s.file.Writer.ExecContext(ctx, "ATTACH DATABASE ? AS staging; "+fmt.Sprintf(applySettings, pace.cache), at.String()); err != nil {
		return err
	}
	defer func() {
		if _, detach := s.file.Writer.ExecContext(context.WithoutCancel(ctx), usualSettings+"; DETACH DATABASE staging"); err == nil {
			err = detach
		}
	}()
	size := map[string]int{}
	done, of := 0, 0
	for _, a := range applied {
		var n int
		if err := s.file.Writer.QueryRowContext(ctx, "SELECT count(*) FROM staging."+a.from).Scan(&n); err != nil {
			return err
		}
		size[a.from] = n
		of += n
	}
	batch := pace.min
	for _, a := range applied {
		for n := 0; n < size[a.from]; {
			next := min(n+batch, size[a.from])
			took, err := s.applyBatch(ctx, a.change, n, next)
			if err != nil {
				return fmt.Errorf("apply: %w", err)
			}
			done += next - n
			n, batch = next, pace.next(batch, took)
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

// next returns the size of the next transaction, by the size and time of the last.
func (b batchSize) next(size int, took time.Duration) int {
	next := int(float64(size) * float64(b.target) / float64(max(took, b.target/2)))
	return min(max(next, size/2, b.min), b.max)
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
	t := time.NewTimer(min(took/5, 30*time.Millisecond))
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
