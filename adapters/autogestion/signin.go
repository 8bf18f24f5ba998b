package autogestion

import (
	"context"
	"database/sql"
	"strings"
	"time"

	"llave/adapters/autogestion/form"
	"llave/adapters/autogestion/web"
	"llave/flows/backend"
)

// ConsentVersion names the text that a person agrees to at sign-in. Each change of the text is a new version.
const ConsentVersion = "2026-11"

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
	var asked inviteRow
	err := s.read(ctx, func(q querier, now time.Time) (err error) {
		asked, err = s.signable(ctx, q, in, now)
		return err
	})
	if err != nil {
		return wrap("sign in", err)
	}
	cuil, faults := in.Read()
	if len(faults) > 0 {
		return faults
	}
	who := s.loginAttempt(cuil, asked.in.Chat, in)
	acc, tried, err := s.recordAttempt(ctx, who)
	if err != nil {
		return wrap("sign in", err)
	}
	ok, err := s.verify(ctx, in.Password, acc.password)
	if err != nil {
		return wrap("sign in", err)
	}
	if !ok {
		return &form.Refused{Why: "wrong_password", Field: "password"}
	}
	return wrap("sign in", s.write(ctx, func(tx *sql.Tx, now time.Time) error {
		if err := s.recordSuccess(ctx, tx, who, tried, acc.id, now); err != nil {
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
		if current != acc.password { // changed while the old one was checked
			return &form.Refused{Why: "wrong_password", Field: "password"}
		}
		if _, err := tx.ExecContext(ctx, "INSERT INTO consent (account, version, at) VALUES (?, ?, ?)", acc.id, ConsentVersion, now.UnixNano()); err != nil {
			return err
		}
		_, err = tx.ExecContext(ctx, "UPDATE invite SET account = ?, code_until = ? WHERE id = ?", acc.id, now.Add(codeLasts).UnixNano(), i.id)
		return err
	}))
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
