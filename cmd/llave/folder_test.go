package main

import (
	"path/filepath"
	"strings"
	"testing"
)

// A data folder that an earlier program made is opened, and the chat goes on as before: linked, with its sheet, and with
// nothing set aside. The folders of the 29th have a sheet of November for Rosa
// and an open question; in the last one the sessions are of version 2.
func TestADataFolderOfBefore(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		folder string
		sheet  bool
	}{{"data-2026-11-23", false}, {"data-2026-11-29", true}, {"data-2026-11-29-sessions-2", true}} {
		t.Run(c.folder, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			unpack(t, filepath.Join("testdata", c.folder+".tar.gz"), dir)
			env := map[string]string{"LLAVE_DATA": filepath.Join(dir, "data")}
			for range 2 {
				if printed := runChat(t, env, nil, "token de juana"); !strings.Contains(printed, "Token de Juana Ruiz") {
					t.Errorf("it says: %s", printed)
				}
			}
			november := testClock(t)().Format("2006-01") == "2026-11"
			if printed := runChat(t, env, nil, "hoja de rosa"); c.sheet && november && !strings.Contains(printed, "tokens-rosa-2026-11.pdf") {
				t.Errorf("asked for the sheet, it says: %s", printed)
			}
			if printed := runCommand(t, env, exitOK, "dead"); !strings.Contains(printed, "No hay nada apartado") {
				t.Errorf("llave dead says: %s", printed)
			}
		})
	}
}
