package main

import (
	"llave/adapters/desk/archive"
)

// deskParts is Mesa de Ayuda.
type deskParts struct {
	archive *archive.Archive
}
