package telegram

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
	"text/template"

	tgbotapi "github.com/go-telegram-bot-api/telegram-bot-api/v5"
)

//go:embed texts.tmpl
var texts string

// catalog is what the channel says by itself.
type catalog struct {
	all      *template.Template
	commands string // JSON
}

func loadCatalog() (*catalog, error) {
	all, err := template.New("telegram").Option("missingkey=error").Parse(texts)
	if err != nil {
		return nil, fmt.Errorf("telegram: texts: %w", err)
	}
	c := &catalog{all: all}
	keys := []string{"commands", "copy", "copy.long", "choice", "lost.picture", "lost.file"}
	for _, s := range States {
		keys = append(keys, "todo."+string(s))
	}
	for _, key := range keys {
		if all.Lookup(key) == nil {
			return nil, fmt.Errorf("telegram: texts: no text %q", key)
		}
	}
	c.commands, err = commandsOf(c.text("commands", nil))
	return c, err
}

// text is the text of key. That it is there, and can be filled in, a test holds.
func (c *catalog) text(key string, data any) string {
	var b strings.Builder
	c.all.ExecuteTemplate(&b, key, data)
	return strings.TrimSpace(b.String())
}

var commandShape = regexp.MustCompile(`^([a-z0-9_]{1,32}): (.{1,256})$`)

// commandsOf reads the list of commands into what Telegram takes.
func commandsOf(list string) (string, error) {
	var out []tgbotapi.BotCommand
	for line := range strings.Lines(list) {
		m := commandShape.FindStringSubmatch(strings.TrimSpace(line))
		if m == nil {
			return "", fmt.Errorf("telegram: texts: %q is no command", line)
		}
		out = append(out, tgbotapi.BotCommand{Command: m[1], Description: m[2]})
	}
	text, err := json.Marshal(out)
	return string(text), err
}
