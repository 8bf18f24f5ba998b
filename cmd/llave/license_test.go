package main

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// gpl lists the modules that a build links and whose licence is the GPL.
func gpl(t *testing.T, tags string) []string {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), "go", "list", "-deps", "-tags", tags, "-f", "{{with .Module}}{{.Path}} {{.Dir}}{{end}}", ".").Output()
	if err != nil {
		t.Skipf("no go command here: %v", err)
	}
	lines := strings.Split(strings.TrimSpace(string(out)), "\n")
	slices.Sort(lines)
	var found []string
	for _, line := range slices.Compact(lines) {
		module, dir, ok := strings.Cut(line, " ")
		if !ok || module == "llave" {
			continue
		}
		files, _ := filepath.Glob(filepath.Join(dir, "[LC][IO][CP][EY]*"))
		for _, f := range files {
			if text, err := os.ReadFile(f); err == nil && bytes.Contains(text, []byte("GNU GENERAL PUBLIC LICENSE")) {
				found = append(found, module)
				break
			}
		}
	}
	return found
}

// What is built without WhatsApp links nothing under the GPL; with it, what NOTICE says, and nothing else.
func TestNoGPLWithoutWhatsApp(t *testing.T) {
	t.Parallel()
	if found := gpl(t, "nowhatsapp"); len(found) > 0 {
		t.Errorf("under the GPL: %v", found)
	}
	if found := gpl(t, ""); !slices.Equal(found, []string{"go.mau.fi/libsignal"}) {
		t.Errorf("with WhatsApp, under the GPL: %v", found)
	}
}
