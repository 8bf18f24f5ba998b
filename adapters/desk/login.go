package desk

import (
	"errors"
	"net/http"

	"llave/adapters/desk/archive"
	"llave/bot"
)

// front shows the queue to who is signed in, and the sign-in page to others.
func (d *Desk) front(c *call) error {
	switch {
	case !c.signedIn() && c.json:
		return &refusal{status: http.StatusUnauthorized, why: "signed_out"}
	case !c.signedIn():
		return d.signInPage(c)
	case !looking.has(c.me.Role):
		http.Redirect(c.rw, c.Request, home(c.me.Role), http.StatusSeeOther)
		return nil
	}
	return d.list(c)
}

// home is the first page of a role.
func home(r bot.Role) string {
	if looking.has(r) {
		return "/mesa/casos"
	}
	return "/mesa/ajustes"
}

// signView is the sign-in page.
type signView struct {
	page
	Next string `json:"-"`
}

func (d *Desk) signInPage(c *call) error {
	v := &signView{page: d.page(c, d.text("title_sign_in", nil)), Next: localPath(c.FormValue("next"))}
	return d.show(c, http.StatusOK, "entrar.html", v)
}

// signIn answers the same, in the same time, to a user name that there is not and to a wrong password.
func (d *Desk) signIn(c *call) error {
	if ok, after := d.signIns.Allow(client(c.Request)); !ok {
		return d.signRefusal(c, &refusal{status: http.StatusTooManyRequests, why: "throttled", after: after})
	}
	a, err := d.db.SignIn(c.Context(), c.PostFormValue("user"), c.PostFormValue("password"), c.PostFormValue("code"), client(c.Request))
	var wait *archive.Throttled
	switch {
	case errors.As(err, &wait):
		return d.signRefusal(c, &refusal{status: http.StatusTooManyRequests, why: "throttled", after: wait.After})
	case errors.Is(err, archive.ErrSignIn):
		return d.signRefusal(c, &refusal{status: http.StatusUnauthorized, why: "sign_in"})
	case err != nil:
		return err
	}
	if err := d.beginSession(c.Context(), a); err != nil {
		return err
	}
	next := localPath(c.PostFormValue("next"))
	if next == "" || next == "/mesa/" {
		next = home(a.Role)
	}
	return d.done(c, next, map[string]any{"agent": string(a.ID), "name": a.Name, "role": string(a.Role)})
}

// signRefusal shows the sign-in page again with the reason. Nothing of what was typed is in it.
func (d *Desk) signRefusal(c *call, no *refusal) error {
	no.page = func(words string) error {
		v := &signView{page: d.page(c, d.text("title_sign_in", nil)), Next: localPath(c.PostFormValue("next"))}
		v.Me, v.Alert = nil, words
		return d.show(c, no.status, "entrar.html", v)
	}
	return no
}

func (d *Desk) signOut(c *call) error {
	if err := d.db.SetDuty(c.Context(), c.me.ID, archive.DutyOff); err != nil && !errors.Is(err, archive.ErrNotFound) {
		return err
	}
	if err := d.audit(c, "signout", 0, ""); err != nil {
		return err
	}
	if err := d.sessions.Destroy(c.Context()); err != nil {
		return err
	}
	return d.done(c, "/mesa/entrar", nil)
}

// duty says whether the agent takes cases.
func (d *Desk) duty(c *call) error {
	duty := archive.Duty(c.PostFormValue("duty"))
	err := d.db.SetDuty(c.Context(), c.me.ID, duty)
	if errors.Is(err, archive.ErrNotFound) {
		return unprocessable("duty")
	}
	if err != nil {
		return err
	}
	return d.done(c, back(c, "/mesa/casos"), map[string]any{"duty": string(duty)})
}

// back is the page of ours that a form stood on, or the other one.
func back(c *call, other string) string {
	if p := pathOf(c.Referer(), c.Host); p != "" {
		return p
	}
	return other
}
