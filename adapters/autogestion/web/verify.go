package web

import (
	"net/http"
	"strings"

	"llave/adapters/autogestion/proof"
	"llave/flows/backend"
)

// verify shows the field into which the scanner of a counter types.
func (w *Pages) verify(rw http.ResponseWriter, r *http.Request) {
	w.show(rw, r, http.StatusOK, "verificar", view{})
}

// verifyDo shows whether a scanned proof is authentic, and its claims, which everybody who has the sheet can read. It shows
// nothing that is stored, not even which tokens were used. The text comes in a form, never in a URL, and is not repeated.
func (w *Pages) verifyDo(rw http.ResponseWriter, r *http.Request) {
	if !w.parseForm(rw, r) {
		return
	}
	text := r.PostFormValue("proof")
	if strings.TrimSpace(text) == "" {
		w.show(rw, r, http.StatusUnprocessableEntity, "verificar", view{})
		return
	}
	report, err := w.examine(r, text)
	if err != nil {
		w.broken(rw, r, err)
		return
	}
	status := http.StatusOK
	if !report.Authentic() {
		status = http.StatusUnprocessableEntity
	}
	w.show(rw, r, status, "verificar", view{Data: report})
}

func (w *Pages) examine(r *http.Request, text string) (proof.Report, error) {
	keys, err := w.SheetKeys(r.Context())
	if err != nil {
		return proof.Report{}, err
	}
	return proof.Examine(keys, text, backend.ThisMonth(w.Now()))
}
