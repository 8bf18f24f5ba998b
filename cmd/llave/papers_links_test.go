package main

import (
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode"
)

// papers are the names of all papers for readers.
func papers(t *testing.T) (names []string) {
	t.Helper()
	for _, pattern := range []string{"*.md", "docs/*.md", "docs/adr/*.md"} {
		found, err := filepath.Glob(filepath.Join("../..", pattern))
		if err != nil || len(found) == 0 {
			t.Fatalf("%s: %d papers, %v", pattern, len(found), err)
		}
		for _, f := range found {
			names = append(names, strings.TrimPrefix(filepath.ToSlash(f), "../../"))
		}
	}
	return names
}

// Links of a paper lead to a file that exists, and to a heading of it.
func TestLinksInThePapersLeadSomewhere(t *testing.T) {
	link := regexp.MustCompile(`\]\(([^()\s]*)\)`)
	found := 0
	for _, name := range papers(t) {
		for _, m := range link.FindAllStringSubmatch(paper(t, name), -1) {
			file, heading, _ := strings.Cut(m[1], "#")
			if strings.Contains(file, ":") { // another site
				continue
			}
			found++
			target := name
			if file != "" {
				target = path.Join(path.Dir(name), file)
				existsBelow(t, name, target)
			}
			if heading != "" && !slices.Contains(anchors(paper(t, target)), heading) {
				t.Errorf("%s: %s has no heading #%s", name, target, heading)
			}
		}
	}
	if found < 50 {
		t.Errorf("found %d links", found)
	}
}

// anchors are the anchors of a paper's headings, as GitHub makes them.
func anchors(text string) (all []string) {
	for line := range strings.Lines(text) {
		if title := strings.TrimLeft(line, "#"); title != line && strings.HasPrefix(title, " ") {
			all = append(all, strings.Map(func(r rune) rune {
				switch {
				case unicode.IsLetter(r), unicode.IsDigit(r), r == '-', r == '_':
					return unicode.ToLower(r)
				case r == ' ':
					return '-'
				}
				return -1
			}, strings.TrimSpace(title)))
		}
	}
	return all
}

// A metric that a paper names is one that the program has.
func TestMetricsInThePapersExist(t *testing.T) {
	var code strings.Builder
	for _, file := range filesOf(t, "cmd/llave") {
		code.WriteString(paper(t, "cmd/llave/"+file))
	}
	metric := regexp.MustCompile(`\bllave_[a-z_]*[a-z]`)
	found := 0
	for _, name := range papers(t) {
		if name == "CHANGELOG.md" { // it is about earlier programs, too
			continue
		}
		for _, m := range metric.FindAllString(paper(t, name), -1) {
			if found++; !strings.Contains(code.String(), `"`+m+`"`) {
				t.Errorf("%s names %s, which is no metric", name, m)
			}
		}
	}
	if found < 20 {
		t.Errorf("found %d names", found)
	}
}

// The READMEs show what the program prints; the digits and the day differ.
func TestTheReadmesShowWhatIsPrinted(t *testing.T) {
	t.Parallel()
	varies := regexp.MustCompile(`(?m)^\d{3} \d{3}$|hoy, \pL+ \d+`)
	got := varies.ReplaceAllString(runChat(t, nil, []string{"-linked", "27999990016"}, "token de juana"), "…")
	for _, name := range []string{"README.md", "README.en.md"} {
		_, shown, _ := strings.Cut(paper(t, name), "chat -linked 27999990016\n")
		shown, _, _ = strings.Cut(shown, "```")
		if want := varies.ReplaceAllString(shown, "…"); strings.TrimSpace(got) != strings.TrimSpace(want) {
			t.Errorf("%s shows\n%s\nit prints\n%s", name, want, got)
		}
	}
}
