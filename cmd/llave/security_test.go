package main

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// Every test that docs/security.md names exists: a threat without its test is not answered.
func TestTheThreatsHaveTheirTests(t *testing.T) {
	text, err := os.ReadFile("../../docs/security.md")
	if err != nil {
		t.Fatal(err)
	}
	have := map[string]bool{}
	err = filepath.WalkDir("../..", func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() || !regexp.MustCompile(`_test\.go$`).MatchString(path) {
			return err
		}
		src, err := os.ReadFile(path)
		for _, m := range regexp.MustCompile(`(?m)^func ((?:Test|Fuzz)\w+)`).FindAllSubmatch(src, -1) {
			have[string(m[1])] = true
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	named := regexp.MustCompile(`\b((?:Test|Fuzz)[A-Z]\w+)`).FindAllSubmatch(text, -1)
	if len(named) < 25 {
		t.Errorf("only %d tests are named", len(named))
	}
	for _, m := range named {
		if !have[string(m[1])] {
			t.Errorf("there is no test %s", m[1])
		}
	}
}

// Each row of ASVS 5.0 of levels 1 and 2 is answered once, with its level.
func TestEveryRowOfASVSIsAnswered(t *testing.T) {
	list, err := os.ReadFile("testdata/asvs-5.0.0.txt")
	if err != nil {
		t.Fatal(err)
	}
	text := paper(t, "docs/security.md")
	text = text[strings.Index(text, "## ASVS"):strings.Index(text, "BCP 247 (RFC 10027)")]
	answered := map[string]int{}
	for line := range strings.Lines(text) {
		rows, answer, ok := strings.Cut(strings.TrimPrefix(strings.TrimSpace(line), "| "), " | ")
		if !ok || len(strings.Trim(answer, " |")) < 3 {
			continue
		}
		for _, row := range strings.Split(rows, ", ") {
			answered[row]++
		}
	}
	n := 0
	for line := range strings.Lines(string(list)) {
		id, level, _ := strings.Cut(strings.TrimSpace(line), " ")
		if n++; answered[id+" ("+level+")"] != 1 {
			t.Errorf("%s of level %s is answered %d times", id, level, answered[id+" ("+level+")"])
		}
	}
	if n != 253 {
		t.Errorf("read %d rows", n)
	}
}
