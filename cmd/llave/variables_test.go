package main

import (
	"fmt"
	"llave/adapters/catalog"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// variableNames are the names of the variables, sorted.
func variableNames() []string {
	var names []string
	for _, s := range variables {
		names = append(names, s.name)
	}
	slices.Sort(names)
	return names
}

// Each variable has one row in the table, a field of its own, and texts.
func TestVariables(t *testing.T) {
	if names := variableNames(); len(slices.Compact(slices.Clone(names))) != len(names) {
		t.Errorf("a variable stands twice: %v", names)
	}
	var c config
	fields := map[any]string{}
	for _, s := range variables {
		if other := fields[s.field(&c)]; other != "" {
			t.Errorf("%s and %s go to the same field", s.name, other)
		}
		fields[s.field(&c)] = s.name
	}
}

// The help lists the variables and the commands that there are, no more and no fewer.
func TestHelpListsTheVariables(t *testing.T) {
	page := helpPage()
	var have []string
	for _, f := range regexp.MustCompile(`(?m)^  (LLAVE_[A-Z_]+)`).FindAllStringSubmatch(page, -1) {
		have = append(have, f[1])
	}
	slices.Sort(have)
	if want := variableNames(); !slices.Equal(have, want) {
		t.Errorf("help lists %v, the configuration has %v", have, want)
	}
	for _, c := range commands() {
		call := strings.TrimSpace("llave " + c.call())
		if rows := regexp.MustCompile(`(?m)^  `+regexp.QuoteMeta(call)+`(  |$)`).FindAllString(page, -1); len(rows) != 1 {
			t.Errorf("help does not list %q once", call)
		}
	}
	for line := range strings.Lines(page) {
		if n := len([]rune(strings.TrimSuffix(line, "\n"))); n > helpWidth || strings.ContainsAny(line, "`") {
			t.Errorf("%d characters, or Markdown: %s", n, line)
		}
	}
}

// rows is the table of the configuration for a README, with the texts of a catalog.
func rows(t *testing.T, texts *catalog.Texts) string {
	t.Helper()
	var b strings.Builder
	fill := func(key, value string) string {
		if !texts.Has(key) {
			t.Errorf("no text %q", key)
		}
		return texts.Get(key, value)
	}
	for _, s := range variables {
		initial := fill(s.name+".default", s.initial)
		fmt.Fprintf(&b, "| `%s` | %s |%s |\n", s.name, fill(s.name, s.initial), strings.TrimRight(" "+initial, " "))
	}
	return b.String()
}

// The tables of the configuration in both READMEs are made of the table of variables: -update writes them.
func TestReadmesHaveTheConfiguration(t *testing.T) {
	english := parseTexts(os.DirFS("testdata/english"))
	table := regexp.MustCompile("(?m)(?:^\\| `LLAVE_.*\n)+")
	for name, texts := range map[string]*catalog.Texts{"../../README.md": texts, "../../README.en.md": english} {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		want := rows(t, texts)
		have := table.FindAllString(string(text), -1)
		if len(have) == 1 && have[0] == want {
			continue
		}
		if *update && len(have) == 1 {
			if err := os.WriteFile(name, []byte(strings.Replace(string(text), have[0], want, 1)), 0o644); err != nil {
				t.Fatal(err)
			}
			continue
		}
		t.Errorf("%s has %d tables of variables, want one like this (make docs writes it):\n%s", name, len(have), diff(want, strings.Join(have, "\n")))
	}
}
