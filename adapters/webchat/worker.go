package webchat

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"html/template"
	"net/http"
)

// workerPolicy lets the service worker ask this site, and nothing else.
const workerPolicy = "default-src 'none'; connect-src 'self'"

// worker serves the service worker. It lies below /chat/ and may control the page, which is above it.
func (w *Web) worker(rw http.ResponseWriter, r *http.Request) {
	h := rw.Header()
	h.Set("Content-Security-Policy", workerPolicy)
	h.Set("Service-Worker-Allowed", "/")
	h.Set("Cache-Control", "no-cache") // the browser looks whether there is a newer one
	w.assets.worker.serve(rw, r)
}

// offlineView is the data of the page that is shown without a connection.
type offlineView struct {
	Style template.CSS
	Phone string
}

// offlineParts are what the service worker makes that page of.
type offlineParts struct {
	Page   string `json:"page"`
	Some   string `json:"some"`  // stands before tokens
	None   string `json:"none"`  // stands in their place
	Token  string `json:"token"` // one token
	Note   string `json:"note"`
	Policy string `json:"policy"` // of the page: its own style and nothing else
}

// workerScript is the script of the service worker, with its page in it: so nothing need be kept for that.
func workerScript(v pageView) ([]byte, error) {
	style, err := pageFiles.ReadFile("page/offline.css")
	if err != nil {
		return nil, err
	}
	t, err := template.ParseFS(pageFiles, "page/offline.html")
	if err != nil {
		return nil, err
	}
	sum := sha256.Sum256(style)
	parts := offlineParts{Policy: fmt.Sprintf("default-src 'none'; style-src 'sha256-%s'; form-action 'none'; frame-ancestors 'none'; base-uri 'none'", base64.StdEncoding.EncodeToString(sum[:]))}
	view := offlineView{Style: template.CSS(style), Phone: v.Phone}
	for name, to := range map[string]*string{"page": &parts.Page, "some": &parts.Some, "none": &parts.None, "token": &parts.Token, "note": &parts.Note} {
		var b bytes.Buffer
		if err := t.ExecuteTemplate(&b, name, view); err != nil {
			return nil, err
		}
		*to = b.String()
	}
	data, err := json.Marshal(parts)
	if err != nil {
		return nil, err
	}
	script, err := pageFiles.ReadFile("page/sw.js")
	return fmt.Appendf(nil, "const parts = %s;\n%s", data, script), err
}
