package autogestion

import (
	_ "embed"
	"strings"
	"text/template"
)

//go:embed textos.tmpl
var textsSource string

// texts is the catalog: what people and operators read that is not part of a page. Keys are in code, sentences
// in textos.tmpl; a test holds the two together.
type texts struct{ t *template.Template }

func loadTexts() (*texts, error) {
	t, err := template.New("textos").Option("missingkey=error").Parse(textsSource)
	if err != nil {
		return nil, err
	}
	return &texts{t: t}, nil
}

// get is the text of a key. A missing one shows its key: a page that says too little is better than none.
func (c *texts) get(key string, data any) string {
	var b strings.Builder
	if err := c.t.ExecuteTemplate(&b, key, data); err != nil {
		return key
	}
	return strings.TrimSpace(b.String())
}

func (c *texts) has(key string) bool { return c.t.Lookup(key) != nil }
