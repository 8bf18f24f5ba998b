package telegram

import (
	"strings"
	"unicode/utf8"

	"llave/bot"
)

// maxData is what a button may carry, in bytes.
const maxData = 64

// dataVersion begins the data of our buttons. Buttons live as long as their chat: a later form needs another version.
const dataVersion = "1/"

// formatChoice is the data of a button: version, question, value. Not ok: it does not fit.
func formatChoice(c bot.Choice) (string, bool) {
	data := dataVersion + c.Question + "/" + c.Value
	back, ok := parseChoice(data)
	return data, ok && back == c
}

// parseChoice reads the data that formatChoice wrote, and refuses all other.
func parseChoice(data string) (bot.Choice, bool) {
	rest, ok := strings.CutPrefix(data, dataVersion)
	question, value, two := strings.Cut(rest, "/")
	if !ok || !two || value == "" || len(data) > maxData || !utf8.ValidString(data) || strings.ContainsFunc(data, func(r rune) bool { return r < ' ' || r == 0x7f }) {
		return bot.Choice{}, false
	}
	return bot.Choice{Question: question, Value: value}, true
}
