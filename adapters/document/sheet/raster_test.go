package sheet

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

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
	p := printer(t)
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
	laid := planned(t, p, of)
	var crops, all []string
	for i, page := range rastered(t, dir) {
		if len(laid[i].codes) != len(want[i]) {
			t.Fatalf("page %d has %d codes, want %d", i+1, len(laid[i].codes), len(want[i]))
		}
		for j, c := range laid[i].codes {
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
