package webchat

import (
	"strings"

	"llave/bot"
)

// maxTyped is how many characters the page lets people type.
const maxTyped = bot.MaxText

// agentWord is a word of a browser's User-Agent and the name that people know.
type agentWord struct{ word, name string }

// browsers and systems are looked for in this order: most browsers claim to be several others too.
func browsers() []agentWord {
	return []agentWord{{"Edg", "Edge"}, {"OPR/", "Opera"}, {"SamsungBrowser", "Samsung Internet"}, {"FxiOS", "Firefox"}, {"Firefox/", "Firefox"},
		{"CriOS", "Chrome"}, {"Chrome/", "Chrome"}, {"Safari/", "Safari"}}
}

func systems() []agentWord {
	return []agentWord{{"iPhone", "iPhone"}, {"iPad", "iPad"}, {"Android", "Android"}, {"Windows", "Windows"}, {"CrOS", "Chromebook"},
		{"Macintosh", "Mac"}, {"Linux", "Linux"}}
}

// label names a browser to the person on another device: enough to recognise it, and only names of our own lists.
func (w *Web) label(agent string) string {
	browser, system := agentName(agent, browsers()), agentName(agent, systems())
	if browser == "" {
		return w.texts.Get("label_unknown", nil)
	}
	return w.texts.Get("label", struct{ Browser, System string }{browser, system})
}

func agentName(agent string, list []agentWord) string {
	for _, k := range list {
		if strings.Contains(agent, k.word) {
			return k.name
		}
	}
	return ""
}
