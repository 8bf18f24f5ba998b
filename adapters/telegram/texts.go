package telegram

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"regexp"
	"strings"

	tgbotapi "github.com/go-telegram-bot-api/telegram-bot-api/v5"

	"llave/adapters/catalog"
)

//go:embed texts.tmpl
var texts string

// loadTexts reads the texts that the channel adds to the replies.
func loadTexts() (*catalog.Texts, error) {
	keys := []string{"commands", "copy", "copy.long", "choice", "from", "lost.picture", "lost.file"}
	for _, s := range States {
		keys = append(keys, "todo."+string(s))
	}
	return catalog.Parse(texts, keys...)
}

var commandShape = regexp.MustCompile(`^([a-z0-9_]{1,32}): (.{1,256})$`)

// commandsOf reads the list of commands into what Telegram takes.
func commandsOf(list string) (string, error) {
	var out []tgbotapi.BotCommand
	for line := range strings.Lines(list) {
		m := commandShape.FindStringSubmatch(strings.TrimSpace(line))
		if m == nil {
			return "", fmt.Errorf("texts: %q is no command", line)
		}
		out = append(out, tgbotapi.BotCommand{Command: m[1], Description: m[2]})
	}
	text, err := json.Marshal(out)
	return string(text), err
}
