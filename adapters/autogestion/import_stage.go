package autogestion

import (
	"context"
	"database/sql"
	_ "embed"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"llave/adapters/autogestion/padron"
)

//go:embed import_stage.sql
var stagingSchema string

// stagingPattern matches the staging files of imports, in the folder of the padrón.
const stagingPattern = ".padron-*.import"

// staging keeps the lines of a padrón in a file of its own while they are read and compared. It implements padron.Sink.
type staging struct {
	s      *Service
	path   string
	db     *sql.DB
	tx     *sql.Tx
	stmts  stageStatements
	first  bool        // the padrón is empty
	queue  *stageQueue // while the file is read
	holder string      // the CUIL of the last titular, since the lines of a group are together
	hash   []byte      // of it
}

// openStaging makes the file and attaches the padrón to it, read-only, as "live".
func (s *Service) openStaging(ctx context.Context) (*staging, error) {
	live, err := filepath.Abs(s.opt.Path)
	if err != nil {
		return nil, err
	}
	removeStale(filepath.Dir(live), s.now())
	f, err := os.CreateTemp(filepath.Dir(live), stagingPattern)
	if err != nil {
		return nil, err
	}
	st := &staging{s: s, path: f.Name()}
	if err := f.Close(); err != nil {
		return nil, errors.Join(err, st.close())
	}
	u := url.URL{Scheme: "file", Path: st.path}
	st.db, err = sql.Open("sqlite", u.String()+"?_pragma=journal_mode(OFF)&_pragma=synchronous(OFF)&_pragma=cache_size(-32000)&_pragma=busy_timeout(5000)")
	if err != nil {
		return nil, errors.Join(err, st.close())
	}
	st.db.SetMaxOpenConns(1)
	at := url.URL{Scheme: "file", Path: live, RawQuery: "mode=ro"}
	if _, err = st.db.ExecContext(ctx, "ATTACH DATABASE ? AS live; PRAGMA live.cache_size = -16000", at.String()); err == nil {
		_, err = st.db.ExecContext(ctx, stagingSchema)
	}
	if err == nil {
		err = st.begin(ctx)
	}
	if err != nil {
		return nil, errors.Join(err, st.close())
	}
	return st, nil
}

// removeStale deletes the staging files of imports that were killed.
func removeStale(dir string, now time.Time) {
	old, _ := filepath.Glob(filepath.Join(dir, stagingPattern))
	for _, path := range old {
		if st, err := os.Stat(path); err == nil && now.Sub(st.ModTime()) > 24*time.Hour {
			os.Remove(path)
		}
	}
}

// begin begins the one transaction in which everything is read and compared. The context ends its statements, not the
// transaction: package sql would roll that back beside close, which has to find the file at rest.
func (st *staging) begin(ctx context.Context) (err error) {
	if st.tx, err = st.db.BeginTx(context.WithoutCancel(ctx), nil); err != nil {
		return err
	}
	if err := st.count(ctx, "SELECT NOT EXISTS (SELECT 1 FROM live.person)", &st.first); err != nil {
		return err
	}
	return st.stmts.prepare(st.tx)
}

// close deletes the file. It may be called twice.
func (st *staging) close() error {
	var err error
	if st.tx != nil {
		st.tx.Rollback()
	}
	if st.db != nil {
		err = st.db.Close()
	}
	if rm := os.Remove(st.path); rm != nil && !errors.Is(rm, os.ErrNotExist) {
		err = errors.Join(err, rm)
	}
	return err
}

// Row implements padron.Sink.
func (st *staging) Row(r padron.Row) error {
	if r.Holder != st.holder {
		st.holder, st.hash = r.Holder, st.s.cuilHash(r.Holder)
	}
	cuil := st.hash
	if r.CUIL != r.Holder {
		cuil = st.s.cuilHash(r.CUIL)
	}
	st.queue.next.rows = append(st.queue.next.rows, stageRow{r, cuil, st.hash, st.s.digest(personal(r.Person)),
		st.s.tramiteHash(r.CUIL, r.Tramite), st.s.mailHash(r.Mail)})
	return st.queue.flush(false)
}

// BadRow implements padron.Sink.
func (st *staging) BadRow(b padron.BadRow) error {
	st.queue.next.bads = append(st.queue.next.bads, b)
	return st.queue.flush(false)
}

// digest is a keyed hash, by which two versions of the sealed part of a person are compared without opening them.
func (s *Service) digest(p personal) []byte {
	return s.keys.hash("personal", p.CUIL, p.Name, p.Number, p.Sex)
}

// tramiteHash is nil for a number that the padrón does not have.
func (s *Service) tramiteHash(cuil, tramite string) []byte {
	if tramite == "" {
		return nil
	}
	return s.keys.hash("tramite", cuil, tramite)
}

// mailHash is nil for an address that the padrón does not have.
func (s *Service) mailHash(address string) []byte {
	if address == "" {
		return nil
	}
	return s.keys.hash("mailbox", strings.ToLower(strings.TrimSpace(address)))
}

const sealMailbox = "mailbox"

// sealMailbox is nil for an address that the padrón does not have.
func (s *Service) sealMailbox(address string) ([]byte, error) {
	if address == "" {
		return nil, nil
	}
	return s.keys.seal(sealMailbox, address)
}

// read reads a file into the staging file.
func (st *staging) read(r io.Reader, progress func(line int)) (padron.File, error) {
	st.queue = newStageQueue(st.prepare, st.store)
	file, err := padron.Read(r, st, progress)
	if stored := st.queue.wait(); err == nil {
		err = stored
	}
	return file, err
}

// count reads one row of numbers.
func (st *staging) count(ctx context.Context, query string, into ...any) error {
	if err := st.tx.QueryRowContext(ctx, query).Scan(into...); err != nil {
		return fmt.Errorf("plan: %w", err)
	}
	return nil
}
