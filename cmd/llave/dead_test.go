package main

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"llave/bot/keyring"
)

// runCommand runs a command to its end.
func runCommand(t *testing.T, env map[string]string, want int, args ...string) string {
	t.Helper()
	x := start(t, env, args...)
	x.waitExit(want)
	return x.out.String() + x.errs.String()
}

// runChat runs a chat on a terminal, from its first line to its last.
func runChat(t *testing.T, env map[string]string, args []string, lines ...string) string {
	t.Helper()
	x := start(t, env, append([]string{"chat"}, args...)...)
	for _, l := range lines {
		x.typeLine(l)
	}
	x.waitExit(exitOK)
	return x.out.String()
}

// What could not be read because a key was missing is listed without a word of it, and comes back with the key.
func TestDeadIsListedAndComesBack(t *testing.T) {
	t.Parallel()
	key := func(b byte) string {
		return base64.StdEncoding.EncodeToString(bytes.Repeat([]byte{b}, keyring.KeySize))
	}
	both, one := key(2)+","+key(1), key(1)
	env := map[string]string{"LLAVE_DATA": filepath.Join(t.TempDir(), "data"), "LLAVE_KEY": one}
	runChat(t, env, nil, "hola") // the keys in the folder are sealed with the first key, which stays
	env["LLAVE_KEY"] = both
	if printed := runChat(t, env, []string{"-linked", "27-99999001-6"}, "juana", "token de juana"); !strings.Contains(printed, "Token de Juana Ruiz") {
		t.Fatalf("before the key is lost: %s", printed)
	}
	if printed := runCommand(t, env, exitOK, "dead"); !strings.Contains(printed, "No hay nada apartado") {
		t.Errorf("before the key is lost, llave dead says: %s", printed)
	}

	env["LLAVE_KEY"] = one
	if printed := runChat(t, env, nil, "token de juana"); strings.Contains(printed, "Token de Juana Ruiz") {
		t.Fatalf("without its key the session was read: %s", printed)
	}
	list := runCommand(t, env, exitOK, "dead")
	m := regexp.MustCompile(`(?m)^(\d+) +\S+Z +conversación +tty/\S+ +no |(?m)^(\d+) +\S+Z +conversación +[0-9a-f]{8} +no `).FindStringSubmatch(list)
	if m == nil {
		t.Fatalf("the session is not listed: %s", list)
	}
	for _, word := range []string{"juana", "Juana", "María", "99999001"} {
		if strings.Contains(list, word) {
			t.Errorf("%q stands in the list", word)
		}
	}
	if printed := runCommand(t, env, exitError, "dead", "retry", "all"); !strings.Contains(printed, "no se puede leer con estas claves") {
		t.Errorf("without the key, a retry says: %s", printed)
	}

	env["LLAVE_KEY"] = both
	if list := runCommand(t, env, exitOK, "dead"); !strings.Contains(list, " sí ") {
		t.Errorf("with the key back, the list is: %s", list)
	}
	if printed := runCommand(t, env, exitError, "dead", "retry", "999999"); !strings.Contains(printed, "999999: queda apartado: no existe") {
		t.Errorf("of a number that is not there, a retry says: %s", printed)
	}
	if printed := runCommand(t, env, exitOK, "dead", "retry", m[1]+m[2]); !strings.Contains(printed, "Repuestos: 1. Siguen apartados: 0.") {
		t.Errorf("with the key back, a retry says: %s", printed)
	}
	if printed := runChat(t, env, nil, "token de juana"); !strings.Contains(printed, "Token de Juana Ruiz") {
		t.Errorf("after the retry the chat is not linked as before: %s", printed)
	}
}

func TestDeadIsRefusedWhileTheServiceRuns(t *testing.T) {
	t.Parallel()
	x := start(t, nil)
	x.out.waitFor(t, "Llave está andando")
	for _, args := range [][]string{{"dead"}, {"dead", "retry", "all"}} {
		if printed := runCommand(t, map[string]string{"LLAVE_DATA": x.data}, exitError, args...); !strings.Contains(printed, "el servicio está usando") {
			t.Errorf("llave %q says: %s", args, printed)
		}
	}
	x.cancel()
	x.waitExit(exitOK)
}

func TestDeadIsCalledWrongly(t *testing.T) {
	t.Parallel()
	data := filepath.Join(t.TempDir(), "none")
	for _, args := range [][]string{{"dead"}, {"dead", "retry"}, {"dead", "list"}, {"dead", "retry", "all"}} {
		runCommand(t, map[string]string{"LLAVE_DATA": data}, exitUsage, args...)
	}
	if _, err := os.Stat(data); !errors.Is(err, os.ErrNotExist) {
		t.Error("a data folder was made")
	}
	env := map[string]string{"LLAVE_DATA": filepath.Join(t.TempDir(), "data")}
	runChat(t, env, nil, "hola")
	for _, id := range []string{"-1", "x", "1.5", ""} {
		runCommand(t, env, exitUsage, "dead", "retry", id)
	}
}

// The service deletes a chat without a message for 30 days, and counts it in its metrics.
func TestAChatIsForgottenByTheService(t *testing.T) {
	var ahead atomic.Int64
	clock := testClock(t)
	r, w := io.Pipe()
	defer w.Close()
	out, errs := newOutput(), newOutput()
	p := program{getenv: map[string]string{"LLAVE_ADDR": "127.0.0.1:0", "LLAVE_DATA": filepath.Join(t.TempDir(), "data")}, stdin: r, stdout: out, stderr: errs,
		now: func() time.Time { return clock().Add(time.Duration(ahead.Load())) }}
	code := make(chan int, 1)
	go func() { code <- p.run(t.Context(), []string{"chat"}) }()
	fmt.Fprintln(w, "token")
	base := out.waitFor(t, `(http://127\.0\.0\.1:\d+)/autogestion/`)[1]
	b := newBrowser(t)
	swept := regexp.MustCompile(`(?m)^llave_swept_total\{what="chats"\} (\d+)$`)
	if m := swept.FindStringSubmatch(b.open(base + "/metrics")); m == nil || m[1] != "0" {
		t.Fatalf("before: %q", m)
	}
	ahead.Store(int64(30 * 24 * time.Hour)) // the question is over by then: its timer rings, and no longer holds the chat
	forgotten := func() bool {
		m := swept.FindStringSubmatch(b.open(base + "/metrics"))
		return m != nil && m[1] == "1"
	}
	for late := time.Now().Add(patience); !forgotten(); {
		ahead.Add(int64(2 * time.Minute)) // a sweep later, until the timer has rung
		if time.Now().After(late) {
			t.Fatalf("a chat is not forgotten after 30 days: %s", errs)
		}
	}
	w.Close()
	if c := <-code; c != exitOK {
		t.Errorf("exit code %d: %s", c, errs)
	}
}

func unpack(t *testing.T, archive, dir string) {
	t.Helper()
	f, err := os.Open(archive)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	for r := tar.NewReader(z); ; {
		h, err := r.Next()
		if errors.Is(err, io.EOF) {
			return
		}
		if err != nil {
			t.Fatal(err)
		}
		path := filepath.Join(dir, h.Name)
		if h.Typeflag == tar.TypeDir {
			err = os.MkdirAll(path, 0o700)
		} else {
			var text []byte
			if text, err = io.ReadAll(r); err == nil {
				err = os.WriteFile(path, text, 0o600)
			}
		}
		if err != nil {
			t.Fatal(err)
		}
	}
}
