package web

import (
	"context"
	"errors"
	"net/http"
	"strings"

	"llave/adapters/autogestion/form"
	"llave/adapters/httpx"
)

// OpenID signs people in at an OpenID provider.
type OpenID interface {
	// Name is the provider as people know it. Origin is where its pages are.
	Name() string
	Origin() string
	// Leaves reports whether an address of Begin is on another origin.
	Leaves(url string) bool
	// Begin returns the address at the provider. It fails like Invites.SignIn.
	Begin(context.Context, form.SignIn) (url string, err error)
	// End ends the sign-in, and returns the secret of the invite as far as it is known. It fails with ErrOpenID, ErrOpenIDNobody, and
	// like Invites.SignIn.
	End(context.Context, OpenIDAnswer) (secret string, err error)
}

// OpenIDAnswer is what comes back from the provider. Without a code the person went back, or the provider refused.
type OpenIDAnswer struct{ Browser, State, Code, Iss string }

var (
	// ErrOpenID: the provider, or its answer, signs nobody in here. The password still does.
	ErrOpenID = errors.New("autogestion: no sign-in at the OpenID provider")
	// ErrOpenIDNobody: the insurer does not know the person.
	ErrOpenIDNobody = errors.New("autogestion: the insurer does not know the person")
)

// openidName is the provider's name, "" if there is none.
func (w *Pages) openidName() string {
	if w.OpenID == nil {
		return ""
	}
	return w.OpenID.Name()
}

// openidBegin sends the person to the provider.
func (w *Pages) openidBegin(rw http.ResponseWriter, r *http.Request) {
	if !w.parseForm(rw, r) {
		return
	}
	if w.OpenID == nil {
		w.notFound(rw, r)
		return
	}
	in := form.SignIn{Secret: r.PathValue("secret"), Browser: w.browser(r), Address: httpx.ClientOf(r).Key(), Consent: r.PostFormValue("consent") == "on"}
	url, err := w.OpenID.Begin(r.Context(), in)
	if err != nil {
		w.refuseSignIn(rw, r, in, err)
		return
	}
	if w.OpenID.Leaves(url) { // browsers hold a redirect of a form to the policy of the form's page, and a link not
		rw.Header().Set("Refresh", "0; url="+url)
		w.show(rw, r, http.StatusOK, "openidseguir", view{Data: url})
		return
	}
	http.Redirect(rw, r, url, http.StatusSeeOther)
}

// openidEnd is where the provider sends the person back.
func (w *Pages) openidEnd(rw http.ResponseWriter, r *http.Request) {
	if w.OpenID == nil {
		w.notFound(rw, r)
		return
	}
	q := r.URL.Query()
	secret, err := w.OpenID.End(r.Context(), OpenIDAnswer{Browser: w.browser(r), State: q.Get("state"), Code: q.Get("code"), Iss: q.Get("iss")})
	switch {
	case err == nil:
		http.Redirect(rw, r, invitePath(secret), http.StatusSeeOther)
	case errors.Is(err, ErrOpenID), errors.Is(err, ErrOpenIDNobody):
		data := struct {
			Path, Name string
			Nobody     bool
		}{"", w.openidName(), errors.Is(err, ErrOpenIDNobody)}
		if secret != "" {
			data.Path = invitePath(secret)
		}
		w.show(rw, r, http.StatusUnprocessableEntity, "openidno", view{Data: data})
	default:
		w.refuse(rw, r, err, "openidno", view{})
	}
}

// policyOf is the policy of a page with a script: the form of the sign-in may lead to the provider.
func (w *Pages) policyOf(page string) string {
	if page != "entrar" || w.OpenID == nil {
		return scriptPolicy
	}
	return strings.Replace(scriptPolicy, "form-action 'self'", "form-action 'self' "+w.OpenID.Origin(), 1)
}
