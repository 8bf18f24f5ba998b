package main

import (
	"os"
	"strings"
	"testing"
)

const maria = "27-99999001-6"

func TestUnderstand(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		args []string
		says string // lines of input, or none
		want string
	}{
		{[]string{"-linked", maria, "token", "de", "juana"}, "", `{"intent":"token","people":["Juana Ruiz"],"unknown":[]}`},
		{[]string{"-linked", maria, "10 preimpresos para mamá de enero de 2027"}, "", `{"intent":"preprint","people":["Rosa Peralta"],"unknown":[],"count":10,"month":"2027-01"}`},
		{[]string{"-linked", "27999990016"}, "token de pedro\n\nno quiero otro token quiero el mismo\n", `{"intent":"token","people":[],"unknown":["pedro"]}
{"intent":"none","people":[],"unknown":[]}
{"intent":"token","people":[],"unknown":[]}`},
		{[]string{"-linked", "20-99999021-6", "mi token"}, "", `{"intent":"token","people":["Jorge Acosta"],"unknown":[]}`},
		{[]string{"-linked", "27-99999011-3", "credencial de mi hija"}, "", `{"intent":"token","people":["Ana Sosa"],"unknown":[]}`},
		{nil, "token de juana\ntoken de mi hija\nmi token\n" + strings.Repeat("token ", 400) + "\n", `{"intent":"token","people":[],"unknown":["juana"]}
{"intent":"token","people":[],"unknown":["hija"]}
{"intent":"token","people":[],"unknown":[]}
{"intent":"none","people":[],"unknown":[]}`},
	} {
		x := start(t, nil, append([]string{"entiende"}, c.args...)...)
		for line := range strings.Lines(c.says) {
			x.typeLine(strings.TrimSuffix(line, "\n"))
		}
		x.waitExit(exitOK)
		if got := strings.TrimSpace(x.out.String()); got != c.want {
			t.Errorf("llave entiende %q says\n%s\nwant\n%s", c.args, got, c.want)
		}
		if _, err := os.Stat(x.data); err == nil {
			t.Error("it made a data folder")
		}
	}
}

func TestUnderstandIsCalledWrongly(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		env  map[string]string
		args []string
		says string
	}{
		{nil, []string{"-linked"}, "uso: llave entiende"},
		{nil, []string{"-linked", "20-12345678-6", "token"}, "no hay ninguna cuenta"},
		{nil, []string{"-linked", "27-99999004-0", "token"}, "no hay ninguna cuenta"}, // Juana has none of her own
		{map[string]string{"LLAVE_DEMO": "0"}, []string{"-linked", maria, "token"}, "solo existe en la demo"},
	} {
		x := start(t, c.env, append([]string{"entiende"}, c.args...)...)
		x.waitExit(exitUsage)
		x.errs.waitFor(t, c.says)
		if x.out.String() != "" {
			t.Errorf("%q prints %s", c.args, x.out)
		}
	}
}

// Another program has the folder: this one does not mind, because it opens nothing.
func TestUnderstandNeedsNoFolder(t *testing.T) {
	t.Parallel()
	x := start(t, nil)
	x.out.waitFor(t, "Llave está andando")
	y := start(t, map[string]string{"LLAVE_DATA": x.data}, "entiende", "otro token")
	y.waitExit(exitOK)
	y.out.waitFor(t, `"another"`)
	x.cancel()
	x.waitExit(exitOK)
}
