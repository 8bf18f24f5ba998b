package autogestion

import (
	"net/http"
	"strings"
	"time"
)

// cookieLasts is long, because the cookie also tells a browser that signed in before from a stranger's.
const cookieLasts = 180 * 24 * time.Hour

// cookieName has the __Host- prefix wherever browsers accept it: no other host and no plain http page can then
// have set it.
func (w *web) cookieName() string {
	if w.secure() {
		return "__Host-autogestion"
	}
	return "autogestion"
}

func (w *web) secure() bool { return strings.HasPrefix(w.opt.PublicURL, "https://") }

// browser is the browser's name, "" if it has none yet.
func (w *web) browser(r *http.Request) string {
	c, err := r.Cookie(w.cookieName())
	if err != nil || len(c.Value) != cookieLen {
		return ""
	}
	return c.Value
}

// cookieLen is that of 256 bits in base64.
const cookieLen = 43

// named gives the browser a name if it has none. Only a POST does: looking leaves no trace.
func (w *web) named(rw http.ResponseWriter, r *http.Request) (string, error) {
	name := w.browser(r)
	if name == "" {
		b, err := w.keys.random(32)
		if err != nil {
			return "", err
		}
		name = text64(b)
	}
	http.SetCookie(rw, &http.Cookie{Name: w.cookieName(), Value: name, Path: "/", HttpOnly: true, Secure: w.secure(),
		SameSite: http.SameSiteLaxMode, MaxAge: int(cookieLasts / time.Second)})
	return name, nil
}
