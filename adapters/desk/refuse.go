package desk

import (
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"time"

	"llave/adapters/httpx"
)

// refusal is an answer that says why something was not done. why is the word for programs and, with why_ before it, the
// key of the text for people.
type refusal struct {
	status int
	why    string
	word   string        // for programs, where it is not why
	data   any           // of the text
	extra  any           // merged into the JSON: what is new, who has the case
	after  time.Duration // 429
	page   func(words string) error
}

func (r *refusal) Error() string { return "desk: refused: " + r.why }

// refuse answers with a refusal, in the form that is wanted. Any other error is logged and says nothing.
func (d *Desk) refuse(c *call, err error) {
	var no *refusal
	if !errors.As(err, &no) {
		httpx.Failed(c.Context(), d.opt.Log, "desk: request failed", "route", c.Pattern, "err", err)
		no = &refusal{status: http.StatusInternalServerError, why: "broken"}
	}
	if no.after > 0 {
		httpx.RetryAfter(c.rw, no.after)
	}
	words := d.text("why_"+no.why, no.data)
	switch {
	case c.json:
		d.refuseJSON(c, no, words)
	case no.status == http.StatusUnauthorized && c.Method == http.MethodGet:
		http.Redirect(c.rw, c.Request, "/mesa/entrar?next="+url.QueryEscape(c.URL.RequestURI()), http.StatusSeeOther)
	case no.page != nil:
		if err := no.page(words); err != nil {
			d.refuse(c, err)
		}
	default:
		d.errorPage(c, no.status, words)
	}
}

func (d *Desk) refuseJSON(c *call, no *refusal, words string) {
	word := no.word
	if word == "" {
		word = no.why
	}
	body := map[string]any{"why": word, "error": words}
	if no.status == http.StatusAccepted {
		body = map[string]any{"ok": true, "kept": true, "error": words}
	}
	if more, ok := no.extra.(map[string]any); ok {
		for k, v := range more {
			body[k] = v
		}
	}
	c.rw.Header().Set("Content-Type", "application/json")
	c.rw.WriteHeader(no.status)
	_ = json.NewEncoder(c.rw).Encode(body) // the browser went away
}

// notFound: there is no such case, or it is not for this person.
func notFound(why string) error { return &refusal{status: http.StatusNotFound, why: why} }
