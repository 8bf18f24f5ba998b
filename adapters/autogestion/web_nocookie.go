package autogestion

import (
	"net/http"
	"strings"
)

// cookieSet marks the address to which a browser is sent that was just given its cookie: one that comes there without
// keeps none.
const cookieSet = "galleta"

// withCookieSet is a path with the mark.
func withCookieSet(path string) string { return path + "?" + cookieSet }

// keepsNone reports whether a browser was given a cookie and comes without it: to where it was sent with the cookie, or
// with a form that only a browser with the cookie is shown. Another device comes to neither.
func (w *web) keepsNone(r *http.Request) bool {
	if w.browser(r) != "" {
		return false
	}
	return r.URL.Query().Has(cookieSet) || strings.HasSuffix(r.URL.Path, "/entrar") || strings.HasSuffix(r.URL.Path, "/nueva")
}

// inUse is the page for a browser that is not the one that went on with an invite. Without a cookie it may be that one
// all the same.
func (w *web) inUse(rw http.ResponseWriter, r *http.Request) {
	page := "enuso"
	if w.keepsNone(r) {
		page = "sincookies"
	}
	w.show(rw, r, http.StatusConflict, page, view{Data: struct{ NoCookie bool }{w.browser(r) == ""}})
}
