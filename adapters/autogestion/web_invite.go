package autogestion

import (
	"context"
	"encoding/base64"
	"errors"
	"net/http"
	"time"

	"llave/adapters/autogestion/form"
	"llave/adapters/httpx"
	"llave/flows/backend"
)

// inviteView is what the pages of an invite show.
type inviteView struct {
	Path                   string
	Channel, Label, Sender string
	Until                  string
	Code, Back             string
}

// secretSize is how many bytes are in an invite's secret.
const secretSize = 32

// isSecret says whether a text has the form of an invite's secret, in the one way in which we write it.
func isSecret(text string) bool {
	b, err := base64.RawURLEncoding.Strict().DecodeString(text)
	return err == nil && len(b) == secretSize && text64(b) == text
}

// withSecret lets through what has an invite's secret in its path. Anything else in that place is no invite: it is
// neither looked up nor shown nor redirected to.
func (w *web) withSecret(serve http.HandlerFunc) http.HandlerFunc {
	return func(rw http.ResponseWriter, r *http.Request) {
		if !isSecret(r.PathValue("secret")) {
			w.refuse(rw, r, backend.ErrNoInvite, "", view{})
			return
		}
		serve(rw, r)
	}
}

// invite shows the page of where the invite stands, to this browser.
func (w *web) invite(rw http.ResponseWriter, r *http.Request) {
	i, p, err := w.stage(r.Context(), r.PathValue("secret"), w.browser(r))
	if err != nil {
		w.refuse(rw, r, err, "", view{})
		return
	}
	data := inviteView{Path: invitePath(r), Channel: i.in.Channel, Label: i.in.Label, Sender: i.in.Sender}
	switch p {
	case fresh:
		data.Until = w.clock(i.openUntil)
		w.show(rw, r, http.StatusOK, "invitar", view{Data: data})
	case opened:
		w.show(rw, r, http.StatusOK, "entrar", view{Data: data})
	case signed:
		w.showCode(rw, r, data)
	default:
		w.show(rw, r, http.StatusOK, "listo", view{Data: data})
	}
}

// clock is an hour as people write it.
func (w *web) clock(t time.Time) string { return t.In(w.zone).Format("15:04") }

// stage is where an invite stands for a browser. Gone is an error, but for the browser that finished it.
func (w *web) stage(ctx context.Context, secret, browser string) (i invite, p phase, err error) {
	err = w.read(ctx, func(q querier, now time.Time) error {
		if i, err = w.inviteAt(ctx, q, secret); err != nil {
			return err
		}
		p = i.phase(now)
		if p == fresh {
			return nil
		}
		same := w.sameBrowser(i, browser)
		if p == gone && (i.link == "" || same != nil) {
			return backend.ErrNoInvite
		}
		return same
	})
	return i, p, wrap("invite page", err)
}

func (w *web) showCode(rw http.ResponseWriter, r *http.Request, data inviteView) {
	done, err := w.signedIn(r.Context(), r.PathValue("secret"), w.browser(r))
	if err != nil {
		w.refuse(rw, r, err, "", view{})
		return
	}
	data.Code, data.Back, data.Until = done.Code, done.Back, w.clock(done.Until)
	w.show(rw, r, http.StatusOK, "codigo", view{Data: data})
}

func invitePath(r *http.Request) string { return "/autogestion/vincular/" + r.PathValue("secret") }

func (w *web) inviteGoOn(rw http.ResponseWriter, r *http.Request) {
	browser, err := w.named(rw, r)
	if err == nil {
		err = w.goOn(r.Context(), r.PathValue("secret"), browser)
	}
	if err != nil {
		w.refuse(rw, r, err, "", view{})
		return
	}
	http.Redirect(rw, r, withCookieSet(invitePath(r)), http.StatusSeeOther)
}

func (w *web) inviteDecline(rw http.ResponseWriter, r *http.Request) {
	if err := w.Decline(r.Context(), r.PathValue("secret")); err != nil {
		w.refuse(rw, r, err, "", view{})
		return
	}
	w.show(rw, r, http.StatusOK, "rechazado", view{})
}

func (w *web) inviteSignIn(rw http.ResponseWriter, r *http.Request) {
	if !w.form(rw, r) {
		return
	}
	in := form.SignIn{Secret: r.PathValue("secret"), Browser: w.browser(r), Address: httpx.ClientOf(r).Key(), CUIL: r.PostFormValue("cuil"),
		Password: r.PostFormValue("password"), Consent: r.PostFormValue("consent") == "on"}
	err := w.signIn(r.Context(), in)
	if err == nil {
		http.Redirect(rw, r, invitePath(r), http.StatusSeeOther)
		return
	}
	i, _, gone := w.stage(r.Context(), in.Secret, in.Browser)
	if gone != nil {
		w.refuse(rw, r, gone, "", view{})
		return
	}
	w.refuse(rw, r, err, "entrar", view{
		Form: map[string]string{"cuil": in.CUIL, "consent": r.PostFormValue("consent")},
		Data: inviteView{Path: invitePath(r), Channel: i.in.Channel, Label: i.in.Label},
	})
}

// resume is the path of the invite that this browser was in the middle of, "" if there is none: after a reset or a
// registration one goes on where one was.
func (w *web) resume(ctx context.Context, browser string) (path string) {
	if browser == "" {
		return ""
	}
	err := w.read(ctx, func(q querier, now time.Time) error {
		i, err := w.inviteBy(ctx, q, "i.browser = ? AND i.account IS NULL AND i.ended = '' ORDER BY i.rowid DESC LIMIT 1", w.browserHash(browser))
		if err == nil && i.phase(now) == opened {
			path = "/autogestion/vincular/" + w.secretOf(i.seed)
		}
		return err
	})
	if err != nil && !errors.Is(err, backend.ErrNoInvite) {
		w.opt.Log.ErrorContext(ctx, "autogestion: resume", "err", err)
	}
	return path
}
