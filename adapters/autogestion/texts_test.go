package autogestion

import (
	"go/ast"
	"go/parser"
	"go/token"
	"llave/flows/backend"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// Every key in the code has a text, and every text is used.
func TestTextsAndKeysAreTheSame(t *testing.T) {
	c, err := loadTexts()
	if err != nil {
		t.Fatal(err)
	}
	used := map[string]bool{}
	for _, why := range backend.CUILFaults {
		used[why] = true
	}
	fset := token.NewFileSet()
	var files []string
	for _, dir := range []string{"*.go", "*/*.go"} {
		found, err := filepath.Glob(dir)
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, found...)
	}
	spanish := regexp.MustCompile(`[áéíóúñ¿¡]`)
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		f, err := parser.ParseFile(fset, name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(f, func(n ast.Node) bool {
			if l, ok := n.(*ast.BasicLit); ok && l.Kind == token.STRING {
				s, _ := strconv.Unquote(l.Value)
				used[s] = true
				if spanish.MatchString(s) && s != "Autogestión" {
					t.Errorf("%s: Spanish in Go: %q", fset.Position(l.Pos()), s)
				}
			}
			return true
		})
	}
	plan, err := os.ReadFile("import_plan.sql")
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range regexp.MustCompile(`'(csv_[a-z_]+)'`).FindAllStringSubmatch(string(plan), -1) {
		used[m[1]] = true
	}
	for _, name := range c.Keys() {
		short := strings.TrimSuffix(strings.TrimSuffix(strings.TrimPrefix(name, "csv_"), "_subject"), "_body")
		if !used[name] && !used[short] {
			t.Errorf("nothing says %q", name)
		}
	}
	for s := range used {
		if regexp.MustCompile(`^(csv|cuil|mail|password|email|register|reset)_[a-z0-9_]+$`).MatchString(s) && !c.Has(s) && !c.Has(s+"_body") && s != "cuil_titular" {
			t.Errorf("%q has no text", s)
		}
	}
	for s := range used {
		if strings.HasPrefix(s, "cuil_") && c.Has(s) && !c.Has("csv_"+s) {
			t.Errorf("csv_%s has no text", s)
		}
	}
}
