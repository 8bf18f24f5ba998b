package desk

import (
	"net/http"

	"llave/adapters/httpx"
)

// route is a row of the table of routes: who may do what, and how much a body may hold.
type route struct {
	method, path string
	who          roles
	do           func(*Desk, *call) error
	body         int64 // 0: maxForm
	quiet        bool  // the page asks by itself: it does not count as being at work
}

// Limits of bodies.
const (
	maxForm   = 64 << 10
	maxFile   = 16 << 20
	maxUpload = maxFile + maxForm
)

// routes are all routes of the desk. A role that is not named gets 403; a method that is not here 405.
func routes() []route {
	return []route{
		{method: "GET", path: "/mesa/{$}", do: (*Desk).front},
		{method: "GET", path: "/mesa/entrar", do: (*Desk).signInPage},
		{method: "POST", path: "/mesa/entrar", do: (*Desk).signIn},
		{method: "POST", path: "/mesa/salir", who: everyone, do: (*Desk).signOut},
		{method: "GET", path: "/mesa/alta", do: (*Desk).enrolPage},
		{method: "POST", path: "/mesa/alta", do: (*Desk).enrol},

		{method: "GET", path: "/mesa/casos", who: looking, do: (*Desk).list},
		{method: "POST", path: "/mesa/casos/siguiente", who: acting, do: (*Desk).takeNext},
		{method: "GET", path: "/mesa/casos/{id}", who: looking, do: (*Desk).showCase},
		{method: "GET", path: "/mesa/casos/{id}/hilo", who: looking, do: (*Desk).thread, quiet: true},

		{method: "POST", path: "/mesa/casos/{id}/tomar", who: acting, do: (*Desk).take},
		{method: "POST", path: "/mesa/casos/{id}/mensajes", who: acting, do: (*Desk).say, body: maxUpload},
		{method: "POST", path: "/mesa/casos/{id}/escribe", who: acting, do: (*Desk).typing},
		{method: "POST", path: "/mesa/casos/{id}/reintentar", who: acting, do: (*Desk).again},
		{method: "POST", path: "/mesa/casos/{id}/notas", who: acting, do: (*Desk).note},
		{method: "POST", path: "/mesa/casos/{id}/soltar", who: acting, do: (*Desk).release},
		{method: "POST", path: "/mesa/casos/{id}/pasar", who: acting, do: (*Desk).transfer},
		{method: "POST", path: "/mesa/casos/{id}/quitar", who: supervisor, do: (*Desk).takeOver},
		{method: "POST", path: "/mesa/casos/{id}/devolver", who: acting, do: (*Desk).giveBack},
		{method: "POST", path: "/mesa/casos/{id}/cerrar", who: acting, do: (*Desk).closeCase},
		{method: "POST", path: "/mesa/casos/{id}/reabrir", who: acting, do: (*Desk).reopen},
		{method: "POST", path: "/mesa/casos/{id}/mostrador", who: acting, do: (*Desk).counter},
		{method: "POST", path: "/mesa/casos/{id}/encargo", who: acting, do: (*Desk).errand},
		{method: "POST", path: "/mesa/casos/{id}/mostrar", who: acting, do: (*Desk).reveal},

		{method: "GET", path: "/mesa/archivos/{blob}", who: looking, do: (*Desk).file, quiet: true},
		{method: "GET", path: "/mesa/eventos", who: looking, do: (*Desk).events, quiet: true},
		{method: "POST", path: "/mesa/turno", who: acting, do: (*Desk).duty},
		{method: "GET", path: "/mesa/ajustes", who: settings, do: (*Desk).settingsPage},
		{method: "POST", path: "/mesa/ajustes", who: setting, do: (*Desk).changeSettings},
		{method: "GET", path: "/mesa/auditoria", who: auditing, do: (*Desk).auditPage},
		{method: "GET", path: "/mesa/{asset}", do: (*Desk).asset, quiet: true},
	}
}

// policy lets the pages use their own files, and no others.
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; media-src 'self'; connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"

// Handler serves the desk below /mesa/.
func (d *Desk) Handler() http.Handler {
	mux := http.NewServeMux()
	table := routes()
	reads := map[string]bool{}
	for _, r := range table {
		mux.Handle(r.method+" "+r.path, d.serve(r))
		reads[r.path] = reads[r.path] || r.method == "GET"
	}
	for path, read := range reads {
		if !read { // else a shorter pattern with a wildcard would answer
			mux.Handle("GET "+path, d.serve(route{do: (*Desk).wrongMethod, quiet: true}))
		}
	}
	mux.Handle("GET /mesa/", d.serve(route{do: (*Desk).noPage, quiet: true}))
	denied := d.serve(route{do: (*Desk).crossOrigin, quiet: true})
	guarded := httpx.SameOrigin(d.opt.PublicURL, denied, mux)
	return httpx.Headers(httpx.Security{HSTS: httpx.HTTPS(d.opt.PublicURL)}, http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		rw.Header().Set("Content-Security-Policy", policy)
		guarded.ServeHTTP(rw, r)
	}))
}

func (d *Desk) noPage(*call) error { return &refusal{status: http.StatusNotFound, why: "no_page"} }

func (d *Desk) crossOrigin(*call) error {
	return &refusal{status: http.StatusForbidden, why: "cross_origin"}
}

func (d *Desk) wrongMethod(c *call) error {
	c.rw.Header().Set("Allow", http.MethodPost)
	return &refusal{status: http.StatusMethodNotAllowed, why: "wrong_method"}
}
