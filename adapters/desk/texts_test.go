package desk

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"llave/bot"
)

// source is the package's code, without tests.
func source(t *testing.T) (all string, literals []string) {
	t.Helper()
	names, _ := filepath.Glob("*.go")
	for _, name := range names {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		raw, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		all += string(raw)
		f, err := parser.ParseFile(token.NewFileSet(), name, raw, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(f, func(n ast.Node) bool {
			if lit, ok := n.(*ast.BasicLit); ok && lit.Kind == token.STRING {
				s, _ := strconv.Unquote(lit.Value)
				literals = append(literals, s)
			}
			return true
		})
	}
	return all, literals
}

// Keys are in code, sentences in the catalog: none is missing, none is left over.
func TestCatalog(t *testing.T) {
	texts, err := loadTexts()
	if err != nil {
		t.Fatal(err)
	}
	code, literals := source(t)
	var made []string // beginnings of keys that data completes
	used := map[string]bool{}
	for _, s := range literals {
		if regexp.MustCompile(`[áéíóúñ¿¡]`).MatchString(s) {
			t.Errorf("%q looks like a sentence for people", s)
		}
		used[s] = true
		if strings.HasSuffix(s, "_") {
			made = append(made, s)
		}
	}
	for _, m := range regexp.MustCompile(`why: +"(\w+)"`).FindAllStringSubmatch(code, -1) {
		if used["why_"+m[1]] = true; !texts.Has("why_"+m[1]) && !strings.HasSuffix(m[1], "_") {
			t.Errorf("no text why_%s", m[1])
		}
	}
	for _, m := range regexp.MustCompile(`(?:d\.text|keyed)\("(\w+)"[,)]`).FindAllStringSubmatch(code, -1) {
		if !texts.Has(m[1]) {
			t.Errorf("no text %s", m[1])
		}
	}
	scripts := ""
	for _, file := range scriptFiles(t) {
		scripts += file
	}
	for _, m := range regexp.MustCompile(`text\('(\w+)'[,)]`).FindAllStringSubmatch(scripts, -1) {
		if !strings.HasSuffix(m[1], "_") && !texts.Has("script_"+m[1]) {
			t.Errorf("no text script_%s", m[1])
		}
	}
	for _, key := range texts.Keys() {
		by := func(prefix string) bool { return strings.HasPrefix(key, prefix) }
		if !used[key] && !slices.ContainsFunc(made, by) && !by("script_") && !by("clock_") && !by("why_") {
			t.Errorf("no code uses %q", key)
		}
	}
}

func scriptFiles(t *testing.T) (list []string) {
	t.Helper()
	for _, file := range scripts {
		raw, err := pageFiles.ReadFile("page/" + file)
		if err != nil {
			t.Fatal(err)
		}
		list = append(list, string(raw))
	}
	return list
}

// Scripts make no markup out of text, know no Spanish, and find what they ask the pages for.
func TestScripts(t *testing.T) {
	pages := ""
	files, _ := filepath.Glob("page/*.html")
	for _, name := range files {
		raw, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		pages += string(raw)
	}
	for i, script := range scriptFiles(t) {
		if m := regexp.MustCompile(`(?i)innerHTML|outerHTML|insertAdjacent|document\.write|\beval\b|new Function|setAttribute\('(on|style)|\.style\b`).FindString(script); m != "" {
			t.Errorf("%s: %s", scripts[i], m)
		}
		if m := regexp.MustCompile(`[áéíóúñ¿¡]`).FindString(script); m != "" {
			t.Errorf("%s: there is Spanish", scripts[i])
		}
		for _, m := range regexp.MustCompile(`\$\('([\w-]+)'\)`).FindAllStringSubmatch(script, -1) {
			if !strings.HasSuffix(m[1], "-") && !strings.Contains(pages, `id="`+m[1]+`"`) {
				t.Errorf("%s: no page has #%s", scripts[i], m[1])
			}
		}
	}
	if regexp.MustCompile(`(?i) (style|on[a-z]+)="`).MatchString(pages) {
		t.Error("a page has inline style or script")
	}
}

// A first visit takes little, and what is asked for again and again less.
func TestWeight(t *testing.T) {
	f := newFixture(t)
	id, _ := f.scene()
	all := 0
	for _, a := range f.desk.assets.named {
		all += len(a.small)
	}
	ana := f.signedIn("ana")
	page := ana.page(caseURL(id))
	all += len(zipped(t, page.body))
	if all > 60<<10 {
		t.Errorf("the first page weighs %d", all)
	}
	if n := len(zipped(t, ana.page(caseURL(id)+"/hilo?since=10").body)); n > 3<<10 {
		t.Errorf("a fragment weighs %d", n)
	}
}

func zipped(t *testing.T, s string) []byte {
	t.Helper()
	var a assets
	a.named = map[string]asset{}
	if _, err := a.add("x.html", "text/html", []byte(s)); err != nil {
		t.Fatal(err)
	}
	for _, x := range a.named {
		return x.small
	}
	return nil
}

// A note knows no chat: its file has no way to name one.
func TestNotesKnowNoChat(t *testing.T) {
	f, err := parser.ParseFile(token.NewFileSet(), "note.go", nil, parser.ImportsOnly)
	if err != nil {
		t.Fatal(err)
	}
	for _, i := range f.Imports {
		if strings.HasPrefix(i.Path.Value, `"llave/bot`) {
			t.Errorf("note.go imports %s", i.Path.Value)
		}
	}
}

// Every reason, refusal, deed and kind of entry that the conversations and the engine know has words of its own at the desk.
func TestEveryWordOfACaseHasAText(t *testing.T) {
	texts, err := loadTexts()
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]string{ // where constants are, by the beginning of their keys
		`reason\w+ += "(\w+)"`:             "reason_ ../../flows/mesa_card.go",
		`Refused\w+ +Refusal = "(\w+)"`:    "why_ ../../bot/act.go",
		`Deed\w+ +Deed = "(\w+)"`:          "deed_ ../../bot/act.go",
		`Delivery\w+ +Delivery += "(\w+)"`: "delivery_ ../../bot/entry.go",
		`Entry\w+ +EntryKind += "(\w+)"`:   "entry_ ../../bot/entry.go",
	}
	shown := map[string]bool{"entry_said": true, "entry_bot": true, "entry_owed": true, "entry_spoken": true, "entry_delivery": true} // as what they are
	for pattern, where := range want {
		prefix, path, _ := strings.Cut(where, " ")
		raw, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		found := regexp.MustCompile(pattern).FindAllStringSubmatch(string(raw), -1)
		if len(found) < 4 {
			t.Errorf("%s: %d words", where, len(found))
		}
		for _, m := range found {
			if key := prefix + m[1]; !texts.Has(key) && !shown[key] {
				t.Errorf("no text %s", key)
			}
		}
	}
	for _, r := range bot.Refusals() {
		if !texts.Has("why_" + string(r)) {
			t.Errorf("no text why_%s", r)
		}
	}
}
