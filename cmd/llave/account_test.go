package main

import (
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// An operator's day with accounts and providers, on a folder of its own.
func TestAccountsAndProvidersFromTheCommandLine(t *testing.T) {
	t.Parallel()
	env := map[string]string{"LLAVE_DATA": filepath.Join(t.TempDir(), "d"), "LLAVE_DEMO": "0"}
	p := writeFile(t, padronHead+"27999990040,Juana Ruiz,F,9-1/00,EN PADRÓN,27999990040,titular\n")
	for _, c := range []struct {
		args, out, errs string
		code            int
	}{
		{"account show 27999990040", "", "", exitUsage},
		{"padron import " + p, "Renglones cargados: 1", "", 0},
		{"account show 27999990040", "Juana Ruiz.*\nNo tiene cuenta", "", 0},
		{"account code 27999990040", `[2-9B-Z]{4}-[2-9B-Z]{4}\n.*/autogestion/delegacion`, "", 0},
		{"account show 27999990040", "código de la delegación sin usar", "", 0},
		{"account links 27999990040", "No hay chats", "", 0},
		{"account code 20123456786", "", "nadie del padrón", 1},
		{"account forget 27999990040", "", "no tiene cuenta", 1},
		{"account unlink", "", "llave account unlink CUIL", exitUsage},
		{"provider list", "No hay ningún prestador", "", 0},
		{"provider add Sur", `Sur.*: [a-z2-7]{32}\n`, "", 0},
		{"provider add Sur", "", "ya hay un prestador", 1},
		{"provider rotate Sur", `[a-z2-7]{32}\n.*rotate -end`, "", 0},
		{"provider list", "Sur +valida, con dos claves", "", 0},
		{"provider rotate -end Sur", "ya no vale", "", 0},
		{"provider disable Sur", "ya no puede validar", "", 0},
		{"provider rotate Sur", "", "no hay ningún prestador", 1},
		{"provider disable Norte", "", "no hay ningún prestador", 1},
	} {
		x := start(t, env, strings.Fields(c.args)...)
		x.waitExit(c.code)
		if out, errs := x.out.String(), x.errs.String(); !regexp.MustCompile(c.out).MatchString(out) || !strings.Contains(errs, c.errs) {
			t.Errorf("%s: %q, %q", c.args, out, errs)
		}
	}
}
