package terminal

import (
	"strings"

	"llave/adapters/besteffort"
	"llave/bot"
)

// render is a reply as it is printed, with the path of its file if it has one.
func (t *Terminal) render(r bot.Reply, path string) string {
	lines := []string{t.signed(r)}
	if path != "" {
		lines = append(lines, t.texts.Get("file", path))
	}
	for i, c := range r.Choices {
		lines = append(lines, t.texts.Get("choice", struct {
			Number int
			Text   string
		}{i + 1, c.Text}))
	}
	return strings.Join(lines, "\n") + "\n"
}

// signed is the text of a reply. An agent's words begin with who says them.
func (t *Terminal) signed(r bot.Reply) string {
	if r.From == "" {
		return r.Text
	}
	return t.texts.Get("from", struct{ Name, Text string }{besteffort.Tidy(r.From, maxName), r.Text})
}

// maxName is how many characters of a name are shown.
const maxName = 64
