package main

import (
	"errors"
	"net"
	"syscall"

	"llave/store/sqlitedb"
)

// storeRefusals are the texts for a store that cannot be opened.
var storeErrorTexts = map[sqlitedb.OpenKind]string{
	sqlitedb.InUse: "store.in_use", sqlitedb.Newer: "store.newer", sqlitedb.NotSQLite: "store.foreign", sqlitedb.Foreign: "store.foreign",
	sqlitedb.Truncated: "store.truncated", sqlitedb.Corrupt: "store.corrupt", sqlitedb.Unreadable: "store.unreadable", sqlitedb.Unwritable: "store.unwritable",
	sqlitedb.Unfinished: "store.unfinished",
}

// storeRefusal explains to the operator why the store could not be opened, and what to do.
func storeError(err error) error {
	var refused *sqlitedb.OpenError
	if !errors.As(err, &refused) || storeErrorTexts[refused.Kind] == "" {
		return err
	}
	return refuse(storeErrorTexts[refused.Kind], values{"path": refused.Path, "err": refused.Err}).because(err)
}

// listen opens the listen address of a variable.
func listen(variable, addr string) (net.Listener, error) {
	l, err := net.Listen("tcp", addr)
	switch {
	case errors.Is(err, syscall.EADDRINUSE):
		return nil, refuse("listen.in_use", values{"addr": addr, "name": variable}).because(err)
	case err != nil:
		return nil, refuse("listen", values{"addr": addr, "err": err}).because(err)
	}
	return l, nil
}
