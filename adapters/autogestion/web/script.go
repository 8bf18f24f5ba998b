package web

import (
	"encoding/json"
	"net/http"
	"strconv"
)

// scriptPolicy is the Content-Security-Policy of pages with a form that a script helps with: it shows a password, and proves
// work. All of them work without it.
const scriptPolicy = "default-src 'none'; script-src 'self'; worker-src 'self'; connect-src 'self'; style-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"

// scripted are the pages with a script.
var scripted = map[string]bool{"invitar": true, "entrar": true, "registro": true, "segundo": true, "cuenta": true, "clave": true, "clavenueva": true, "delegacion": true, "micuenta": true, "micuentaentrar": true}

// asset serves an embedded file.
func (w *Pages) asset(name, kind string) http.HandlerFunc {
	content, err := files.ReadFile("pages/" + name)
	if err != nil {
		panic(err) // it is embedded
	}
	return func(rw http.ResponseWriter, _ *http.Request) {
		rw.Header().Set("Content-Type", kind+"; charset=utf-8")
		rw.Header().Set("Cache-Control", "public, max-age=3600")
		_, _ = rw.Write(content)
	}
}

// challenge serves a challenge for a proof of work.
func (w *Pages) challenge(rw http.ResponseWriter, r *http.Request) {
	level, err := strconv.Atoi(r.URL.Query().Get("nivel"))
	if err != nil {
		level = 1
	}
	c, err := w.Work.Challenge(level)
	if err != nil {
		w.broken(rw, r, err)
		return
	}
	rw.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(rw).Encode(c)
}
