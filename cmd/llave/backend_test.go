package main

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"llave/adapters/autogestion/client"
	"llave/flows/backend"
)

const botKey = "a-key-of-the-bots"

// startBackend starts `llave autogestion`, with the bot's API.
func startBackend(t *testing.T, env map[string]string) (*process, string) {
	t.Helper()
	vars := map[string]string{"LLAVE_AUTOGESTION_KEY": botKey}
	for k, v := range env {
		vars[k] = v
	}
	x := start(t, vars, "autogestion")
	return x, x.out.waitFor(t, `(http://\S+)/autogestion/`)[1]
}

// signIn goes through the pages as a person does, and returns the code.
func signIn(t *testing.T, page string) string {
	t.Helper()
	u, err := url.Parse(page)
	if err != nil {
		t.Fatal(err)
	}
	base, b := u.Scheme+"://"+u.Host, newBrowser(t)
	opened := b.submit(base, b.open(page), "seguir", nil)
	done := b.submit(base, opened, "entrar", url.Values{"cuil": {"27-99999001-6"}, "password": {"llave-demo"}, "consent": {"on"}})
	code := regexp.MustCompile(`<code>([^<]+)</code>`).FindStringSubmatch(done)
	if code == nil {
		t.Fatalf("no code on the page: %s", done)
	}
	return code[1]
}

// The newcomer's way, with the bot in one process and Autogestión in another, which dies in the middle and comes back.
func TestNewcomerWithABackEndOutside(t *testing.T) {
	t.Parallel() // most of it is waiting
	back, at := startBackend(t, nil)
	again := map[string]string{"LLAVE_ADDR": strings.TrimPrefix(at, "http://"), "LLAVE_DATA": back.data}
	x := start(t, map[string]string{"LLAVE_AUTOGESTION_URL": at + "/autogestion/", "LLAVE_AUTOGESTION_KEY": botKey}, "chat")
	x.typeLine("token")
	page := x.out.waitFor(t, `(http://127\.0\.0\.1:\d+/autogestion/vincular/\S+)`)[1]
	if !strings.HasPrefix(page, at) {
		t.Errorf("the page is at %s, Autogestión at %s", page, at)
	}
	code := signIn(t, page)

	back.cancel()
	back.waitExit(exitOK)
	x.typeLine(code)
	x.out.waitFor(t, "te escribo apenas")
	back, _ = startBackend(t, again)
	x.out.waitFor(t, "quedó vinculado")
	first := x.out.waitFor(t, `Token de María Elena Gómez\n(\d{3} \d{3})`)[1]
	x.typeLine("gracias") // the counter is over
	x.out.waitFor(t, "¿vos sos…\\?")
	x.typeLine("maría elena")
	x.out.waitFor(t, "Gracias, María Elena")

	back.cancel()
	back.waitExit(exitOK)
	x.typeLine("otro token de maría elena")
	x.out.waitFor(t, "¿Reemplazo el token")
	x.typeLine("sí")
	x.out.waitFor(t, "apenas responda")
	startBackend(t, again)
	second := x.out.waitFor(t, `Token .*\n(\d{3} \d{3})`)[1]
	if second == first {
		t.Error("the token was not replaced")
	}
	x.typeLine("mi token")
	if now := x.out.waitFor(t, `Token .*\n(\d{3} \d{3})`)[1]; now != second {
		t.Error("the token was replaced twice")
	}
	x.waitExit(exitOK)
	for _, secret := range []string{first, second, code, "99999001", "María", page, botKey, strings.ReplaceAll(second, " ", "")} {
		if strings.Contains(x.errs.String(), secret) {
			t.Errorf("%q stands in what goes to the log", secret)
		}
	}
	if _, err := os.Stat(filepath.Join(x.data, "autogestion.db")); err == nil {
		t.Error("the embedded back end was opened, too")
	}
}

// With Autogestión elsewhere there are no pages here, and that it is down is a figure, not a reason to be restarted.
func TestServeWithABackEndOutside(t *testing.T) {
	t.Parallel()
	back, at := startBackend(t, nil)
	env := map[string]string{"LLAVE_AUTOGESTION_URL": at, "LLAVE_AUTOGESTION_KEY": botKey, "LLAVE_DATA": filepath.Join(t.TempDir(), "d")}
	for _, up := range []int{1, 0} {
		x := start(t, env)
		x.out.waitFor(t, `Autogestión +`+regexp.QuoteMeta(at)+`\n`)
		here := x.out.waitFor(t, `Estado +(http://\S+)/readyz`)[1]
		b := newBrowser(t)
		if got := b.open(here + "/metrics"); !strings.Contains(got, fmt.Sprintf("llave_autogestion_up %d", up)) || !strings.Contains(got, "llave_ready 1") {
			t.Errorf("up %d: metrics say %s", up, regexp.MustCompile(`(?m)^llave_(auto|ready).*`).FindAllString(got, -1))
		}
		b.open(here + "/readyz")
		res, err := http.Get(here + "/autogestion/")
		if err != nil || res.StatusCode != http.StatusNotFound {
			t.Errorf("/autogestion/: %v %v", res, err)
		}
		if strings.Contains(x.out.String(), "llave-demo") {
			t.Error("the demo's password is printed")
		}
		x.cancel()
		x.waitExit(exitOK)
		if up == 1 {
			back.cancel()
			back.waitExit(exitOK)
		}
	}
}

func TestAFirstStartWithoutTheBackEnd(t *testing.T) {
	t.Parallel()
	back, at := startBackend(t, nil)
	back.cancel()
	back.waitExit(exitOK)
	env := map[string]string{"LLAVE_AUTOGESTION_URL": at, "LLAVE_AUTOGESTION_KEY": botKey}
	x := start(t, env)
	x.errs.waitFor(t, "autogestion does not answer")
	startBackend(t, map[string]string{"LLAVE_ADDR": strings.TrimPrefix(at, "http://"), "LLAVE_DATA": back.data})
	x.out.waitFor(t, "Llave está andando")
	x.cancel()
	x.waitExit(exitOK)

	env["LLAVE_AUTOGESTION_KEY"] = "another-key-of-16"
	x = start(t, env)
	x.waitExit(exitUsage)
	x.errs.waitFor(t, "LLAVE_AUTOGESTION_KEY: .*no la acepta")
}

func TestCommandsOfTheEmbeddedBackEnd(t *testing.T) {
	t.Parallel()
	env := map[string]string{"LLAVE_AUTOGESTION_URL": "http://127.0.0.1:1", "LLAVE_AUTOGESTION_KEY": botKey}
	for _, args := range [][]string{{"chat", "-linked", "27999990016"}, {"autogestion"}, {"padron", "import", "backend_test.go"}} {
		start(t, env, args...).waitExit(exitUsage)
	}
}

func TestBackEndConfiguration(t *testing.T) {
	with := func(kv ...string) map[string]string {
		m := map[string]string{"LLAVE_AUTOGESTION_URL": "https://ioma.example", "LLAVE_AUTOGESTION_KEY": botKey}
		for i := 0; i < len(kv); i += 2 {
			m[kv[i]] = kv[i+1]
		}
		return m
	}
	for _, c := range []struct {
		vars map[string]string
		want []string
	}{
		{with(), nil},
		{with("LLAVE_DEMO", "0"), nil},
		{with("LLAVE_AUTOGESTION_URL", "http://ioma.example", "LLAVE_AUTOGESTION_INSECURE", "1"), nil},
		{with("LLAVE_AUTOGESTION_URL", "http://127.0.0.1:8081/x"), nil},
		{with("LLAVE_AUTOGESTION_URL", "http://ioma.example"), []string{"LLAVE_AUTOGESTION_URL: con http"}},
		{with("LLAVE_AUTOGESTION_URL", "ioma.example", "LLAVE_AUTOGESTION_KEY", ""), []string{"LLAVE_AUTOGESTION_URL: no es", "LLAVE_AUTOGESTION_KEY: hace falta"}},
		{with("LLAVE_AUTOGESTION_URL", "https://short:short@ioma.example"), []string{"LLAVE_AUTOGESTION_URL: no es"}},
		{with("LLAVE_AUTOGESTION_KEY", "has spaces in it, it has"), []string{"LLAVE_AUTOGESTION_KEY: tiene espacios"}},
		{with("LLAVE_AUTOGESTION_KEY", "short"), []string{"LLAVE_AUTOGESTION_KEY: tiene menos"}},
		{with("LLAVE_AUTOGESTION", "embedded"), []string{"LLAVE_AUTOGESTION y LLAVE_AUTOGESTION_URL"}},
		{with("LLAVE_DEMO", "1"), []string{"LLAVE_DEMO"}},
		{with("LLAVE_DEMO", "insecure"), []string{"LLAVE_DEMO"}},
		{with("LLAVE_AUTOGESTION_INSECURE", "yes"), []string{"LLAVE_AUTOGESTION_INSECURE"}},
		{map[string]string{"LLAVE_AUTOGESTION": "embedded"}, nil},
		{map[string]string{"LLAVE_AUTOGESTION": "inside"}, []string{"LLAVE_AUTOGESTION: "}},
	} {
		conf, err := readConfig(c.vars)
		if (err == nil) != (c.want == nil) {
			t.Errorf("%v: %v", c.vars, err)
			continue
		}
		for _, text := range c.want {
			if !strings.Contains(err.Error(), "\n  "+text) {
				t.Errorf("%v: %q is not reported: %v", c.vars, text, err)
			}
		}
		if err != nil && strings.Contains(err.Error(), "short") {
			t.Errorf("a secret stands in %v", err)
		}
		if err == nil && conf.AutogestionURL != "" && conf.demo {
			t.Errorf("%v: the demo is on", c.vars)
		}
		real := err == nil && (conf.AutogestionURL != "" || conf.Autogestion == embeddedBackend)
		if err == nil && conf.knowsRealPeople() != real {
			t.Errorf("%v: knows real people: %v, want %v", c.vars, conf.knowsRealPeople(), real)
		}
	}
	conf, _ := readConfig(nil)
	_, err := readConfig(map[string]string{"LLAVE_WHATSAPP": "1"})
	if conf.knowsRealPeople() || err == nil || !strings.Contains(err.Error(), "LLAVE_AUTOGESTION_URL: ") || !strings.Contains(err.Error(), "LLAVE_AUTOGESTION=embedded") {
		t.Errorf("a real channel without a back end: %v", err)
	}
}

// credentialAt links a chat over HTTP, and writes the credential to a file.
func credentialAt(t *testing.T, at string) string {
	t.Helper()
	c, err := client.New(client.Options{URL: at, Key: botKey, Now: testClock(t)})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	i, err := c.Invite(t.Context(), backend.Invitation{Chat: "c", Channel: "Terminal", Label: "1", Sender: "Mari", Key: "k"})
	if err != nil {
		t.Fatal(err)
	}
	g, err := c.Redeem(t.Context(), i.ID, signIn(t, i.URL), "k2")
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "credential")
	if err := os.WriteFile(file, []byte(string(g.Credential)+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

func TestBackendCheck(t *testing.T) {
	t.Parallel()
	_, at := startBackend(t, nil)
	file := credentialAt(t, at)
	target, _ := url.Parse(at)
	proxy := httputil.NewSingleHostReverseProxy(target)
	proxy.ModifyResponse = func(r *http.Response) error {
		if strings.HasSuffix(r.Request.URL.Path, "/redeem") && r.StatusCode == http.StatusNotFound {
			r.Body = io.NopCloser(strings.NewReader(strings.Repeat(" ", int(r.ContentLength))))
		}
		return nil
	}
	broken := httptest.NewServer(proxy)
	defer broken.Close()
	empty := filepath.Join(t.TempDir(), "empty")
	if err := os.WriteFile(empty, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	key := map[string]string{"LLAVE_AUTOGESTION_KEY": botKey}
	for _, c := range []struct {
		env  map[string]string
		args []string
		code int
		says []string
	}{
		{key, []string{"check", at}, exitOK, []string{"✓ con otra clave de bot", "adentro, y dos veces el mismo (no se probó: ", "– GET group", "-credential ARCHIVO", "✓ keys", "✓ sheets", "Bien: 11. Mal: 0. Sin probar: 19."}},
		{map[string]string{"LLAVE_AUTOGESTION_KEY": botKey, "LLAVE_AUTOGESTION_URL": at}, []string{"check"}, exitOK, []string{"Mal: 0."}},
		{key, []string{"check", "-credential", file, at}, exitOK, []string{"✓ GET group", "solo con -mint", "Bien: 26. Mal: 0. Sin probar: 4."}},
		{key, []string{"check", "-credential", file, "-mint", at + "/autogestion/"}, exitOK, []string{"Bien: 30. Mal: 0. Sin probar: 0."}},
		{key, []string{"check", broken.URL}, exitError, []string{"✗ una invitación que no existe no se canjea: 404 no_invite. Se vio: redeem contestó 404\n", "Bien: 10. Mal: 1. Sin probar: 19.", "no contesta como debe"}},
		{key, []string{"check", "http://127.0.0.1:1"}, exitError, []string{"✗ GET capabilities", "no hubo respuesta", "Mal: 1. Sin probar: 29."}},
		{map[string]string{"LLAVE_AUTOGESTION_KEY": "another-key-of-16"}, []string{"check", at}, exitError, []string{"no conoce la clave de LLAVE_AUTOGESTION_KEY"}},
		{nil, []string{"check", at}, exitUsage, []string{"LLAVE_AUTOGESTION_KEY"}},
		{key, []string{"check"}, exitUsage, []string{"falta la URL"}},
		{key, []string{"check", "ftp://x"}, exitUsage, []string{"no es una dirección"}},
		{key, []string{"check", "http://ioma.example"}, exitUsage, []string{"https"}},
		{key, []string{"check", at, "-mint"}, exitUsage, []string{"uso: llave backend check"}},
		{key, []string{"check", "-fast", at}, exitUsage, []string{"uso: llave backend check"}},
		{key, []string{"check", "-credential", "/nowhere/c", at}, exitUsage, []string{"/nowhere/c"}},
		{key, []string{"check", "-credential", empty, at}, exitUsage, []string{"vacío"}},
		{key, nil, exitUsage, []string{"uso: llave backend check"}},
		{key, []string{"test", at}, exitUsage, []string{"uso: llave backend check"}},
	} {
		x := start(t, c.env, append([]string{"backend"}, c.args...)...)
		x.waitExit(c.code)
		all := x.out.String() + x.errs.String()
		for _, text := range c.says {
			if !strings.Contains(all, text) {
				t.Errorf("llave backend %v: %q is not in\n%s", c.args, text, all)
			}
		}
		for _, secret := range []string{botKey, "99999001", "María", "Juana"} {
			if strings.Contains(all, secret) {
				t.Errorf("llave backend %v: %q stands in\n%s", c.args, secret, all)
			}
		}
	}
}
