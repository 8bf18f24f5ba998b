package web

import (
	"errors"
	"net/http"

	"llave/adapters/autogestion/form"
	"llave/adapters/httpx"
)

func (w *Pages) reset(rw http.ResponseWriter, r *http.Request) {
	if w.noMail(rw, r) {
		return
	}
	w.show(rw, r, http.StatusOK, "clave", w.formView(r))
}

// noMail shows where to go if nothing is reset by e-mail.
func (w *Pages) noMail(rw http.ResponseWriter, r *http.Request) bool {
	if !w.NoMail {
		return false
	}
	status := http.StatusOK
	if r.Method == http.MethodPost {
		status = http.StatusForbidden
	}
	w.show(rw, r, status, "clavecerrada", view{})
	return true
}

// formView is a form that sends e-mail, with the proof of work that it needs.
func (w *Pages) formView(r *http.Request) view {
	return view{Proof: w.Work.Form(r.Context(), httpx.ClientOf(r).Key())}
}

func (w *Pages) resetAsk(rw http.ResponseWriter, r *http.Request) {
	if !w.parseForm(rw, r) || w.noMail(rw, r) {
		return
	}
	browser, err := w.named(rw, r)
	if err == nil {
		err = w.Accounts.AskReset(r.Context(), form.ResetRequest{Browser: browser, Proof: r.PostFormValue("work"), CUIL: r.PostFormValue("cuil"), Address: httpx.ClientOf(r).Key()})
	}
	if err != nil {
		w.refuse(rw, r, err, "clave", view{Form: map[string]string{"cuil": r.PostFormValue("cuil")}, Proof: w.formView(r).Proof})
		return
	}
	http.Redirect(rw, r, withCookieSet(newPasswordPath), http.StatusSeeOther)
}

// resetNew shows the form for the code. It can be loaded again without another e-mail.
func (w *Pages) resetNew(rw http.ResponseWriter, r *http.Request) {
	if w.noMail(rw, r) {
		return
	}
	if w.keepsNone(r) && r.URL.Query().Has(cookieSet) {
		w.show(rw, r, http.StatusConflict, "sincookies", view{})
		return
	}
	w.show(rw, r, http.StatusOK, "clavenueva", view{})
}

func (w *Pages) resetDo(rw http.ResponseWriter, r *http.Request) {
	if !w.parseForm(rw, r) {
		return
	}
	f := r.PostFormValue
	session, err := w.Accounts.Reset(r.Context(), form.Reset{Browser: w.browser(r), Code: f("code"), Password: f("password"), PasswordAgain: f("password2"),
		Address: httpx.ClientOf(r).Key()})
	var no *form.Refused
	if errors.As(err, &no) && no.Why == "reset_gone" {
		if w.keepsNone(r) {
			err = &form.Refused{Field: no.Field, Why: "reset_no_cookie"}
		}
		w.refuse(rw, r, err, "clave", view{}) // there is no code any more: begin again
		return
	}
	if err != nil {
		w.refuse(rw, r, err, "clavenueva", view{})
		return
	}
	w.goOn(rw, r, session, changedMark, changedPath)
}

// resetReady says that the password was changed, to a person who was not about to link a chat.
func (w *Pages) resetReady(rw http.ResponseWriter, r *http.Request) {
	w.show(rw, r, http.StatusOK, "clavelista", view{})
}
