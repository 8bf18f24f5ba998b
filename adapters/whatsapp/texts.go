package whatsapp

import (
	_ "embed"
	"fmt"
	"strings"
	"text/template"
)

//go:embed texts.tmpl
var texts string

// catalog has the texts that the channel adds to the replies.
type catalog struct{ all *template.Template }

func loadCatalog() (*catalog, error) {
	all, err := template.New("whatsapp").Option("missingkey=error").Parse(texts)
	if err != nil {
		return nil, fmt.Errorf("whatsapp: texts: %w", err)
	}
	keys := []string{"choice", "label.hidden", "file.failed"}
	for _, s := range States {
		keys = append(keys, "todo."+string(s))
	}
	for _, key := range keys {
		if all.Lookup(key) == nil {
			return nil, fmt.Errorf("whatsapp: texts: no text %q", key)
		}
	}
	return &catalog{all}, nil
}

// text is the text of a key. A test holds that it is there and can be filled in.
func (c *catalog) text(key string, data any) string {
	var b strings.Builder
	c.all.ExecuteTemplate(&b, key, data)
	return strings.TrimSpace(b.String())
}
