package web

import (
	"errors"
	"net/http"

	"llave/adapters/autogestion/form"
	"llave/adapters/httpx"
)

// The pages to which forms lead.
const (
	sentPath        = "/autogestion/registro/enviado"
	readyPath       = "/autogestion/registro/lista"
	newPasswordPath = "/autogestion/clave/nueva"
	changedPath     = "/autogestion/clave/lista"
)

// linkView is the data of the page of a link from an e-mail.
type linkView struct {
	Path  string
	Other bool // the link is open in another browser than the form's
}

func (w *Pages) register(rw http.ResponseWriter, r *http.Request) {
	if w.noForm(rw, r) {
		return
	}
	w.show(rw, r, http.StatusOK, "cuenta", w.formView(r))
}

func (w *Pages) registerDo(rw http.ResponseWriter, r *http.Request) {
	if !w.parseForm(rw, r) || w.noForm(rw, r) {
		return
	}
	f := r.PostFormValue
	browser, err := w.named(rw, r)
	if err != nil {
		w.broken(rw, r, err)
		return
	}
	err = w.Accounts.Register(r.Context(), form.Registration{Browser: browser, Proof: f("work"), CUIL: f("cuil"), Document: f("document"), Sex: f("sex"), Tramite: f("tramite"),
		Email: f("email"), EmailAgain: f("email2"), Password: f("password"), PasswordAgain: f("password2"), Address: httpx.ClientOf(r).Key()})
	if err != nil {
		typed := map[string]string{}
		for _, name := range []string{"cuil", "document", "sex", "tramite", "email", "email2"} {
			typed[name] = f(name)
		}
		w.refuse(rw, r, err, "cuenta", view{Form: typed, Proof: w.formView(r).Proof})
		return
	}
	http.Redirect(rw, r, sentPath, http.StatusSeeOther) // the same for everybody, to the byte
}

// registerSent says where the link went. A form is answered with an address that can be loaded again: a phone that was in the
// mail program loads its page again, and must not send the form twice.
func (w *Pages) registerSent(rw http.ResponseWriter, r *http.Request) {
	w.show(rw, r, http.StatusOK, "registroenviado", view{})
}

// registration shows the button of a link from an e-mail. To look at it changes nothing.
func (w *Pages) registration(rw http.ResponseWriter, r *http.Request) {
	w.show(rw, r, http.StatusOK, "registro", w.registrationView(r))
}

func (w *Pages) registrationView(r *http.Request) view {
	own := w.Accounts.OwnForm(r.Context(), r.PathValue("secret"), w.browser(r))
	return view{Data: linkView{"/autogestion/registro/" + r.PathValue("secret"), !own}}
}

// registrationDo makes the account.
func (w *Pages) registrationDo(rw http.ResponseWriter, r *http.Request) {
	if !w.parseForm(rw, r) {
		return
	}
	browser, err := w.named(rw, r)
	var session string
	if err == nil {
		session, err = w.Accounts.FinishRegistration(r.Context(), r.PathValue("secret"), browser, r.PostFormValue("password"))
	}
	var no *form.Refused
	switch {
	case errors.As(err, &no):
		w.refuse(rw, r, err, "registro", w.registrationView(r))
	case errors.Is(err, ErrNoRegistration):
		w.show(rw, r, http.StatusNotFound, "registrono", view{})
	case err != nil:
		w.broken(rw, r, err)
	default:
		w.goOn(rw, r, session, madeMark, readyPath)
	}
}

// registrationReady says that the account is there, to a person who was not about to link a chat.
func (w *Pages) registrationReady(rw http.ResponseWriter, r *http.Request) {
	w.show(rw, r, http.StatusOK, "cuentalista", view{})
}

// Marks of the address of an invite: what the person has just done.
const (
	madeMark    = "lista"
	changedMark = "cambiada"
)

// goOn signs a person in who has an account now, or a new password, and leads on: to the invite that this browser was about to
// accept, with a mark, or to a page.
func (w *Pages) goOn(rw http.ResponseWriter, r *http.Request, session, mark, otherwise string) {
	w.signedIn(rw, r, session)
	if browser := w.browser(r); browser != "" {
		if secret := w.Accounts.Resume(r.Context(), browser); secret != "" {
			http.Redirect(rw, r, invitePath(secret)+"?"+mark, http.StatusSeeOther)
			return
		}
	}
	http.Redirect(rw, r, otherwise, http.StatusSeeOther)
}

// signedIn keeps the session that began with a registration or a new password.
func (w *Pages) signedIn(rw http.ResponseWriter, r *http.Request, session string) {
	if session != "" {
		w.mineCookie().Set(rw, r, session)
	}
}

// office shows the form for the code of an office.
func (w *Pages) office(rw http.ResponseWriter, r *http.Request) {
	w.show(rw, r, http.StatusOK, "delegacion", w.formView(r))
}

func (w *Pages) officeDo(rw http.ResponseWriter, r *http.Request) {
	if !w.parseForm(rw, r) {
		return
	}
	f := r.PostFormValue
	browser, err := w.named(rw, r)
	var session string
	if err == nil {
		session, err = w.Accounts.Office(r.Context(), form.Office{Browser: browser, Address: httpx.ClientOf(r).Key(), Proof: f("work"), CUIL: f("cuil"),
			Code: f("code"), Email: f("email"), Password: f("password"), PasswordAgain: f("password2")})
	}
	if err != nil {
		w.refuse(rw, r, err, "delegacion", view{Form: map[string]string{"cuil": f("cuil"), "email": f("email")}, Proof: w.formView(r).Proof})
		return
	}
	w.goOn(rw, r, session, madeMark, readyPath)
}

// closedView is the data of the page that stands for the form where there is none.
type closedView struct{ Office bool }

// noForm shows where to go instead of the form, if there is none.
func (w *Pages) noForm(rw http.ResponseWriter, r *http.Request) bool {
	if w.Registration == OnPage {
		return false
	}
	status := http.StatusOK
	if r.Method == http.MethodPost {
		status = http.StatusForbidden
	}
	w.show(rw, r, status, "cuentacerrada", view{Data: closedView{w.Registration == InOffice}})
	return true
}
