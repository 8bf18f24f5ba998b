package telegram

import (
	"strings"
	"unicode/utf8"

	"llave/bot"
)

// maxData is what a button may carry, in bytes.
const maxData = 64

// dataVersion begins what our buttons carry. Buttons live for as long as the chat does: a later form needs another one.
const dataVersion = "1/"

// formatChoice is what a button carries: version, question, value. Not ok: it cannot.
func formatChoice(c bot.Choice) (string, bool) {
	data := dataVersion + c.Question + "/" + c.Value
	back, ok := parseChoice(data)
	return data, ok && back == c
}

// parseChoice reads what formatChoice wrote, and nothing else.
func parseChoice(data string) (bot.Choice, bool) {
	rest, ok := strings.CutPrefix(data, dataVersion)
	question, value, two := strings.Cut(rest, "/")
	if !ok || !two || value == "" || len(data) > maxData || !utf8.ValidString(data) || strings.ContainsFunc(data, func(r rune) bool { return r < ' ' || r == 0x7f }) {
		return bot.Choice{}, false
	}
	return bot.Choice{Question: question, Value: value}, true
}
