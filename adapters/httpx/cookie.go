package httpx

import (
	"net/http"
	"time"
)

// Secure reports whether a cookie is for https only: the public URL is https, or the browser came by it.
func Secure(publicURL string, r *http.Request) bool { return HTTPS(publicURL) || ClientOf(r).HTTPS }

// Cookie is a cookie that identifies a browser to our own pages.
type Cookie struct {
	Name      string
	PublicURL string
	Lasts     time.Duration
}

// name has the __Host- prefix where browsers accept it: then no other host and no plain http page can have set the cookie.
// It goes by the public URL alone: a browser keeps its cookie when a proxy begins to say https.
func (c Cookie) name() string {
	if HTTPS(c.PublicURL) {
		return "__Host-" + c.Name
	}
	return c.Name
}

// Get returns the value of a request's cookie, "" if there is none.
func (c Cookie) Get(r *http.Request) string {
	got, err := r.Cookie(c.name())
	if err != nil {
		return ""
	}
	return got.Value
}

// Set gives the browser the cookie. It is Lax and not Strict: a person who follows a link from another site or an app
// keeps it.
func (c Cookie) Set(w http.ResponseWriter, r *http.Request, value string) {
	c.set(w, r, value, int(c.Lasts/time.Second))
}

// Delete takes the cookie from the browser.
func (c Cookie) Delete(w http.ResponseWriter, r *http.Request) { c.set(w, r, "", -1) }

func (c Cookie) set(w http.ResponseWriter, r *http.Request, value string, maxAge int) {
	http.SetCookie(w, &http.Cookie{Name: c.name(), Value: value, Path: "/", HttpOnly: true, Secure: Secure(c.PublicURL, r),
		SameSite: http.SameSiteLaxMode, MaxAge: maxAge})
}
