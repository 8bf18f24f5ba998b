package webchat

import (
	"encoding/json"
	"errors"
	"net/http"
	"time"

	"llave/adapters/httpx"
)

// requestError is the answer to a request that failed. Why is a key of the catalog; the page goes by the status.
type requestError struct {
	status int
	why    string
	after  time.Duration
}

func (r *requestError) Error() string { return "webchat: refused: " + r.why }

// refuse answers a request that failed. An error of our own is logged, with the route and without the message.
func (w *Web) refuse(rw http.ResponseWriter, r *http.Request, err error) {
	var no *requestError
	if !errors.As(err, &no) {
		no = &requestError{status: http.StatusInternalServerError, why: "broken"}
		httpx.Failed(r.Context(), w.opt.Log, "webchat: request failed", "route", r.Pattern, "err", err)
	}
	if no.after > 0 {
		httpx.RetryAfter(rw, no.after)
	}
	rw.Header().Set("Content-Type", "application/json")
	rw.WriteHeader(no.status)
	_ = json.NewEncoder(rw).Encode(map[string]string{"why": no.why, "error": w.texts.Get(no.why, nil)})
}
