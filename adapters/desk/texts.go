package desk

import (
	_ "embed"

	"llave/adapters/catalog"
)

//go:embed textos.tmpl
var textsSource string

// text is the text of a key.
func (d *Desk) text(key string, data any) string { return d.texts.Get(key, data) }

// keyed is the text of a key that data made; where the catalog has none, the other one.
func (d *Desk) keyed(key, other string, data any) string {
	if d.texts.Has(key) {
		return d.texts.Get(key, data)
	}
	return d.texts.Get(other, data)
}

func loadTexts() (*catalog.Texts, error) { return catalog.Parse(textsSource) }
