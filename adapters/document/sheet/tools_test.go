package sheet

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"llave/flows"
)

// These tests have others read our files, where the others are there: poppler, qpdf and zbar.

// tool runs a program in a folder and gives what it prints.
func tool(t testing.TB, dir, name string, args ...string) string {
	t.Helper()
	path, err := exec.LookPath(name)
	if err != nil {
		if os.Getenv("LLAVE_TEST_REQUIRE") != "" {
			t.Fatalf("%s is missing", name)
		}
		t.Skipf("%s is not installed", name)
	}
	cmd := exec.Command(path, args...)
	cmd.Dir = dir
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%s: %v\n%s", name, err, out)
	}
	return string(out)
}

// kept puts papers into a file of a folder of their own.
func kept(t testing.TB, p *Printer, papers ...flows.Paper) (dir string) {
	t.Helper()
	dir = t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "sheet.pdf"), pdf(t, p, papers...), 0o600); err != nil {
		t.Fatal(err)
	}
	return dir
}

// Texts are extracted in reading order, as they are in the file and by where they stand: names are short and long, and
// some tokens void.
func TestExtractedInOrder(t *testing.T) {
	p := printer(t)
	for n, perPage := range pages {
		for _, name := range []string{"Ana Paz", "Rosa Peralta", "María de los Ángeles Núñez"} {
			of := paper(n)
			of.Name, of.Running = name, "Tokens de "+name+" · mayo de 2026"
			for i := 0; i < n; i += 4 {
				of.Tokens[(i*7+2)%n].Digits = ""
			}
			dir, want := kept(t, p, of), script(of, perPage)
			odd := perPage[len(perPage)-1]%2 == 1 && perPage[len(perPage)-1] > 1
			for i, args := range [][]string{{"-raw", "sheet.pdf", "-"}, {"sheet.pdf", "-"}} {
				got := wordsIn(tool(t, dir, "pdftotext", args...))
				if i > 0 && odd { // nothing stands beside the last cell: by where things stand it may be read around the second column
					got, want = slices.Sorted(slices.Values(got)), slices.Sorted(slices.Values(want))
				}
				if !slices.Equal(got, want) {
					t.Errorf("%d tokens of %s, %q:\n%q\nwant\n%q", n, name, args, got, want)
				}
			}
			if lines := apart.FindAllString(tool(t, dir, "pdftotext", "sheet.pdf", "-"), -1); len(lines) != 2*n {
				t.Errorf("%d tokens of %s: %d numbers and digits on lines of their own: %q", n, name, len(lines), lines)
			}
		}
	}
}

// apart is a number, or digits, or what stands in their place, with nothing else on the line.
var apart = regexp.MustCompile(`(?m)^(\d{1,4}|\d{3} \d{3}|ANULADO)$`)

// By where things stand, the digits are apart from everything else.
func TestExtractedByPlace(t *testing.T) {
	of := paper(31)
	text := tool(t, kept(t, printer(t), of), "pdftotext", "-layout", "sheet.pdf", "-")
	got := regexp.MustCompile(`\b\d{3} \d{3}\b`).FindAllString(text, -1)
	var want []string
	for _, token := range of.Tokens {
		want = append(want, token.Digits[:3]+" "+token.Digits[3:])
	}
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) {
		t.Errorf("digits\n%q\nwant\n%q", got, want)
	}
	for _, s := range []string{of.Name, of.Fields[0].Value, of.Lines[1], of.Foot} {
		if !strings.Contains(text, s) {
			t.Errorf("%q is missing", s)
		}
	}
}

// Characters come back as they went in, also those that Windows-1252 lacks.
func TestLettersComeBack(t *testing.T) {
	of := paper(1)
	of.Name = "Núñez O’Higgins"
	of.Fields = []flows.Field{{Label: "ñÑáéíóúüÜ", Value: "«ª» (1º) \\ Nº — “x” ¿qué? ¡ya!"}, {Label: "otras", Value: "Łukasz Đorđević ĉşţ Юлия Ωμέγα"}}
	text := tool(t, kept(t, printer(t), of), "pdftotext", "-raw", "sheet.pdf", "-")
	for _, s := range []string{of.Name, of.Fields[0].Label, of.Fields[0].Value, of.Fields[1].Value} {
		if !strings.Contains(text, s) {
			t.Errorf("%q is missing from\n%s", s, text)
		}
	}
}

func TestOthersFindNothingWrong(t *testing.T) {
	p := printer(t)
	for name, of := range faulty() {
		dir := kept(t, p, of, paper(2))
		if out := tool(t, dir, "qpdf", "--check", "sheet.pdf"); !strings.Contains(out, "No syntax or stream encoding errors") {
			t.Errorf("%s: qpdf says %s", name, out)
		}
	}
	dir := kept(t, p, paper(31), paper(10))
	info := tool(t, dir, "pdfinfo", "sheet.pdf")
	for _, want := range []string{
		`Title: +` + paper(31).Title, `Pages: +3\n`, `Encrypted: +no`, `Page size: +595\.28 x 841\.89 pts \(A4\)`,
		`CreationDate: +Sun Nov +1 12:30:00 2026`, `JavaScript: +no`, `Form: +none`,
	} {
		if !regexp.MustCompile(want).MatchString(info) {
			t.Errorf("pdfinfo has no %q:\n%s", want, info)
		}
	}
	fonts := strings.Split(strings.TrimSpace(tool(t, dir, "pdffonts", "sheet.pdf")), "\n")[2:]
	if len(fonts) != 2 {
		t.Errorf("fonts: %q", fonts)
	}
	for _, f := range fonts {
		if !regexp.MustCompile(`^[A-Z]{6}\+Go\w+ +TrueType +WinAnsi +yes yes `).MatchString(f) {
			t.Errorf("a font that is not embedded or not cut down: %s", f)
		}
	}
}

// Readers that go by the tags find the texts in their order, page by page.
func TestReadByTheTags(t *testing.T) {
	of := paper(31)
	of.Tokens[2].Digits = ""
	dir := kept(t, printer(t), of)
	if info := tool(t, dir, "pdfinfo", "sheet.pdf"); !regexp.MustCompile(`Tagged: +yes\n`).MatchString(info) {
		t.Errorf("pdfinfo says\n%s", info)
	}
	var texts strings.Builder
	for _, m := range regexp.MustCompile(`(?m)^\s+"(.*)"$`).FindAllStringSubmatch(tool(t, dir, "pdfinfo", "-struct-text", "sheet.pdf"), -1) {
		texts.WriteString(m[1] + "\n")
	}
	if read, want := wordsIn(texts.String()), script(of, pages[31]); !slices.Equal(read, want) {
		t.Errorf("the tags say\n%q\nwant\n%q", read, want)
	}
}
