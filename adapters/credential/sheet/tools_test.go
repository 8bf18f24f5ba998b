package sheet

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"math/rand/v2"
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
func kept(t testing.TB, p *Press, papers ...flows.Paper) (dir string) {
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
	p := press(t)
	for n, perPage := range pages {
		for _, name := range []string{"Ana Paz", "Rosa Peralta", "María de los Ángeles Núñez"} {
			of := paper(n)
			of.Name, of.Running = name, "Tokens de "+name+" · mayo de 2026"
			for i := 0; i < n; i += 4 {
				of.Tokens[(i*7+2)%n].Digits = ""
			}
			dir, want := kept(t, p, of), script(of, perPage)
			for _, args := range [][]string{{"sheet.pdf", "-"}, {"-raw", "sheet.pdf", "-"}} {
				if got := strings.Fields(tool(t, dir, "pdftotext", args...)); !slices.Equal(got, want) {
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
	text := tool(t, kept(t, press(t), of), "pdftotext", "-layout", "sheet.pdf", "-")
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

// Letters come back as they went in, also those that Windows-1252 lacks.
func TestLettersComeBack(t *testing.T) {
	of := paper(1)
	of.Name = "Núñez O’Higgins"
	of.Fields = []flows.Field{{Label: "ñÑáéíóúüÜ", Value: "«ª» (1º) \\ Nº — “x” ¿qué? ¡ya!"}, {Label: "otras", Value: "Łukasz Đorđević ĉşţ Юлия Ωμέγα"}}
	text := tool(t, kept(t, press(t), of), "pdftotext", "-raw", "sheet.pdf", "-")
	for _, s := range []string{of.Name, of.Fields[0].Label, of.Fields[0].Value, of.Fields[1].Value} {
		if !strings.Contains(text, s) {
			t.Errorf("%q is missing from\n%s", s, text)
		}
	}
}

func TestOthersFindNothingWrong(t *testing.T) {
	p := press(t)
	for name, of := range bent() {
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

// scale is how many pixels of 150 dots an inch make a millimetre.
var scale = 150 / 25.4

// rastered gives a file's pages as a printer of 150 dots an inch sees them.
func rastered(t testing.TB, dir string) (pages []*image.Gray) {
	t.Helper()
	tool(t, dir, "pdftoppm", "-r", "150", "-gray", "sheet.pdf", "page")
	names, err := filepath.Glob(filepath.Join(dir, "page-*.pgm"))
	if err != nil || len(names) == 0 {
		t.Fatalf("no pages: %v", err)
	}
	slices.Sort(names)
	for _, name := range names {
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		var w, h, depth int
		if _, err := fmt.Fscanf(bytes.NewReader(data), "P5\n%d %d\n%d\n", &w, &h, &depth); err != nil || depth != 255 {
			t.Fatalf("%s: %v", name, err)
		}
		pages = append(pages, &image.Gray{Pix: data[len(data)-w*h:], Stride: w, Rect: image.Rect(0, 0, w, h)})
	}
	return pages
}

// Every code of a sheet with any digits is read from paper by two decoders that are not ours, and is surrounded by white.
func TestCodesOnPaper(t *testing.T) {
	p := press(t)
	of := paper(31)
	var digits []string
	for i := range of.Tokens {
		of.Tokens[i].Digits = fmt.Sprintf("%06d", rand.IntN(1e6))
		if i == 17 {
			of.Tokens[i].Digits = ""
		}
		digits = append(digits, of.Tokens[i].Digits)
	}
	of.Name = strings.Repeat("María de los Ángeles ", 8)
	dir := kept(t, p, of)
	want := expected(of.Proof, digits, pages[31])
	leaves := planned(t, p, of)
	var crops, all []string
	for i, page := range rastered(t, dir) {
		if len(leaves[i].codes) != len(want[i]) {
			t.Fatalf("page %d has %d codes, want %d", i+1, len(leaves[i].codes), len(want[i]))
		}
		for j, c := range leaves[i].codes {
			crop := page.SubImage(around(c, scale)).(*image.Gray)
			if got, err := zxing(crop); err != nil || got != want[i][j] {
				t.Errorf("page %d: zxing reads %q (%v), want %q", i+1, got, err, want[i][j])
			}
			if n := inked(crop, int(quiet*c.module*scale)-1); n > 0 {
				t.Errorf("page %d: %d pixels of ink in what is white around %q", i+1, n, want[i][j])
			}
			name := fmt.Sprintf("code-%d-%02d.png", i, j)
			keepPicture(t, filepath.Join(dir, name), crop)
			crops, all = append(crops, name), append(all, want[i][j])
		}
		if n := inked(page, int(5*scale)); n > 0 {
			t.Errorf("page %d: %d pixels of ink within 5 mm of the border", i+1, n)
		}
	}
	read := strings.Split(strings.TrimSpace(tool(t, dir, "zbarimg", append([]string{"-q", "--raw"}, crops...)...)), "\n")
	if !slices.Equal(read, all) {
		t.Errorf("zbar reads\n%q\nwant\n%q", read, all)
	}
}

// inked counts the pixels that are not white in a frame of some pixels inside a picture's border.
func inked(img *image.Gray, frame int) (n int) {
	inner := img.Rect.Inset(frame)
	for y := img.Rect.Min.Y; y < img.Rect.Max.Y; y++ {
		for x := img.Rect.Min.X; x < img.Rect.Max.X; x++ {
			if !image.Pt(x, y).In(inner) && img.GrayAt(x, y) != (color.Gray{0xff}) {
				n++
			}
		}
	}
	return n
}

func keepPicture(t testing.TB, path string, img image.Image) {
	t.Helper()
	var out bytes.Buffer
	if err := png.Encode(&out, img); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, out.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
}
