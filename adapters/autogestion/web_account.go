package autogestion

import (
	"errors"
	"net/http"

	"llave/adapters/autogestion/form"
	"llave/adapters/httpx"
)

// doneView is what the pages after a registration or a reset show.
type doneView struct{ Path string }

func (w *web) register(rw http.ResponseWriter, r *http.Request) {
	if w.noForm(rw, r) {
		return
	}
	w.show(rw, r, http.StatusOK, "cuenta", view{})
}

func (w *web) registerDo(rw http.ResponseWriter, r *http.Request) {
	if !w.form(rw, r) || w.noForm(rw, r) {
		return
	}
	f := r.PostFormValue
	err := w.Register(r.Context(), form.Registration{CUIL: f("cuil"), Document: f("document"), Sex: f("sex"), Tramite: f("tramite"),
		Email: f("email"), EmailAgain: f("email2"), Password: f("password"), PasswordAgain: f("password2"), Address: httpx.ClientOf(r).Key()})
	if err != nil {
		typed := map[string]string{}
		for _, name := range []string{"cuil", "document", "sex", "tramite", "email", "email2"} {
			typed[name] = f(name)
		}
		w.refuse(rw, r, err, "cuenta", view{Form: typed})
		return
	}
	w.show(rw, r, http.StatusOK, "cuentalista", view{Data: doneView{w.resume(r.Context(), w.browser(r))}})
}

func (w *web) reset(rw http.ResponseWriter, r *http.Request) {
	w.show(rw, r, http.StatusOK, "clave", view{})
}

func (w *web) resetAsk(rw http.ResponseWriter, r *http.Request) {
	if !w.form(rw, r) {
		return
	}
	browser, err := w.named(rw, r)
	if err == nil {
		err = w.askReset(r.Context(), form.ResetRequest{Browser: browser, CUIL: r.PostFormValue("cuil"), Address: httpx.ClientOf(r).Key()})
	}
	if err != nil {
		w.refuse(rw, r, err, "clave", view{Form: map[string]string{"cuil": r.PostFormValue("cuil")}})
		return
	}
	w.show(rw, r, http.StatusOK, "clavenueva", view{})
}

func (w *web) resetDo(rw http.ResponseWriter, r *http.Request) {
	if !w.form(rw, r) {
		return
	}
	f := r.PostFormValue
	err := w.doReset(r.Context(), form.Reset{Browser: w.browser(r), Code: f("code"), Password: f("password"), PasswordAgain: f("password2"),
		Address: httpx.ClientOf(r).Key()})
	var no *form.Refused
	if errors.As(err, &no) && no.Why == "reset_gone" {
		if w.keepsNone(r) {
			err = &form.Refused{Field: no.Field, Why: "reset_no_cookie"}
		}
		w.refuse(rw, r, err, "clave", view{}) // nothing left to type a code for: begin again
		return
	}
	if err != nil {
		w.refuse(rw, r, err, "clavenueva", view{})
		return
	}
	w.show(rw, r, http.StatusOK, "clavelista", view{Data: doneView{w.resume(r.Context(), w.browser(r))}})
}
