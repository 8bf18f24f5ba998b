package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"llave/adapters/autogestion/client"
	"llave/adapters/webchat/webchattest"
	"llave/flows/backend"
)

// printedAt is a sheet that an Autogestión prints, over HTTP.
func printSheetAt(t *testing.T, at, credential string, count int) backend.Sheet {
	t.Helper()
	c, err := client.New(client.Options{URL: at, Key: botKey, Now: testClock(t)})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	who, err := os.ReadFile(credential)
	if err != nil {
		t.Fatal(err)
	}
	cred := backend.Credential(strings.TrimSpace(string(who)))
	g, err := c.Group(t.Context(), cred)
	if err != nil {
		t.Fatal(err)
	}
	can, err := c.Sheets(t.Context(), cred, g.Own)
	if err != nil {
		t.Fatal(err)
	}
	order := backend.SheetOrder{Member: g.Own, Month: can.Months[0].Month, Count: count, After: can.Months[0].Last}
	p, err := c.Print(t.Context(), cred, order, fmt.Sprint("sheet", count))
	if err != nil || len(p.Sheets) != 1 {
		t.Fatal(p.Denied, err)
	}
	return p.Sheets[0]
}

// A sheet is printed, its key rotated while the service runs, and all that was printed is verified without a network.
func TestVerify(t *testing.T) {
	t.Parallel()
	back, at := startBackend(t, nil)
	credential := credentialAt(t, at)
	h := printSheetAt(t, at, credential, 10)
	rotate := start(t, map[string]string{"LLAVE_DATA": back.data}, "autogestion", "rotate-sheet-key")
	rotate.waitExit(exitOK)
	rotate.out.waitFor(t, `se firman con la clave [0-9A-F]{8}\. .*sheet-keys\.json\n`)
	later := printSheetAt(t, at, credential, 2)
	served := filepath.Join(t.TempDir(), "served.json")
	keep(t, at+"/autogestion/v1/sheet-keys", served)
	back.cancel()
	back.waitExit(exitOK)

	month, _ := time.Parse("2006-01", string(h.Month))
	next := backend.MonthOf(month.AddDate(0, 1, 0))
	of := func(f backend.Sheet) string {
		return fmt.Sprintf("Auténtica. No prueba que esté sin usar.\n  Mes .*\n  Vale        del 1 al .*\n  Referencia  %s\n  Tokens      %d\n  %6d  %s %s\n", f.Reference, len(f.Tokens), f.Tokens[0].Number, f.Tokens[0].Digits[:3], f.Tokens[0].Digits[3:])
	}
	other := "7K2"
	if h.Proof[22:25] == other {
		other = "2K7"
	}
	forged := h.Proof[:22] + other + h.Proof[25:] // behind the name of the key
	data := map[string]string{"LLAVE_DATA": back.data}
	for _, c := range []struct {
		args, lines []string
		code        int
		says, errs  []string
	}{
		{[]string{h.Proof}, nil, exitOK, []string{of(h)}, nil},
		{[]string{"-at", string(h.Month), h.Proof, later.Proof}, nil, exitOK, []string{of(h), of(later)}, nil},
		{[]string{"-keys", served, "-at", string(h.Month)}, []string{h.Proof, "", "  " + later.Proof + " \r"}, exitOK, []string{of(h), of(later)}, nil},
		{[]string{"-at", string(next), h.Proof}, nil, exitError, []string{`Auténtica. No prueba que esté sin usar.\nYa venció: es de .*, no de .*\.\n`}, []string{"valen 0 de 1"}},
		{[]string{"-at", "2026-01", h.Proof}, nil, exitError, []string{"no vale en enero de 2026"}, []string{"valen 0 de 1"}},
		{[]string{"-at", string(h.Month)}, []string{h.Proof, forged, strings.ToLower(h.Proof), "482913"}, exitError,
			[]string{of(h), "No es auténtica. La firma no corresponde", of(h), "No se pudo leer. Eso no es la firma de una hoja"}, []string{"valen 2 de 4"}},
		{[]string{h.Proof[:len(h.Proof)-1]}, nil, exitError, []string{"No se pudo leer. Le falta o le sobra algo.*no se sabe si la hoja es auténtica"}, nil},
		{nil, nil, exitUsage, nil, []string{"uso: llave verify"}},
		{[]string{"-fast"}, nil, exitUsage, nil, []string{"uso: llave verify"}},
		{[]string{"-at", "noviembre", h.Proof}, nil, exitUsage, nil, []string{"no es un mes como 2026-11"}},
		{[]string{"-keys", "/nowhere/keys", h.Proof}, nil, exitUsage, nil, []string{"/nowhere/keys"}},
		{[]string{"-keys", credential, h.Proof}, nil, exitUsage, nil, []string{"/autogestion/v1/sheet-keys"}},
	} {
		x := start(t, data, append([]string{"verify"}, c.args...)...)
		for _, line := range c.lines {
			x.typeLine(line)
		}
		x.waitExit(c.code)
		for _, s := range c.says {
			x.out.waitFor(t, s)
		}
		for _, s := range c.errs {
			x.errs.waitFor(t, s)
		}
		if strings.Contains(x.errs.String(), "LLAVE1") || strings.Contains(x.errs.String(), h.Reference) || c.code == exitUsage && x.out.String() != "" {
			t.Errorf("%q prints %s, and %s", c.args, x.out, x.errs)
		}
	}
}

// keep writes down what an address answers.
func keep(t *testing.T, url, path string) {
	t.Helper()
	res, err := http.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	var keys json.RawMessage
	if err := json.NewDecoder(res.Body).Decode(&keys); err != nil || os.WriteFile(path, keys, 0o600) != nil {
		t.Fatal(err)
	}
}

// It makes no folder and no keys of its own: without those of the service it can say nothing.
func TestVerifyOpensNothing(t *testing.T) {
	t.Parallel()
	x := start(t, nil, "verify", "LLAVE1:ABC")
	x.waitExit(exitUsage)
	x.errs.waitFor(t, "sheet-keys.json")
	if _, err := os.Stat(x.data); err == nil {
		t.Error("it made a data folder")
	}
}

// A rotation needs an Autogestión that is there, and brings no demo into one of people who exist.
func TestRotateSheetKey(t *testing.T) {
	t.Parallel()
	none := start(t, nil, "autogestion", "rotate-sheet-key")
	none.waitExit(exitUsage)
	none.errs.waitFor(t, "no hay ninguna Autogestión")
	if _, err := os.Stat(none.data); err == nil {
		t.Error("it made a data folder")
	}
	start(t, map[string]string{"LLAVE_AUTOGESTION_URL": "http://127.0.0.1:1", "LLAVE_AUTOGESTION_KEY": botKey}, "autogestion", "rotate-sheet-key").waitExit(exitUsage)
	start(t, nil, "autogestion", "rotate-key").waitExit(exitUsage)

	real := start(t, map[string]string{"LLAVE_DEMO": "0"}, "autogestion")
	real.out.waitFor(t, "Autogestión está andando")
	real.cancel()
	real.waitExit(exitOK)
	start(t, map[string]string{"LLAVE_DATA": real.data}, "autogestion", "rotate-sheet-key").waitExit(exitOK) // LLAVE_DEMO is missing here
	again := start(t, map[string]string{"LLAVE_DATA": real.data, "LLAVE_DEMO": "0"}, "autogestion")
	again.out.waitFor(t, "Autogestión está andando") // it would not, with the demo in it
	again.cancel()
	again.waitExit(exitOK)
}

// A counter's scanner types into the page, one sheet after the other, and nothing has to be clicked.
func TestVerifyInABrowser(t *testing.T) {
	t.Parallel()
	_, at := startBackend(t, nil)
	h := printSheetAt(t, at, credentialAt(t, at), 31)
	for _, l := range []webchattest.Look{{Width: 320, Height: 568, Phone: true}, {Width: 360, Height: 740, Phone: true, Dark: true}, {Width: 1024, Height: 768}} {
		t.Run(fmt.Sprint(l.Width), func(t *testing.T) {
			t.Parallel()
			v := &visitor{webchattest.New(t, l), t, axe(t)}
			v.Goes(at + "/autogestion/verificar")
			v.Waits("document.activeElement.id == 'proof'")
			v.audit("the empty page")
			for _, scan := range []struct{ text, says string }{{h.Proof, "Auténtica. No prueba que esté sin usar."}, {"482913", "No se pudo leer"}, {h.Proof, "Auténtica. No prueba que esté sin usar."}} {
				v.Types(scan.text + "\r")
				v.Waits(fmt.Sprintf("document.querySelector('.resultado h2')?.textContent == %q && document.activeElement.id == 'proof'", scan.says))
				v.audit(scan.says)
			}
			if got := v.Number("document.querySelectorAll('.fichas li').length"); got != 31 {
				t.Errorf("%d tokens are shown", got)
			}
			if !v.True("document.querySelector('.resultado h2').getBoundingClientRect().bottom < innerHeight") {
				t.Error("what it says is not to be seen without scrolling")
			}
			if address := v.String("location.href"); address != at+"/autogestion/verificar" {
				t.Errorf("the address is %s", address)
			}
		})
	}
}
