package web

import (
	"net/http"

	"llave/flows/backend"
)

// mail shows the e-mails that would have been sent. Everybody can read the page, so only the demo has it.
func (w *Pages) mail(rw http.ResponseWriter, r *http.Request) {
	if w.Mailbox == nil {
		w.notFound(rw, r)
		return
	}
	all, err := w.Mailbox(r.Context())
	if err != nil {
		w.broken(rw, r, err)
		return
	}
	type line struct{ To, Subject, Text, When string }
	lines := make([]line, len(all))
	for i, m := range all {
		lines[i] = line{m.To, m.Subject, m.Text, m.At.In(backend.BuenosAires).Format("02/01/2006 15:04")}
	}
	w.show(rw, r, http.StatusOK, "correo", view{Data: lines})
}
