package sheet

import (
	"bytes"
	"compress/zlib"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"codeberg.org/go-pdf/fpdf"
	"golang.org/x/image/font"
	"golang.org/x/image/font/sfnt"
	"golang.org/x/image/math/fixed"
	"golang.org/x/text/encoding/charmap"
)

// charset is the set of characters of a PDF: a byte for each, and both weights of the font reduced to them.
type charset struct {
	bytes         map[rune]byte
	regular, bold embedded
}

// embedded is a font in the form of the library: its description, and its compressed file.
type embedded struct{ json, file []byte }

// charsetOf is the charset of some pages. Nearly always it is the usual one, which is made once.
func (f *faces) charsetOf(pages []*sheetPage) (*charset, error) {
	chars := map[rune]bool{}
	usual := true
	for _, l := range pages {
		for _, t := range l.texts {
			for _, r := range t.s {
				chars[r] = true
				_, ok := f.usual.bytes[r]
				usual = usual && ok
			}
		}
	}
	if usual {
		return f.usual, nil
	}
	return f.subset(chars)
}

func (f *faces) subset(chars map[rune]bool) (*charset, error) {
	sorted := make([]rune, 0, len(chars))
	for r := range chars {
		sorted = append(sorted, r)
	}
	slices.Sort(sorted)
	a := &charset{}
	others := a.number(sorted)
	var err error
	if a.regular, err = f.regular.embed(a.bytes, sorted, others); err != nil {
		return nil, err
	}
	a.bold, err = f.bold.embed(a.bytes, sorted, others)
	return a, err
}

// number assigns a byte to each character: that of Windows-1252, which every PDF reader knows, and to the others bytes
// that this document does not use otherwise. It returns the others by their bytes. Characters beyond 256 get none and
// are left out.
func (a *charset) number(chars []rune) map[byte]rune {
	a.bytes = map[rune]byte{}
	taken := [256]bool{}
	var rest []rune
	for _, r := range chars {
		if b, ok := charmap.Windows1252.EncodeRune(r); ok {
			a.bytes[r], taken[b] = b, true
		} else {
			rest = append(rest, r)
		}
	}
	others := map[byte]rune{}
	next := 0x80
	for _, r := range rest {
		for next < 256 && taken[next] {
			next++
		}
		if next > 255 {
			break
		}
		a.bytes[r], others[byte(next)], taken[next] = byte(next), r, true
	}
	return others
}

// encode is a text in the charset's bytes.
func (a *charset) encode(t string) string {
	out := make([]byte, 0, len(t))
	for _, r := range t {
		if b, ok := a.bytes[r]; ok {
			out = append(out, b)
		}
	}
	return string(out)
}

// definition is the form in which the library takes a prepared font.
type definition struct {
	Tp, Name, Diff, File string
	Desc                 fpdf.FontDescType
	Cw                   []int
	OriginalSize         int
}

// embed reduces a weight of the font to some characters.
func (f *face) embed(codes map[rune]byte, chars []rune, others map[byte]rune) (embedded, error) {
	ttf := fpdf.UTF8CutFont(f.ttf, string(chars))
	d := definition{Tp: "TrueType", Name: tag(chars) + "+" + f.name, File: f.name + ".z", OriginalSize: len(ttf), Cw: make([]int, 256)}
	for r, b := range codes {
		d.Cw[b] = f.widths[r]
	}
	var err error
	if d.Diff, err = f.differences(others); err != nil {
		return embedded{}, err
	}
	if d.Desc, err = f.describe(); err != nil {
		return embedded{}, err
	}
	def, err := json.Marshal(d)
	if err != nil {
		return embedded{}, fmt.Errorf("font %s: %w", f.name, err)
	}
	var file bytes.Buffer
	w, err := zlib.NewWriterLevel(&file, zlib.BestCompression)
	if err != nil {
		return embedded{}, fmt.Errorf("font %s: %w", f.name, err)
	}
	if _, err := w.Write(ttf); err != nil {
		return embedded{}, fmt.Errorf("font %s: %w", f.name, err)
	}
	if err := w.Close(); err != nil {
		return embedded{}, fmt.Errorf("font %s: %w", f.name, err)
	}
	return embedded{json: def, file: file.Bytes()}, nil
}

// tag marks a font as reduced (ISO 32000, 9.6.4): six letters that depend on its characters, so that programs that join
// documents keep the fonts apart.
func tag(chars []rune) string {
	sum := sha256.Sum256([]byte(string(chars)))
	out := make([]byte, 6)
	for i := range out {
		out[i] = 'A' + sum[i]%26
	}
	return string(out)
}

// differences names the characters that do not have their byte of Windows-1252.
func (f *face) differences(others map[byte]rune) (string, error) {
	var out strings.Builder
	var buf sfnt.Buffer
	for b := 0x80; b < 256; b++ {
		r, ok := others[byte(b)]
		if !ok {
			continue
		}
		at, err := f.font.GlyphIndex(&buf, r)
		if err != nil {
			return "", fmt.Errorf("font %s: %w", f.name, err)
		}
		name, err := f.font.GlyphName(&buf, at)
		if err != nil {
			return "", fmt.Errorf("font %s: %w", f.name, err)
		}
		fmt.Fprintf(&out, "%d /%s ", b, name)
	}
	return strings.TrimSpace(out.String()), nil
}

// describe gives a weight's measures, in thousandths of its size.
func (f *face) describe() (d fpdf.FontDescType, err error) {
	const nonsymbolic = 32
	var buf sfnt.Buffer
	m, err := f.font.Metrics(&buf, fixed.I(em), font.HintingNone)
	if err != nil {
		return d, fmt.Errorf("font %s: %w", f.name, err)
	}
	b, err := f.font.Bounds(&buf, fixed.I(em), font.HintingNone)
	if err != nil {
		return d, fmt.Errorf("font %s: %w", f.name, err)
	}
	d.Ascent, d.Descent, d.CapHeight = m.Ascent.Round(), -m.Descent.Round(), m.CapHeight.Round()
	d.Flags, d.StemV = nonsymbolic, 80
	d.FontBBox.Xmin, d.FontBBox.Xmax = b.Min.X.Round(), b.Max.X.Round()
	d.FontBBox.Ymin, d.FontBBox.Ymax = -b.Max.Y.Round(), -b.Min.Y.Round()
	return d, nil
}
