package autogestion

import (
	"context"
	"database/sql"
	"errors"
	"strings"
	"time"

	"llave/flows"
)

// ConsentVersion names the text a person agrees to at sign-in. A change of the text is a new version.
const ConsentVersion = "2026-11"

// login is what a person types at sign-in, and from where.
type login struct {
	secret         string // of the invite, or its whole URL
	browser        string // the cookie
	address        string
	cuil, password string
	consent        bool
}

// SignIn does what a person does on the pages: go on with an invite, and sign in. It returns the code that the last
// page shows.
func (s *Service) SignIn(ctx context.Context, urlOrSecret, cuil, password string, consent bool) (code string, err error) {
	browser := text64(s.keys.derived("go browser", []byte(secretIn(urlOrSecret))))
	if err := s.goOn(ctx, urlOrSecret, browser); err != nil {
		return "", err
	}
	in := login{secret: urlOrSecret, browser: browser, cuil: cuil, password: password, consent: consent}
	if err := s.signIn(ctx, in); err != nil {
		return "", err
	}
	done, err := s.signedIn(ctx, urlOrSecret, browser)
	return done.Code, err
}

// signIn lets a browser that went on with an invite show whose account it is for. It can be done once.
//
// The try is counted before the password is looked at, so that many at once cannot be more than the bound, and
// taken back if it was right. A CUIL that has no account takes the same steps as one that has.
func (s *Service) signIn(ctx context.Context, in login) error {
	err := s.read(ctx, func(q querier, now time.Time) error {
		_, err := s.signable(ctx, q, in, now)
		return err
	})
	if err != nil {
		return wrap("sign in", err)
	}
	cuil, faults := signInFaults(in)
	if len(faults) > 0 {
		return faults
	}
	who := s.trier(cuil, in)
	acc, err := s.charged(ctx, who)
	if err != nil {
		return wrap("sign in", err)
	}
	ok, err := s.verify(ctx, in.password, acc.password)
	if err != nil {
		return wrap("sign in", err)
	}
	if !ok {
		return &Refused{Why: "wrong_password", Field: "password"}
	}
	return wrap("sign in", s.write(ctx, func(tx *sql.Tx, now time.Time) error {
		if err := s.cleared(ctx, tx, who, acc.id, now); err != nil {
			return err
		}
		i, err := s.signable(ctx, tx, in, now)
		if err != nil {
			return err
		}
		var current string
		if err := tx.QueryRowContext(ctx, "SELECT password FROM account WHERE id = ?", acc.id).Scan(&current); err != nil {
			return err
		}
		if current != acc.password { // reset while we were looking at the old one
			return &Refused{Why: "wrong_password", Field: "password"}
		}
		if _, err := tx.ExecContext(ctx, "INSERT INTO consent (account, version, at) VALUES (?, ?, ?)", acc.id, ConsentVersion, now.UnixNano()); err != nil {
			return err
		}
		_, err = tx.ExecContext(ctx, "UPDATE invite SET account = ?, code_until = ? WHERE id = ?", acc.id, now.Add(codeLasts).UnixNano(), i.id)
		return err
	}))
}

// signable is the invite if this browser may sign in at it now.
func (s *Service) signable(ctx context.Context, q querier, in login, now time.Time) (invite, error) {
	i, err := s.inviteAt(ctx, q, in.secret)
	if err != nil {
		return i, err
	}
	switch i.phase(now) {
	case gone, signed:
		return i, flows.ErrNoInvite
	case fresh:
		return i, ErrInUse
	}
	return i, s.sameBrowser(i, in.browser)
}

func signInFaults(in login) (cuil string, f Faults) {
	cuil, why := parseCUIL(in.cuil)
	f.add("cuil", why)
	f.check("password", "password_missing", in.password != "")
	f.check("consent", "consent_missing", in.consent)
	return cuil, f
}

// trier is who tries a password, as the guards see them.
type trier struct {
	cuil    []byte // hash
	browser []byte // hash
	person  string
	pair    string
	address string
}

func (s *Service) trier(cuil string, in login) trier {
	h := s.cuilHash(cuil)
	return trier{cuil: h, browser: s.browserHash(in.browser), person: string(h), pair: string(h) + "|" + in.address, address: in.address}
}

// accountRow is what signing in needs of an account; empty if there is none.
type accountRow struct {
	id       int64
	password string
}

// charged counts a try, and returns the account if the try may be made.
func (s *Service) charged(ctx context.Context, who trier) (acc accountRow, err error) {
	err = s.write(ctx, func(tx *sql.Tx, now time.Time) error {
		var known bool
		err := tx.QueryRowContext(ctx, `SELECT a.id, a.password, EXISTS (SELECT 1 FROM known k WHERE k.browser = ?2 AND k.account = a.id)
			FROM account a JOIN person p ON p.id = a.person WHERE p.cuil = ?1`, who.cuil, who.browser).Scan(&acc.id, &acc.password, &known)
		if err != nil && !errors.Is(err, sql.ErrNoRows) {
			return err
		}
		for _, g := range who.guards() {
			if known && g.kind == guardAccount.kind {
				continue
			}
			locked, err := s.lockedUntil(ctx, tx, g.guard, g.id, now)
			if err != nil {
				return err
			}
			if !locked.IsZero() {
				return &Refused{Why: "throttled", Wait: locked.Sub(now)}
			}
			if err := s.fail(ctx, tx, g.guard, g.id, now); err != nil {
				return err
			}
		}
		return nil
	})
	return acc, err
}

// cleared takes back the try that was right.
func (s *Service) cleared(ctx context.Context, tx *sql.Tx, who trier, account int64, now time.Time) error {
	for _, g := range who.guards() {
		var err error
		if g.kind == guardPair.kind {
			err = s.forget(ctx, tx, g.guard, g.id)
		} else {
			err = s.refund(ctx, tx, g.guard, g.id, now)
		}
		if err != nil {
			return err
		}
	}
	_, err := tx.ExecContext(ctx, "INSERT INTO known (browser, account, at) VALUES (?1, ?2, ?3) ON CONFLICT DO UPDATE SET at = ?3",
		who.browser, account, now.UnixNano())
	return err
}

type guarded struct {
	guard
	id string
}

func (w trier) guards() []guarded {
	return []guarded{{guardPair, w.pair}, {guardAddress, w.address}, {guardAccount, w.person}}
}

// Signed is what the last page shows.
type Signed struct {
	// Code as it is shown, XXXX-XXXX.
	Code string
	// Back leads into the chat with the code, if the chat can be led to.
	Back    string
	Channel string
	Label   string
	Until   time.Time
}

// signedIn shows the code to the browser that signed in, as often as it asks: a page may be loaded again.
func (s *Service) signedIn(ctx context.Context, urlOrSecret, browser string) (out Signed, err error) {
	err = s.read(ctx, func(q querier, now time.Time) error {
		i, err := s.inviteAt(ctx, q, urlOrSecret)
		if err != nil {
			return err
		}
		if i.phase(now) != signed {
			return flows.ErrNoInvite
		}
		if err := s.sameBrowser(i, browser); err != nil {
			return err
		}
		code := showCode(s.codeOf(i))
		out = Signed{Code: code, Channel: i.in.Channel, Label: i.in.Label, Until: i.codeUntil}
		if back := i.in.Back; strings.HasPrefix(back, "https://") || strings.HasPrefix(back, "http://") {
			out.Back = strings.Replace(back, "%s", code, 1)
		}
		return nil
	})
	return out, wrap("signed in", err)
}
