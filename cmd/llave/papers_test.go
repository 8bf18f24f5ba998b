package main

import (
	"io/fs"
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
	t.Helper()
	declared := regexp.MustCompile(`(?m)^func ((?:Test|Fuzz|Benchmark)\w*)\(`)
	all := map[string]bool{}
	err := filepath.WalkDir("../..", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, "_test.go") {
			return err
		}
		text, err := os.ReadFile(path)
		for _, m := range declared.FindAllStringSubmatch(string(text), -1) {
			all[m[1]] = true
		}
		return err
	})
	if err != nil || len(all) < 100 {
		t.Fatalf("found %d tests: %v", len(all), err)
	}
	return all
}

// A promise in ARCHITECTURE.md names the tests that hold it: each of them exists, and so do the transcripts and files.
func TestWhatThePapersNameExists(t *testing.T) {
	tests := testsOfTheModule(t)
	named := regexp.MustCompile("`((?:Test|Fuzz)[A-Z]\\w*)`")
	transcripts := regexp.MustCompile("`TestTranscripts` \\(([^)]*)\\)")
	files := regexp.MustCompile("`((?:bot|flows|store|adapters|cmd|docs)/[\\w./*-]+)`")
	for _, name := range []string{"ARCHITECTURE.md", "docs/testing.md", "docs/dependencies.md"} {
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

func existsBelow(t *testing.T, paper, pattern string) {
	t.Helper()
	if found, err := filepath.Glob(filepath.Join("../..", pattern)); err != nil || len(found) == 0 {
		t.Errorf("%s names %s, which does not exist (%v)", paper, pattern, err)
	}
}

// The package comment of bot lists all its files in the order of reading.
func TestTheReadingOrderIsWhole(t *testing.T) {
	doc := paper(t, "bot/doc.go")
	files, err := filepath.Glob("../../bot/*.go")
	if err != nil {
		t.Fatal(err)
	}
	var have, listed []string
	for _, f := range files {
		if name := filepath.Base(f); !strings.HasSuffix(name, "_test.go") && name != "doc.go" {
			have = append(have, name)
		}
	}
	for _, m := range regexp.MustCompile(`(?m)^//\t(\w+\.go) `).FindAllStringSubmatch(doc, -1) {
		listed = append(listed, m[1])
	}
	slices.Sort(listed)
	if !slices.Equal(have, listed) {
		t.Errorf("bot/doc.go lists\n%q, there are\n%q", listed, have)
	}
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
