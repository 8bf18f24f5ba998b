package main

import (
	"errors"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

func paper(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("../..", name))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// testsOfTheModule are the names of all tests and fuzz targets.
func testsOfTheModule(t *testing.T) map[string]bool {
	all := map[string]bool{}
	for name := range testsByPackage(t) {
		all[name[strings.LastIndex(name, ".")+1:]] = true
	}
	return all
}

// testsByPackage are all tests and fuzz targets, as in "bot/engine.TestTimers".
func testsByPackage(t *testing.T) map[string]bool {
	t.Helper()
	declared := regexp.MustCompile(`(?m)^func ((?:Test|Fuzz|Benchmark)\w*)\(`)
	all := map[string]bool{}
	err := filepath.WalkDir("../..", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, "_test.go") {
			return err
		}
		text, err := os.ReadFile(path)
		pkg := strings.TrimPrefix(filepath.ToSlash(filepath.Dir(path)), "../../")
		for _, m := range declared.FindAllStringSubmatch(string(text), -1) {
			all[pkg+"."+m[1]] = true
		}
		return err
	})
	if err != nil || len(all) < 100 {
		t.Fatalf("found %d tests: %v", len(all), err)
	}
	return all
}

// What the papers name exists: tests, transcripts and files.
func TestWhatThePapersNameExists(t *testing.T) {
	tests := testsOfTheModule(t)
	named := regexp.MustCompile("`((?:Test|Fuzz)[A-Z]\\w*)`")
	transcripts := regexp.MustCompile("`TestTranscripts` \\(([^)]*)\\)")
	files := regexp.MustCompile("`((?:bot|flows|store|adapters|cmd|docs)/[\\w./*-]+)`")
	for _, name := range []string{"ARCHITECTURE.md", "CONTRIBUTING.md", "docs/promises.md", "docs/testing.md", "docs/dependencies.md", "docs/field-cases.md"} {
		text := paper(t, name)
		for _, m := range named.FindAllStringSubmatch(text, -1) {
			if !tests[m[1]] {
				t.Errorf("%s names %s, which is no test", name, m[1])
			}
		}
		for _, m := range transcripts.FindAllStringSubmatch(text, -1) {
			for _, file := range strings.Split(m[1], ", ") {
				existsBelow(t, name, "flows/testdata/"+file+".txtar")
			}
		}
		for _, m := range files.FindAllStringSubmatch(text, -1) {
			existsBelow(t, name, m[1])
		}
	}
}

// A command that runs a benchmark or a fuzz target names it as it is called in its package.
func TestCommandsInThePapersRunSomething(t *testing.T) {
	tests := slices.Collect(maps.Keys(testsByPackage(t)))
	command := regexp.MustCompile(`go test \./(\S+) -run '\^\$' -(?:bench|fuzz) '?\^?(\w+)`)
	found := 0
	for _, name := range []string{"CONTRIBUTING.md", "docs/testing.md"} {
		for _, m := range command.FindAllStringSubmatch(paper(t, name), -1) {
			found++
			if !slices.ContainsFunc(tests, func(test string) bool { return strings.HasPrefix(test, m[1]+".") && strings.Contains(test, m[2]) }) {
				t.Errorf("%s: %s has nothing called %s", name, m[1], m[2])
			}
		}
	}
	if found < 10 {
		t.Errorf("found %d commands", found)
	}
}

func existsBelow(t *testing.T, paper, pattern string) {
	t.Helper()
	if found, err := filepath.Glob(filepath.Join("../..", pattern)); err != nil || len(found) == 0 {
		t.Errorf("%s names %s, which does not exist (%v)", paper, pattern, err)
	}
}

// The package comments of bot, engine, outbox and flows list all files of the package in the order of reading; those of the
// other packages list none that does not exist.
func TestTheReadingOrderIsWhole(t *testing.T) {
	docs, err := filepath.Glob("../../*/doc.go")
	for _, deeper := range []string{"../../*/*/doc.go", "../../*/*/*/doc.go"} {
		more, err2 := filepath.Glob(deeper)
		docs, err = append(docs, more...), errors.Join(err, err2)
	}
	if err != nil || len(docs) < 10 {
		t.Fatalf("found %d package comments: %v", len(docs), err)
	}
	named := regexp.MustCompile(`\b(\w+\.go)\b`)
	for _, doc := range docs {
		dir := strings.TrimPrefix(filepath.ToSlash(filepath.Dir(doc)), "../../")
		text := paper(t, dir+"/doc.go")
		listed := map[string]bool{"doc.go": true}
		for _, m := range named.FindAllStringSubmatch(text, -1) {
			listed[m[1]] = true
			existsBelow(t, dir+"/doc.go", dir+"/"+m[1])
		}
		if slices.Contains([]string{"bot", "bot/engine", "bot/outbox", "bot/workers", "flows", "flows/backend", "flows/nlu"}, dir) {
			for _, file := range filesOf(t, dir) {
				if !listed[file] {
					t.Errorf("%s/doc.go does not list %s", dir, file)
				}
			}
		}
	}
}

// filesOf are the names of the files of a package, without its tests.
func filesOf(t *testing.T, dir string) (names []string) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join("../..", dir, "*.go"))
	if err != nil || len(files) == 0 {
		t.Fatalf("%s: %d files, %v", dir, len(files), err)
	}
	for _, f := range files {
		if name := filepath.Base(f); !strings.HasSuffix(name, "_test.go") {
			names = append(names, name)
		}
	}
	return names
}

// Each direct dependency has its line, and only one.
func TestEveryDependencyHasItsReason(t *testing.T) {
	text := paper(t, "docs/dependencies.md")
	text = text[:strings.Index(text, "## Brought in by those")]
	direct := 0
	for line := range strings.Lines(paper(t, "go.mod")) {
		module, _, ok := strings.Cut(strings.TrimSpace(line), " v")
		if !ok || !strings.HasPrefix(line, "\t") || strings.Contains(line, "// indirect") {
			continue
		}
		direct++
		row := "| " + module
		if module == "github.com/chromedp/cdproto" {
			row = "| github.com/chromedp/chromedp, cdproto"
		}
		if n := strings.Count(text, row+" ") + strings.Count(text, row+", "); n != 1 {
			t.Errorf("docs/dependencies.md has %d lines for %s, want one", n, module)
		}
	}
	if direct < 10 {
		t.Errorf("go.mod: read %d direct dependencies", direct)
	}
}
