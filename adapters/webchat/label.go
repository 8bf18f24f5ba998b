package webchat

import (
	"strings"

	"llave/bot"
)

// maxTyped is what the page lets people type.
const maxTyped = bot.MaxText

// known is a word of a browser's User-Agent and what people call it.
type known struct{ word, name string }

// browsers and systems are looked for in this order: most browsers claim to be several others too.
func browsers() []known {
	return []known{{"Edg", "Edge"}, {"OPR/", "Opera"}, {"SamsungBrowser", "Samsung Internet"}, {"FxiOS", "Firefox"}, {"Firefox/", "Firefox"},
		{"CriOS", "Chrome"}, {"Chrome/", "Chrome"}, {"Safari/", "Safari"}}
}

func systems() []known {
	return []known{{"iPhone", "iPhone"}, {"iPad", "iPad"}, {"Android", "Android"}, {"Windows", "Windows"}, {"CrOS", "Chromebook"},
		{"Macintosh", "Mac"}, {"Linux", "Linux"}}
}

// label is how a browser is shown to the person on another device: enough to recognise one's own, and nothing that
// was not in our own lists before.
func (w *Web) label(agent string) string {
	browser, system := find(agent, browsers()), find(agent, systems())
	if browser == "" {
		return w.texts.get("label_unknown", nil)
	}
	return w.texts.get("label", struct{ Browser, System string }{browser, system})
}

func find(agent string, list []known) string {
	for _, k := range list {
		if strings.Contains(agent, k.word) {
			return k.name
		}
	}
	return ""
}
