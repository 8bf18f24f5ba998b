package autogestion

import (
	"bytes"
	"embed"
	"errors"
	"html/template"
	"net/http"
	"strings"
	"time"

	"llave/adapters/autogestion/catalog"
	"llave/adapters/autogestion/form"
	"llave/adapters/autogestion/wire"
	"llave/adapters/httpx"
	"llave/flows/backend"
)

//go:embed pages/*.html pages/estilo.css
var pageFiles embed.FS

// formMax is far above what the largest form needs.
const formMax = 16 << 10

// web serves the pages.
type web struct {
	*Service
	pages map[string]*template.Template
	style []byte
}

// Handler serves everything below /autogestion/: the pages, and the HTTP API below /autogestion/v1/.
func (s *Service) Handler() http.Handler {
	w := &web{Service: s, pages: loadPages(s.texts)}
	w.style, _ = pageFiles.ReadFile("pages/estilo.css") // embedded: it is there
	mux := http.NewServeMux()
	for _, r := range w.routes() {
		mux.Handle(r.pattern, http.HandlerFunc(r.serve))
	}
	s.mountAPI(mux)
	guarded := httpx.SameOrigin(s.opt.PublicURL, http.HandlerFunc(w.crossOrigin), mux)
	return secure(s.opt.PublicURL, http.MaxBytesHandler(jsonByDefault(guarded), wire.MaxBody))
}

// jsonByDefault takes what curl -d sends to the API for what was meant. The API goes by bearer keys, not by cookies,
// so nothing rests on a content type that forms cannot send.
func jsonByDefault(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if ct := r.Header.Get("Content-Type"); strings.HasPrefix(r.URL.Path, "/autogestion/v1/") &&
			(ct == "" || ct == "application/x-www-form-urlencoded") {
			r.Header.Set("Content-Type", "application/json")
		}
		next.ServeHTTP(w, r)
	})
}

type route struct {
	pattern string
	serve   http.HandlerFunc
}

// routes are all pages. What a GET shows is never changed by it: chats, mail programs and scanners open every link
// they see.
func (w *web) routes() []route {
	return []route{
		{"GET /autogestion/{$}", w.home},
		{"GET /autogestion/estilo.css", w.stylesheet},

		{"GET /autogestion/vincular/{secret}", w.withSecret(w.invite)},
		{"POST /autogestion/vincular/{secret}/seguir", w.withSecret(w.inviteGoOn)},
		{"POST /autogestion/vincular/{secret}/no", w.withSecret(w.inviteDecline)},
		{"POST /autogestion/vincular/{secret}/entrar", w.withSecret(w.inviteSignIn)},

		{"GET /autogestion/cuenta", w.register},
		{"POST /autogestion/cuenta", w.registerDo},
		{"GET /autogestion/clave", w.reset},
		{"POST /autogestion/clave", w.resetAsk},
		{"POST /autogestion/clave/nueva", w.resetDo},

		{"GET /autogestion/verificar", w.verify},
		{"POST /autogestion/verificar", w.verifyDo},

		{"GET /autogestion/correo", w.mailPage},
		{"/autogestion/", w.notFound},
	}
}

// secure sets what every answer has, pages and API alike.
func secure(publicURL string, next http.Handler) http.Handler {
	return httpx.Headers(httpx.Security{HSTS: httpx.HTTPS(publicURL)}, http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		rw.Header().Set("X-Robots-Tag", "noindex, nofollow")
		next.ServeHTTP(rw, r)
	}))
}

// view is what a page is made from.
type view struct {
	Phone  string
	Demo   bool
	Faults []fault
	Form   map[string]string // what was typed, passwords and codes never among it
	Data   any
}

// fault is one line of the summary of what is wrong, and the text beside its field.
type fault struct{ Field, Text string }

// Fault is the text of a field's fault.
func (v view) Fault(field string) string {
	for _, f := range v.Faults {
		if f.Field == field {
			return f.Text
		}
	}
	return ""
}

// loadPages parses what is embedded: an error here would be one of the build, and tests load every page.
func loadPages(t *catalog.Texts) map[string]*template.Template {
	base := template.Must(template.New("").Option("missingkey=zero").ParseFS(pageFiles, "pages/base.html"))
	pages := map[string]*template.Template{}
	names, _ := pageFiles.ReadDir("pages")
	for _, f := range names {
		name, ok := strings.CutSuffix(f.Name(), ".html")
		if !ok || name == "base" {
			continue
		}
		pages[name] = template.Must(template.Must(base.Clone()).ParseFS(pageFiles, "pages/"+f.Name()))
	}
	return pages
}

// show writes a page, or the page that says that something broke.
func (w *web) show(rw http.ResponseWriter, r *http.Request, status int, page string, v view) {
	v.Phone, v.Demo = w.opt.MesaPhone, w.opt.Demo
	var b bytes.Buffer
	if err := w.pages[page].ExecuteTemplate(&b, "base", v); err != nil {
		w.opt.Log.ErrorContext(r.Context(), "autogestion: page", "page", page, "err", err)
		http.Error(rw, w.texts.Get("page_broken", nil), http.StatusInternalServerError)
		return
	}
	rw.Header().Set("Content-Type", "text/html; charset=utf-8")
	rw.WriteHeader(status)
	_, _ = b.WriteTo(rw) // the browser went away
}

// refuse shows a form again with what is wrong in it, or the page that fits another error.
func (w *web) refuse(rw http.ResponseWriter, r *http.Request, err error, page string, v view) {
	var faults form.Faults
	var one *form.Refused
	status := http.StatusUnprocessableEntity
	switch {
	case errors.As(err, &faults):
	case errors.As(err, &one):
		faults = form.Faults{*one}
		if one.Wait > 0 {
			status = http.StatusTooManyRequests
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
		v.Faults = append(v.Faults, fault{f.Field, w.texts.Get(f.Why, struct{ Minutes int }{minutes(f.Wait)})})
	}
	w.show(rw, r, status, page, v)
}

// minutes rounds up: whoever comes back when told to is never told again.
func minutes(d time.Duration) int { return int((d + time.Minute - 1) / time.Minute) }

// broken logs an error by the route's pattern, never by the URL, which may hold a secret.
func (w *web) broken(rw http.ResponseWriter, r *http.Request, err error) {
	w.opt.Log.ErrorContext(r.Context(), "autogestion: request failed", "route", r.Pattern, "err", err)
	w.show(rw, r, http.StatusInternalServerError, "fallo", view{})
}

// form reads a form of bounded size. If it says false, it has answered.
func (w *web) form(rw http.ResponseWriter, r *http.Request) bool {
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

func (w *web) home(rw http.ResponseWriter, r *http.Request) {
	w.show(rw, r, http.StatusOK, "inicio", view{})
}

func (w *web) stylesheet(rw http.ResponseWriter, _ *http.Request) {
	rw.Header().Set("Content-Type", "text/css; charset=utf-8")
	rw.Header().Set("Cache-Control", "public, max-age=3600")
	_, _ = rw.Write(w.style)
}

func (w *web) notFound(rw http.ResponseWriter, r *http.Request) {
	w.show(rw, r, http.StatusNotFound, "nohay", view{})
}

func (w *web) crossOrigin(rw http.ResponseWriter, r *http.Request) {
	w.show(rw, r, http.StatusForbidden, "ajeno", view{})
}
