package main

import (
	"database/sql"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// For a store that cannot be opened, the service and llave dead say why, and what to do.
func TestAStoreThatCannotBeOpenedIsToldWithWhatToDo(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		harm func(t *testing.T, path string)
		want string
	}{
		"text": {func(t *testing.T, path string) {
			overwrite(t, path, []byte(strings.Repeat("una lista de compras\n", 300)))
		}, "no es un archivo de Llave"},
		"cut":   {func(t *testing.T, path string) { overwrite(t, path, firstHalf(t, path)) }, "última copia de seguridad"},
		"newer": {makeNewer, "de una versión más nueva"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			env := map[string]string{"LLAVE_DATA": filepath.Join(t.TempDir(), "data")}
			runChat(t, env, nil, "hola")
			c.harm(t, filepath.Join(env["LLAVE_DATA"], "llave.db"))
			for _, args := range [][]string{nil, {"dead"}} {
				if printed := runCommand(t, env, exitError, args...); !strings.Contains(printed, c.want) || strings.Contains(printed, "store: open") {
					t.Errorf("llave %q says: %s", args, printed)
				}
			}
		})
	}
}

func TestAFolderInUseIsToldWithWhatToDo(t *testing.T) {
	t.Parallel()
	x := start(t, nil)
	x.out.waitFor(t, "Llave está andando")
	printed := runCommand(t, map[string]string{"LLAVE_DATA": x.data}, exitError)
	if !strings.Contains(printed, "lo está usando otro proceso") || !strings.Contains(printed, "LLAVE_DATA") || strings.Contains(printed, "in use") {
		t.Errorf("a second service says: %s", printed)
	}
	x.cancel()
	x.waitExit(exitOK)
}

// For an address that is taken, the error names the variable.
func TestAnAddressInUseIsToldWithItsVariable(t *testing.T) {
	t.Parallel()
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	at := taken.Addr().String()
	for _, variable := range []string{"LLAVE_ADDR", "LLAVE_ADMIN_ADDR"} {
		printed := runCommand(t, map[string]string{variable: at}, exitError)
		if !strings.Contains(printed, at+": esa dirección la está usando otro programa") || !strings.Contains(printed, "otra en "+variable+"\n") {
			t.Errorf("%s: it says: %s", variable, printed)
		}
	}
}

func overwrite(t *testing.T, path string, content []byte) {
	t.Helper()
	for _, beside := range []string{"-wal", "-shm"} {
		os.Remove(path + beside)
	}
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}
}

func firstHalf(t *testing.T, path string) []byte {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return b[:len(b)/2]
}

// makeNewer gives a store a schema version that no program knows yet.
func makeNewer(t *testing.T, path string) {
	t.Helper()
	db, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.Exec("PRAGMA user_version = 999"); err != nil {
		t.Fatal(err)
	}
}
