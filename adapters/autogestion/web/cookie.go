package web

import (
	"net/http"
	"time"

	"llave/adapters/httpx"
)

// cookieLasts is long: by the cookie a device that signed in before is known.
const cookieLasts = 180 * 24 * time.Hour

func (w *Pages) cookie() httpx.Cookie {
	return httpx.Cookie{Name: "autogestion", PublicURL: w.PublicURL, Lasts: cookieLasts}
}

// browser returns the name of the browser, "" if it has none yet.
func (w *Pages) browser(r *http.Request) string {
	name := w.cookie().Get(r)
	if len(name) != cookieLen {
		return ""
	}
	return name
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
	w.cookie().Set(rw, r, name)
	return name, nil
}
