package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"

	"llave/adapters/autogestion"
	"llave/store"
)

// checkDemoFolder refuses, before anything is opened, to let the demo into a folder in which there are people who exist.
func (c *config) checkDemoFolder(ctx context.Context) error {
	if !c.demo || c.AutogestionURL != "" {
		return nil
	}
	padron := c.path("autogestion.db")
	if _, err := os.Stat(padron); !errors.Is(err, fs.ErrNotExist) {
		return c.folderTrouble(autogestion.CheckDemo(ctx, padron))
	}
	// Chats without a padrón are those of people whom another Autogestión knows.
	chats, err := store.HoldsChats(ctx, c.path("llave.db"))
	if err == nil && chats {
		err = c.folderTrouble(autogestion.ErrRealFile)
	}
	return err
}

// folderTrouble says in the operator's words what is wrong with a folder: the demo and people who exist do not mix.
func (c *config) folderTrouble(err error) error {
	switch {
	case errors.Is(err, autogestion.ErrRealFile):
		return &folderError{err, fmt.Sprintf("la carpeta %s tiene personas que no son las de la demo, y la demo, con sus contraseñas públicas, no entra ahí: poné LLAVE_DEMO=0, o para la demo otra carpeta con LLAVE_DATA", c.Data)}
	case errors.Is(err, autogestion.ErrDemoFile):
		return &folderError{err, fmt.Sprintf("en la carpeta %s corrió la demo, que tiene contraseñas públicas: para personas de verdad usá otra carpeta con LLAVE_DATA; para seguir con la demo, LLAVE_DEMO=1", c.Data)}
	}
	return err
}

// folderError is what is wrong with a folder or an address, in the operator's words alone, with its cause.
type folderError struct {
	cause error
	text  string
}

func (e *folderError) Error() string { return e.text }
func (e *folderError) Unwrap() error { return e.cause }
