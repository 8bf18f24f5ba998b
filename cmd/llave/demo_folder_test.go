package main

import (
	"crypto/sha256"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// The demo comes by itself only where nothing is set that is meant for people who exist.
func TestTheDemoByItself(t *testing.T) {
	const token = "123456:ABC-DEF1234ghIkl-zyx57W2v1u123ew11"
	for _, c := range []struct {
		vars map[string]string
		demo bool
	}{
		{nil, true},
		{map[string]string{"LLAVE_ADDR": "127.0.0.1:1234", "LLAVE_MESA_PHONE": "0800", "LLAVE_DATA": "/x"}, true},
		{map[string]string{"LLAVE_PUBLIC_URL": "https://llave.example"}, false},
		{map[string]string{"LLAVE_PUBLIC_URL": "http://10.0.0.7"}, false},
		{map[string]string{"LLAVE_AUTOGESTION": "embedded"}, false},
		{map[string]string{"LLAVE_TELEGRAM_TOKEN": token, "LLAVE_AUTOGESTION": "embedded"}, false},
		{map[string]string{"LLAVE_WHATSAPP": "1", "LLAVE_AUTOGESTION": "embedded"}, false},
		{map[string]string{"LLAVE_ADDR": "10.0.0.7:80"}, false},
		{map[string]string{"LLAVE_PUBLIC_URL": "https://llave.example", "LLAVE_DEMO": "1"}, true},
		{map[string]string{"LLAVE_DEMO": "0"}, false},
	} {
		conf, err := readConfig(c.vars)
		if err != nil || conf.demo != c.demo {
			t.Errorf("%v: demo %v, %v", c.vars, conf.demo, err)
		}
	}
}

// folderHash is all that a folder holds, byte for byte.
func folderHash(t *testing.T, dir string) string {
	t.Helper()
	var out strings.Builder
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := os.ReadFile(path)
		fmt.Fprintf(&out, "%s %x\n", d.Name(), sha256.Sum256(b))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out.String()
}

// Once there are people who exist in a folder, the demo does not go in, whichever command is asked, and whether it was asked
// for or only not refused.
func TestTheDemoDoesNotEnterARealFolder(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "p.csv")
	text := "cuil,nombre,sexo,numero,situacion,cuil_titular,parentesco\n27-99999011-3,Marta Sosa,F,9-1/00,EN PADRÓN,27-99999011-3,titular\n"
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	data := filepath.Join(t.TempDir(), "d")
	start(t, map[string]string{"LLAVE_DATA": data}, "padron", "import", file).waitExit(exitOK) // no LLAVE_DEMO: it does not bring the demo
	before := folderHash(t, data)
	for _, demo := range []string{"", "1", "insecure"} {
		for _, args := range [][]string{{}, {"chat"}, {"chat", "-linked", "27999990016"}, {"autogestion"}, {"padron", "import", file}} {
			if demo == "" && len(args) == 3 && args[0] == "padron" {
				continue // is never the demo by itself
			}
			env := map[string]string{"LLAVE_DATA": data}
			if demo != "" {
				env["LLAVE_DEMO"] = demo
			}
			x := start(t, env, args...)
			x.waitExit(exitError)
			x.errs.waitFor(t, "LLAVE_DEMO=0")
			if after := folderHash(t, data); after != before {
				t.Fatalf("LLAVE_DEMO=%q llave %v touched the folder:\n%s%s", demo, args, before, after)
			}
		}
	}
	env := map[string]string{"LLAVE_DATA": data, "LLAVE_DEMO": "0"}
	x := start(t, env)
	x.out.waitFor(t, "Llave está andando")
	if strings.Contains(x.out.String(), "Demo:") {
		t.Error("the demo is announced")
	}
	x.cancel()
	x.waitExit(exitOK)
}

// A folder whose chats another Autogestión knows has no padrón, and is real all the same.
func TestTheDemoDoesNotEnterTheChatsOfAnotherAutogestion(t *testing.T) {
	t.Parallel()
	env := map[string]string{"LLAVE_DATA": filepath.Join(t.TempDir(), "d")}
	start(t, env, "chat", "-linked", "27999990016").waitExit(exitOK)
	if err := os.Remove(filepath.Join(env["LLAVE_DATA"], "autogestion.db")); err != nil {
		t.Fatal(err)
	}
	before := folderHash(t, env["LLAVE_DATA"])
	x := start(t, env, "chat")
	x.waitExit(exitError)
	x.errs.waitFor(t, "LLAVE_DEMO=0")
	if folderHash(t, env["LLAVE_DATA"]) != before {
		t.Error("the folder was touched")
	}
}

func TestARealPadronDoesNotEnterTheDemo(t *testing.T) {
	t.Parallel()
	env := map[string]string{"LLAVE_DATA": filepath.Join(t.TempDir(), "d")}
	start(t, env, "chat", "-linked", "27999990016").waitExit(exitOK)
	file := filepath.Join(t.TempDir(), "p.csv")
	if err := os.WriteFile(file, []byte("cuil\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	x := start(t, env, "padron", "import", file)
	x.waitExit(exitError)
	x.errs.waitFor(t, "corrió la demo.*LLAVE_DATA.*LLAVE_DEMO=1")
}

// A public address on this machine that nothing else goes with is served for nobody: neither as the demo nor for people who
// exist. The folder stays as it was, and the operator reads both ways out.
func TestNobodyGuessesWhoseChatItIs(t *testing.T) {
	t.Parallel()
	for _, args := range [][]string{{}, {"chat"}, {"autogestion"}} {
		data := filepath.Join(t.TempDir(), "d")
		x := start(t, map[string]string{"LLAVE_DATA": data, "LLAVE_PUBLIC_URL": "https://llave.example"}, args...)
		x.waitExit(exitUsage)
		x.errs.waitFor(t, "LLAVE_DEMO=0")
		x.errs.waitFor(t, "LLAVE_DEMO=1")
		if _, err := os.Stat(data); !os.IsNotExist(err) {
			t.Errorf("%v: the data folder was made: %v", args, err)
		}
	}
	for _, set := range []map[string]string{
		{"LLAVE_DEMO": "0"}, {"LLAVE_DEMO": "1"}, {"LLAVE_AUTOGESTION": "embedded"},
		{"LLAVE_AUTOGESTION_URL": "https://autogestion.example", "LLAVE_AUTOGESTION_KEY": "una-clave-larga-de-prueba"}, {"LLAVE_ADDR": "0.0.0.0:8080"},
	} {
		set["LLAVE_PUBLIC_URL"] = "https://llave.example"
		c, err := readConfig(set)
		if err == nil {
			err = c.checkWhoseChat()
		}
		if err != nil {
			t.Errorf("%v is refused: %v", set, err)
		}
	}
}
