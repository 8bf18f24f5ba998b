package main

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"llave/flows/texts/reading"
)

// readByPeople are the catalogs and pages that affiliates and agents read, outside the texts of the chat: those have a test of their own.
var readByPeople = []string{
	"adapters/autogestion/textos.tmpl", "adapters/autogestion/proof/textos.tmpl", "adapters/autogestion/web/pages/*.html",
	"adapters/webchat/textos.tmpl", "adapters/webchat/page/*.html", "adapters/telegram/texts.tmpl", "adapters/whatsapp/texts.tmpl", "adapters/terminal/texts.tmpl",
	"cmd/llave/texts/http.tmpl",
	"adapters/desk/textos.tmpl", "adapters/desk/page/*.html",
}

// Every text that an affiliate or an agent reads is easy to read, on pages and in mails, too: see flows/texts/readable_test.go.
func TestEveryPageIsEasyToRead(t *testing.T) {
	measured := 0
	for _, pattern := range readByPeople {
		files, err := filepath.Glob("../../" + pattern)
		if err != nil || len(files) == 0 {
			t.Fatalf("no file %s: %v", pattern, err)
		}
		for _, file := range files {
			for _, line := range linesOf(t, file) {
				if len(reading.Words(line)) < reading.LeastWords || strings.HasPrefix(line, "enero febrero") || strings.HasPrefix(line, "width=") {
					continue // a label, the names of the months, no text
				}
				measured++
				if ease := reading.Ease(line); ease < reading.Least {
					t.Errorf("%s: %.1f: %q", filepath.Base(file), ease, line)
				}
			}
		}
	}
	if measured < 450 {
		t.Errorf("only %d texts were measured", measured)
	}
}

// linesOf are the texts of a file, whatever its conditions say; of a page, one for each block.
func linesOf(t *testing.T, file string) (lines []string) {
	source, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	trees, err := reading.Parse(filepath.Base(file), string(source))
	if err != nil {
		t.Fatal(err)
	}
	for name := range trees {
		for _, text := range trees.Variants(name) {
			if strings.HasSuffix(file, ".html") {
				lines = append(lines, reading.Lines(text)...)
			} else {
				lines = append(lines, strings.TrimSpace(text))
			}
		}
	}
	slices.Sort(lines)
	return slices.Compact(lines)
}
