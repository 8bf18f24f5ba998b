package web

import (
	"net/http"

	"llave/adapters/autogestion/form"
)

// inviteSecond takes the second code.
func (w *Pages) inviteSecond(rw http.ResponseWriter, r *http.Request) {
	if !w.parseForm(rw, r) {
		return
	}
	in := form.SignIn{Secret: r.PathValue("secret"), Browser: w.browser(r)}
	err := w.Invites.Second(r.Context(), in, r.PostFormValue("code"))
	if err == nil {
		http.Redirect(rw, r, invitePath(in.Secret), http.StatusSeeOther)
		return
	}
	i, gone := w.Invites.Stage(r.Context(), in.Secret, in.Browser, "")
	if gone != nil {
		w.refuse(rw, r, gone, "", view{})
		return
	}
	page := "segundo"
	if i.Stage != SecondCode {
		page = "entrar" // no try is left: the password again
	}
	w.refuse(rw, r, err, page, view{Data: inviteView{Path: invitePath(in.Secret), Channel: i.Channel, Label: i.Label}})
}

// inviteAgain goes back to the password.
func (w *Pages) inviteAgain(rw http.ResponseWriter, r *http.Request) {
	in := form.SignIn{Secret: r.PathValue("secret"), Browser: w.browser(r)}
	if err := w.Invites.Again(r.Context(), in); err != nil {
		w.refuse(rw, r, err, "", view{})
		return
	}
	http.Redirect(rw, r, invitePath(in.Secret), http.StatusSeeOther)
}
