package autogestion

import (
	"context"
	"crypto/rand"
	"database/sql"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"sync"
	"time"

	"llave/adapters/autogestion/work"
	"llave/adapters/catalog"
	"llave/adapters/httpx"
	"llave/flows/backend"
	"llave/store/sqlitedb"
)

// Options of a Service. Path, Key and PublicURL are required.
type Options struct {
	// Path of the SQLite file. It is made if it does not exist.
	Path string
	// Key is 32 bytes. It seals personal data at rest, and tokens and secrets are derived from it: an existing file does not
	// open with another key.
	Key []byte
	// PublicURL is how people's browsers reach the pages, without a path: "https://llave.example".
	PublicURL string
	// BotKey authenticates the bot at the HTTP API. Empty: only validations are served there.
	BotKey string
	// RunBy is who runs the service, for the consent. Empty: it is not said.
	RunBy string
	// MesaPhone is the phone number of Mesa de Ayuda on the pages.
	MesaPhone string
	// Demo allows what real people must never have: LinkDirect, SeedDemo and the open mailbox.
	Demo bool
	// Register is the way to make an account. Empty: RegisterOpen in the demo, RegisterMatched elsewhere.
	Register RegisterMode
	// Cost of hashing a password. Zero: DefaultCost. Tests use less.
	Cost Cost
	// Replacements is how often the token of a person may be replaced. Zero: DefaultReplacements. Tests of load use more.
	Replacements Replacements

	// OpenID is a provider at which people sign in, too. Nil: there is none.
	OpenID *OpenID
	// NoMail: no e-mail leaves. What needs one is off, and says so.
	NoMail bool
	// Event counts events by their result: "ok" or "refused". Nil: nobody counts.
	Event func(e Event, result string)
	// Wait waits in the place of a proof of work. Nil: it does. Tests do not.
	Wait func(context.Context, time.Duration) error

	// Operator is who acts, for the audit, where the service is opened for a command. Empty: the program itself.
	Operator string

	Now  func() time.Time
	Rand io.Reader
	Log  *slog.Logger
}

// Service is the back end. It is safe for concurrent use.
type Service struct {
	opt     Options
	keys    *derivedKeys
	file    *sqlitedb.DB
	zone    *time.Location
	texts   *catalog.Texts
	hashing chan struct{} // at most two passwords at a time: each takes 19 MiB
	dummy   string        // the hash that is checked where there is no account
	signers sync.Map      // opened signing keys, by their row

	wrongKeys *httpx.Limiter // wrong keys at the API, by address
	work      *work.Issuer
	waiting   waitingRoom
}

var (
	_ backend.Tokens = (*Service)(nil)
	_ backend.Links  = (*Service)(nil)
	_ backend.Sheets = (*Service)(nil)

	_ backend.Accounts = (*Service)(nil)
)

// An address may show 120 wrong keys at once, as llave backend check does twice, and then one every ten seconds.
const (
	wrongKeysAtOnce   = 120
	wrongKeyEvery     = 10 * time.Second
	wrongKeyAddresses = 10_000 // remembered at a time
)

// Open opens the back end. It makes the file if there is none.
func Open(ctx context.Context, o Options) (*Service, error) {
	s, err := newService(o)
	if err != nil {
		return nil, fmt.Errorf("autogestion: open: %w", err)
	}
	if o.Demo {
		if err := CheckDemo(ctx, o.Path); err != nil {
			return nil, fmt.Errorf("autogestion: open: %w", err)
		}
	}
	if s.file, err = sqlitedb.OpenDB(ctx, o.Path, sqlitedb.Tables{Steps: schemas(), Opened: s.opened}); err != nil {
		return nil, fmt.Errorf("autogestion: open: %w", err)
	}
	if err := s.checkKey(ctx); err != nil {
		return nil, errors.Join(fmt.Errorf("autogestion: open: %w", err), s.Close())
	}
	if err := s.openSheetKeys(ctx); err != nil {
		return nil, errors.Join(fmt.Errorf("autogestion: open: sheet key: %w", err), s.Close())
	}
	return s, nil
}

func newService(o Options) (*Service, error) {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Rand == nil {
		o.Rand = rand.Reader
	}
	if o.Wait == nil {
		o.Wait = waitFor
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Cost == (Cost{}) {
		o.Cost = DefaultCost
	}
	if o.Replacements == (Replacements{}) {
		o.Replacements = DefaultReplacements
	}
	var err error
	if o.PublicURL, err = httpx.PublicURL(o.PublicURL); err != nil {
		return nil, err
	}
	s := &Service{opt: o, zone: backend.BuenosAires, hashing: make(chan struct{}, 2),
		wrongKeys: httpx.NewLimiter(wrongKeysAtOnce, wrongKeyEvery, wrongKeyAddresses, o.Now)}
	if s.work, err = work.NewIssuer(o.Now); err != nil {
		return nil, err
	}
	if s.keys, err = deriveKeys(o.Key, o.Rand); err != nil {
		return nil, err
	}
	if s.texts, err = loadTexts(); err != nil {
		return nil, err
	}
	nobodys, err := s.keys.random(saltLen + hashLen)
	if err != nil {
		return nil, err
	}
	s.dummy = phc(nobodys[:saltLen], nobodys[saltLen:], o.Cost)
	return s, nil
}

// Close closes the file. It may be called twice.
func (s *Service) Close() error {
	return s.file.Close()
}

// Ping reports whether the file can be read and written.
func (s *Service) Ping(ctx context.Context) error {
	var one int
	if err := s.file.Readers.QueryRowContext(ctx, "SELECT 1 FROM meta LIMIT 1").Scan(&one); err != nil {
		return fmt.Errorf("autogestion: ping: %w", err)
	}
	if err := s.write(ctx, writeTest); err != nil {
		return fmt.Errorf("autogestion: ping: %w", err)
	}
	return nil
}

// writeTest makes the file grow and shrink again, and stores the time of the test.
func writeTest(tx *sql.Tx, now time.Time) error {
	if _, err := tx.Exec("SAVEPOINT grow; INSERT INTO meta (name, value) VALUES ('grow', zeroblob(16384)); ROLLBACK TO grow; RELEASE grow"); err != nil {
		return err
	}
	at := binary.BigEndian.AppendUint64(nil, uint64(now.UnixNano()))
	_, err := tx.Exec("INSERT INTO meta (name, value) VALUES ('ping', ?1) ON CONFLICT (name) DO UPDATE SET value = ?1", at)
	return err
}

// ErrDemoFile: the demo was in this file. Its passwords are public, so no real service may run on it.
var ErrDemoFile = errors.New("autogestion: the file holds the demo; a real service needs a folder of its own")

// checkDemo refuses a file in which the demo was, unless this is the demo.
func (s *Service) checkDemo(ctx context.Context, tx *sql.Tx) error {
	var demo int
	if err := tx.QueryRowContext(ctx, "SELECT COUNT(*) FROM meta WHERE name = 'demo'").Scan(&demo); err != nil {
		return err
	}
	if demo > 0 && !s.opt.Demo {
		return ErrDemoFile
	}
	return nil
}

// checkKey seals a word in a new file and opens it in an old one: a wrong key should be found before the first affiliate.
func (s *Service) checkKey(ctx context.Context) error {
	return s.write(ctx, func(tx *sql.Tx, _ time.Time) error {
		var sealed []byte
		err := tx.QueryRowContext(ctx, "SELECT value FROM meta WHERE name = 'key'").Scan(&sealed)
		if errors.Is(err, sql.ErrNoRows) {
			if sealed, err = s.keys.seal("meta", "llave"); err != nil {
				return err
			}
			_, err = tx.ExecContext(ctx, "INSERT INTO meta (name, value) VALUES ('key', ?)", sealed)
			return err
		}
		if err != nil {
			return err
		}
		var word string
		if err := s.keys.open("meta", sealed, &word); err != nil {
			return errors.New("the file was written with another key")
		}
		return s.checkDemo(ctx, tx)
	})
}
