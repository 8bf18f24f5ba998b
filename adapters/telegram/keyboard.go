package telegram

import (
	"encoding/json"
	"strings"
	"unicode/utf8"

	"llave/bot"
)

// Own types: the library's buttons are older than copying.
type (
	keyboard struct {
		Rows [][]button `json:"inline_keyboard"`
	}
	button struct {
		Text string    `json:"text"`
		Data string    `json:"callback_data,omitempty"`
		Copy *copyText `json:"copy_text,omitempty"`
	}
	copyText struct {
		Text string `json:"text"`
	}
)

// Limits of a keyboard: Telegram's, and what can be read on a small screen.
const (
	maxCopy    = 256
	maxButtons = 90
	wideText   = 18
	fewChoices = 4
)

// keyboard is a reply's buttons as JSON, and its text. Choices that no button can carry, or that are left out, become a
// numbered list in the text: people can type the number.
func (t *Telegram) keyboard(r bot.Reply, without decoration) (markup, text string) {
	var k keyboard
	for _, what := range append([]string{r.Copy}, r.Copies...) {
		if what != "" && units(what) <= maxCopy && without&copyButton == 0 {
			k.Rows = append(k.Rows, []button{{Text: t.copyLabel(what), Copy: &copyText{what}}})
		}
	}
	rows, ok := rowsOf(r)
	if without&choiceButtons != 0 && len(rows) > 0 {
		rows, ok = nil, false
	}
	k.Rows = append(k.Rows, rows...)
	if text = r.Text; !ok {
		text = t.numbered(r)
	}
	if len(k.Rows) == 0 {
		return "", text
	}
	out, _ := json.Marshal(k)
	return string(out), text
}

func rowsOf(r bot.Reply) (rows [][]button, ok bool) {
	wide := len(r.Choices) > fewChoices
	all := make([]button, len(r.Choices))
	for i, c := range r.Choices {
		data, ok := formatChoice(bot.Choice{Question: r.Question, Value: c.Value})
		if !ok || strings.TrimSpace(c.Text) == "" || len(r.Choices) > maxButtons {
			return nil, false
		}
		all[i] = button{Text: c.Text, Data: data}
		wide = wide || utf8.RuneCountInString(c.Text) > wideText
	}
	for i := 0; i < len(all); {
		n := i + 1
		if !wide {
			n = min(i+2, len(all))
		}
		rows = append(rows, all[i:n])
		i = n
	}
	return rows, true
}

// numbered is a reply's text with its choices below.
func (t *Telegram) numbered(r bot.Reply) string {
	lines := []string{r.Text}
	for i, c := range r.Choices {
		lines = append(lines, t.texts.Get("choice", struct {
			Number int
			Text   string
		}{i + 1, c.Text}))
	}
	return strings.Join(lines, "\n")
}

// copyLabel is the label of a copy button: six digits are grouped as they are read aloud.
func (t *Telegram) copyLabel(what string) string {
	if len(what) == 6 && strings.Trim(what, "0123456789") == "" {
		what = what[:3] + " " + what[3:]
	}
	if utf8.RuneCountInString(what) > 2*wideText || strings.ContainsAny(what, "\n\r\t") {
		return t.texts.Get("copy.long", nil)
	}
	return t.texts.Get("copy", what)
}
