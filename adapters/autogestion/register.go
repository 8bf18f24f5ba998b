package autogestion

import (
	"context"
	"crypto/subtle"
	"database/sql"
	"errors"
	"strings"
	"time"

	"llave/adapters/autogestion/form"
	"llave/adapters/autogestion/web"
	"llave/flows/backend"
)

// RegisterMode is the way to make an account.
type RegisterMode string

const (
	// RegisterOff: there is no form.
	RegisterOff RegisterMode = "off"
	// RegisterOffice: there is no form; an office gives a code.
	RegisterOffice RegisterMode = "office"
	// RegisterMatched: people who read the padrón's e-mail address, or who know the trámite number of their document. Leaked
	// lists hold neither.
	RegisterMatched RegisterMode = "matched"
	// RegisterOpen: everybody who knows what leaked lists hold. For the demo.
	RegisterOpen RegisterMode = "open"
)

// register returns the mode, by default the careful one.
func (s *Service) register() RegisterMode {
	switch {
	case s.opt.NoMail && s.opt.Register != RegisterOff:
		return RegisterOffice
	case s.opt.Register != "":
		return s.opt.Register
	case s.opt.Demo:
		return RegisterOpen
	}
	return RegisterMatched
}

const (
	registerLasts = 30 * time.Minute
	// againLasts is how long a link that made an account gives the same answer again.
	againLasts = 2 * time.Minute
	// registrationsADay is how often a browser at an address may send the form, and how many e-mails a mailbox gets of them.
	registrationsADay = 3
)

// tallyMailbox bounds what strangers send to a mailbox.
var tallyMailbox = tally{"mailbox", 24 * time.Hour}

const sealRegistration = "registration"

// Register takes the form of a registration. Every well-formed one gets the same answer in the same time, and an e-mail with a
// link that reads the same: what becomes of it is decided at the link, see [Service.FinishRegistration].
func (s *Service) Register(ctx context.Context, r form.Registration) error {
	if mode := s.register(); mode == RegisterOff || mode == RegisterOffice {
		return wrap("register", web.ErrNoForm)
	}
	r.Email = strings.TrimSpace(r.Email)
	if f := r.Faults(); len(f) > 0 {
		return f
	}
	if err := s.countForm(ctx, "register", asker{r.Browser, r.Address, r.Proof}, registrationsADay, "register_often"); err != nil {
		return wrap("register", err)
	}
	var err error
	if r.PHC, err = s.newPassword(ctx, r.Password); err != nil {
		return wrap("register", err)
	}
	r.Password, r.PasswordAgain, r.Proof = "", "", ""
	return wrap("register", s.write(ctx, func(tx *sql.Tx, now time.Time) error {
		filed, err := s.filedMailbox(ctx, tx, r)
		if err != nil {
			return err
		}
		typed := strings.ToLower(r.Email)
		if err := s.mailLink(ctx, tx, r, typed, filed == typed, now); err != nil {
			return err
		}
		if filed == typed {
			filed = ""
		}
		return s.mailLink(ctx, tx, r, filed, true, now) // to nobody, if there is none: the time is the same
	}))
}

// filedMailbox returns the padrón's e-mail address of the person of a form, "" if there is none.
func (s *Service) filedMailbox(ctx context.Context, q querier, r form.Registration) (string, error) {
	cuil, _ := backend.ReadCUIL(r.CUIL)
	var sealed []byte
	err := q.QueryRowContext(ctx, "SELECT mailbox FROM person WHERE cuil = ?", s.cuilHash(cuil)).Scan(&sealed)
	if errors.Is(err, sql.ErrNoRows) || err == nil && sealed == nil {
		return "", nil
	}
	if err != nil {
		return "", err
	}
	var address string
	return address, s.keys.open(sealMailbox, sealed, &address)
}

// mailLink keeps a form, and sends its link to an address; to nobody if it is empty, or if its mailbox had its e-mails of today.
func (s *Service) mailLink(ctx context.Context, tx *sql.Tx, r form.Registration, to string, filed bool, now time.Time) error {
	seed, err := s.keys.random(32)
	if err != nil {
		return err
	}
	secret := text64(s.keys.derived("registration", seed))
	r.Email = to
	sealed, err := s.keys.seal(sealRegistration, r)
	if err != nil {
		return err
	}
	had, err := s.count(ctx, tx, tallyMailbox, to, now)
	if err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, "INSERT INTO registration (secret, sealed, filed, until) VALUES (?, ?, ?, ?)",
		s.keys.hash("registration", secret), sealed, filed, now.Add(registerLasts).UnixNano())
	if err != nil {
		return err
	}
	text := struct{ Secret string }{secret}
	if to == "" || had >= registrationsADay {
		return s.mailNobody(ctx, tx, "mail_register", text, now)
	}
	_, err = s.mailUntil(ctx, tx, to, "mail_register", text, now, now.Add(registerLasts))
	return err
}

// FinishRegistration makes the account of a form whose link was opened, and returns it. The refusal is one for data that do not
// match, for people outside the padrón, for those who have an account, and for a link that is over.
//
// The link may be opened in another browser than the form's, in which the person types the password of the form again: who
// reads the mailbox makes no account with a password that a stranger chose.
func (s *Service) FinishRegistration(ctx context.Context, secret, browser, password string) (account int64, err error) {
	if err := s.ownForm(ctx, secret, browser, password); err != nil {
		return 0, wrap("finish registration", err)
	}
	err = s.write(ctx, func(tx *sql.Tx, now time.Time) error {
		if made, err := s.registrationOf(ctx, tx, secret, codeTries+1, now); err == nil && made.Account != 0 {
			account = made.Account
			return s.madeBefore(ctx, tx, made)
		}
		r, filed, err := s.takeRegistration(ctx, tx, secret, now)
		if err != nil {
			return err
		}
		cuil, _ := backend.ReadCUIL(r.CUIL)
		p, matches, err := s.mayRegister(ctx, tx, cuil, r, filed)
		if err != nil {
			return err
		}
		if _, err := s.accountOf(ctx, tx, cuil); !errors.Is(err, sql.ErrNoRows) || !matches {
			if err != nil && !errors.Is(err, sql.ErrNoRows) {
				return err
			}
			return web.ErrNoRegistration
		}
		if err := s.insertAccount(ctx, tx, p, r.PHC, r.Email, now); err != nil {
			return err
		}
		if account, err = s.accountOf(ctx, tx, cuil); err != nil {
			return err
		}
		if err := s.rememberBrowser(ctx, tx, s.browserHash(browser), account, now); err != nil {
			return err
		}
		if err := s.keepMade(ctx, tx, secret, form.Registration{Browser: r.Browser, PHC: r.PHC, Account: account}, filed, now); err != nil {
			return err
		}
		return s.mailAccount(ctx, tx, account, "mail_registered", nil, now)
	})
	return account, wrap("finish registration", err)
}

// keepMade keeps which account a link made, and no more of its form. Pressed again, when the answer was lost on the way, the link
// gives the same answer.
func (s *Service) keepMade(ctx context.Context, tx *sql.Tx, secret string, r form.Registration, filed bool, now time.Time) error {
	sealed, err := s.keys.seal(sealRegistration, r)
	if err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, "INSERT INTO registration (secret, sealed, filed, until) VALUES (?, ?, ?, ?)",
		s.keys.hash("registration", secret), sealed, filed, now.Add(againLasts).UnixNano())
	return err
}

// madeBefore fails if the account that a link made is not as it was then: its password was changed, or its owner said that a
// stranger signed in.
func (s *Service) madeBefore(ctx context.Context, q querier, r form.Registration) error {
	var same bool
	err := q.QueryRowContext(ctx, "SELECT password = ? AND suspect = 0 FROM account WHERE id = ?", r.PHC, r.Account).Scan(&same)
	if errors.Is(err, sql.ErrNoRows) || err == nil && !same {
		return web.ErrNoRegistration
	}
	return err
}

// registrationOf returns a form that waits for its link, with fewer tries than a bound; web.ErrNoRegistration if there is none.
func (s *Service) registrationOf(ctx context.Context, q querier, secret string, tries int, now time.Time) (r form.Registration, err error) {
	var sealed []byte
	err = q.QueryRowContext(ctx, "SELECT sealed FROM registration WHERE secret = ? AND until > ? AND tries < ?",
		s.keys.hash("registration", secret), now.UnixNano(), tries).Scan(&sealed)
	if errors.Is(err, sql.ErrNoRows) {
		return r, web.ErrNoRegistration
	}
	if err != nil {
		return r, err
	}
	return r, s.keys.open(sealRegistration, sealed, &r)
}

// ownForm fails if the form of a link was sent from another browser, with another password. That costs one of three tries.
func (s *Service) ownForm(ctx context.Context, secret, browser, password string) error {
	var r form.Registration
	err := s.read(ctx, func(q querier, now time.Time) (err error) {
		r, err = s.registrationOf(ctx, q, secret, codeTries, now)
		return err
	})
	if err != nil || r.Browser == browser {
		return err
	}
	if password == "" {
		return &form.Refused{Why: "register_password_missing", Field: "password"}
	}
	err = s.write(ctx, func(tx *sql.Tx, _ time.Time) error {
		_, err := tx.ExecContext(ctx, "UPDATE registration SET tries = tries + 1 WHERE secret = ?", s.keys.hash("registration", secret))
		return err
	})
	if err != nil {
		return err
	}
	right, err := s.verify(ctx, password, r.PHC)
	if err == nil && !right {
		err = &form.Refused{Why: "register_password_wrong", Field: "password"}
	}
	return err
}

// takeRegistration returns a form that waits for its link. It is taken in the transaction that makes the account: one that is
// refused can be tried again, with the same answer.
func (s *Service) takeRegistration(ctx context.Context, tx *sql.Tx, secret string, now time.Time) (r form.Registration, filed bool, err error) {
	var sealed []byte
	err = tx.QueryRowContext(ctx, "DELETE FROM registration WHERE secret = ? AND until > ? RETURNING sealed, filed",
		s.keys.hash("registration", secret), now.UnixNano()).Scan(&sealed, &filed)
	if errors.Is(err, sql.ErrNoRows) {
		return r, false, web.ErrNoRegistration
	}
	if err != nil {
		return r, false, err
	}
	return r, filed, s.keys.open(sealRegistration, sealed, &r)
}

// mayRegister reports whether a registration is the person's own, as far as the padrón shows: its link went to the padrón's
// address, or, if there is none, the trámite number is the padrón's. It reads the same rows for every CUIL.
func (s *Service) mayRegister(ctx context.Context, q querier, cuil string, r form.Registration, filed bool) (person, bool, error) {
	p, err := s.personBy(ctx, q, "cuil", s.cuilHash(cuil))
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return p, false, err
	}
	known := err == nil
	var tramite, mail []byte
	err = q.QueryRowContext(ctx, "SELECT tramite, mail FROM person WHERE cuil = ?", s.cuilHash(cuil)).Scan(&tramite, &mail)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return p, false, err
	}
	hit := subtle.ConstantTimeCompare(tramite, s.tramiteHash(cuil, r.TramiteDigits())) == 1
	own := mail == nil && hit || mail != nil && filed && subtle.ConstantTimeCompare(mail, s.mailHash(r.Email)) == 1
	return p, known && p.Sex == r.Sex && r.DocumentOf(cuil) && (own || s.register() == RegisterOpen), nil
}
