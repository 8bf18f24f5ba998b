package terminal

import (
	"strings"

	"llave/bot"
)

// render is a reply as it is printed, with the path of its file if it has one.
func (t *Terminal) render(r bot.Reply, path string) string {
	lines := []string{r.Text}
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
