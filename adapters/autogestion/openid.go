package autogestion

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"llave/adapters/autogestion/form"
	"llave/adapters/autogestion/openid"
	"llave/adapters/autogestion/web"
	"llave/flows/backend"
)

// OpenID is an OpenID provider at which people sign in.
type OpenID struct {
	*openid.Provider
	// Name as people know it: "Mi Argentina".
	Name string
}

// OpenIDCallback is the path to which providers send people back.
const OpenIDCallback = "/autogestion/oidc/vuelta"

// openidPages implements web.OpenID.
type openidPages struct{ s *Service }

func (p openidPages) Name() string   { return p.s.opt.OpenID.Name }
func (p openidPages) Origin() string { return p.s.opt.OpenID.Origin() }

// Leaves implements web.OpenID.
func (p openidPages) Leaves(url string) bool { return p.s.opt.OpenID.Leaves(url) }

func (s *Service) openidSecrets(seed []byte) openid.Secrets {
	return openid.Secrets{State: text64(s.keys.derived("openid state", seed)), Nonce: text64(s.keys.derived("openid nonce", seed)),
		Verifier: text64(s.keys.derived("openid verifier", seed))}
}

// Begin implements web.OpenID. The sign-in is bound to the invite and to the browser, and has to end while the invite lasts.
func (p openidPages) Begin(ctx context.Context, in form.SignIn) (url string, err error) {
	seed, err := p.s.keys.random(32)
	if err != nil {
		return "", wrap("openid", err)
	}
	err = p.s.write(ctx, func(tx *sql.Tx, now time.Time) error {
		i, err := p.s.signable(ctx, tx, in, now)
		if err != nil {
			return err
		}
		if !in.Consent {
			return form.Faults{{Why: "consent_missing", Field: "consent"}}
		}
		_, err = tx.ExecContext(ctx, "INSERT INTO openid_try (state, invite, browser, seed, until) VALUES (?, ?, ?, ?, ?)",
			p.s.keys.hash("openid state", p.s.openidSecrets(seed).State), i.id, p.s.browserHash(in.Browser), seed, i.signUntil.UnixNano())
		return err
	})
	if err != nil {
		return "", wrap("openid", err)
	}
	if url, err = p.s.opt.OpenID.Begin(ctx, p.s.openidSecrets(seed)); err != nil {
		p.s.opt.Log.WarnContext(ctx, "autogestion: the OpenID provider does not answer", "err", err)
		return "", &form.Refused{Why: "openid_down"}
	}
	return url, nil
}

// End implements web.OpenID.
func (p openidPages) End(ctx context.Context, a web.OpenIDAnswer) (secret string, err error) {
	secret, err = p.s.endOpenID(ctx, a)
	p.s.event(ctx, EventOpenID, err)
	if errors.Is(err, openid.ErrRefused) {
		p.s.opt.Log.WarnContext(ctx, "autogestion: an OpenID sign-in is refused", "err", err)
		err = web.ErrOpenID
	}
	return secret, wrap("openid", err)
}

func (s *Service) endOpenID(ctx context.Context, a web.OpenIDAnswer) (secret string, err error) {
	i, seed, err := s.takeOpenIDTry(ctx, a)
	if err != nil {
		return "", err
	}
	secret = s.secretOf(i.seed)
	if a.Code == "" { // the person went back, or the provider refused
		return secret, web.ErrOpenID
	}
	who, err := s.opt.OpenID.Finish(ctx, openid.Answer{Code: a.Code, Iss: a.Iss}, s.openidSecrets(seed))
	if err != nil {
		if !errors.Is(err, openid.ErrRefused) {
			s.opt.Log.WarnContext(ctx, "autogestion: the OpenID provider does not answer", "err", err)
			err = web.ErrOpenID
		}
		return secret, err
	}
	return secret, s.write(ctx, func(tx *sql.Tx, now time.Time) error {
		i, err := s.signable(ctx, tx, form.SignIn{Secret: secret, Browser: a.Browser}, now)
		if err != nil {
			return err
		}
		account, err := s.accountOfIdentity(ctx, tx, who, now)
		if err != nil {
			return err
		}
		if err := s.rememberBrowser(ctx, tx, s.browserHash(a.Browser), account, now); err != nil {
			return err
		}
		return s.completeSignIn(ctx, tx, i, account, now)
	})
}

// takeOpenIDTry ends the try of a state, and returns its invite. A state is good once, and in the browser that went to the
// provider: in another one it is not even ended.
func (s *Service) takeOpenIDTry(ctx context.Context, a web.OpenIDAnswer) (i inviteRow, seed []byte, err error) {
	err = s.write(ctx, func(tx *sql.Tx, now time.Time) error {
		var invite string
		err := tx.QueryRowContext(ctx, "DELETE FROM openid_try WHERE state = ? AND browser = ? AND until > ? RETURNING invite, seed",
			s.keys.hash("openid state", a.State), s.browserHash(a.Browser), now.UnixNano()).Scan(&invite, &seed)
		if errors.Is(err, sql.ErrNoRows) {
			return backend.ErrNoInvite
		}
		if err != nil {
			return err
		}
		i, err = s.inviteBy(ctx, tx, "i.id = ?", invite)
		return err
	})
	return i, seed, err
}

// accountOfIdentity returns the account of an identity. At the first sign-in it is pinned to the account of its CUIL, which is made
// without a password if there is none. From then on another identity of the provider does not open it, nor this one another.
func (s *Service) accountOfIdentity(ctx context.Context, tx *sql.Tx, who openid.Identity, now time.Time) (account int64, err error) {
	p, err := s.personBy(ctx, tx, "cuil", s.cuilHash(who.CUIL))
	if errors.Is(err, sql.ErrNoRows) {
		return 0, web.ErrOpenIDNobody
	}
	if err != nil {
		return 0, err
	}
	if account, err = s.accountOf(ctx, tx, who.CUIL); errors.Is(err, sql.ErrNoRows) {
		if err := s.insertAccount(ctx, tx, p, "", "", now); err != nil {
			return 0, err
		}
		account, err = s.accountOf(ctx, tx, who.CUIL)
	}
	if err != nil {
		return 0, err
	}
	subject, issuer := s.keys.hash("openid subject", who.Issuer, who.Subject), s.keys.hash("openid issuer", who.Issuer)
	_, err = tx.ExecContext(ctx, "INSERT INTO identity (subject, issuer, account, at) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING", subject, issuer, account, now.UnixNano())
	if err != nil {
		return 0, err
	}
	var pinned bool
	err = tx.QueryRowContext(ctx, "SELECT EXISTS (SELECT 1 FROM identity WHERE subject = ? AND account = ?)", subject, account).Scan(&pinned)
	if err == nil && !pinned {
		err = web.ErrOpenID
	}
	return account, err
}
