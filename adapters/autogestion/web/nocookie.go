package web

import (
	"net/http"
	"strings"
)

// cookieSet marks the address to which a browser is sent together with its cookie. A browser that comes there without the
// cookie keeps none.
const cookieSet = "galleta"

// withCookieSet returns a path with the mark.
func withCookieSet(path string) string { return path + "?" + cookieSet }

// keepsNone reports whether a browser was given a cookie and comes without it: to the marked address, or with a form that only
// a browser with the cookie is shown. Another device comes with neither.
func (w *Pages) keepsNone(r *http.Request) bool {
	if w.browser(r) != "" {
		return false
	}
	return r.URL.Query().Has(cookieSet) || strings.HasSuffix(r.URL.Path, "/entrar") || strings.HasSuffix(r.URL.Path, "/nueva")
}

// inUse shows the page for a browser that did not go on with the invite. A browser without a cookie may be the right one all
// the same.
func (w *Pages) inUse(rw http.ResponseWriter, r *http.Request) {
	page := "enuso"
	if w.keepsNone(r) {
		page = "sincookies"
	}
	w.show(rw, r, http.StatusConflict, page, view{Data: struct{ NoCookie bool }{w.browser(r) == ""}})
}
