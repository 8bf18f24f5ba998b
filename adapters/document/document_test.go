package document_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	"image/png"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"

	"github.com/makiuchi-d/gozxing"
	"github.com/makiuchi-d/gozxing/qrcode"

	"llave/adapters/document"
	"llave/bot"
	"llave/flows"
)

func card(digits string) flows.Card {
	return flows.Card{
		Title: "IOMA · Credencial digital", Name: "María Elena Gómez", Label: "TOKEN", Digits: digits,
		Validity: "Vale hasta las 23:59 del lunes 23 de noviembre,\no hasta que se use",
		Fields:   []flows.Field{{Label: "N.º de afiliación", Value: "9-4071852/00"}, {Label: "Situación", Value: "EN PADRÓN"}},
	}
}

func renderer(t testing.TB) *document.Renderer {
	t.Helper()
	s, err := document.New()
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func draw(t testing.TB, s *document.Renderer, c flows.Card) []byte {
	t.Helper()
	data, err := s.PNG(c)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// scan reads the QR code of a picture with a decoder that is not ours.
func scan(t *testing.T, data []byte) string {
	t.Helper()
	img, err := png.Decode(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	got, err := decode(img, gozxing.DecodeHintType_TRY_HARDER)
	if err != nil {
		// This detector misses one code in some hundreds, also those of other encoders; a scanner looks again. Held closer it reads all.
		closer := img.(*image.Paletted).SubImage(image.Rect(130, 90, 590, 536))
		got, err = decode(closer, gozxing.DecodeHintType_PURE_BARCODE)
	}
	if err != nil {
		t.Fatalf("the code cannot be read: %v", err)
	}
	return got
}

func decode(img image.Image, hint gozxing.DecodeHintType) (string, error) {
	bits, err := gozxing.NewBinaryBitmapFromImage(img)
	if err != nil {
		return "", err
	}
	got, err := qrcode.NewQRCodeReader().Decode(bits, map[gozxing.DecodeHintType]any{hint: true})
	if err != nil {
		return "", err
	}
	return got.GetText(), nil
}

func TestEveryCodeCanBeRead(t *testing.T) {
	s := renderer(t)
	digits := []string{"000000", "000007", "999999", "012345", "482913"}
	for range 60 {
		digits = append(digits, fmt.Sprintf("%06d", rand.IntN(1e6)))
	}
	for _, d := range digits {
		data := draw(t, s, card(d))
		if got := scan(t, data); got != d {
			t.Errorf("code says %q, want %q", got, d)
		}
		if len(data) > 40_000 {
			t.Errorf("%s: %d bytes, want at most 40,000", d, len(data))
		}
	}
}

// A second decoder, where it is there: zbar reads what pharmacies' scanners read.
func TestZbarReadsIt(t *testing.T) {
	zbar, err := exec.LookPath("zbarimg")
	if err != nil {
		if os.Getenv("LLAVE_TEST_REQUIRE") != "" {
			t.Fatal("zbarimg is missing")
		}
		t.Skip("zbarimg is not installed")
	}
	path := filepath.Join(t.TempDir(), "card.png")
	if err := os.WriteFile(path, draw(t, renderer(t), card("040506")), 0o600); err != nil {
		t.Fatal(err)
	}
	out, err := exec.Command(zbar, "-q", "--raw", path).Output()
	if err != nil || strings.TrimSpace(string(out)) != "040506" {
		t.Errorf("zbar reads %q, %v", out, err)
	}
}

func TestTheSameCardIsTheSamePicture(t *testing.T) {
	s := renderer(t)
	want := draw(t, s, card("482913"))
	var wg sync.WaitGroup
	for i := range 20 {
		wg.Go(func() {
			draw(t, s, card(fmt.Sprintf("%06d", i)))
			if got := draw(t, s, card("482913")); !bytes.Equal(got, want) {
				t.Error("the same card came out differently")
			}
		})
	}
	wg.Wait()
}

// What does not fit is made smaller and then cut, and covers nothing else.
func TestLongNamesLeaveTheTokenAlone(t *testing.T) {
	s := renderer(t)
	for _, name := range []string{"", "Ñ", strings.Repeat("María de los Ángeles ", 20), "\u0000\u202e\U0001F600", strings.Repeat("W", 5000)} {
		c := card("482913")
		c.Name, c.Title, c.Validity = name, name, name
		f := flows.Field{Label: name, Value: name}
		c.Fields = []flows.Field{f, f}
		data := draw(t, s, c)
		if got := scan(t, data); got != "482913" || len(data) > 60_000 {
			t.Errorf("name of %d letters: code says %q in %d bytes", len(name), got, len(data))
		}
	}
}

// papers is a sheet with one token.
func papers(digits string) []flows.Paper {
	return []flows.Paper{{Name: "Rosa Peralta", Tokens: []flows.PaperToken{{Number: 1, Digits: digits}}}}
}

func TestMake(t *testing.T) {
	s := renderer(t)
	pdf, err := s.Render(context.Background(), "", bot.File{Template: flows.RecipeSheet, Args: bot.Of(papers("000042"))})
	if err != nil || !bytes.HasPrefix(pdf, []byte("%PDF-")) {
		t.Errorf("a sheet: %v", err)
	}
	data, err := s.Render(context.Background(), "", bot.File{Template: flows.RecipeCard, Args: bot.Of(card("000042"))})
	if err != nil || scan(t, data) != "000042" {
		t.Errorf("a card: %v", err)
	}
	for name, f := range map[string]bot.File{
		"another recipe": {Template: "none", Args: bot.Of(card("000042"))},
		"five digits":    {Template: flows.RecipeCard, Args: bot.Of(card("00042"))},
		"letters":        {Template: flows.RecipeCard, Args: bot.Of(card("0004a2"))},
		"no card":        {Template: flows.RecipeCard, Args: bot.Of("x")},
		"no papers":      {Template: flows.RecipeSheet, Args: bot.Of(card("000042"))},
		"a bad paper":    {Template: flows.RecipeSheet, Args: bot.Of(papers("00042"))},
	} {
		var never *bot.PermanentFailure
		if _, err := s.Render(context.Background(), "", f); !errors.As(err, &never) || strings.Contains(err.Error(), "0004") {
			t.Errorf("%s: %v, want a final refusal without the digits", name, err)
		}
	}
}

func BenchmarkCard(b *testing.B) {
	s := renderer(b)
	b.ReportAllocs()
	size := 0
	for b.Loop() {
		size = len(draw(b, s, card("482913")))
	}
	b.ReportMetric(float64(size), "bytes")
}

// BenchmarkTwentyAtOnce prints how much more memory twenty pictures drawn at once hold, at the most.
func BenchmarkTwentyAtOnce(b *testing.B) {
	s := renderer(b)
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	most := uint64(0)
	for b.Loop() {
		var wg sync.WaitGroup
		for i := range 20 {
			wg.Go(func() { draw(b, s, card(fmt.Sprintf("%06d", i))) })
		}
		wg.Wait()
		runtime.ReadMemStats(&after)
		most = max(most, after.HeapInuse-before.HeapInuse)
	}
	b.ReportMetric(float64(most)/(1<<20), "MiB-more")
}
