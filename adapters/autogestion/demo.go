package autogestion

import (
	"bytes"
	"context"
	"database/sql"
	_ "embed"
	"errors"
	"fmt"
	"os"
	"sync"
	"time"

	"llave/flows/backend"
	"llave/store/sqlitedb"
)

//go:embed demo.csv
var demoCSV []byte

// The credentials of the demo. They are printed at start and are no secret.
const (
	DemoPassword    = "llave-demo"
	DemoProviderKey = "demo-farmacia"
)

// demoAccounts are the account holders of the demo padrón.
var demoAccounts = [...]struct{ cuil, email string }{
	{"27999990016", "maria@demo.example"},
	{"20999990038", "carlos@demo.example"},
	{"20999990216", "jorge@demo.example"},
	{"27999990113", "marta@demo.example"},
}

// ErrNotDemo: the operation exists only in the demo.
var ErrNotDemo = errors.New("autogestion: only in demo mode")

// ErrUnknownCUIL: no account of the padrón has this CUIL.
var ErrUnknownCUIL = errors.New("autogestion: no account with this CUIL")

// ErrRealFile: the padrón in this file is not the demo's. The demo's passwords are public, so the demo does not go into such
// a file.
var ErrRealFile = errors.New("autogestion: the file holds people who are not the demo's")

// CheckDemo refuses a file with a real padrón: ErrRealFile. It changes nothing, not even beside the file.
func CheckDemo(ctx context.Context, path string) error {
	if st, err := os.Stat(path); errors.Is(err, os.ErrNotExist) || err == nil && st.Size() == 0 {
		return nil
	}
	db, err := sqlitedb.Peek(path)
	if err != nil {
		return err
	}
	defer db.Close()
	var tables, people, demo int
	err = db.QueryRowContext(ctx, "SELECT count(*) FROM sqlite_schema WHERE name IN ('person', 'meta')").Scan(&tables)
	if err != nil {
		return fmt.Errorf("not a database of this program: %w", err)
	}
	if tables < 2 {
		return nil
	}
	err = db.QueryRowContext(ctx, "SELECT EXISTS (SELECT 1 FROM person), EXISTS (SELECT 1 FROM meta WHERE name = 'demo')").Scan(&people, &demo)
	if err == nil && people > 0 && demo == 0 {
		err = ErrRealFile
	}
	return err
}

// SeedDemo fills the file with people who do not exist. To do it again changes nothing.
func (s *Service) SeedDemo(ctx context.Context) error {
	if !s.opt.Demo {
		return wrap("seed demo", ErrNotDemo)
	}
	err := s.write(ctx, func(tx *sql.Tx, _ time.Time) error {
		_, err := tx.ExecContext(ctx, "INSERT INTO meta (name, value) VALUES ('demo', x'01') ON CONFLICT DO NOTHING")
		return err
	})
	if err != nil {
		return wrap("seed demo", err)
	}
	report, err := s.ImportWith(ctx, bytes.NewReader(demoCSV), ImportOptions{AcceptLoss: true}) // people who were added to the demo's groups lose them
	if err != nil {
		return wrap("seed demo", err)
	}
	if len(report.Bad) > 0 {
		return fmt.Errorf("autogestion: seed demo: line %d: %s", report.Bad[0].Line, report.Bad[0].Reason)
	}
	password := sync.OnceValues(func() (string, error) { return s.newPassword(ctx, DemoPassword) }) // known to all, hashed once
	for _, a := range demoAccounts {
		if err := s.seedAccount(ctx, a.cuil, a.email, password); err != nil {
			return wrap("seed demo", err)
		}
	}
	return s.AddProvider(ctx, DemoProviderKey, DemoProviderKey)
}

func (s *Service) seedAccount(ctx context.Context, cuil, email string, password func() (string, error)) error {
	if _, err := s.accountOf(ctx, s.file.Readers, cuil); !errors.Is(err, sql.ErrNoRows) {
		return err
	}
	phc, err := password()
	if err != nil {
		return err
	}
	return s.write(ctx, func(tx *sql.Tx, now time.Time) error {
		p, err := s.personBy(ctx, tx, "cuil", s.cuilHash(cuil))
		if err != nil {
			return err
		}
		return s.insertAccount(ctx, tx, p, phc, email, now)
	})
}

// LinkDirect links a chat with the account of a CUIL, without pages and passwords. Demo only.
func (s *Service) LinkDirect(ctx context.Context, cuil string, in backend.Invitation) (out backend.Grant, err error) {
	if !s.opt.Demo {
		return out, wrap("link", ErrNotDemo)
	}
	digits, why := backend.ReadCUIL(cuil)
	if why != "" {
		return out, wrap("link", ErrUnknownCUIL)
	}
	seed, err := s.keys.random(32)
	if err != nil {
		return out, wrap("link", err)
	}
	c := backend.Credential(text64(s.keys.derived("direct", seed)))
	err = s.write(ctx, func(tx *sql.Tx, now time.Time) error {
		account, err := s.accountOf(ctx, tx, digits)
		if errors.Is(err, sql.ErrNoRows) {
			return ErrUnknownCUIL
		}
		if err != nil {
			return err
		}
		if _, err := s.makeLink(ctx, tx, account, in, c, now); err != nil {
			return err
		}
		out, err = s.grantFor(ctx, tx, c)
		return err
	})
	if err != nil {
		return backend.Grant{}, wrap("link", err)
	}
	return out, nil
}
