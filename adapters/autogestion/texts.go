package autogestion

import (
	_ "embed"

	"llave/adapters/catalog"
)

//go:embed textos.tmpl
var textsSource string

func loadTexts() (*catalog.Texts, error) { return catalog.Parse(textsSource) }
