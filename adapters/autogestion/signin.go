package autogestion

import (
	"context"
	"database/sql"
	"errors"
	"strings"
	"time"

	"llave/adapters/autogestion/form"
	"llave/adapters/autogestion/web"
	"llave/adapters/autogestion/work"
	"llave/flows/backend"
)

// ConsentVersion names the text that a person agrees to at sign-in. Each change of the text is a new version.
const ConsentVersion = "2026-11-29"

// SignIn does what a person does on the pages: go on with an invite and sign in. It returns the code of the last page.
func (s *Service) SignIn(ctx context.Context, urlOrSecret, cuil, password string, consent bool) (code string, err error) {
	browser := text64(s.keys.derived("go browser", []byte(secretIn(urlOrSecret))))
	if err := s.goOn(ctx, urlOrSecret, browser); err != nil {
		return "", err
	}
	in := form.SignIn{Secret: urlOrSecret, Browser: browser, CUIL: cuil, Password: password, Consent: consent}
	if err := s.signIn(ctx, in); err != nil {
		return "", err
	}
	done, err := s.signedIn(ctx, urlOrSecret, browser)
	return done.Code, err
}

// signIn connects an invite with an account, in the browser that went on with the invite. It can be done once.
//
// The attempt is counted before the password is checked, so that many at once cannot exceed the bound, and taken back if the
// password is right. A CUIL without an account takes the same steps.
func (s *Service) signIn(ctx context.Context, in form.SignIn) error {
	var before bool
	err := s.read(ctx, func(q querier, now time.Time) (err error) {
		if before, err = s.signedBefore(ctx, q, in, now); err != nil || before {
			return err
		}
		_, err = s.signable(ctx, q, in, now)
		return err
	})
	if err != nil || before {
		return wrap("sign in", err)
	}
	if in.Session != "" {
		return wrap("sign in", s.signInSession(ctx, in))
	}
	cuil, faults := in.Read()
	if len(faults) > 0 {
		return faults
	}
	try, err := s.recordAttempt(ctx, s.loginAttempt(cuil, in))
	if err != nil {
		return wrap("sign in", err)
	}
	if err := s.pay(ctx, in.Proof, in.Address, try.pair+"|"+try.device, try.level); err != nil {
		return wrap("sign in", err)
	}
	ok, err := s.verify(ctx, in.Password, try.acc.password)
	switch {
	case err != nil:
		return wrap("sign in", err)
	case try.second:
		return wrap("sign in", s.askSecond(ctx, in, try, ok))
	case !ok:
		return wrongPassword(try.next)
	}
	return wrap("sign in", s.write(ctx, func(tx *sql.Tx, now time.Time) error {
		if err := s.recordSuccess(ctx, tx, try, now); err != nil {
			return err
		}
		if err := s.passwordStands(ctx, tx, try.acc); err != nil {
			return err
		}
		i, err := s.signable(ctx, tx, in, now)
		if err != nil {
			return err
		}
		return s.completeSignIn(ctx, tx, i, try.acc.id, now)
	}))
}

func wrongPassword(next work.Level) error {
	return &form.Refused{Why: "wrong_password", Field: "password", Proof: int(next)}
}

// passwordStands fails if the password was changed while the old one was checked.
func (s *Service) passwordStands(ctx context.Context, q querier, acc accountRow) error {
	var current string
	if err := q.QueryRowContext(ctx, "SELECT password FROM account WHERE id = ?", acc.id).Scan(&current); err != nil {
		return err
	}
	if current != acc.password {
		return wrongPassword(0)
	}
	return nil
}

// completeSignIn gives an invite its account and the time of its code.
func (s *Service) completeSignIn(ctx context.Context, tx *sql.Tx, i inviteRow, account int64, now time.Time) error {
	if _, err := tx.ExecContext(ctx, "INSERT INTO consent (account, version, at) VALUES (?, ?, ?)", account, ConsentVersion, now.UnixNano()); err != nil {
		return err
	}
	_, err := tx.ExecContext(ctx, "UPDATE invite SET account = ?, code_until = ? WHERE id = ?", account, now.Add(codeLasts).UnixNano(), i.id)
	return err
}

// signedBefore reports whether this browser has signed in at the invite, as the same person: a button was pressed twice.
func (s *Service) signedBefore(ctx context.Context, q querier, in form.SignIn, now time.Time) (same bool, err error) {
	i, err := s.inviteAt(ctx, q, in.Secret)
	if errors.Is(err, backend.ErrNoInvite) {
		return false, nil
	}
	if err != nil || i.phase(now) != inviteSigned || s.sameBrowser(i, in.Browser) != nil {
		return false, err
	}
	cuil, _ := backend.ReadCUIL(in.CUIL)
	err = q.QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM account a JOIN person p ON p.id = a.person WHERE a.id = ?1 AND p.cuil = ?2)
		OR EXISTS (SELECT 1 FROM session WHERE id = ?3 AND account = ?1)`, i.account, s.cuilHash(cuil), s.sessionHash(in.Session)).Scan(&same)
	return same, err
}

// signable returns the invite if this browser can sign in at it now.
func (s *Service) signable(ctx context.Context, q querier, in form.SignIn, now time.Time) (inviteRow, error) {
	i, err := s.inviteAt(ctx, q, in.Secret)
	if err != nil {
		return i, err
	}
	switch i.phase(now) {
	case inviteOver, inviteSigned:
		return i, backend.ErrNoInvite
	case inviteFresh:
		return i, web.ErrInUse
	}
	return i, s.sameBrowser(i, in.Browser)
}

// signedIn returns the code for the browser that signed in, as often as it asks: a page may be loaded again.
func (s *Service) signedIn(ctx context.Context, urlOrSecret, browser string) (out web.Code, err error) {
	err = s.read(ctx, func(q querier, now time.Time) error {
		i, err := s.inviteAt(ctx, q, urlOrSecret)
		if err != nil {
			return err
		}
		if i.phase(now) != inviteSigned {
			return backend.ErrNoInvite
		}
		if err := s.sameBrowser(i, browser); err != nil {
			return err
		}
		code := showCode(s.codeOf(i))
		out = web.Code{Code: code, Until: i.codeUntil}
		if back := i.in.Back; strings.HasPrefix(back, "https://") || strings.HasPrefix(back, "http://") {
			out.Back = strings.Replace(back, "%s", code, 1)
		}
		return nil
	})
	return out, wrap("signed in", err)
}
