package main

import (
	"bytes"
	"encoding/base64"
	"errors"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"filippo.io/age"

	"llave/bot/keyring"
	"llave/store/sqlitedb"
)

// A service at work is copied and comes back elsewhere: the chat is linked as before, its token of before is over, and paper is
// void, which it is told.
func TestBackupAndRestore(t *testing.T) {
	t.Parallel()
	identity, err := age.GenerateX25519Identity()
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	secret := filepath.Join(dir, "identity")
	if err := os.WriteFile(secret, []byte(identity.String()+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	key := func(b byte) string {
		return base64.StdEncoding.EncodeToString(bytes.Repeat([]byte{b}, keyring.KeySize))
	}
	env := map[string]string{"LLAVE_DATA": filepath.Join(dir, "data"), "LLAVE_KEY": key(1)}
	printed := runChat(t, env, []string{"-linked", "27-99999001-6"}, "5 preimpresos para mamá", "sí", "token")
	paper := strings.Contains(printed, "Hoja de Rosa") // not on a month's last days, when the chat asks for the month
	before := regexp.MustCompile(`Token de María Elena Gómez\n(\d{3} \d{3})`).FindStringSubmatch(printed)
	if before == nil {
		t.Fatalf("no token: %s", printed)
	}
	x := start(t, env)
	metrics := x.out.waitFor(t, `Métricas +(http://\S+)`)[1]
	if page := newBrowser(t).open(metrics); !strings.Contains(page, "llave_mail_waiting 0") || !strings.Contains(page, "llave_mail_dead 0") {
		t.Error("the e-mail is not counted")
	}
	plain, sealed := filepath.Join(dir, "plain"), filepath.Join(dir, "sealed")
	out := runCommand(t, env, exitOK, "backup", plain)
	for _, want := range []string{"llave.db", "autogestion.db", "autogestion.key", "mesa.db", "webchat.db", "LLAVE_KEY no está en la copia"} {
		if !strings.Contains(out, want) {
			t.Errorf("backup does not name %q: %s", want, out)
		}
	}
	runCommand(t, env, exitError, "backup", plain) // it is there
	runCommand(t, env, exitOK, "backup", "-recipient", identity.Recipient().String(), sealed)
	if out := runCommand(t, env, exitOK, "audit", "verify"); !strings.Contains(out, "como se escribió: 2 renglones") {
		t.Errorf("audit verify says %s", out)
	}
	x.cancel()
	x.waitExit(exitOK)

	back := map[string]string{"LLAVE_DATA": filepath.Join(dir, "back"), "LLAVE_KEY": key(2)}
	for _, c := range []struct {
		key  byte
		args []string
		code int
		says string
	}{
		{2, []string{"restore", plain}, exitError, "LLAVE_KEY"},
		{0, []string{"restore", plain}, exitUsage, "LLAVE_KEY"},
		{1, []string{"restore", sealed}, exitError, "-identity"},
		{1, []string{"restore", "-identity", plain + "/manifest.json", sealed}, exitUsage, "-identity"},
		{1, []string{"restore", "-sheets", "perhaps", plain}, exitUsage, "llave restore"},
		{1, []string{"restore", dir}, exitError, "no hay una copia"},
		{1, []string{"restore", "-identity", secret, sealed}, exitOK, "quedó como estaba"},
		{1, []string{"restore", plain}, exitUsage, "tiene que estar vacía"},
	} {
		back["LLAVE_KEY"] = ""
		if c.key != 0 {
			back["LLAVE_KEY"] = key(c.key)
		}
		_, missing := os.Stat(filepath.Join(back["LLAVE_DATA"], "llave.db"))
		out := runCommand(t, back, c.code, c.args...)
		if !strings.Contains(out, c.says) {
			t.Errorf("%v says %s", c.args, out)
		}
		if c.code == exitOK && paper && !strings.Contains(out, "Tienen hojas 1 personas: se anularon 5 tokens impresos, y cuando arranque el servicio se les avisa a 1 chats") {
			t.Errorf("it says of paper: %s", out)
		}
		if _, err := os.Stat(filepath.Join(back["LLAVE_DATA"], "llave.db")); c.code != exitOK && errors.Is(err, os.ErrNotExist) != errors.Is(missing, os.ErrNotExist) {
			t.Errorf("%v left something, or took it away", c.args)
		}
	}
	x = start(t, back, "chat")
	if paper {
		x.out.waitFor(t, "lo impreso de Rosa ya no vale")
	}
	x.typeLine("token")
	if after := x.out.waitFor(t, `Token de María Elena Gómez\n(\d{3} \d{3})`); after[1] == before[1] {
		t.Error("the token of the copy is still given")
	}
	x.waitExit(exitOK)
	if out := runCommand(t, back, exitOK, "audit"); !strings.Contains(out, "restore") {
		t.Errorf("the audit is %s", out)
	}
}

// A copy that was cut changes nothing. A folder that is half restored is used by nothing but the next restore. Without
// LLAVE_KEY the keys are in the copy, which is said.
func TestARestoreThatDoesNotEnd(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	env := map[string]string{"LLAVE_DATA": filepath.Join(dir, "data")}
	if out := runCommand(t, env, exitUsage, "backup", filepath.Join(dir, "none")); !strings.Contains(out, "no hay") {
		t.Errorf("a backup of nothing says %s", out)
	}
	runChat(t, env, []string{"-linked", "27-99999001-6"}, "token")
	made := filepath.Join(dir, "copy")
	if out := runCommand(t, env, exitOK, "backup", made); !strings.Contains(out, "lleva las claves") {
		t.Errorf("it says %s", out)
	}
	whole, err := os.ReadFile(filepath.Join(made, "mesa.db"))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Truncate(filepath.Join(made, "mesa.db"), int64(len(whole)/2)); err != nil {
		t.Fatal(err)
	}
	back := map[string]string{"LLAVE_DATA": filepath.Join(dir, "back")}
	if out := runCommand(t, back, exitError, "restore", made); !strings.Contains(out, "mesa.db") {
		t.Errorf("a copy that was cut: %s", out)
	}
	if _, err := os.Stat(back["LLAVE_DATA"]); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("it left something: %v", err)
	}
	if err := os.WriteFile(filepath.Join(made, "mesa.db"), whole, 0o600); err != nil {
		t.Fatal(err)
	}
	// As a restore leaves it that is killed after its first file.
	half := filepath.Join(back["LLAVE_DATA"], "llave.db")
	err = errors.Join(os.Mkdir(back["LLAVE_DATA"], 0o700), os.WriteFile(half, []byte("half"), 0o600),
		os.WriteFile(filepath.Join(back["LLAVE_DATA"], restoreMarker), []byte(`["`+half+`"]`), 0o600))
	if err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{nil, {"chat"}, {"dead"}, {"agent", "list"}, {"padron", "import", made}} {
		if out := runCommand(t, back, exitError, args...); !strings.Contains(out, "no terminó") {
			t.Errorf("%v uses it: %s", args, out)
		}
	}
	runCommand(t, back, exitOK, "restore", "-sheets", "keep", made)
	if printed := runChat(t, back, nil, "token"); !strings.Contains(printed, "Token de María Elena Gómez") {
		t.Errorf("it says %s", printed)
	}
	db, err := sqlitedb.Pool(filepath.Join(back["LLAVE_DATA"], "autogestion.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.Exec("DELETE FROM audit WHERE id = 1"); err != nil {
		t.Fatal(err)
	}
	if out := runCommand(t, back, exitError, "audit", "verify"); !strings.Contains(out, "no es como se escribió") {
		t.Errorf("audit verify says %s", out)
	}
}
