package httpx

import (
	"net/http"
	"time"
)

// Cookie is a cookie that identifies a browser to our own pages.
type Cookie struct {
	Name      string
	PublicURL string
	Lasts     time.Duration
}

// name has the __Host- prefix where browsers accept it: then no other host and no plain http page can have set the cookie.
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
func (c Cookie) Set(w http.ResponseWriter, value string) { c.set(w, value, int(c.Lasts/time.Second)) }

// Delete takes the cookie from the browser.
func (c Cookie) Delete(w http.ResponseWriter) { c.set(w, "", -1) }

func (c Cookie) set(w http.ResponseWriter, value string, maxAge int) {
	http.SetCookie(w, &http.Cookie{Name: c.name(), Value: value, Path: "/", HttpOnly: true, Secure: HTTPS(c.PublicURL),
		SameSite: http.SameSiteLaxMode, MaxAge: maxAge})
}
