package web

import (
	"bytes"
	"context"
	"embed"
	"errors"
	"html/template"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"llave/adapters/autogestion/form"
	"llave/adapters/autogestion/proof"
	"llave/adapters/catalog"
	"llave/adapters/httpx"
	"llave/flows/backend"
)

// Options are what the pages serve.
type Options struct {
	Invites  Invites
	Accounts Accounts
	Work     Work
	Mine     Mine
	OpenID   OpenID // nil: there is none
	// SheetKeys verify sheets.
	SheetKeys func(context.Context) (proof.Keys, error)
	// Mailbox lists the e-mails of the demo. Nil: there is no such page.
	Mailbox func(context.Context) ([]Mail, error)

	Registration Registration
	PublicURL    string // without a path
	Phone        string // of Mesa de Ayuda
	RunBy        string // who runs the service; empty: it is not said
	Demo         bool
	NoMail       bool // nothing is reset by e-mail
	// NewName returns a name for a browser, of cookieLen characters that cannot be guessed.
	NewName func() (string, error)
	Now     func() time.Time
	// Texts has the texts of all faults.
	Texts *catalog.Texts
	Log   *slog.Logger
}

//go:embed pages/*.html pages/estilo.css pages/*.js
var files embed.FS

// formMax is far above the size of the largest form.
const formMax = 16 << 10

// Pages are the pages, ready to be mounted.
type Pages struct {
	Options
	templates map[string]*template.Template
	style     []byte
}

// New loads the pages.
func New(o Options) *Pages {
	w := &Pages{Options: o, templates: loadTemplates()}
	w.style, _ = files.ReadFile("pages/estilo.css") // it is embedded
	return w
}

// Mount serves the pages below /autogestion/.
func (w *Pages) Mount(mux *http.ServeMux) {
	for _, r := range w.routes() {
		mux.Handle(r.pattern, r.serve)
	}
}

type route struct {
	pattern string
	serve   http.HandlerFunc
}

// routes are all pages. A GET changes nothing: chats, mail programs and scanners open every link that they see.
func (w *Pages) routes() []route {
	return []route{
		{"GET /autogestion/{$}", w.home},
		{"GET /autogestion/estilo.css", w.stylesheet},

		{"GET /autogestion/paginas.js", w.asset("paginas.js", "text/javascript")},
		{"GET /autogestion/altcha-pbkdf2.js", w.asset("altcha-pbkdf2.js", "text/javascript")},
		{"GET /autogestion/prueba", w.challenge},

		{"GET /autogestion/vincular/{secret}", w.withSecret(w.invite)},
		{"POST /autogestion/vincular/{secret}/seguir", w.withSecret(w.inviteGoOn)},
		{"POST /autogestion/vincular/{secret}/no", w.withSecret(w.inviteDecline)},
		{"POST /autogestion/vincular/{secret}/entrar", w.withSecret(w.inviteSignIn)},
		{"POST /autogestion/vincular/{secret}/segundo", w.withSecret(w.inviteSecond)},
		{"POST /autogestion/vincular/{secret}/otra", w.withSecret(w.inviteAgain)},
		{"POST /autogestion/vincular/{secret}/oidc", w.withSecret(w.openidBegin)},
		{"GET /autogestion/oidc/vuelta", w.openidEnd}, // it changes something: only with a state, in the browser that it is bound to

		{"GET /autogestion/registro", w.register},
		{"POST /autogestion/registro", w.registerDo},
		{"GET " + sentPath, w.registerSent},
		{"GET " + readyPath, w.registrationReady},
		{"GET /autogestion/registro/{secret}", w.withSecret(w.registration)},
		{"POST /autogestion/registro/{secret}", w.withSecret(w.registrationDo)},
		{"GET /autogestion/cuenta", w.register}, // links of before
		{"POST /autogestion/cuenta", w.registerDo},
		{"GET /autogestion/delegacion", w.office},
		{"POST /autogestion/delegacion", w.officeDo},
		{"GET " + minePath, w.mine},
		{"POST " + minePath, w.mineEnter},
		{"POST " + minePath + "/desvincular", w.mineUnlink},
		{"POST " + minePath + "/solo", w.mineAlone},
		{"POST " + minePath + "/clave", w.minePassword},
		{"POST " + minePath + "/salir", w.mineLeave},
		{"POST " + minePath + "/correo", w.mineEmail},
		{"POST " + minePath + "/cerrar", w.mineClose},
		{"GET " + minePath + "/datos", w.mineAll},
		{"GET /autogestion/deshacer/{secret}", w.withSecret(w.undo)},
		{"POST /autogestion/deshacer/{secret}", w.withSecret(w.undoDo)},
		{"GET /autogestion/clave", w.reset},
		{"POST /autogestion/clave", w.resetAsk},
		{"GET " + newPasswordPath, w.resetNew},
		{"POST " + newPasswordPath, w.resetDo},
		{"GET " + changedPath, w.resetReady},

		{"GET /autogestion/verificar", w.verify},
		{"POST /autogestion/verificar", w.verifyDo},

		{"GET /autogestion/correo", w.mail},
		{"/autogestion/", w.notFound},
	}
}

// view is the data of a page.
type view struct {
	Phone  string
	RunBy  string
	Demo   bool
	Faults []fault
	Form   map[string]string // typed before; never passwords and codes
	Proof  int               // level of the proof of work that the form needs
	Script bool
	OpenID string // the provider at which people sign in, too
	Data   any
}

// fault is a line of the summary of faults, and the text beside its field.
type fault struct{ Field, Text string }

// Fault returns the text beside a field.
func (v view) Fault(field string) string {
	for _, f := range v.Faults {
		if f.Field == field {
			return f.Text
		}
	}
	return ""
}

// loadTemplates parses the embedded pages. It panics if one is malformed: every test loads them all.
func loadTemplates() map[string]*template.Template {
	base := template.Must(template.New("").Option("missingkey=zero").ParseFS(files, "pages/base.html"))
	pages := map[string]*template.Template{}
	names, _ := files.ReadDir("pages")
	for _, f := range names {
		name, ok := strings.CutSuffix(f.Name(), ".html")
		if !ok || name == "base" {
			continue
		}
		pages[name] = template.Must(template.Must(base.Clone()).ParseFS(files, "pages/"+f.Name()))
	}
	return pages
}

// show writes a page.
func (w *Pages) show(rw http.ResponseWriter, r *http.Request, status int, page string, v view) {
	v.Phone, v.RunBy, v.Demo, v.Script, v.OpenID = w.Phone, w.RunBy, w.Demo, scripted[page], w.openidName()
	var b bytes.Buffer
	if err := w.templates[page].ExecuteTemplate(&b, "base", v); err != nil {
		w.Log.ErrorContext(r.Context(), "autogestion: page", "page", page, "err", err)
		http.Error(rw, w.Texts.Get("page_broken", nil), http.StatusInternalServerError)
		return
	}
	rw.Header().Set("Content-Type", "text/html; charset=utf-8")
	if v.Script {
		rw.Header().Set("Content-Security-Policy", w.policyOf(page))
	}
	rw.WriteHeader(status)
	_, _ = b.WriteTo(rw) // the browser went away
}

// refuse shows a form again with its faults, or the page for another error.
func (w *Pages) refuse(rw http.ResponseWriter, r *http.Request, err error, page string, v view) {
	var faults form.Faults
	var one *form.Refused
	status := http.StatusUnprocessableEntity
	switch {
	case errors.As(err, &faults):
	case errors.As(err, &one):
		faults = form.Faults{*one}
		v.Proof = max(v.Proof, one.Proof)
		if one.Wait > 0 {
			status = http.StatusTooManyRequests
			httpx.RetryAfter(rw, one.Wait)
		}
	case errors.Is(err, ErrInUse):
		w.inUse(rw, r)
		return
	case errors.Is(err, backend.ErrNoInvite):
		w.show(rw, r, http.StatusNotFound, "vencido", view{})
		return
	default:
		w.broken(rw, r, err)
		return
	}
	for _, f := range faults {
		v.Faults = append(v.Faults, fault{f.Field, w.Texts.Get(f.Why, struct{ Minutes int }{minutes(f.Wait)})})
	}
	w.show(rw, r, status, page, v)
}

// minutes rounds up, so that coming back in time is never too early.
func minutes(d time.Duration) int { return int((d + time.Minute - 1) / time.Minute) }

// broken shows that something failed. It logs the pattern of the route: the URL may hold a secret.
func (w *Pages) broken(rw http.ResponseWriter, r *http.Request, err error) {
	httpx.Failed(r.Context(), w.Log, "autogestion: request failed", "route", r.Pattern, "err", err)
	w.show(rw, r, http.StatusInternalServerError, "fallo", view{})
}

// parseForm reads a form of bounded size. If it returns false, it has answered.
func (w *Pages) parseForm(rw http.ResponseWriter, r *http.Request) bool {
	r.Body = http.MaxBytesReader(rw, r.Body, formMax)
	err := r.ParseForm()
	var large *http.MaxBytesError
	if errors.As(err, &large) {
		w.show(rw, r, http.StatusRequestEntityTooLarge, "fallo", view{})
		return false
	}
	if err != nil {
		w.show(rw, r, http.StatusBadRequest, "fallo", view{})
		return false
	}
	return true
}

func (w *Pages) home(rw http.ResponseWriter, r *http.Request) {
	w.show(rw, r, http.StatusOK, "inicio", view{})
}

func (w *Pages) stylesheet(rw http.ResponseWriter, _ *http.Request) {
	rw.Header().Set("Content-Type", "text/css; charset=utf-8")
	rw.Header().Set("Cache-Control", "public, max-age=3600")
	_, _ = rw.Write(w.style)
}

func (w *Pages) notFound(rw http.ResponseWriter, r *http.Request) {
	w.show(rw, r, http.StatusNotFound, "nohay", view{})
}

// CrossOrigin answers a form that another site sent.
func (w *Pages) CrossOrigin(rw http.ResponseWriter, r *http.Request) {
	w.show(rw, r, http.StatusForbidden, "ajeno", view{})
}
