package sheet

import (
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"strconv"
	"strings"
	"testing"

	"github.com/makiuchi-d/gozxing"
	"github.com/makiuchi-d/gozxing/qrcode"
)

// painted draws a page's codes, and nothing else, at so many pixels a millimetre.
func painted(t testing.TB, page string, scale float64) (*image.Gray, int) {
	t.Helper()
	img := image.NewGray(image.Rect(0, 0, int(pageWidth*scale), int(pageHeight*scale)))
	draw.Draw(img, img.Rect, image.White, image.Point{}, draw.Src)
	codes := placed.FindAllStringSubmatch(page, -1)
	for _, m := range codes {
		var v [4]float64
		for i := range v {
			f, err := strconv.ParseFloat(m[i+1], 64)
			if err != nil {
				t.Fatal(err)
			}
			v[i] = f / mm * scale
		}
		px := func(n int, from float64) int { return int(from + float64(n)*v[0] + 0.5) }
		for _, run := range strings.Split(strings.TrimSpace(m[5]), "\n") {
			var x, y, w int
			if _, err := fmt.Sscanf(run, "%d %d %d 1 re", &x, &y, &w); err != nil {
				t.Fatal(err)
			}
			top := pageHeight*scale - v[3]
			r := image.Rect(px(x, v[2]), px(y, top), px(x+w, v[2]), px(y+1, top))
			draw.Draw(img, r, image.NewUniform(color.Black), image.Point{}, draw.Src)
		}
	}
	return img, len(codes)
}

// around is where a code is on a picture of so many pixels a millimetre, with what is white around it.
func around(c code, scale float64) image.Rectangle {
	a := codeArea(c)
	return image.Rect(int(a.x1*scale+0.5), int(a.y1*scale+0.5), int(a.x2*scale+0.5), int(a.y2*scale+0.5))
}

// zxing reads a code with a decoder that is not ours. Its detector misses one in some hundreds, also those of other encoders: then it
// is told that there is nothing else in the picture, and what is black is decided for the whole of it.
func zxing(img image.Image) (string, error) {
	source := gozxing.NewLuminanceSourceFromImage(img)
	var got *gozxing.Result
	var err error
	for _, try := range []struct {
		binarizer gozxing.Binarizer
		hint      gozxing.DecodeHintType
	}{
		{gozxing.NewHybridBinarizer(source), gozxing.DecodeHintType_TRY_HARDER},
		{gozxing.NewGlobalHistgramBinarizer(source), gozxing.DecodeHintType_PURE_BARCODE},
		{gozxing.NewGlobalHistgramBinarizer(source), gozxing.DecodeHintType_TRY_HARDER},
		{gozxing.NewHybridBinarizer(source), gozxing.DecodeHintType_PURE_BARCODE},
	} {
		bits, bad := gozxing.NewBinaryBitmap(try.binarizer)
		if bad != nil {
			return "", bad
		}
		if got, err = qrcode.NewQRCodeReader().Decode(bits, map[gozxing.DecodeHintType]any{try.hint: true}); err == nil {
			return got.GetText(), nil
		}
	}
	return "", err
}

// expected gives, for each page, what its codes say.
func expected(proof string, tokens []string, perPage []int) [][]string {
	var out [][]string
	at := 0
	for i, n := range perPage {
		var page []string
		if i == 0 && proof != "" {
			page = append(page, proof)
		}
		for _, d := range tokens[at : at+n] {
			if d != "" {
				page = append(page, d)
			}
		}
		at += n
		out = append(out, page)
	}
	return out
}

func TestCodesInTheFile(t *testing.T) {
	p := printer(t)
	of := paper(31)
	of.Tokens[3].Digits, of.Tokens[4].Digits, of.Tokens[20].Digits = "", "000000", "000007"
	var digits []string
	for _, token := range of.Tokens {
		digits = append(digits, token.Digits)
	}
	want := expected(of.Proof, digits, pages[31])
	laid := planned(t, p, of)
	for i, page := range drawn(t, pdf(t, p, of)) {
		img, n := painted(t, page, 6)
		if n != len(want[i]) || len(laid[i].codes) != n {
			t.Fatalf("page %d has %d codes, want %d", i+1, n, len(want[i]))
		}
		for j, c := range laid[i].codes {
			if n := astray(img, c, 6); n > 0 {
				t.Errorf("page %d: %d modules of code %d are not what they should be", i+1, n, j+1)
			}
			if got, err := zxing(img.SubImage(around(c, 6))); err != nil || got != want[i][j] {
				t.Errorf("page %d: code %d says %q (%v), want %q", i+1, j+1, got, err, want[i][j])
			}
		}
	}
}

// astray counts the modules of a code that a picture has in another colour: a mirrored code is read by most decoders,
// and not by all.
func astray(img *image.Gray, c code, scale float64) (n int) {
	for y := range c.qr.Size {
		for x := range c.qr.Size {
			middle := func(from float64, i int) int { return int((from + (float64(i)+0.5)*c.module) * scale) }
			if black := img.GrayAt(middle(c.x, x), middle(c.y, y)).Y < 128; black != c.qr.Black(x, y) {
				n++
			}
		}
	}
	return n
}
