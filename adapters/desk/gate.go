package desk

import (
	"errors"
	"net/http"
	"net/url"
	"strings"
	"time"

	"llave/adapters/desk/archive"
)

// call is one request, with who makes it.
type call struct {
	*http.Request
	rw   http.ResponseWriter
	me   archive.Agent // zero if nobody is signed in
	json bool          // JSON is wanted

	nextAct int // how many cases a request has tried to take
}

// signedIn reports whether the request has a session.
func (c *call) signedIn() bool { return c.me.ID != "" }

// uploadTime is how long the body of a file may take.
const uploadTime = 3 * time.Minute

// serve runs a route behind its checks: session, role, and the size of the body.
func (d *Desk) serve(r route) http.Handler {
	inner := http.HandlerFunc(func(rw http.ResponseWriter, req *http.Request) {
		c := &call{Request: req, rw: rw, json: wantsJSON(req)}
		if err := d.admit(r, c); err != nil {
			d.refuse(c, err)
			return
		}
		if err := r.do(d, c); err != nil {
			d.refuse(c, err)
		}
	})
	if r.quiet {
		return d.quietSession(inner)
	}
	return d.loadAndSave(inner)
}

// admit reads who makes a request, and its form.
func (d *Desk) admit(r route, c *call) (err error) {
	if c.me, err = d.sessionAgent(c.Context()); err != nil {
		return err
	}
	if r.who != nobody && !c.signedIn() {
		return &refusal{status: http.StatusUnauthorized, why: "signed_out"}
	}
	if r.who != nobody && !r.who.has(c.me.Role) {
		return &refusal{status: http.StatusForbidden, why: "role"}
	}
	if c.Method != http.MethodPost {
		return nil
	}
	limit := r.body
	if limit == 0 {
		limit = maxForm
	}
	return c.readForm(limit)
}

// readForm parses the body, of either form encoding.
func (c *call) readForm(limit int64) error {
	c.Body = http.MaxBytesReader(c.rw, c.Body, limit)
	var err error
	if strings.HasPrefix(c.Header.Get("Content-Type"), "multipart/form-data") {
		if limit > maxForm {
			_ = http.NewResponseController(c.rw).SetReadDeadline(time.Now().Add(uploadTime)) // not every writer can
		}
		err = c.ParseMultipartForm(limit)
	} else {
		err = c.ParseForm()
	}
	var large *http.MaxBytesError
	switch {
	case errors.As(err, &large):
		return tooLarge(limit)
	case err != nil:
		return &refusal{status: http.StatusBadRequest, why: "bad_form"}
	}
	return nil
}

// tooLarge names the limit.
func tooLarge(limit int64) *refusal {
	size := "64 kB"
	if limit > maxForm {
		size = "16 MB"
	}
	return &refusal{status: http.StatusRequestEntityTooLarge, why: "too_large", data: map[string]any{"Limit": size}}
}

// wantsJSON reports whether a request prefers JSON to a page.
func wantsJSON(r *http.Request) bool {
	accept := r.Header.Get("Accept")
	return strings.Contains(accept, "application/json") && !strings.Contains(accept, "text/html")
}

// localPath is a path of the desk to go to after signing in, "" if the text is none.
func localPath(text string) string {
	u, err := url.Parse(text)
	if err != nil || u.Scheme != "" || u.Host != "" || !strings.HasPrefix(u.Path, "/mesa/") || strings.Contains(text, "\\") || strings.Contains(u.Path, "//") {
		return ""
	}
	return u.RequestURI()
}
