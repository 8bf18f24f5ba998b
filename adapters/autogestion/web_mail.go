package autogestion

import "net/http"

// mailPage shows what would have been sent by e-mail. Everybody can read it, so it is there in the demo only.
func (w *web) mailPage(rw http.ResponseWriter, r *http.Request) {
	if !w.opt.Demo {
		w.notFound(rw, r)
		return
	}
	all, err := w.mailbox(r.Context())
	if err != nil {
		w.broken(rw, r, err)
		return
	}
	type line struct{ To, Subject, Text, When string }
	lines := make([]line, len(all))
	for i, m := range all {
		lines[i] = line{m.To, m.Subject, m.Text, m.At.In(w.zone).Format("02/01/2006 15:04")}
	}
	w.show(rw, r, http.StatusOK, "correo", view{Data: lines})
}
