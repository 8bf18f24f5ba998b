package webchat

import (
	_ "embed"
	"strings"
	"text/template"
)

//go:embed textos.tmpl
var textsSource string

// texts is the catalog: texts for people beside the page. Keys are in code, sentences in textos.tmpl; a test holds the
// two together.
type texts struct{ t *template.Template }

func loadTexts() (*texts, error) {
	t, err := template.New("textos").Option("missingkey=error").Parse(textsSource)
	return &texts{t}, err
}

// get is the text of a key. A missing one comes out as its key.
func (c *texts) get(key string, data any) string {
	var b strings.Builder
	if err := c.t.ExecuteTemplate(&b, key, data); err != nil {
		return key
	}
	return strings.TrimSpace(b.String())
}
