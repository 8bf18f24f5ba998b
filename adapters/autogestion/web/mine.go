package web

import (
	"errors"
	"net/http"
	"time"

	"llave/adapters/autogestion/form"
	"llave/adapters/httpx"
	"llave/flows/backend"
)

const minePath = "/autogestion/mi-cuenta"

// mineCookie names the session of the page of an account.
func (w *Pages) mineCookie() httpx.Cookie {
	return httpx.Cookie{Name: "micuenta", PublicURL: w.PublicURL, Lasts: time.Hour} // the session itself is shorter
}

// mineView is the data of that page.
type mineView struct {
	Account
	Made, ConsentAt string
	Chats           []chatView
	Done            bool // something was changed
}

type chatView struct{ ID, Channel, Label, Since string }

// mine shows the account, or the form to enter.
func (w *Pages) mine(rw http.ResponseWriter, r *http.Request) {
	w.showMine(rw, r, nil)
}

// showMine shows the account, with the faults of a form on its page.
func (w *Pages) showMine(rw http.ResponseWriter, r *http.Request, fault error) {
	a, err := w.Mine.Look(r.Context(), w.mineCookie().Get(r))
	if errors.Is(err, ErrNoSession) {
		w.show(rw, r, http.StatusOK, "micuentaentrar", view{Proof: w.Work.SignIn(r.Context(), httpx.ClientOf(r).Key())})
		return
	}
	if err != nil {
		w.broken(rw, r, err)
		return
	}
	data := mineView{Account: a, Made: dayOf(a.Made), ConsentAt: dayOf(a.ConsentAt), Done: r.URL.Query().Has("listo")}
	for _, c := range a.Chats {
		data.Chats = append(data.Chats, chatView{c.ID, c.Channel, c.Label, dayOf(c.Since)})
	}
	if fault != nil {
		w.refuse(rw, r, fault, "micuenta", view{Data: data})
		return
	}
	w.show(rw, r, http.StatusOK, "micuenta", view{Data: data})
}

func dayOf(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.In(backend.BuenosAires).Format("02/01/2006 15:04")
}

func (w *Pages) mineEnter(rw http.ResponseWriter, r *http.Request) {
	if !w.parseForm(rw, r) {
		return
	}
	browser, err := w.named(rw, r)
	var session string
	if err == nil {
		session, err = w.Mine.Enter(r.Context(), w.typedPassword(r, browser, "password"))
	}
	if err != nil {
		w.refuse(rw, r, err, "micuentaentrar", view{Form: map[string]string{"cuil": r.PostFormValue("cuil")}})
		return
	}
	w.mineCookie().Set(rw, r, session)
	http.Redirect(rw, r, minePath, http.StatusSeeOther)
}

// typedPassword is the sign-in of a form whose password field has a name.
func (w *Pages) typedPassword(r *http.Request, browser, field string) form.SignIn {
	return form.SignIn{Browser: browser, Address: httpx.ClientOf(r).Key(), Proof: r.PostFormValue("work"), CUIL: r.PostFormValue("cuil"),
		Password: r.PostFormValue(field)}
}

func (w *Pages) mineUnlink(rw http.ResponseWriter, r *http.Request) {
	if !w.parseForm(rw, r) {
		return
	}
	link := r.PostFormValue("chat")
	if link == "" && r.PostFormValue("todos") == "" {
		w.showMine(rw, r, nil)
		return
	}
	w.mineDone(rw, r, w.Mine.Unlink(r.Context(), w.mineCookie().Get(r), link))
}

func (w *Pages) minePassword(rw http.ResponseWriter, r *http.Request) {
	if !w.parseForm(rw, r) {
		return
	}
	err := w.Mine.ChangePassword(r.Context(), w.mineCookie().Get(r), w.typedPassword(r, w.browser(r), "current"), r.PostFormValue("password"),
		r.PostFormValue("password2"))
	w.mineChanged(rw, r, err)
}

// mineChanged shows the faults of a form of the page, or goes back to it after a change.
func (w *Pages) mineChanged(rw http.ResponseWriter, r *http.Request, err error) {
	var no *form.Refused
	var faults form.Faults
	if errors.As(err, &no) || errors.As(err, &faults) {
		w.showMine(rw, r, err)
		return
	}
	w.mineDone(rw, r, err)
}

// mineDone goes back to the page after a change.
func (w *Pages) mineDone(rw http.ResponseWriter, r *http.Request, err error) {
	switch {
	case errors.Is(err, ErrNoSession):
		http.Redirect(rw, r, minePath, http.StatusSeeOther)
	case err != nil:
		w.broken(rw, r, err)
	default:
		http.Redirect(rw, r, minePath+"?listo", http.StatusSeeOther)
	}
}

func (w *Pages) mineLeave(rw http.ResponseWriter, r *http.Request) {
	if err := w.Mine.Leave(r.Context(), w.mineCookie().Get(r)); err != nil {
		w.broken(rw, r, err)
		return
	}
	w.mineCookie().Delete(rw, r)
	http.Redirect(rw, r, minePath, http.StatusSeeOther)
}

// mineAlone lets only the owner ask for their tokens, or their families as well.
func (w *Pages) mineAlone(rw http.ResponseWriter, r *http.Request) {
	if !w.parseForm(rw, r) {
		return
	}
	err := w.Mine.Alone(r.Context(), w.mineCookie().Get(r), r.PostFormValue("solo") == "si")
	if err != nil && !errors.Is(err, ErrNoSession) {
		w.broken(rw, r, err)
		return
	}
	http.Redirect(rw, r, minePath+"?listo", http.StatusSeeOther)
}
