package main

import (
	"bytes"
	"encoding/json"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// A newcomer, as in the README: token, page, code, token; a pharmacy takes it once; then the chat says why not twice.
func TestNewcomer(t *testing.T) {
	t.Parallel()
	x := start(t, nil, "chat")
	x.typeLine("token")
	m := x.out.waitFor(t, `(http://127\.0\.0\.1:\d+)(/autogestion/vincular/\S+)`)
	base, at := m[1], m[1]+m[2]
	b := newBrowser(t)
	page := b.submit(base, b.open(at), "seguir", nil)
	page = b.submit(base, page, "entrar", url.Values{"cuil": {"27-99999001-6"}, "password": {"llave-demo"}, "consent": {"on"}})
	code := regexp.MustCompile(`<code>([^<]+)</code>`).FindStringSubmatch(page)
	if code == nil {
		t.Fatalf("no code on the page: %s", page)
	}
	x.typeLine(code[1])
	x.out.waitFor(t, "quedó vinculado")
	token := x.out.waitFor(t, `Token de María Elena Gómez\n(\d{3} \d{3})\nN\.º de afiliación: (\S+)`)
	x.typeLine("gracias") // the counter is over
	x.out.waitFor(t, "¿vos sos…\\?")
	x.typeLine("maría elena")
	x.out.waitFor(t, "Gracias, María Elena")

	validate := func(id string) string {
		body, _ := json.Marshal(map[string]string{"request_id": id, "affiliate_number": token[2], "token": token[1]})
		req, _ := http.NewRequest(http.MethodPost, base+"/autogestion/v1/validations", bytes.NewReader(body))
		req.Header.Set("Authorization", "Bearer demo-farmacia")
		req.Header.Set("Content-Type", "application/json")
		res, err := http.DefaultClient.Do(req)
		return b.read(res, err)
	}
	if got := validate("r1"); !strings.Contains(got, `"result":"accepted"`) || !strings.Contains(got, "María Elena Gómez") {
		t.Errorf("the pharmacy is told %s", got)
	}
	if got := validate("r2"); !strings.Contains(got, `"result":"denied"`) || !strings.Contains(got, `"reason":"used"`) {
		t.Errorf("the pharmacy is told %s", got)
	}
	if got := validate("r1"); !strings.Contains(got, `"result":"accepted"`) {
		t.Errorf("asked again with the same request id, the pharmacy is told %s", got)
	}
	x.typeLine("me lo rechazaron")
	x.out.waitFor(t, "ya se usó hoy")
	x.waitExit(exitOK)
	for _, secret := range []string{strings.ReplaceAll(token[1], " ", ""), token[1], code[1], "99999001", "llave-demo", "María", at} {
		if strings.Contains(x.errs.String(), secret) {
			t.Errorf("%q stands in what goes to the log", secret)
		}
	}
}

func TestLinkedThroughAPipe(t *testing.T) {
	t.Parallel()
	x := start(t, nil, "chat", "-linked", "27999990016")
	x.typeLine("token de juana")
	x.typeLine("token de pedro")
	x.waitExit(exitOK)
	out := x.out.String()
	if n := strings.Count(out, "Token de "); n != 1 || !regexp.MustCompile(`^Token de Juana Ruiz\n\d{3} \d{3}\n`).MatchString(out) {
		t.Errorf("printed: %s", out)
	}
	if !strings.Contains(out, "No encuentro a «pedro»") || !strings.Contains(out, "[1] Juana Ruiz") {
		t.Errorf("printed: %s", out)
	}
	// Nothing of it is in any file unencrypted.
	token := regexp.MustCompile(`Token de Juana Ruiz\n(\d{3}) (\d{3})`).FindStringSubmatch(out)
	for _, file := range mustGlob(t, filepath.Join(x.data, "*")) {
		raw, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, secret := range []string{"Juana", "Ruiz", "pedro", token[1] + token[2], token[1] + " " + token[2], "9-4071852", "99999001", "terminal/local"} {
			if bytes.Contains(raw, []byte(secret)) {
				t.Errorf("%q stands in %s", secret, filepath.Base(file))
			}
		}
		if info, _ := os.Stat(file); info.Mode().Perm()&0o077 != 0 {
			t.Errorf("%s can be read by others: %s", filepath.Base(file), info.Mode())
		}
	}
}

func TestServe(t *testing.T) {
	t.Parallel()
	x := start(t, nil)
	m := x.out.waitFor(t, `Autogestión +(http://\S+)/autogestion/`)
	x.out.waitFor(t, "27-99999001-6")
	b := newBrowser(t)
	for path, want := range map[string]string{"/healthz": "ok", "/readyz": "ready", "/metrics": "llave_ready 1", "/": "Llave", "/autogestion/": "Autogestión", "/autogestion/openapi.yaml": "openapi: 3.1"} {
		if got := b.open(m[1] + path); !strings.Contains(got, want) {
			t.Errorf("%s says %.200q", path, got)
		}
	}
	h := start(t, map[string]string{"LLAVE_ADDR": strings.TrimPrefix(m[1], "http://")}, "health")
	h.out.waitFor(t, "listo")
	h.waitExit(exitOK)
	x.cancel()
	x.waitExit(exitOK)
	start(t, map[string]string{"LLAVE_ADDR": strings.TrimPrefix(m[1], "http://")}, "health").waitExit(exitError)
}

func TestAdminAddress(t *testing.T) {
	t.Parallel()
	x := start(t, map[string]string{"LLAVE_ADMIN_ADDR": "127.0.0.1:0"})
	public := x.out.waitFor(t, `Autogestión +(http://\S+)/autogestion/`)
	admin := x.out.waitFor(t, `Métricas +(http://\S+)/metrics`)
	newBrowser(t).open(admin[1] + "/metrics")
	res, err := http.Get(public[1] + "/metrics")
	if err != nil {
		t.Fatal(err)
	}
	res.Body.Close()
	if res.StatusCode != http.StatusNotFound {
		t.Errorf("the public address serves metrics: %s", res.Status)
	}
}

func TestDataOfAnother(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "d")
	env := map[string]string{"LLAVE_DATA": dir}
	x := start(t, env)
	x.out.waitFor(t, "Llave está andando")
	second := start(t, env, "chat")
	second.waitExit(exitError)
	second.errs.waitFor(t, "llave.db")
	x.cancel()
	x.waitExit(exitOK)
	if err := os.WriteFile(filepath.Join(dir, "llave.key"), []byte("AAAA\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	third := start(t, env, "chat")
	third.waitExit(exitError)
	third.errs.waitFor(t, "llave.key")
	other := start(t, map[string]string{"LLAVE_DATA": dir, "LLAVE_KEY": "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="}, "chat")
	other.waitExit(exitUsage)
	other.errs.waitFor(t, "LLAVE_KEY")
}

func TestCommands(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		args []string
		code int
		says string
	}{
		{[]string{"help"}, exitOK, "LLAVE_DATA"},
		{[]string{"--help"}, exitOK, "llave chat"},
		{[]string{"version"}, exitOK, "llave "},
		{[]string{"flows"}, exitOK, "stateDiagram"},
		{[]string{"flows", "x"}, exitUsage, "sobra"},
		{[]string{"vuela"}, exitUsage, "llave help"},
		{[]string{"chat", "-linked"}, exitUsage, "uso: llave chat"},
		{[]string{"chat", "x"}, exitUsage, "uso: llave chat"},
		{[]string{"chat", "-linked", "20-12345678-6"}, exitUsage, "no hay ninguna cuenta"},
		{[]string{"padron"}, exitUsage, "uso: llave padron import"},
		{[]string{"padron", "import", "/nowhere/p.csv"}, exitUsage, "/nowhere/p.csv"},
	} {
		x := start(t, nil, c.args...)
		x.waitExit(c.code)
		if all := x.out.String() + x.errs.String(); !strings.Contains(all, c.says) {
			t.Errorf("llave %s says %q, want %q", strings.Join(c.args, " "), all, c.says)
		}
	}
}

// A folder of the demo takes no data of people who exist: the demo's passwords are public.
func TestTheDemosFolderIsRefused(t *testing.T) {
	t.Parallel()
	env := map[string]string{"LLAVE_DATA": filepath.Join(t.TempDir(), "d")}
	start(t, env, "chat", "-linked", "27999990016").waitExit(exitOK)
	env["LLAVE_DEMO"] = "0"
	x := start(t, env)
	x.waitExit(exitError)
	x.errs.waitFor(t, "demo")
	if err := os.Remove(filepath.Join(env["LLAVE_DATA"], "llave.key")); err != nil {
		t.Fatal(err)
	}
	x = start(t, env)
	x.waitExit(exitError)
	x.errs.waitFor(t, "falta .*llave.key")
}

func TestLinkedOutsideTheDemo(t *testing.T) {
	t.Parallel()
	x := start(t, map[string]string{"LLAVE_DEMO": "0"}, "chat", "-linked", "27999990016")
	x.waitExit(exitUsage)
}

func TestPadron(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "padron.csv")
	text := "cuil,nombre,sexo,numero,situacion,cuil_titular,parentesco\n" +
		"27-99999001-6,María Elena Gómez,F,9-4071852/00,EN PADRÓN,27-99999001-6,titular\n" +
		"27-99999001-7,Mal Dígito,F,9-4071852/09,EN PADRÓN,27-99999001-6,hija\n"
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	x := start(t, map[string]string{"LLAVE_DEMO": "0"}, "padron", "import", file)
	x.waitExit(exitError)
	x.out.waitFor(t, "renglón 3: ")
	x.out.waitFor(t, `Renglones cargados: 1\. Con errores: 1\.`)
}

func TestAutogestionAlone(t *testing.T) {
	t.Parallel()
	x := start(t, nil, "autogestion")
	m := x.out.waitFor(t, `(http://\S+)/autogestion/`)
	newBrowser(t).open(m[1] + "/autogestion/")
	x.cancel()
	x.waitExit(exitOK)
}
