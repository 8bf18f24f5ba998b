package whatsapp

import (
	_ "embed"

	"llave/adapters/catalog"
)

//go:embed texts.tmpl
var texts string

// loadTexts reads the texts that the channel adds to the replies.
func loadTexts() (*catalog.Texts, error) {
	keys := []string{"choice", "from", "label.hidden", "file.failed"}
	for _, s := range States {
		keys = append(keys, "todo."+string(s))
	}
	return catalog.Parse(texts, keys...)
}
