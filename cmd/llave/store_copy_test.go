package main

import (
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"llave/bot"
	"llave/store"
	"llave/store/redistest"
)

// copyFixture is a data folder of before and an empty Redis, with the folder's own key.
type copyFixture struct {
	folder          string
	sqlite, onRedis map[string]string // the environments of the two stores
	server          *redistest.Server
	address         string
}

func newCopyFixture(t *testing.T, archive string) *copyFixture {
	t.Helper()
	f := &copyFixture{server: redistest.New(t)}
	dir := t.TempDir()
	unpack(t, filepath.Join("testdata", archive), dir)
	f.folder = filepath.Join(dir, "data")
	key, err := os.ReadFile(filepath.Join(f.folder, "llave.key"))
	if err != nil {
		t.Fatal(err)
	}
	f.address = f.server.Address()
	f.sqlite = map[string]string{"LLAVE_DATA": f.folder, "LLAVE_ADDR": freeAddr(t)}
	f.onRedis = map[string]string{"LLAVE_DATA": f.folder, "LLAVE_ADDR": f.sqlite["LLAVE_ADDR"], "LLAVE_STORE": f.address, "LLAVE_KEY": strings.TrimSpace(string(key))}
	return f
}

// back moves the file away, and copies the Redis into the folder.
func (f *copyFixture) back(t *testing.T) string {
	t.Helper()
	if err := os.Rename(filepath.Join(f.folder, "llave.db"), filepath.Join(f.folder, "before.db")); err != nil {
		t.Fatal(err)
	}
	return runCommand(t, f.onRedis, exitOK, "store", "copy", "LLAVE_STORE", f.folder)
}

// A folder of 23 November goes to Redis and back: the chat is linked wherever it is, and nothing was set aside.
func TestStoreCopy(t *testing.T) {
	t.Parallel()
	f := newCopyFixture(t, "data-2026-11-23.tar.gz")
	printed := runCommand(t, f.sqlite, exitOK, "store", "copy", f.folder, f.address)
	for _, want := range []string{"  chats\t1\n", filepath.Join(f.folder, "llave.key"), "LLAVE_STORE"} {
		if !strings.Contains(printed, want) {
			t.Errorf("it does not say %q: %s", want, printed)
		}
	}
	if printed := runChat(t, f.onRedis, nil, "token de juana"); !strings.Contains(printed, "Token de Juana Ruiz") {
		t.Errorf("on Redis it says: %s", printed)
	}
	f.back(t)
	f.sqlite["LLAVE_KEY"] = f.onRedis["LLAVE_KEY"] // which has sealed what was made meanwhile
	if printed := runChat(t, f.sqlite, nil, "token de juana"); !strings.Contains(printed, "Token de Juana Ruiz") {
		t.Errorf("back in the folder it says: %s", printed)
	}
	if printed := runCommand(t, f.sqlite, exitOK, "audit"); strings.Count(printed, "store copy") != 2 {
		t.Errorf("the audit says: %s", printed)
	}
}

// A chat with an open case, a message that was not sent yet and a timer goes on after each copy where it was.
func TestStoreCopyWithACase(t *testing.T) {
	t.Parallel()
	f := newCopyFixture(t, "data-2026-11-29-mesa.tar.gz")
	base := "http://" + f.sqlite["LLAVE_ADDR"]
	x := start(t, f.sqlite)
	waitServing(t, base)
	ana := signInAtDesk(t, base, "ana")
	ana.acts(http.StatusOK, ana.sees(1, "released", 1), "tomar", url.Values{})
	x.cancel()
	x.waitExit(exitOK)
	printed := runCommand(t, f.sqlite, exitOK, "store", "copy", f.folder, f.address)
	if !strings.Contains(printed, "por mandar\t1\n") || !strings.Contains(printed, "avisos\t2\n") {
		t.Errorf("it says: %s", printed)
	}
	x = start(t, f.onRedis, "chat")
	x.out.waitFor(t, `Te atiende \*Ana\*`)
	x.typeLine("en la de la esquina")
	x.waitExit(exitOK)
	f.back(t)
	x = start(t, f.sqlite, "chat")
	waitServing(t, base)
	ana = signInAtDesk(t, base, "ana")
	page := newBrowser(t)
	page.Client = ana.Client
	if text := page.open(base + "/mesa/casos/1"); !strings.Contains(text, "en la de la esquina") {
		t.Errorf("the desk does not know what was said on Redis: %s", text)
	}
	x.waitExit(exitOK)
}

// What cannot be copied is refused in words, a password is not printed, and half a copy is not used.
func TestStoreCopyRefused(t *testing.T) {
	t.Parallel()
	f := newCopyFixture(t, "data-2026-11-23.tar.gz")
	refused := func(env map[string]string, want int, word string, args ...string) {
		t.Helper()
		printed := runCommand(t, env, want, append([]string{"store", "copy"}, args...)...)
		if !strings.Contains(printed, word) || strings.Contains(printed, "s3creto") {
			t.Errorf("%v: %s", args, printed)
		}
	}
	refused(f.sqlite, exitUsage, "llave store copy DESDE HASTA", f.folder)
	refused(f.sqlite, exitUsage, "llave backup", f.folder, f.folder+"2")
	refused(f.sqlite, exitUsage, "LLAVE_STORE", f.folder, "LLAVE_STORE")
	refused(f.sqlite, exitUsage, "redis://", f.folder, "redis://llave:s3creto%zz@host")
	refused(f.sqlite, exitError, "nada que copiar", f.folder+"3", f.address)
	refused(f.sqlite, exitError, "nada que copiar", f.address, f.folder+"3/mine.db")
	refused(f.sqlite, exitError, "quedó sin terminar", f.folder, "redis://:s3creto@127.0.0.1:1")
	file, err := store.OpenSQLite(filepath.Join(f.folder, "llave.db"))
	if err != nil {
		t.Fatal(err)
	}
	refused(f.sqlite, exitError, "lo está usando otro proceso", f.folder, f.address)
	file.Close()
	refused(f.sqlite, exitOK, "Copiado", f.folder, f.address)
	refused(f.sqlite, exitError, "ya hay algo", f.address, f.folder)
	service, err := store.OpenRedis(t.Context(), store.RedisConfig{Address: f.address})
	if err != nil {
		t.Fatal(err)
	}
	defer service.Close()
	if _, err := service.Heartbeat(t.Context(), bot.Replica{ID: "0"}, time.Minute); err != nil {
		t.Fatal(err)
	}
	refused(f.onRedis, exitError, "un servicio está usando", "LLAVE_STORE", f.folder+"3")

	options, err := redis.ParseURL(f.address)
	if err != nil {
		t.Fatal(err)
	}
	client := redis.NewClient(options)
	defer client.Close()
	client.Set(t.Context(), "llave:layout", "unfinished copy", 0)
	refused(f.sqlite, exitError, "un servicio u otra copia", f.folder, f.address)
	x := start(t, f.onRedis, "chat")
	x.waitExit(exitError)
	x.errs.waitFor(t, "repetí llave store copy")
}
