package main

import (
	"errors"
	"fmt"
	"net"
	"syscall"

	"llave/store/sqlitedb"
)

// openTrouble says in the operator's words why the store could not be opened, and what to do.
func openTrouble(err error) error {
	var refused *sqlitedb.OpenError
	if !errors.As(err, &refused) {
		return err
	}
	text := map[sqlitedb.OpenKind]string{
		sqlitedb.InUse:      "%s: lo está usando otro proceso; para tener dos a la vez, dale a este otra carpeta con LLAVE_DATA y otra dirección con LLAVE_ADDR",
		sqlitedb.Newer:      "%s es de una versión más nueva que este programa: usá esa versión, o la copia de seguridad de antes de actualizar",
		sqlitedb.NotSQLite:  "%s no es un archivo de Llave: poné en LLAVE_DATA otra carpeta, o sacá ese archivo de ahí",
		sqlitedb.Foreign:    "%s no es un archivo de Llave: poné en LLAVE_DATA otra carpeta, o sacá ese archivo de ahí",
		sqlitedb.Truncated:  "%s está cortado: le falta una parte; volvé a la última copia de seguridad",
		sqlitedb.Corrupt:    "%s está dañado; volvé a la última copia de seguridad",
		sqlitedb.Unreadable: "%s no se puede leer; fijate de quién es y qué permisos tiene",
		sqlitedb.Unwritable: "%s no se puede crear ni escribir; fijate de quién es la carpeta, qué permisos tiene y cuánto lugar queda",
	}[refused.Kind]
	if text == "" {
		return err
	}
	text = fmt.Sprintf(text, refused.Path)
	if refused.Err != nil && refused.Kind != sqlitedb.InUse && refused.Kind != sqlitedb.Newer {
		text += fmt.Sprintf(" (%v)", refused.Err)
	}
	return &folderError{err, text}
}

// listen opens the address of a variable. An address that is taken is told in the operator's words.
func listen(variable, addr string) (net.Listener, error) {
	l, err := net.Listen("tcp", addr)
	if errors.Is(err, syscall.EADDRINUSE) {
		return nil, &folderError{err, fmt.Sprintf("no se puede escuchar en %s: esa dirección la está usando otro programa, quizás otro Llave; cortalo, o poné otra en %s", addr, variable)}
	}
	if err != nil {
		return nil, fmt.Errorf("no se puede escuchar en %s: %w", addr, err)
	}
	return l, nil
}
