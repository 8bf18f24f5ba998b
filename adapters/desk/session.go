package desk

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/alexedwards/scs/v2"

	"llave/adapters/desk/archive"
	"llave/adapters/httpx"
	"llave/bot"
)

// How long a session lasts without anything being done, and at most.
const (
	sessionIdle = 30 * time.Minute
	sessionLife = 10 * time.Hour
)

// sessionBegun is the key under which a session holds when it began, in seconds.
const sessionBegun = "begun"

// newSessions makes the manager of the sessions, and the same manager for browsers that came by https: its cookie is for
// https only. With a public URL that is https both are.
func newSessions(o Options) (plain, secure *scs.SessionManager) {
	m := scs.New()
	m.Store = clockStore{o.Archive.Sessions(), o.Now}
	m.IdleTimeout, m.Lifetime = sessionIdle, sessionLife
	m.HashTokenInStore = true
	m.Cookie.Name, m.Cookie.SameSite, m.Cookie.Persist = "mesa", http.SameSiteLaxMode, false
	if httpx.HTTPS(o.PublicURL) {
		m.Cookie.Name, m.Cookie.Secure = "__Host-mesa", true // the prefix as in httpx.Cookie
	}
	m.ErrorFunc = func(rw http.ResponseWriter, r *http.Request, err error) {
		httpx.Failed(r.Context(), o.Log, "desk: session", "err", err)
		http.Error(rw, http.StatusText(http.StatusServiceUnavailable), http.StatusServiceUnavailable)
	}
	https := *m // with the same key in a request's context: what one has loaded the other reads
	https.Cookie.Secure = true
	return m, &https
}

// loadAndSave reads the session of a request and keeps what the request made of it.
func (d *Desk) loadAndSave(next http.Handler) http.Handler {
	plain, secure := d.sessions.LoadAndSave(next), d.secure.LoadAndSave(next)
	return http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		if httpx.Secure(d.opt.PublicURL, r) {
			secure.ServeHTTP(rw, r)
			return
		}
		plain.ServeHTTP(rw, r)
	})
}

// clockStore counts the time of sessions by the desk's clock: the manager knows only the machine's.
type clockStore struct {
	scs.CtxStore
	now func() time.Time
}

// CommitCtx implements [scs.CtxStore].
func (s clockStore) CommitCtx(ctx context.Context, token string, data []byte, expires time.Time) error {
	return s.CtxStore.CommitCtx(ctx, token, data, s.now().Add(time.Until(expires)))
}

// quietSession reads the session of a request that the page makes by itself: it does not prolong it.
func (d *Desk) quietSession(next http.Handler) http.Handler {
	return http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		token := ""
		if cookie, err := r.Cookie(d.sessions.Cookie.Name); err == nil {
			token = cookie.Value
		}
		ctx, err := d.sessions.Load(r.Context(), token)
		if err != nil {
			d.sessions.ErrorFunc(rw, r, err)
			return
		}
		next.ServeHTTP(rw, r.WithContext(ctx))
	})
}

// sessionAgent is who is signed in, as the archive knows them now; zero if nobody is.
func (d *Desk) sessionAgent(ctx context.Context) (archive.Agent, error) {
	user := d.sessions.GetString(ctx, archive.SessionUser)
	if begun := time.Unix(d.sessions.GetInt64(ctx, sessionBegun), 0); user == "" || d.now().Sub(begun) >= sessionLife {
		return archive.Agent{}, nil
	}
	a, err := d.db.Agent(ctx, bot.AgentID(user))
	if errors.Is(err, archive.ErrNotFound) || a.Disabled {
		return archive.Agent{}, nil
	}
	return a, err
}

// beginSession signs an agent in, under a new token.
func (d *Desk) beginSession(ctx context.Context, a archive.Agent) error {
	if err := d.sessions.RenewToken(ctx); err != nil {
		return err
	}
	d.sessions.Put(ctx, archive.SessionUser, string(a.ID))
	d.sessions.Put(ctx, sessionBegun, d.now().Unix())
	return nil
}
