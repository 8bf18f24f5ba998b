package terminal

import _ "embed"

//go:embed texts.tmpl
var texts string
