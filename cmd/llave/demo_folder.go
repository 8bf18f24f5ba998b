package main

import (
	"context"
	"errors"
	"fmt"

	"llave/adapters/autogestion"
)

// checkDemoFolder refuses, before anything is opened, to let the demo into a folder in which there are people who exist.
func (c *config) checkDemoFolder(ctx context.Context) error {
	if !c.demo || c.AutogestionURL != "" {
		return nil
	}
	return c.folderTrouble(autogestion.CheckDemo(ctx, c.path("autogestion.db")))
}

// folderTrouble says in the operator's words what is wrong with a folder: the demo and people who exist do not mix.
func (c *config) folderTrouble(err error) error {
	switch {
	case errors.Is(err, autogestion.ErrRealFile):
		return &folderError{err, fmt.Sprintf("la carpeta %s tiene un padrón que no es el de la demo, y la demo, con sus contraseñas públicas, no entra ahí: poné LLAVE_DEMO=0, o para la demo otra carpeta con LLAVE_DATA", c.Data)}
	case errors.Is(err, autogestion.ErrDemoFile):
		return &folderError{err, fmt.Sprintf("en la carpeta %s corrió la demo, que tiene contraseñas públicas: para personas de verdad usá otra carpeta con LLAVE_DATA; para seguir con la demo, LLAVE_DEMO=1", c.Data)}
	}
	return err
}

// folderError is a folder's trouble in the operator's words alone, with its cause.
type folderError struct {
	cause error
	text  string
}

func (e *folderError) Error() string { return e.text }
func (e *folderError) Unwrap() error { return e.cause }
