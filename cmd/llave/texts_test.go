package main

import (
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"unicode"
)

// literals returns the string literals of this package, and the file of each.
func literals(t *testing.T) map[string]string {
	t.Helper()
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	found := map[string]string{}
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		f, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(f, func(n ast.Node) bool {
			if lit, ok := n.(*ast.BasicLit); ok && lit.Kind == token.STRING {
				if s, err := strconv.Unquote(lit.Value); err == nil {
					found[s] = name
				}
			}
			return true
		})
	}
	return found
}

// keysOfTables are the keys that are made of a row's name.
func keysOfTables() map[string]bool {
	keys := map[string]bool{}
	for _, c := range commands() {
		keys["usage."+c.name], keys["command."+c.name] = true, true
	}
	for _, s := range variables {
		keys[s.name], keys[s.name+".default"], keys["group."+s.group] = true, true, true
	}
	return keys
}

// Every key in the code has its text, every text is used, and no text is in the code.
func TestCatalog(t *testing.T) {
	used := literals(t)
	keys := keysOfTables()
	for key := range keys {
		if !texts.Has(key) {
			t.Errorf("no text %q", key)
		}
	}
	for _, key := range texts.Keys() {
		keys[key] = keys[key] || used[key] != ""
	}
	for _, key := range slices.Sorted(maps.Keys(keys)) {
		if !keys[key] {
			t.Errorf("nobody uses the text %q", key)
		}
	}
	for s, file := range used {
		if looksLikeKey(s) && !texts.Has(s) {
			t.Errorf("%s: no text %q", file, s)
		}
		for _, r := range strings.NewReplacer("Autogestión", "", "padrón", "").Replace(s) { // names, in English sentences too
			if unicode.IsLetter(r) && r > 127 && s != "sí" {
				t.Errorf("%s: %q looks like a sentence for people", file, s)
				break
			}
		}
	}
}

// looksLikeKey reports whether a string is a key: words with dots between them, of which the first begins a key that exists.
func looksLikeKey(s string) bool {
	first, rest, ok := strings.Cut(s, ".")
	if !ok || rest == "" || strings.ContainsAny(s, " /:") {
		return false
	}
	for _, key := range texts.Keys() {
		if family, _, ok := strings.Cut(key, "."); ok && family == first {
			return !slices.Contains([]string{".db", ".key", ".json", ".tmpl", ".css"}, filepath.Ext(s))
		}
	}
	return false
}

// An operatorError shows its text, keeps its cause, and has the exit code of its kind.
func TestOperatorErrors(t *testing.T) {
	err := misuse("LLAVE_STORE.unknown", nil).because(os.ErrNotExist)
	if !strings.HasPrefix(err.Error(), "LLAVE_STORE: esta versión") || err.Unwrap() != os.ErrNotExist || err.code != exitUsage {
		t.Errorf("%v, %v, %d", err, err.Unwrap(), err.code)
	}
	if err := refuse("no_command", "vuela"); err.code != exitError || !strings.Contains(err.Error(), `"vuela"`) {
		t.Errorf("%v, %d", err, err.code)
	}
}
