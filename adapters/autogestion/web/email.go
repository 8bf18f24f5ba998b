package web

import (
	"encoding/json"
	"errors"
	"net/http"

	"llave/adapters/autogestion/form"
)

// mineEmail changes the e-mail address, with the current password.
func (w *Pages) mineEmail(rw http.ResponseWriter, r *http.Request) {
	if !w.parseForm(rw, r) {
		return
	}
	err := w.Mine.ChangeEmail(r.Context(), w.mineCookie().Get(r), w.typedPassword(r, w.browser(r), "current_email"), r.PostFormValue("email"),
		r.PostFormValue("email2"))
	var no *form.Refused
	if errors.As(err, &no) && no.Field == "current" {
		err = &form.Refused{Why: no.Why, Field: "current_email", Proof: no.Proof}
	}
	w.mineChanged(rw, r, err)
}

// mineClose closes the account, with the current password.
func (w *Pages) mineClose(rw http.ResponseWriter, r *http.Request) {
	if !w.parseForm(rw, r) {
		return
	}
	err := w.Mine.Close(r.Context(), w.mineCookie().Get(r), w.typedPassword(r, w.browser(r), "closing"))
	if err != nil {
		w.mineChanged(rw, r, err)
		return
	}
	w.mineCookie().Delete(rw, r)
	w.show(rw, r, http.StatusOK, "cuentaborrada", view{})
}

// mineAll sends all that is held as a file.
func (w *Pages) mineAll(rw http.ResponseWriter, r *http.Request) {
	all, err := w.Mine.All(r.Context(), w.mineCookie().Get(r))
	if err != nil {
		w.mineDone(rw, r, err)
		return
	}
	rw.Header().Set("Content-Type", "application/json")
	rw.Header().Set("Content-Disposition", `attachment; filename="mis-datos.json"`)
	e := json.NewEncoder(rw)
	e.SetIndent("", "  ")
	_ = e.Encode(all) // the browser went away
}

// undo shows the button that puts the old e-mail address back. To look at it changes nothing.
func (w *Pages) undo(rw http.ResponseWriter, r *http.Request) {
	w.show(rw, r, http.StatusOK, "deshacer", view{Data: linkView{Path: "/autogestion/deshacer/" + r.PathValue("secret")}})
}

func (w *Pages) undoDo(rw http.ResponseWriter, r *http.Request) {
	err := w.Mine.Undo(r.Context(), r.PathValue("secret"))
	switch {
	case errors.Is(err, ErrNoUndo):
		w.show(rw, r, http.StatusNotFound, "deshecho", view{Data: false})
	case err != nil:
		w.broken(rw, r, err)
	default:
		w.show(rw, r, http.StatusOK, "deshecho", view{Data: true})
	}
}
