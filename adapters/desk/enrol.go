package desk

import (
	"errors"
	"fmt"
	"html/template"
	"net/http"
	"strings"

	"rsc.io/qr"

	"llave/adapters/desk/archive"
)

// enrolView is the page on which an agent chooses a password and sets up the authenticator. As JSON it is what a program needs
// to do so.
type enrolView struct {
	page
	Enrol string        `json:"-"`
	Key   string        `json:"key,omitempty"`
	URL   string        `json:"url,omitempty"`
	QR    template.HTML `json:"-"`
	Done  bool          `json:"done,omitempty"`
	OK    bool          `json:"ok"`
}

func (d *Desk) enrolPage(c *call) error {
	return d.show(c, http.StatusOK, "alta.html", &enrolView{page: d.page(c, d.text("title_enrol", nil))})
}

// enrol shows the key for a one-time code, and sets the password once the code of the authenticator comes with it.
func (d *Desk) enrol(c *call) error {
	if ok, after := d.signIns.Allow(client(c.Request)); !ok {
		return d.enrolRefusal(c, &refusal{status: http.StatusTooManyRequests, why: "throttled", after: after}, nil)
	}
	code := strings.TrimSpace(c.PostFormValue("enrol"))
	e, err := d.db.Enrolment(c.Context(), code)
	if errors.Is(err, archive.ErrEnrolment) {
		return d.enrolRefusal(c, &refusal{status: http.StatusUnprocessableEntity, why: "enrol"}, nil)
	}
	if err != nil {
		return err
	}
	v := &enrolView{page: d.page(c, d.text("title_enrol", nil)), Enrol: code, Key: e.Secret, URL: e.URL, OK: true}
	if v.QR, err = qrSVG(e.URL); err != nil {
		return err
	}
	password, typed := c.PostFormValue("password"), c.PostFormValue("code")
	switch {
	case password == "" && typed == "":
		return d.show(c, http.StatusOK, "alta.html", v)
	case password != c.PostFormValue("again"):
		return d.enrolRefusal(c, &refusal{status: http.StatusUnprocessableEntity, why: "again"}, v)
	case typed == "" && len(password) >= archive.MinPassword:
		return d.show(c, http.StatusOK, "alta.html", v)
	}
	_, err = d.db.Enrol(c.Context(), code, password, typed)
	for refused, why := range map[error]string{archive.ErrPassword: "password", archive.ErrCode: "code", archive.ErrEnrolment: "enrol"} {
		if errors.Is(err, refused) {
			return d.enrolRefusal(c, &refusal{status: http.StatusUnprocessableEntity, why: why}, v)
		}
	}
	if err != nil {
		return err
	}
	v.Done, v.Key, v.URL, v.QR = true, "", "", ""
	return d.show(c, http.StatusOK, "alta.html", v)
}

// enrolRefusal shows the page again with the reason.
func (d *Desk) enrolRefusal(c *call, no *refusal, v *enrolView) error {
	if v == nil {
		v = &enrolView{page: d.page(c, d.text("title_enrol", nil))}
	}
	no.page = func(words string) error {
		v.Alert = words
		return d.show(c, no.status, "alta.html", v)
	}
	return no
}

// qrSVG draws a QR code as SVG, with its quiet zone.
func qrSVG(text string) (template.HTML, error) {
	code, err := qr.Encode(text, qr.M)
	if err != nil {
		return "", fmt.Errorf("desk: qr: %w", err)
	}
	const quiet = 4
	var path strings.Builder
	for y := range code.Size {
		for x := range code.Size {
			if code.Black(x, y) {
				fmt.Fprintf(&path, "M%d %dh1v1h-1z", x+quiet, y+quiet)
			}
		}
	}
	side := code.Size + 2*quiet
	// Numbers and letters of our own only.
	return template.HTML(fmt.Sprintf(`<svg viewBox="0 0 %d %d" width="240" height="240" shape-rendering="crispEdges" aria-hidden="true"><path fill="#fff" d="M0 0h%dv%dH0z"/><path fill="#000" d="%s"/></svg>`, side, side, side, side, path.String())), nil
}
