package autogestion

import (
	"net/http"
	"strings"

	"llave/flows/backend"
)

// verify shows the box into which a counter's scanner types.
func (w *web) verify(rw http.ResponseWriter, r *http.Request) {
	w.show(rw, r, http.StatusOK, "verificar", view{})
}

// verifyDo says whether what was scanned is authentic. It tells what a proof says, which whoever has it can read, and
// nothing that is kept here: not even whether the tokens were used. The text comes in a form, never in a URL, and does
// not come back.
func (w *web) verifyDo(rw http.ResponseWriter, r *http.Request) {
	if !w.form(rw, r) {
		return
	}
	text := r.PostFormValue("proof")
	if strings.TrimSpace(text) == "" {
		w.show(rw, r, http.StatusUnprocessableEntity, "verificar", view{})
		return
	}
	keys, err := w.SheetKeys(r.Context())
	if err != nil {
		w.broken(rw, r, err)
		return
	}
	report := reportSheet(w.texts, keys, text, backend.ThisMonth(w.now()))
	status := http.StatusOK
	if report.why != "" {
		status = http.StatusUnprocessableEntity
	}
	w.show(rw, r, status, "verificar", view{Data: report})
}
