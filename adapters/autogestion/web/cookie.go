package web

import (
	"net/http"
	"strings"
	"time"
)

// cookieLasts is long: the cookie also tells a browser that signed in before from a stranger's.
const cookieLasts = 180 * 24 * time.Hour

// cookieName has the __Host- prefix where browsers accept it: then no other host and no plain http page can have set the
// cookie.
func (w *Pages) cookieName() string {
	if w.secure() {
		return "__Host-autogestion"
	}
	return "autogestion"
}

func (w *Pages) secure() bool { return strings.HasPrefix(w.PublicURL, "https://") }

// browser returns the name of the browser, "" if it has none yet.
func (w *Pages) browser(r *http.Request) string {
	c, err := r.Cookie(w.cookieName())
	if err != nil || len(c.Value) != cookieLen {
		return ""
	}
	return c.Value
}

// cookieLen is the length of 256 bits in base64.
const cookieLen = 43

// named gives the browser a name if it has none, and returns it. Only a POST does so: to look at a page leaves no trace.
func (w *Pages) named(rw http.ResponseWriter, r *http.Request) (string, error) {
	name := w.browser(r)
	if name == "" {
		var err error
		if name, err = w.NewName(); err != nil {
			return "", err
		}
	}
	http.SetCookie(rw, &http.Cookie{Name: w.cookieName(), Value: name, Path: "/", HttpOnly: true, Secure: w.secure(),
		SameSite: http.SameSiteLaxMode, MaxAge: int(cookieLasts / time.Second)})
	return name, nil
}
