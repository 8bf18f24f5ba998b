package main

import (
	"crypto/rand"
	"database/sql"
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
)

// deskAgent is an agent of Mesa de Ayuda in a browser without scripts.
type deskAgent struct {
	t *testing.T
	http.Client
	base string
}

// deskCase is what the test reads of a case.
type deskCase struct {
	ID      uint64 `json:"id"`
	State   string `json:"state"`
	Epoch   uint64 `json:"epoch"`
	Last    uint64 `json:"last"`
	Owner   string `json:"owner"`
	Entries []struct {
		Kind, By, Text, Delivery string
	} `json:"entries"`
}

func signInAtDesk(t *testing.T, base, user string) *deskAgent {
	t.Helper()
	jar, _ := cookiejar.New(nil)
	a := &deskAgent{t: t, Client: http.Client{Jar: jar, Timeout: patience}, base: base}
	a.posts(http.StatusOK, "/mesa/entrar", url.Values{"user": {user}, "password": {"llave-demo"}})
	return a
}

// posts sends a form and returns the answer, which must have a status.
func (a *deskAgent) posts(want int, path string, form url.Values) string {
	a.t.Helper()
	req, _ := http.NewRequest(http.MethodPost, a.base+path, strings.NewReader(form.Encode()))
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return a.asks(want, req)
}

func (a *deskAgent) asks(want int, req *http.Request) string {
	a.t.Helper()
	req.Header.Set("Accept", "application/json")
	res, err := a.Do(req)
	if err != nil {
		a.t.Fatal(err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil || res.StatusCode != want {
		a.t.Fatalf("%s %s: %s, want %d: %v %s", req.Method, req.URL.Path, res.Status, want, err, body)
	}
	return string(body)
}

// sees reads a case once the desk knows of as many entries of a kind.
func (a *deskAgent) sees(id uint64, kind string, n int) (c deskCase) {
	a.t.Helper()
	late := time.Now().Add(patience)
	for {
		req, _ := http.NewRequest(http.MethodGet, fmt.Sprintf("%s/mesa/casos/%d", a.base, id), nil)
		if err := json.Unmarshal([]byte(a.asks(http.StatusOK, req)), &c); err != nil {
			a.t.Fatal(err)
		}
		have := 0
		for _, e := range c.Entries {
			if e.Kind == kind {
				have++
			}
		}
		if have >= n {
			return c
		}
		if time.Now().After(late) {
			a.t.Fatalf("the desk never sees %d entries %q: %+v", n, kind, c)
		}
		time.Sleep(20 * time.Millisecond)
	}
}

// acts does something in a case as it is now.
func (a *deskAgent) acts(want int, c deskCase, what string, form url.Values) string {
	a.t.Helper()
	form.Set("act", rand.Text())
	form.Set("epoch", fmt.Sprint(c.Epoch))
	form.Set("seen", fmt.Sprint(c.Last))
	return a.posts(want, fmt.Sprintf("/mesa/casos/%d/%s", c.ID, what), form)
}

// An affiliate asks for a person and gets one; the bot is silent meanwhile; a note stays at the desk; what is said is readable
// nowhere; and the case goes on in the next process.
func TestMesa(t *testing.T) {
	t.Parallel()
	env := map[string]string{"LLAVE_DATA": filepath.Join(t.TempDir(), "data"), "LLAVE_ADDR": freeAddr(t)}
	base := "http://" + env["LLAVE_ADDR"]
	x := start(t, env, "chat", "-linked", "27-99999001-6")
	x.typeLine("persona")
	x.out.waitFor(t, `tu caso es el \*1\*`)
	ana, beto := signInAtDesk(t, base, "ana"), signInAtDesk(t, base, "beto")
	c := ana.sees(1, "told", 1)
	ana.acts(http.StatusOK, c, "tomar", url.Values{})
	x.out.waitFor(t, `Te atiende \*Ana\*`)
	if said := beto.acts(http.StatusConflict, c, "tomar", url.Values{}); !strings.Contains(said, `"why":"taken"`) || !strings.Contains(said, "Ana") {
		t.Errorf("Beto is told: %s", said)
	}
	ana.posts(http.StatusCreated, "/mesa/casos/1/notas", url.Values{"text": {"CANARIONOTA tarjeta vencida"}})
	x.typeLine("CANARIOPERSONA en la esquina; mi cuil es 27-99999001-6")
	seen := ana.sees(1, "said", 2)
	if said := ana.acts(http.StatusConflict, c, "mensajes", url.Values{"text": {"a ciegas"}}); !strings.Contains(said, "stale") && !strings.Contains(said, "epoch") {
		t.Errorf("blind: %s", said)
	}
	ana.acts(http.StatusOK, seen, "mensajes", url.Values{"text": {"CANARIOAGENTE probá ahora"}})
	x.out.waitFor(t, `Ana \(Mesa de Ayuda\): CANARIOAGENTE probá ahora`)
	x.typeLine("menú")
	x.out.waitFor(t, `escribí \*BOT\*`)
	x.typeLine("token de juana") // hushed
	seen = ana.sees(1, "said", 4)
	beto.acts(http.StatusForbidden, seen, "mensajes", url.Values{"text": {"intruso"}})
	metrics := newBrowser(t).open(base + "/metrics")
	for _, want := range []string{"llave_desk_owned 1", "llave_desk_waiting 0", `llave_desk_acts_refused_total{reason="taken"} 1`, `llave_desk_acts_refused_total{reason="not_owner"} 1`} {
		if !strings.Contains(metrics, want) {
			t.Errorf("the metrics do not say %q", want)
		}
	}
	x.waitExit(exitOK)
	if out := x.out.String(); regexp.MustCompile(`\d{3} \d{3}|CANARIONOTA|intruso|ciegas`).MatchString(out) {
		t.Errorf("the affiliate reads: %s", out)
	}
	unreadable(t, env["LLAVE_DATA"], x.errs.String()+metrics, "CANARIO", "Juana Ruiz", "María Elena", "9-4071852", "99999001")

	x = start(t, env, "chat")
	waitServing(t, base)
	ana = signInAtDesk(t, base, "ana")
	c = ana.sees(1, "said", 4)
	for _, e := range c.Entries {
		if e.Kind == "spoken" && e.Delivery != "sent" {
			t.Errorf("%q is %q", e.Text, e.Delivery)
		}
	}
	ana.acts(http.StatusOK, c, "devolver", url.Values{"mode": {"menu"}})
	x.out.waitFor(t, `Sigo yo`)
	x.typeLine("token de juana")
	x.out.waitFor(t, `Token de Juana Ruiz\n\d{3} \d{3}`)
	x.waitExit(exitOK)
}

// waitServing waits until a program serves an address.
func waitServing(t *testing.T, base string) {
	t.Helper()
	for late := time.Now().Add(patience); ; time.Sleep(20 * time.Millisecond) {
		res, err := http.Get(base + "/healthz")
		if err == nil {
			res.Body.Close()
			return
		}
		if time.Now().After(late) {
			t.Fatal(err)
		}
	}
}

// freeAddr is an address that nothing listens on.
func freeAddr(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

// unreadable looks for words in all files of a folder and in what was logged.
func unreadable(t *testing.T, folder, logged string, secrets ...string) {
	t.Helper()
	for _, s := range secrets {
		if strings.Contains(logged, s) {
			t.Errorf("%q stands in the log or the metrics", s)
		}
	}
	err := filepath.WalkDir(folder, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		raw, err := os.ReadFile(path)
		for _, s := range secrets {
			if strings.Contains(string(raw), s) {
				t.Errorf("%q stands in %s", s, filepath.Base(path))
			}
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
}

// A folder with an open case, a note and an audit is opened by this program: the case is in the queue, and goes on.
func TestAFolderWithACaseOfBefore(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	unpack(t, filepath.Join("testdata", "data-2026-11-29-mesa.tar.gz"), dir)
	env := map[string]string{"LLAVE_DATA": filepath.Join(dir, "data"), "LLAVE_ADDR": freeAddr(t)}
	base := "http://" + env["LLAVE_ADDR"]
	x := start(t, env, "chat")
	waitServing(t, base)
	ana := signInAtDesk(t, base, "ana")
	c := ana.sees(1, "released", 1)
	page := newBrowser(t)
	page.Client = ana.Client
	for _, want := range []string{"Una nota de antes", "Hola, ¿en qué farmacia?", "me lo rechazaron en la farmacia", "María Elena Gómez", "Chat vinculado", "Juana Ruiz"} {
		if !strings.Contains(page.open(base+"/mesa/casos/1"), want) {
			t.Errorf("the desk does not show %q", want)
		}
	}
	ana.acts(http.StatusOK, c, "tomar", url.Values{})
	x.out.waitFor(t, `Te atiende \*Ana\*`)
	x.waitExit(exitOK)
	if printed := runCommand(t, env, exitOK, "mesa", "verify"); !strings.Contains(printed, "como se escribió") {
		t.Errorf("the audit: %s", printed)
	}
}

// While the desk's database takes nothing the bot answers, cases open, and what is said reaches the desk afterwards, once each.
func TestTheDesksDatabaseIsDown(t *testing.T) {
	t.Parallel()
	env := map[string]string{"LLAVE_DATA": filepath.Join(t.TempDir(), "data"), "LLAVE_ADDR": freeAddr(t)}
	base := "http://" + env["LLAVE_ADDR"]
	x := start(t, env, "chat", "-linked", "27-99999001-6")
	x.typeLine("hola")
	x.out.waitFor(t, "token")
	ana := signInAtDesk(t, base, "ana")

	db, err := sql.Open("sqlite", filepath.Join(env["LLAVE_DATA"], "mesa.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	held, err := db.Conn(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer held.Close()
	do := func(statement string) {
		t.Helper()
		if _, err := held.ExecContext(t.Context(), statement); err != nil {
			t.Fatal(err)
		}
	}
	do("PRAGMA busy_timeout = 10000")
	do("BEGIN IMMEDIATE")
	x.typeLine("persona")
	x.out.waitFor(t, `tu caso es el \*1\*`)
	x.typeLine("token de juana")
	x.out.waitFor(t, `Token de Juana Ruiz\n\d{3} \d{3}`)
	x.typeLine("la ventana verde quedó abierta")
	do("ROLLBACK")

	eventually(t, "the case is at the desk", func() bool {
		req, _ := http.NewRequest(http.MethodGet, base+"/mesa/casos/1", nil)
		res, err := ana.Do(req)
		if err == nil {
			res.Body.Close()
		}
		return err == nil && res.StatusCode == http.StatusOK
	})
	said := map[string]int{}
	for _, e := range ana.sees(1, "said", 3).Entries {
		if e.Kind == "said" {
			said[e.Text]++
		}
	}
	for _, want := range []string{"persona", "token de juana", "la ventana verde quedó abierta"} {
		if said[want] != 1 {
			t.Errorf("the desk has %q %d times: %v", want, said[want], said)
		}
	}
	x.waitExit(exitOK)
}
