package webchat

import (
	_ "embed"

	"llave/adapters/catalog"
)

//go:embed textos.tmpl
var textsSource string

// loadTexts reads the texts for people that are not part of the page.
func loadTexts() (*catalog.Texts, error) { return catalog.Parse(textsSource) }
