package document

import (
	"fmt"
	"image"
	"image/color"

	"golang.org/x/image/font"
	"golang.org/x/image/font/gofont/gobold"
	"golang.org/x/image/font/gofont/goregular"
	"golang.org/x/image/font/opentype"
	"golang.org/x/image/math/fixed"
)

// The picture is upright, as phones are held. Shown 306 pixels wide, on the narrowest of today's phones, its small print is as large as
// the text of the chat.
const width, height = 720, 1280

// fonts are read once; each canvas has faces of its own.
type fonts struct{ regular, bold *opentype.Font }

func loadFonts() (fonts, error) {
	regular, err := opentype.Parse(goregular.TTF)
	if err != nil {
		return fonts{}, fmt.Errorf("font: %w", err)
	}
	bold, err := opentype.Parse(gobold.TTF)
	if err != nil {
		return fonts{}, fmt.Errorf("font: %w", err)
	}
	return fonts{regular, bold}, nil
}

// canvas holds one picture at a time. Pixels are indices: a picture of few colours is small and quick.
type canvas struct {
	fonts fonts
	faces map[textStyle]font.Face
	img   *image.Paletted
}

// textStyle is a weight of the font at a size, in pixels.
type textStyle struct {
	bold bool
	size int
}

// ink is a range of the palette, from a background to a colour.
type ink int

// shades is how many steps a character's edge has.
const shades = 16

// The inks. The first entry of each is its background.
const (
	black  ink = iota * shades // on white
	grey                       // on white
	white                      // on teal
	dark                       // on pale, the field behind the token
	nColor = iota * shades
)

func newCanvas(f fonts) *canvas {
	return &canvas{fonts: f, faces: map[textStyle]font.Face{}, img: image.NewPaletted(image.Rect(0, 0, width, height), palette())}
}

// palette holds the shades of each ink. Contrasts are 7:1 or more (WCAG 2.2, 1.4.6).
func palette() color.Palette {
	paper := color.RGBA{0xff, 0xff, 0xff, 0xff}
	teal := color.RGBA{0x00, 0x58, 0x6b, 0xff}
	pale := color.RGBA{0xe6, 0xf2, 0xf4, 0xff}
	p := make(color.Palette, nColor)
	for at, way := range map[ink][2]color.RGBA{
		black: {paper, {0x10, 0x1c, 0x24, 0xff}}, grey: {paper, {0x45, 0x52, 0x5b, 0xff}},
		white: {teal, paper}, dark: {pale, {0x04, 0x33, 0x3f, 0xff}},
	} {
		for i := range shades {
			p[int(at)+i] = blend(way[0], way[1], i)
		}
	}
	return p
}

func blend(from, to color.RGBA, i int) color.RGBA {
	mix := func(a, b uint8) uint8 { return uint8((int(a)*(shades-1-i) + int(b)*i) / (shades - 1)) }
	return color.RGBA{mix(from.R, to.R), mix(from.G, to.G), mix(from.B, to.B), 0xff}
}

// fill paints a rectangle in the background of an ink or, solid, in its colour.
func (d *canvas) fill(r image.Rectangle, k ink, solid bool) {
	index := uint8(k)
	if solid {
		index += shades - 1
	}
	r = r.Intersect(d.img.Rect)
	for y := r.Min.Y; y < r.Max.Y; y++ {
		row := d.img.Pix[d.img.PixOffset(r.Min.X, y):d.img.PixOffset(r.Max.X, y)]
		for i := range row {
			row[i] = index
		}
	}
}

func (d *canvas) face(s textStyle) (font.Face, error) {
	if f := d.faces[s]; f != nil {
		return f, nil
	}
	of := d.fonts.regular
	if s.bold {
		of = d.fonts.bold
	}
	f, err := opentype.NewFace(of, &opentype.FaceOptions{Size: float64(s.size), DPI: 72, Hinting: font.HintingNone})
	if err != nil {
		return nil, fmt.Errorf("face: %w", err)
	}
	d.faces[s] = f
	return f, nil
}

// measure is the width of a text in pixels.
func (d *canvas) measure(text string, s textStyle) (int, error) {
	f, err := d.face(s)
	if err != nil {
		return 0, err
	}
	return font.MeasureString(f, text).Ceil(), nil
}

// write draws a text with its base line at y, and returns its end.
func (d *canvas) write(x, y int, text string, s textStyle, k ink) (int, error) {
	f, err := d.face(s)
	if err != nil {
		return x, err
	}
	dot := fixed.P(x, y)
	last := rune(-1)
	for _, r := range text {
		if last >= 0 {
			dot.X += f.Kern(last, r)
		}
		at, mask, from, advance, ok := f.Glyph(dot, r)
		if ok {
			d.stamp(at, mask, from, k)
		}
		dot.X += advance
		last = r
	}
	return dot.X.Ceil(), nil
}

// stamp draws the mask of a character.
func (d *canvas) stamp(at image.Rectangle, mask image.Image, from image.Point, k ink) {
	alpha, ok := mask.(*image.Alpha)
	if !ok {
		return
	}
	in := at.Intersect(d.img.Rect)
	for y := in.Min.Y; y < in.Max.Y; y++ {
		src := alpha.Pix[alpha.PixOffset(from.X+in.Min.X-at.Min.X, from.Y+y-at.Min.Y):]
		dst := d.img.Pix[d.img.PixOffset(in.Min.X, y):d.img.PixOffset(in.Max.X, y)]
		for i := range dst {
			if shade := uint8((int(src[i])*(shades-1) + 127) / 255); shade > 0 {
				dst[i] = max(dst[i], uint8(k)+shade)
			}
		}
	}
}
