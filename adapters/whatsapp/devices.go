package whatsapp

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib" // device stores in Postgres
	"go.mau.fi/whatsmeow/store"
	"go.mau.fi/whatsmeow/store/sqlstore"

	"llave/store/sqlitedb"
)

// ErrInUse: another process has the device store open. Two processes would roll back each other's keys.
var ErrInUse = errors.New("whatsapp: another process uses the device store")

// devices keeps keys and sessions, which make this program a linked device. It is state and no cache: an old copy put
// back loses messages.
type devices struct {
	db   *sql.DB
	file bool // a file, and no Postgres
	all  *sqlstore.Container
	lock io.Closer
	// ready means that the store was opened whole. Close leaves a store alone that was not.
	ready bool
}

// openDevices opens the store in a file, or in a Postgres if where is its URL, and locks it to this process.
func openDevices(ctx context.Context, where string, o Options) (*devices, error) {
	d := &devices{}
	var err error
	dialect := "sqlite"
	if isPostgres(where) {
		dialect = "postgres"
		err = d.openPostgres(ctx, where)
	} else {
		d.file, err = true, d.openFile(where)
	}
	if err == nil {
		d.all = sqlstore.NewWithDB(d.db, dialect, logger{log: o.Log})
		err = d.prepare(ctx)
	}
	if err == nil && d.file {
		err = d.survived(ctx)
	}
	if err != nil {
		return nil, errors.Join(err, d.Close())
	}
	return d, nil
}

func isPostgres(where string) bool {
	return strings.HasPrefix(where, "postgres://") || strings.HasPrefix(where, "postgresql://")
}

// openFile opens a file that only its owner may read. A commit survives the process at once, and the machine a little
// later: see [devices.survived].
func (d *devices) openFile(path string) (err error) {
	if path, err = filepath.Abs(path); err != nil {
		return fmt.Errorf("whatsapp: device store: %w", err)
	}
	if d.lock, err = sqlitedb.Lock(path); err != nil {
		var refused *sqlitedb.OpenError
		if errors.As(err, &refused) && refused.Kind == sqlitedb.InUse {
			return ErrInUse
		}
		return fmt.Errorf("whatsapp: device store: %w", errors.Unwrap(err))
	}
	if err := sqlitedb.Own(path); err != nil {
		return fmt.Errorf("whatsapp: device store: %w", err)
	}
	d.db, err = sqlitedb.Pool(path, sqlitedb.SecureDelete,
		sqlitedb.Setting{Name: "synchronous", Set: "NORMAL", Want: "1"}, sqlitedb.Setting{Name: "busy_timeout", Set: "10000", Want: "10000"})
	if err != nil {
		return fmt.Errorf("whatsapp: device store: %w", err)
	}
	d.db.SetMaxOpenConns(1) // writers wait for each other here, and not for a file that says it is busy
	return nil
}

// lockNumber is the advisory lock of a device store in Postgres.
const lockNumber = 0x6c6c6176655761 // "llaveWa"

// openPostgres connects, and keeps one connection for the lock.
func (d *devices) openPostgres(ctx context.Context, where string) (err error) {
	if d.db, err = sql.Open("pgx", where); err != nil {
		return errors.New("whatsapp: device store: the postgres:// address is none") // it holds a password
	}
	conn, err := d.db.Conn(ctx)
	if err != nil {
		return fmt.Errorf("whatsapp: device store: %w", err)
	}
	d.lock = advisory{conn}
	var ours bool
	if err := conn.QueryRowContext(ctx, `SELECT pg_try_advisory_lock($1)`, lockNumber).Scan(&ours); err != nil {
		return fmt.Errorf("whatsapp: device store: lock: %w", err)
	}
	if !ours {
		return ErrInUse
	}
	// A machine that vanishes would keep the lock for hours otherwise.
	_, err = conn.ExecContext(ctx, `SELECT set_config('tcp_keepalives_idle', '5', false), set_config('tcp_keepalives_interval', '2', false), set_config('tcp_keepalives_count', '3', false)`)
	if err != nil {
		return fmt.Errorf("whatsapp: device store: lock: %w", err)
	}
	return nil
}

// advisory is a lock that lasts as long as its connection. Close unlocks before it closes the connection, since the
// server takes a moment to notice the end.
type advisory struct{ *sql.Conn }

// Close lets go of the store and its lock.
func (a advisory) Close() error {
	ctx, cancel := context.WithTimeout(context.Background(), callTime)
	defer cancel()
	_, err := a.ExecContext(ctx, `SELECT pg_advisory_unlock_all()`)
	return errors.Join(err, a.Conn.Close())
}

// prepare brings the library's tables and ours up to date.
func (d *devices) prepare(ctx context.Context) error {
	if err := d.all.Upgrade(ctx); err != nil {
		return fmt.Errorf("whatsapp: device store: %w", err)
	}
	_, err := d.db.ExecContext(ctx, `CREATE TABLE IF NOT EXISTS llave_whatsapp (name TEXT PRIMARY KEY, value TEXT NOT NULL)`)
	if err == nil {
		_, err = d.db.ExecContext(ctx, factsTable)
	}
	if err != nil {
		return fmt.Errorf("whatsapp: device store: %w", err)
	}
	return nil
}

// survived checks whether the machine lost its power since the file was closed. The file may then hold keys of some
// messages ago, and messages sent with these are silently ignored by the recipient: all sessions are forgotten, and
// made anew with each person's next message. Durable commits would take four times as long.
func (d *devices) survived(ctx context.Context) error {
	boot := bootID()
	last, err := d.noted(ctx, "boot")
	closed, err2 := d.noted(ctx, "closed")
	if err := errors.Join(err, err2); err != nil {
		return err
	}
	if closed != "yes" && (boot == "" || boot != last) {
		if _, err := d.db.ExecContext(ctx, `DELETE FROM whatsmeow_sessions`); err != nil {
			return fmt.Errorf("whatsapp: device store: %w", err)
		}
	}
	err = errors.Join(d.note(ctx, "boot", boot), d.note(ctx, "closed", "no"), d.sync(ctx))
	d.ready = err == nil
	return err
}

// sync makes all commits durable.
func (d *devices) sync(ctx context.Context) error {
	if _, err := d.db.ExecContext(ctx, `PRAGMA wal_checkpoint(TRUNCATE)`); err != nil {
		return fmt.Errorf("whatsapp: device store: %w", err)
	}
	return nil
}

// bootID identifies the boot of this machine; empty if it is unknown.
func bootID() string {
	id, _ := os.ReadFile("/proc/sys/kernel/random/boot_id")
	return strings.TrimSpace(string(id))
}

// Close lets go of the store and of its lock.
func (d *devices) Close() error {
	var errs []error
	if d.file && d.db != nil && d.ready {
		ctx, cancel := context.WithTimeout(context.Background(), callTime)
		defer cancel()
		if err := d.sync(ctx); err == nil { // first what it was, and then that this was all
			errs = append(errs, d.note(ctx, "closed", "yes"), d.sync(ctx))
		}
	}
	if d.lock != nil {
		errs = append(errs, d.lock.Close())
	}
	if d.db != nil {
		errs = append(errs, d.db.Close())
		awaitConnections(d.db)
	}
	return errors.Join(errs...)
}

// awaitConnections waits, for callTime at most, until the connections of a closed database are given back: the library
// deletes the keys of an ended session in a goroutine of its own, and nothing may be written after Close.
func awaitConnections(db *sql.DB) {
	end := time.After(callTime)
	look := time.NewTicker(time.Millisecond)
	defer look.Stop()
	for db.Stats().OpenConnections > 0 {
		select {
		case <-end:
			return
		case <-look.C:
		}
	}
}

// paired is the linked device, nil if there is none.
func (d *devices) paired(ctx context.Context) (*store.Device, error) {
	all, err := d.all.GetAllDevices(ctx)
	if err != nil {
		return nil, fmt.Errorf("whatsapp: device store: %w", err)
	}
	for _, dev := range all {
		if dev.ID != nil {
			return dev, nil
		}
	}
	return nil, nil
}

// forget removes the linked device. Its keys are of no more use.
func (d *devices) forget(ctx context.Context) error {
	all, err := d.all.GetAllDevices(ctx)
	for _, dev := range all {
		err = errors.Join(err, d.all.DeleteDevice(ctx, dev))
	}
	if err != nil {
		return fmt.Errorf("whatsapp: device store: %w", err)
	}
	return nil
}

// note keeps a value, and noted reads it: empty if there is none.
func (d *devices) note(ctx context.Context, name, value string) error {
	_, err := d.db.ExecContext(ctx, `INSERT INTO llave_whatsapp (name, value) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET value = excluded.value`, name, value)
	if err != nil {
		return fmt.Errorf("whatsapp: device store: %w", err)
	}
	return nil
}

func (d *devices) noted(ctx context.Context, name string) (value string, err error) {
	err = d.db.QueryRowContext(ctx, `SELECT value FROM llave_whatsapp WHERE name = $1`, name).Scan(&value)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return "", fmt.Errorf("whatsapp: device store: %w", err)
	}
	return value, nil
}

// notedTime is a noted time, zero if there is none.
func (d *devices) notedTime(ctx context.Context, name string) time.Time {
	value, _ := d.noted(ctx, name)
	t, _ := time.Parse(time.RFC3339, value)
	return t
}

// notedCode is the code of WhatsApp for a noted time, 0 if there is none.
func (d *devices) notedCode(ctx context.Context, name string) int {
	value, _ := d.noted(ctx, name+"_code")
	code, _ := strconv.Atoi(value)
	return code
}
