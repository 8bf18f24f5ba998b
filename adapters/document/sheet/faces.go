package sheet

import (
	"fmt"
	"sync"
	"unicode"

	"golang.org/x/image/font"
	"golang.org/x/image/font/gofont/gobold"
	"golang.org/x/image/font/gofont/goregular"
	"golang.org/x/image/font/sfnt"
	"golang.org/x/image/math/fixed"
)

// em is the unit of a font's size in a PDF, as a fraction.
const em = 1000

// face is one weight of the font, read once.
type face struct {
	name   string
	ttf    []byte
	widths map[rune]int // in thousandths of the size
	font   *sfnt.Font
}

// faces are the two weights of the font, and the usual charset.
type faces struct {
	regular, bold *face
	usual         *charset
}

// loadFaces reads the font once: nothing in it changes.
var loadFaces = sync.OnceValues(newFaces)

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
	f.usual, err = f.subset(usualCharacters())
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

// usualCharacters are those of nearly every sheet: Spanish, the names of its neighbours, digits and signs. More would
// make every document larger; a document with others gets a charset of its own, which takes a few milliseconds.
func usualCharacters() map[rune]bool {
	chars := map[rune]bool{}
	for _, r := range " !'(),-./:;?" + "0123456789" + "ABCDEFGHIJKLMNOPQRSTUVWXYZ" + "abcdefghijklmnopqrstuvwxyz" +
		"áéíóúüñçãõàèìòùöÁÉÍÓÚÜÑÇÖ" + "¡¿«»“”’ªº°·–—…" {
		chars[r] = true
	}
	return chars
}

func (f *faces) of(st style) *face {
	if st.bold {
		return f.bold
	}
	return f.regular
}

// width is the width of a text in millimetres.
func (f *faces) width(t string, st style) float64 {
	sum, widths := 0, f.of(st).widths
	for _, r := range t {
		sum += widths[r]
	}
	return float64(sum) / em * st.size / mm
}

// clean is a text that can be printed on one line.
func (f *faces) clean(t string) string {
	return Drawable(t, func(r rune) bool { _, has := f.regular.widths[r]; return has })
}
