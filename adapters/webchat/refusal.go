package webchat

import (
	"encoding/json"
	"errors"
	"net/http"
	"strconv"
	"time"
)

// refusal is the answer to a refused request. Why is a key of the catalog; the page goes by the status.
type refusal struct {
	status int
	why    string
	after  time.Duration
}

func (r *refusal) Error() string { return "webchat: refused: " + r.why }

// refuse answers a request that failed. An error of our own is logged, with the route and without the message.
func (w *Web) refuse(rw http.ResponseWriter, r *http.Request, err error) {
	var no *refusal
	if !errors.As(err, &no) {
		no = &refusal{status: http.StatusInternalServerError, why: "broken"}
		w.opt.Log.ErrorContext(r.Context(), "webchat: request failed", "route", r.Pattern, "err", err)
	}
	if no.after > 0 {
		rw.Header().Set("Retry-After", strconv.Itoa(int((no.after+time.Second-1)/time.Second)))
	}
	rw.Header().Set("Content-Type", "application/json")
	rw.WriteHeader(no.status)
	_ = json.NewEncoder(rw).Encode(map[string]string{"why": no.why, "error": w.texts.Get(no.why, nil)})
}
