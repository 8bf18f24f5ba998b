package webchat

import (
	"errors"
	"mime"
	"net/http"
	"strconv"

	"llave/adapters/httpx"
	"llave/bot"
)

// Handler serves the page at / and its parts below /chat/. Messages go to the bot.
func (w *Web) Handler(to bot.Accepter) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", w.page)
	mux.HandleFunc("GET /chat/{asset}", w.asset)
	mux.HandleFunc("GET /chat/sw.js", w.worker)
	mux.HandleFunc("GET /chat/events", w.stream)
	mux.HandleFunc("GET /chat/poll", w.poll)
	mux.HandleFunc("GET /chat/files/{seq}", w.file)
	mux.HandleFunc("POST /chat/messages", w.receive(to))
	mux.HandleFunc("POST /chat/files", w.receiveFile(to))
	mux.HandleFunc("POST /chat/forget", w.forget(to))
	denied := http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		w.refuse(rw, r, &requestError{status: http.StatusForbidden, why: "cross_origin"})
	})
	return secure(w.opt.PublicURL, httpx.SameOrigin(w.opt.PublicURL, denied, mux))
}

// policy lets the page use its own files, and no others.
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; manifest-src 'self'; worker-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"

// secure sets the headers of every answer.
func secure(publicURL string, next http.Handler) http.Handler {
	return httpx.Headers(httpx.Security{HSTS: httpx.HTTPS(publicURL)}, http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		rw.Header().Set("Content-Security-Policy", policy)
		next.ServeHTTP(rw, r)
	}))
}

// page serves the page, and gives a browser without a chat the cookie of one. Nothing is stored: a crawler leaves no
// trace.
func (w *Web) page(rw http.ResponseWriter, r *http.Request) {
	_, cookie, err := w.chatOf(r)
	if errors.Is(err, errNoChat) {
		cookie, err = w.newCookie(), nil
	}
	if err == nil {
		w.cookie().Set(rw, r, cookie)
	}
	w.assets.page.serve(rw, r)
}

// asset serves the parts of the page, under names that change with their contents.
func (w *Web) asset(rw http.ResponseWriter, r *http.Request) {
	name := r.PathValue("asset")
	a, ok := w.assets.named[name]
	if draw := w.assets.icons[name]; draw != nil {
		var err error
		a, err = draw()
		ok = err == nil
	}
	if !ok {
		w.refuse(rw, r, &requestError{status: http.StatusNotFound, why: "no_page"})
		return
	}
	rw.Header().Set("Cache-Control", "public, max-age=31536000, immutable")
	a.serve(rw, r)
}

// file serves a file to the browser of its chat, and to no other.
func (w *Web) file(rw http.ResponseWriter, r *http.Request) {
	chat, _, err := w.chatOf(r)
	seq, bad := parseEventID(r.PathValue("seq"))
	var info fileInfo
	var data []byte
	if err == nil && bad == nil {
		info, data, err = w.history.file(r.Context(), w.keys.name(chat), seq)
	}
	if bad != nil || errors.Is(err, errNotFound) || errors.Is(err, errNoChat) {
		err = &requestError{status: http.StatusNotFound, why: "no_file"}
	}
	if err != nil {
		w.refuse(rw, r, err)
		return
	}
	h := rw.Header()
	h.Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; sandbox")
	h.Set("Content-Type", info.safeType())
	h.Set("Content-Disposition", w.disposition(info))
	h.Set("Content-Length", strconv.Itoa(len(data)))
	_, _ = rw.Write(data) // the browser went away
}

// safeType is the type of a file that a browser only shows or saves.
func (f *fileInfo) safeType() string {
	if f.picture() || f.Type == "application/pdf" {
		return f.Type
	}
	return "application/octet-stream"
}

// disposition shows pictures and saves other files, under a safe name.
func (w *Web) disposition(f fileInfo) string {
	how := "attachment"
	if f.picture() {
		how = "inline"
	}
	name := safeName(f.Name)
	if name == "" {
		name = w.texts.Get("file_name", nil)
	}
	return mime.FormatMediaType(how, map[string]string{"filename": name})
}

// safeName removes from a file name the characters that do not belong there.
func safeName(name string) string {
	var out []rune
	for _, r := range name {
		switch {
		case r < ' ' || r == 0x7f || r == '/' || r == '\\' || r == '"' || 0x202a <= r && r <= 0x202e || 0x2066 <= r && r <= 0x2069:
		case r == '.' && len(out) == 0:
		case len(out) < 100:
			out = append(out, r)
		}
	}
	return string(out)
}

// peerAddress is the client's address behind trusted proxies, as limits count it.
func peerAddress(r *http.Request) string { return httpx.ClientOf(r).Key() }
