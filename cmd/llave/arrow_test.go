package main

import (
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"strings"
	"testing"
)

// layer is the folder of a package below the module: who may know whom depends on it alone.
func layer(pkg string) string {
	parts := strings.Split(pkg, "/")
	if parts[0] == "adapters" && len(parts) > 1 {
		return parts[0] + "/" + parts[1]
	}
	return parts[0]
}

// mayKnow is the one arrow of ARCHITECTURE.md: bot knows nobody; flows and store know bot; an adapter knows bot and
// flows, and of the other adapters only httpx, which is what they share and knows none of them; cmd knows all.
func mayKnow(from, to string) bool {
	switch {
	case from == to, from == "cmd":
		return true
	case from == "flows", from == "store":
		return to == "bot"
	case from == "adapters/httpx":
		return false
	case strings.HasPrefix(from, "adapters/"):
		return to == "bot" || to == "flows" || to == "adapters/httpx"
	}
	return false
}

func TestTheArrow(t *testing.T) {
	seen := 0
	err := filepath.WalkDir("../..", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return err
		}
		rel, _ := filepath.Rel("../..", filepath.Dir(path))
		f, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.ImportsOnly)
		if err != nil {
			return err
		}
		for _, i := range f.Imports {
			to, ours := strings.CutPrefix(strings.Trim(i.Path.Value, `"`), "llave/")
			if !ours {
				continue
			}
			seen++
			if from := layer(filepath.ToSlash(rel)); !mayKnow(from, layer(to)) {
				t.Errorf("%s imports %s: %s must not know %s", path, to, from, layer(to))
			}
		}
		return nil
	})
	if err != nil || seen < 20 {
		t.Errorf("read %d imports of ours: %v", seen, err)
	}
}

func TestTheArrowCanBeBroken(t *testing.T) {
	for _, c := range [][2]string{{"bot", "flows"}, {"flows", "store"}, {"flows", "adapters/terminal"}, {"store", "flows"}, {"adapters/terminal", "adapters/autogestion"}, {"adapters/terminal", "store"}, {"bot", "cmd"},
		{"adapters/httpx", "bot"}, {"adapters/httpx", "adapters/webchat"}, {"flows", "adapters/httpx"}, {"bot", "adapters/httpx"}} {
		if mayKnow(c[0], c[1]) {
			t.Errorf("%s may know %s", c[0], c[1])
		}
	}
}

// The top level is the architecture.
func TestTopLevel(t *testing.T) {
	dirs, err := filepath.Glob("../../*")
	if err != nil {
		t.Fatal(err)
	}
	known := " bot flows adapters store cmd docs go.mod go.sum Dockerfile README.md README.en.md ARCHITECTURE.md CHANGELOG.md LICENSE NOTICE Makefile data llave "
	for _, d := range dirs {
		if strings.HasPrefix(filepath.Base(d), ".") || strings.HasSuffix(d, ".test") {
			continue
		}
		if !strings.Contains(known, " "+filepath.Base(d)+" ") {
			t.Errorf("%s is not in the layout", filepath.Base(d))
		}
	}
}
