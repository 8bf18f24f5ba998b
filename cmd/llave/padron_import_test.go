package main

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"golang.org/x/text/encoding/charmap"

	"llave/flows/backend"
)

const padronHead = "cuil,nombre,sexo,numero,situacion,cuil_titular,parentesco\n"

// testCUIL is the n-th of many CUILs of people who do not exist.
func testCUIL(n int) string {
	for v := range 10 {
		d := fmt.Sprintf("27%08d", 40_000_000+n)
		sum := 0
		for i, w := range [10]int{5, 4, 3, 2, 7, 6, 5, 4, 3, 2} {
			sum += w * int(d[i]-'0')
		}
		if (11-sum%11)%11 == v {
			return d + fmt.Sprint(v)
		}
	}
	return testCUIL(n + 1_000_000)
}

// manyPeople is a padrón of people who are alone, with the standing of each.
func manyPeople(n int, standing func(int) string) string {
	var b strings.Builder
	b.WriteString(padronHead)
	for i := range n {
		c := testCUIL(i)
		fmt.Fprintf(&b, "%s,Persona Núñez %d,F,8-%07d/00,%s,%[1]s,titular\n", c, i, i, standing(i))
	}
	return b.String()
}

func writeFile(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "p.csv")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// An operator's day: a padrón as a spreadsheet writes it, a second one that is wrong, and a third that is meant.
func TestAWrongPadronIsRefused(t *testing.T) {
	t.Parallel()
	env := map[string]string{"LLAVE_DATA": filepath.Join(t.TempDir(), "d"), "LLAVE_DEMO": "0"}
	active := func(int) string { return backend.Active }
	sheet := strings.NewReplacer(",", ";", "\n", "\r\n").Replace(manyPeople(210, active))
	windows, err := charmap.Windows1252.NewEncoder().String(sheet)
	if err != nil {
		t.Fatal(err)
	}
	x := start(t, env, "padron", "import", writeFile(t, windows))
	x.waitExit(exitOK)
	x.out.waitFor(t, `(?s)Windows-1252.*«EN PADRÓN»: 210 renglones.*Renglones cargados: 210\. Con errores: 0\.`)

	x = start(t, map[string]string{"LLAVE_DATA": env["LLAVE_DATA"], "LLAVE_DEMO": "0"})
	addr := x.out.waitFor(t, `http://(\S+)/metrics`)[1]
	refused := func() string {
		res, err := http.Get("http://" + addr + "/metrics")
		if err != nil {
			t.Fatal(err)
		}
		defer res.Body.Close()
		var b strings.Builder
		if err := res.Write(&b); err != nil {
			t.Fatal(err)
		}
		return regexp.MustCompile(`(?m)^llave_padron_refused (\S+)`).FindStringSubmatch(b.String())[1]
	}
	wrong := writeFile(t, manyPeople(210, func(i int) string { return map[bool]string{true: "ACTIVA", false: backend.Active}[i < 22] }))
	for _, dry := range []string{"-dry-run", ""} {
		args := []string{"padron", "import", wrong}
		if dry != "" {
			args = []string{"padron", "import", dry, wrong}
		}
		y := start(t, env, args...)
		y.waitExit(exitLoss)
		y.out.waitFor(t, `(?s)de «EN PADRÓN» a «ACTIVA»: 22.*Se quedan sin token: 22 de 210\..*Persona Núñez 0 \(renglón 2\).*-accept-loss`)
		if dry == "" {
			y.errs.waitFor(t, `level=ERROR.*refused.*losing=22.*having=210`)
		}
		if strings.Contains(y.errs.String(), "Persona") {
			t.Error("a name is in the log")
		}
	}
	if got := refused(); got != "22" {
		t.Errorf("llave_padron_refused is %s", got)
	}
	y := start(t, env, "padron", "import", "-dry-run", writeFile(t, manyPeople(210, active)))
	y.waitExit(exitOK)
	y.out.waitFor(t, `Cambian de situación: 0\.(?s).*Es una prueba`)
	y = start(t, env, "padron", "import", "-accept-loss", wrong)
	y.waitExit(exitOK)
	y.out.waitFor(t, `Renglones cargados: 210\.`)
	if got := refused(); got != "0" {
		t.Errorf("after -accept-loss llave_padron_refused is %s", got)
	}
	x.cancel()
	x.waitExit(exitOK)
}

// A padrón may come through a pipe, and a wrong call is answered with the usage.
func TestPadronFromStandardInput(t *testing.T) {
	t.Parallel()
	x := start(t, map[string]string{"LLAVE_DEMO": "0"}, "padron", "import", "-")
	fmt.Fprint(x.in, manyPeople(3, func(int) string { return "EN PADRON" }))
	x.in.Close()
	x.waitExit(exitOK)
	x.out.waitFor(t, `«EN PADRÓN»: 3 renglones, dan token(?s).*Renglones cargados: 3\.`)
	for _, args := range [][]string{{"padron"}, {"padron", "import"}, {"padron", "import", "-h"}, {"padron", "import", "a", "b"}, {"padron", "import", "-nothing", "a"}} {
		x := start(t, nil, args...)
		x.waitExit(exitUsage)
		x.errs.waitFor(t, "uso: llave padron import")
	}
}

func TestALongImportGivesSignsOfLife(t *testing.T) {
	t.Parallel()
	x := start(t, map[string]string{"LLAVE_DEMO": "0"}, "padron", "import", writeFile(t, padronHead+strings.Repeat("\n", 2*progressEvery)+manyPeople(1, func(int) string { return "X" })[len(padronHead):]))
	x.waitExit(exitOK)
	x.errs.waitFor(t, `(?s)Leyendo: 20000.*Leyendo: 40000.*Comparando.*100 %`)
}

// While a padrón comes in, people go on getting tokens.
func TestTokensWhileAPadronComesIn(t *testing.T) {
	t.Parallel()
	env := map[string]string{"LLAVE_DATA": filepath.Join(t.TempDir(), "d"), "LLAVE_DEMO": "1"}
	x := start(t, env, "chat", "-linked", "27999990016")
	fmt.Fprintln(x.in, "token de juana")
	x.out.waitFor(t, `\d{3} \d{3}`)
	y := start(t, env, "padron", "import", writeFile(t, manyPeople(5000, func(int) string { return backend.Active })))
	asked := 0
	for done := false; !done; asked++ {
		fmt.Fprintln(x.in, "token de "+[]string{"juana", "tomás", "rosa"}[asked%3])
		x.out.waitFor(t, `\d{3} \d{3}`)
		select {
		case code := <-y.code:
			if done = true; code != exitOK {
				t.Errorf("the import ends with %d", code)
			}
		case <-time.After(0):
		}
	}
	x.in.Close()
	x.waitExit(exitOK)
	if asked == 0 {
		t.Error("nothing was asked")
	}
}

func TestAPadronThatIsNotThere(t *testing.T) {
	t.Parallel()
	printed := runCommand(t, nil, exitUsage, "padron", "import", "nada.csv")
	if !strings.Contains(printed, "no existe el archivo nada.csv") {
		t.Errorf("it says: %s", printed)
	}
}
