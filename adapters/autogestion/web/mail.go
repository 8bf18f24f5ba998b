package web

import (
	"net/http"
	"strings"

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
	type line struct {
		To, Subject, When string
		Parts             []mailPart
	}
	lines := make([]line, len(all))
	for i, m := range all {
		lines[i] = line{m.To, m.Subject, m.At.In(backend.BuenosAires).Format("02/01/2006 15:04"), mailParts(m.Text, w.PublicURL+"/autogestion/")}
	}
	w.show(rw, r, http.StatusOK, "correo", view{Data: lines})
}

// mailPart is a piece of an e-mail: text, or an address of the pages, which is pressed as it is in a mail program.
type mailPart struct{ Text, URL string }

// mailParts splits an e-mail at the addresses that begin with base.
func mailParts(text, base string) (parts []mailPart) {
	for {
		at := strings.Index(text, base)
		if at < 0 {
			return append(parts, mailPart{Text: text})
		}
		end := at + len(base)
		if n := strings.IndexAny(text[end:], " \n"); n >= 0 {
			end += n
		} else {
			end = len(text)
		}
		parts = append(parts, mailPart{Text: text[:at]}, mailPart{URL: text[at:end]})
		text = text[end:]
	}
}
