package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// All errors are reported at once.
func TestConfiguration(t *testing.T) {
	secret := filepath.Join(t.TempDir(), "key")
	if err := os.WriteFile(secret, []byte("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		vars map[string]string
		want []string // none: it is right
	}{
		{nil, nil},
		{map[string]string{"LLAVE_KEY_FILE": secret}, nil},
		{map[string]string{"LLAVE_ADDR": ":8080"}, []string{"LLAVE_PUBLIC_URL"}},
		{map[string]string{"LLAVE_ADDR": ":8080", "LLAVE_PUBLIC_URL": "https://llave.example/"}, nil},
		{map[string]string{"LLAVE_ADDR": "127.0.0.1:99999", "LLAVE_PUBLIC_URL": "https://llave.example/x"}, []string{"LLAVE_ADDR", "LLAVE_PUBLIC_URL"}},
		{map[string]string{"LLAVE_ADDR": ":8080", "LLAVE_DEMO": "insecure", "LLAVE_PUBLIC_URL": "http://x"}, nil},
		{map[string]string{"LLAVE_ADDR": ":8080", "LLAVE_DEMO": "1", "LLAVE_PUBLIC_URL": "http://x"}, []string{"LLAVE_DEMO"}},
		{map[string]string{"LLAVE_ADDR": "here", "LLAVE_ADMIN_ADDR": "there", "LLAVE_PUBLIC_URL": "llave.example", "LLAVE_STORE": "mysql", "LLAVE_KEY": "short",
			"LLAVE_DEMO": "maybe", "LLAVE_AUTOGESTION_KEY": "x", "LLAVE_MESA_FONE": "1"},
			[]string{"LLAVE_ADDR", "LLAVE_ADMIN_ADDR", "LLAVE_PUBLIC_URL", "LLAVE_STORE", "LLAVE_KEY", "LLAVE_DEMO", "LLAVE_AUTOGESTION_KEY", "LLAVE_MESA_FONE"}},
		{map[string]string{"LLAVE_KEY_FILE": "/nowhere", "LLAVE_KEY": ""}, []string{"LLAVE_KEY_FILE"}},
		{map[string]string{"LLAVE_KEY_FILE": secret, "LLAVE_KEY": "AAAA"}, []string{"LLAVE_KEY y LLAVE_KEY_FILE"}},
	} {
		_, err := readConfig(c.vars)
		if (err == nil) != (c.want == nil) {
			t.Errorf("%v: %v", c.vars, err)
			continue
		}
		for _, name := range c.want {
			if !strings.Contains(err.Error(), "\n  "+name) {
				t.Errorf("%v: %s is not reported: %v", c.vars, name, err)
			}
		}
		if err != nil && strings.Contains(err.Error(), "short") {
			t.Error("a key stands in the error")
		}
	}
}

func FuzzConfiguration(f *testing.F) {
	f.Add("127.0.0.1:8080", "http://x", "AAAA", "1")
	f.Add(":8080", "::", ",,", "insecure")
	f.Fuzz(func(t *testing.T, addr, public, key, demo string) {
		readConfig(map[string]string{"LLAVE_ADDR": addr, "LLAVE_PUBLIC_URL": public, "LLAVE_KEY": key, "LLAVE_DEMO": demo})
	})
}
