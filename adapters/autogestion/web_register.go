package autogestion

import "net/http"

// closedView is what the page shows where no accounts are made.
type closedView struct{ Office bool }

// noForm shows where to go instead of the form, if there is none.
func (w *web) noForm(rw http.ResponseWriter, r *http.Request) bool {
	mode := w.Service.register()
	if mode != RegisterOff && mode != RegisterOffice {
		return false
	}
	status := http.StatusOK
	if r.Method == http.MethodPost {
		status = http.StatusForbidden
	}
	w.show(rw, r, status, "cuentacerrada", view{Data: closedView{mode == RegisterOffice}})
	return true
}
