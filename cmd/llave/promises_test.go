package main

import (
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// The eight things that may never happen are the first headings of docs/promises.md.
const dangers = 8

// Below each heading of docs/promises.md stand promises. Each names files that exist, and tests that exist in the package
// that it names.
func TestPromises(t *testing.T) {
	page := paper(t, "docs/promises.md")
	tests := testsByPackage(t)
	for _, section := range headings(t, page) {
		title, body, _ := strings.Cut(section, "\n")
		promises := strings.Split(body, "\n* ")[1:]
		if len(promises) == 0 {
			t.Errorf("%s: no promise", title)
		}
		for _, p := range promises {
			checkPromise(t, p, tests)
		}
	}
}

// headings are the parts of the page below the numbered headings 1 to 8, and the one below "Besides".
func headings(t *testing.T, page string) []string {
	t.Helper()
	parts := strings.Split(page, "\n## ")[1:]
	if len(parts) != dangers+1 || !strings.HasPrefix(parts[dangers], "Besides") {
		t.Fatalf("%d headings, want the eight things that may never happen and what is promised besides", len(parts))
	}
	for i := range dangers {
		number := string(rune('1'+i)) + ". "
		if !strings.HasPrefix(parts[i], number) {
			t.Errorf("heading %d is %.40q, want it to begin with %q", i+1, parts[i], number)
		}
	}
	return parts
}

var (
	quoted   = regexp.MustCompile("`([^`]+)`")
	heldTest = regexp.MustCompile("`((?:Test|Fuzz)\\w+)`(?: \\(([^)]*)\\))?")
)

// checkPromise checks one promise: its sentence, "Kept in" with files, "Held by" with tests, package by package.
func checkPromise(t *testing.T, promise string, tests map[string]bool) {
	t.Helper()
	promise, _, _ = strings.Cut(strings.Join(strings.Fields(promise), " "), " ## ")
	says, rest, kept := strings.Cut(promise, " Kept in ")
	files, held, ok := strings.Cut(rest, " Held by ")
	if !kept || !ok || !quoted.MatchString(files) || !heldTest.MatchString(held) {
		t.Errorf("%s: names no file or no test", says)
		return
	}
	for _, f := range quoted.FindAllStringSubmatch(files, -1) {
		existsBelow(t, says, f[1])
	}
	for group := range strings.SplitSeq(held, "; ") {
		pkg, _, ok := strings.Cut(strings.TrimPrefix(group, "`"), "`: ")
		if !ok {
			t.Errorf("%s: %q does not begin with a package", says, group)
		}
		for _, m := range heldTest.FindAllStringSubmatch(group, -1) {
			if !tests[pkg+"."+m[1]] {
				t.Errorf("%s: %s has no test %s", says, pkg, m[1])
			}
			if m[2] != "" {
				checkParts(t, says, m[1], strings.Split(m[2], ", "))
			}
		}
	}
}

// checkParts checks the words in parentheses: transcripts are files, the parts of a suite stand in its source.
func checkParts(t *testing.T, says, test string, parts []string) {
	t.Helper()
	for _, part := range parts {
		if test == "TestTranscripts" {
			existsBelow(t, says, "flows/testdata/"+part+".txtar")
			continue
		}
		if !suiteHas(t, part) {
			t.Errorf("%s: no suite has a part %s", says, part)
		}
	}
}

// suiteHas reports whether a suite of the back end or of the stores has a part of that name.
func suiteHas(t *testing.T, part string) bool {
	t.Helper()
	for _, dir := range []string{"flows/backend/backendtest", "store/storetest"} {
		files, err := filepath.Glob(filepath.Join("../..", dir, "*.go"))
		if err != nil || len(files) == 0 {
			t.Fatalf("%s: %d files, %v", dir, len(files), err)
		}
		for _, f := range files {
			text := paper(t, strings.TrimPrefix(filepath.ToSlash(f), "../../"))
			if strings.Contains(text, `{"`+part+`", `) || strings.Contains(text, `{"`+part+`/`) {
				return true
			}
		}
	}
	return false
}
