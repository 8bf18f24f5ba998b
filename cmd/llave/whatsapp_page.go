//go:build !nowhatsapp

package main

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"fmt"
	"html/template"
	"net/http"
	"strings"
	"time"

	"rsc.io/qr"

	"llave/adapters/httpx"
	"llave/adapters/whatsapp"
)

// whatsappPath is the path of that page, on the operator's address.
const whatsappPath = "/admin/whatsapp"

//go:embed whatsapp.tmpl
var whatsappTexts string

//go:embed whatsapp.css
var whatsappStyle string

// whatsappPage is the page on which the operator links a phone. It works without JavaScript.
type whatsappPage struct {
	wa       *whatsapp.WhatsApp
	pairings *pairings
	gate     pairingGate
	texts    *template.Template
	policy   string
}

// serveWhatsAppPage adds the page to the operator's address, if the channel is on.
func (a *app) serveWhatsAppPage(mux *http.ServeMux, gate *operatorGate) {
	if a.whatsapp == nil {
		return
	}
	p := &whatsappPage{
		wa: a.whatsapp.WhatsApp, pairings: newPairings(a.whatsapp.WhatsApp, a.log), gate: pairingGate{shared: gate.shared, proxied: a.hasPublicName()},
		texts: template.Must(template.New("").Funcs(template.FuncMap{"style": func() template.CSS { return template.CSS(whatsappStyle) }}).Parse(whatsappTexts)),
	}
	sum := sha256.Sum256([]byte(whatsappStyle))
	p.policy = fmt.Sprintf("default-src 'none'; img-src data:; style-src 'sha256-%s'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'", base64.StdEncoding.EncodeToString(sum[:]))
	a.onStop(p.pairings.close)
	mux.Handle(whatsappPath, gate.WithPassword(p))
}

// ServeHTTP implements http.Handler.
func (p *whatsappPage) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("Content-Security-Policy", p.policy)
	if why := p.gate.refuses(r); why != "" {
		p.write(w, http.StatusForbidden, "refused", why)
		return
	}
	owner, known := pageOwner(w, r)
	switch r.Method {
	case http.MethodGet, http.MethodHead:
		p.show(w, r, owner)
	case http.MethodPost:
		if !known {
			p.write(w, http.StatusForbidden, "refused", "cookie")
			return
		}
		p.act(w, r, owner)
	default:
		h.Set("Allow", "GET, HEAD, POST")
		w.WriteHeader(http.StatusMethodNotAllowed)
	}
}

// pageCookie identifies a browser. Browsers do not send it with requests from other sites.
const pageCookie = "llave_admin"

// pageOwner returns the id of a browser, and whether it has sent one.
func pageOwner(w http.ResponseWriter, r *http.Request) (owner string, known bool) {
	if c, err := r.Cookie(pageCookie); err == nil && len(c.Value) == 26 {
		return c.Value, true
	}
	owner = rand.Text()
	http.SetCookie(w, &http.Cookie{Name: pageCookie, Value: owner, Path: "/admin/", HttpOnly: true, SameSite: http.SameSiteStrictMode, Secure: httpx.Secure("", r)})
	return owner, false
}

// maxPageForm bounds a form: the answer of a passkey is the longest.
const maxPageForm = 64 << 10

// act runs the action of a form, waits for its next step, and shows the page again.
func (p *whatsappPage) act(w http.ResponseWriter, r *http.Request, owner string) {
	r.Body = http.MaxBytesReader(w, r.Body, maxPageForm)
	if err := r.ParseForm(); err != nil {
		p.write(w, http.StatusBadRequest, "refused", "form")
		return
	}
	form := r.PostForm
	switch form.Get("do") {
	case "qr":
		p.pairings.begin(owner, "", form.Get("auto") == "on")
	case "code":
		p.byCode(owner, form.Get("phone"), form.Get("auto") == "on")
	case stepPasskey:
		p.pairings.answer(owner, stepPasskey, form.Get("answer"))
	case stepConfirm:
		p.pairings.answer(owner, stepConfirm, "")
	case "cancel":
		p.pairings.cancel(owner)
	case "logout":
		p.logout(r.Context(), owner, form.Get("sure") == "on", form.Get("force") == "on")
	default:
		p.write(w, http.StatusBadRequest, "refused", "form")
		return
	}
	p.waitForStep(r.Context(), owner)
	http.Redirect(w, r, whatsappPath, http.StatusSeeOther)
}

// byCode begins a pairing with a number, in any notation. An empty one is refused: it would mean a QR code.
func (p *whatsappPage) byCode(owner, number string, auto bool) {
	number = strings.Map(func(r rune) rune {
		if strings.ContainsRune(" +-().", r) {
			return -1
		}
		return r
	}, number)
	if number == "" {
		p.pairings.report(owner, "number")
		return
	}
	p.pairings.begin(owner, number, auto)
}

func (p *whatsappPage) logout(ctx context.Context, owner string, sure, force bool) {
	if !sure {
		p.pairings.report(owner, "not-sure")
		return
	}
	p.pairings.logout(ctx, owner, force)
}

// waitForStep waits a moment for the next step, so that the page can show it.
func (p *whatsappPage) waitForStep(ctx context.Context, owner string) {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	for ctx.Err() == nil {
		shown, _, _, changed := p.pairings.view(owner)
		if shown.step != stepWait {
			return
		}
		select {
		case <-changed:
		case <-ctx.Done():
		}
	}
}

// whatsappView fills in the page.
type whatsappView struct {
	State, Since, Until, Todo string
	Code                      int
	Linked                    bool
	Number                    string // of the linked phone
	Result                    string // of the last action
	Busy                      bool   // another browser is pairing
	Step, Text, Till          string
	QR                        template.URL
	Refresh                   int // in seconds; 0: not by itself
}

// refreshes is the reload interval of a step: none while the operator types.
var refreshes = map[string]int{stepWait: 2, stepQR: 5, stepCode: 5}

func (p *whatsappPage) show(w http.ResponseWriter, r *http.Request, owner string) {
	s := p.wa.Status()
	v := whatsappView{State: string(s.State), Since: localTime(s.Since, "02/01 15:04"), Todo: s.Todo, Code: s.Code}
	if !s.Until.IsZero() {
		v.Until = localTime(s.Until, "02/01 15:04")
	}
	shown, busy, result, _ := p.pairings.view(owner)
	v.Busy, v.Result, v.Step, v.Text = busy, result.key, shown.step, shown.text
	if shown.auto {
		v.Refresh = refreshes[shown.step]
	}
	if !shown.until.IsZero() {
		v.Till = localTime(shown.until, "15:04:05")
	}
	var err error
	if v.Number, v.Linked, err = p.wa.Paired(r.Context()); err == nil && v.Step == stepQR {
		v.QR, err = pictureOf(v.Text)
	}
	if err != nil {
		p.pairings.log.Error("whatsapp: the page", "err", err)
		p.write(w, http.StatusInternalServerError, "refused", "failed")
		return
	}
	p.write(w, http.StatusOK, "page", v)
}

// pictureOf draws a QR code as a picture inside the page: it has no URL of its own.
func pictureOf(text string) (template.URL, error) {
	code, err := qr.Encode(text, qr.L)
	if err != nil {
		return "", fmt.Errorf("qr: %w", err)
	}
	code.Scale = 5
	return template.URL("data:image/png;base64," + base64.StdEncoding.EncodeToString(code.PNG())), nil
}

func (p *whatsappPage) write(w http.ResponseWriter, status int, name string, data any) {
	var b bytes.Buffer
	if err := p.texts.ExecuteTemplate(&b, name, data); err != nil {
		p.pairings.log.Error("whatsapp: the page", "err", err)
		http.Error(w, "", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	w.Write(b.Bytes())
}
