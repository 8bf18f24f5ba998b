package web

import (
	"encoding/base64"
	"errors"
	"net/http"
	"time"

	"llave/adapters/autogestion/form"
	"llave/adapters/httpx"
	"llave/flows/backend"
)

// inviteView is the data of the pages of an invite.
type inviteView struct {
	Path                   string
	Channel, Label, Sender string
	Until                  string
	Code, Back             string
	Signer                 string // the person whom the session signs in
	Made, Changed          bool   // the account was made just now, or its password
}

// secretSize is how many bytes are in an invite's secret.
const secretSize = 32

// isSecret reports whether a text has the form of an invite's secret, in its one spelling.
func isSecret(text string) bool {
	b, err := base64.RawURLEncoding.Strict().DecodeString(text)
	return err == nil && len(b) == secretSize && base64.RawURLEncoding.EncodeToString(b) == text
}

// withSecret serves a path with the secret of an invite in it. Any other text there is no invite: it is not looked up, shown
// or redirected to.
func (w *Pages) withSecret(serve http.HandlerFunc) http.HandlerFunc {
	return func(rw http.ResponseWriter, r *http.Request) {
		if !isSecret(r.PathValue("secret")) {
			w.refuse(rw, r, backend.ErrNoInvite, "", view{})
			return
		}
		serve(rw, r)
	}
}

// invite shows the page for the stage of the invite in this browser.
func (w *Pages) invite(rw http.ResponseWriter, r *http.Request) {
	i, err := w.Invites.Stage(r.Context(), r.PathValue("secret"), w.browser(r), w.mineCookie().Get(r))
	if err != nil {
		w.refuse(rw, r, err, "", view{})
		return
	}
	data := inviteView{Path: invitePath(r.PathValue("secret")), Channel: i.Channel, Label: i.Label, Sender: i.Sender}
	switch i.Stage {
	case Fresh:
		data.Until = timeOfDay(i.OpenUntil)
		w.show(rw, r, http.StatusOK, "invitar", view{Data: data})
	case Opened:
		if !r.URL.Query().Has("otra") {
			data.Signer, data.Made, data.Changed = i.Signer, r.URL.Query().Has(madeMark), r.URL.Query().Has(changedMark)
		}
		w.show(rw, r, http.StatusOK, "entrar", view{Data: data, Proof: w.Work.SignIn(r.Context(), httpx.ClientOf(r).Key())})
	case SecondCode:
		w.show(rw, r, http.StatusOK, "segundo", view{Data: data})
	case SignedIn:
		w.showCode(rw, r, data)
	default:
		w.show(rw, r, http.StatusOK, "listo", view{Data: data})
	}
}

// clock writes an hour for people.
func timeOfDay(t time.Time) string { return t.In(backend.BuenosAires).Format("15:04") }

func (w *Pages) showCode(rw http.ResponseWriter, r *http.Request, data inviteView) {
	c, err := w.Invites.Code(r.Context(), r.PathValue("secret"), w.browser(r))
	if err != nil {
		w.refuse(rw, r, err, "", view{})
		return
	}
	data.Code, data.Back, data.Until = c.Code, c.Back, timeOfDay(c.Until)
	w.show(rw, r, http.StatusOK, "codigo", view{Data: data})
}

func invitePath(secret string) string { return "/autogestion/vincular/" + secret }

func (w *Pages) inviteGoOn(rw http.ResponseWriter, r *http.Request) {
	browser, err := w.named(rw, r)
	if err == nil {
		err = w.Invites.GoOn(r.Context(), r.PathValue("secret"), browser)
	}
	if err != nil {
		w.refuse(rw, r, err, "", view{})
		return
	}
	http.Redirect(rw, r, withCookieSet(invitePath(r.PathValue("secret"))), http.StatusSeeOther)
}

func (w *Pages) inviteDecline(rw http.ResponseWriter, r *http.Request) {
	if err := w.Invites.Decline(r.Context(), r.PathValue("secret")); err != nil {
		w.refuse(rw, r, err, "", view{})
		return
	}
	w.show(rw, r, http.StatusOK, "rechazado", view{})
}

func (w *Pages) inviteSignIn(rw http.ResponseWriter, r *http.Request) {
	if !w.parseForm(rw, r) {
		return
	}
	in := form.SignIn{Secret: r.PathValue("secret"), Browser: w.browser(r), Address: httpx.ClientOf(r).Key(), CUIL: r.PostFormValue("cuil"),
		Proof: r.PostFormValue("work"), Password: r.PostFormValue("password"), Consent: r.PostFormValue("consent") == "on"}
	if r.PostFormValue("sesion") != "" {
		in.Session = w.mineCookie().Get(r)
	}
	err := w.Invites.SignIn(r.Context(), in)
	if err == nil || errors.Is(err, ErrSecond) {
		http.Redirect(rw, r, invitePath(in.Secret), http.StatusSeeOther)
		return
	}
	if errors.Is(err, ErrNoSession) { // it is over: the page asks for the password
		http.Redirect(rw, r, invitePath(in.Secret)+"?otra", http.StatusSeeOther)
		return
	}
	w.refuseSignIn(rw, r, in, err)
}

// refuseSignIn shows the form of the sign-in again, or where the invite stands.
func (w *Pages) refuseSignIn(rw http.ResponseWriter, r *http.Request, in form.SignIn, err error) {
	i, gone := w.Invites.Stage(r.Context(), in.Secret, in.Browser, in.Session)
	if gone != nil {
		w.refuse(rw, r, gone, "", view{})
		return
	}
	w.refuse(rw, r, err, "entrar", view{
		Form: map[string]string{"cuil": in.CUIL, "consent": r.PostFormValue("consent")},
		Data: inviteView{Path: invitePath(in.Secret), Channel: i.Channel, Label: i.Label, Signer: i.Signer},
	})
}
