package sheet

import (
	"fmt"
	"unicode"

	"golang.org/x/image/font"
	"golang.org/x/image/font/gofont/gobold"
	"golang.org/x/image/font/gofont/goregular"
	"golang.org/x/image/font/sfnt"
	"golang.org/x/image/math/fixed"
)

// em is in how many parts a PDF counts a font's size.
const em = 1000

// face is one weight of the font, read once.
type face struct {
	name   string
	ttf    []byte
	widths map[rune]int // in thousandths of the size
	font   *sfnt.Font
}

// faces are the two weights, and the letters that nearly every sheet has, cut out beforehand.
type faces struct {
	regular, bold *face
	usual         *alphabet
}

func newFaces() (*faces, error) {
	regular, err := newFace("GoRegular", goregular.TTF)
	if err != nil {
		return nil, err
	}
	bold, err := newFace("GoBold", gobold.TTF)
	if err != nil {
		return nil, err
	}
	f := &faces{regular: regular, bold: bold}
	f.usual, err = f.cutOut(usualLetters())
	return f, err
}

func newFace(name string, ttf []byte) (*face, error) {
	parsed, err := sfnt.Parse(ttf)
	if err != nil {
		return nil, fmt.Errorf("font %s: %w", name, err)
	}
	f := &face{name: name, ttf: ttf, widths: map[rune]int{}, font: parsed}
	var buf sfnt.Buffer
	for r := rune(' '); r <= 0xffff; r++ {
		at, err := parsed.GlyphIndex(&buf, r)
		if err != nil || at == 0 || !unicode.IsPrint(r) || r == unicode.ReplacementChar {
			continue
		}
		w, err := parsed.GlyphAdvance(&buf, at, fixed.I(em), font.HintingNone)
		if err != nil {
			return nil, fmt.Errorf("font %s: %w", name, err)
		}
		f.widths[r] = w.Round()
	}
	return f, nil
}

// usualLetters are those of nearly every sheet: Spanish, the names of its neighbours, digits and signs. More of them would
// make every document larger; a document with others has fonts cut for it alone, which takes a few milliseconds.
func usualLetters() map[rune]bool {
	letters := map[rune]bool{}
	for _, r := range " !'(),-./:;?" + "0123456789" + "ABCDEFGHIJKLMNOPQRSTUVWXYZ" + "abcdefghijklmnopqrstuvwxyz" +
		"áéíóúüñçãõàèìòùöÁÉÍÓÚÜÑÇÖ" + "¡¿«»“”’ªº°·–—…" {
		letters[r] = true
	}
	return letters
}

func (f *faces) of(st style) *face {
	if st.bold {
		return f.bold
	}
	return f.regular
}

// width is how wide a text is, in millimetres.
func (f *faces) width(t string, st style) float64 {
	sum, widths := 0, f.of(st).widths
	for _, r := range t {
		sum += widths[r]
	}
	return float64(sum) / em * st.size / mm
}

// clean leaves what can be printed on one line.
func (f *faces) clean(t string) string {
	return Drawable(t, func(r rune) bool { _, has := f.regular.widths[r]; return has })
}
