package document

import (
	"fmt"
	"image"
	"strings"

	"rsc.io/qr"

	"llave/flows"
)

// The measures of a card, in pixels. What has to be read from a distance comes first: digits 110 pixels high are
// 9 mm on a phone held upright.
const (
	margin   = 48
	header   = 96
	tokenTop = 348 // of the field with the token
	module   = 9   // of the QR code
	quiet    = 4   // modules around it (ISO/IEC 18004)
)

// card draws a card over the one before.
func (d *canvas) card(c flows.Card) error {
	code, err := qr.Encode(c.Digits, qr.H)
	if err != nil {
		return fmt.Errorf("qr: %w", err)
	}
	d.fill(d.img.Rect, black, false)
	d.fill(image.Rect(0, 0, width, header), white, false)
	d.fill(image.Rect(0, tokenTop, width, height), navy, false)
	side := (code.Size + 2*quiet) * module
	left := width - margin/2 - side
	p := pen{canvas: d}
	p.fit(margin, 64, width-margin, c.Title, textStyle{true, 40}, white)
	p.person(c)
	p.fit(margin, tokenTop+60, left-24, c.Label, textStyle{true, 34}, navy)
	p.fit(margin, tokenTop+188, left-24, c.Digits[:3]+" "+c.Digits[3:], textStyle{true, 148}, navy)
	p.lines(margin, tokenTop+236, left-24, c.Validity, textStyle{false, 28}, navy)
	d.qr(code, left, tokenTop+(height-tokenTop-side)/2)
	return p.err
}

// person writes the name, and a line for each field.
func (p *pen) person(c flows.Card) {
	y := p.name(c.Name)
	for _, f := range c.Fields {
		if y >= tokenTop-16 {
			return
		}
		x := p.write(margin, y, f.Label+"  ", textStyle{false, 30}, grey)
		p.fit(x, y, width-margin, f.Value, textStyle{true, 34}, black)
		y += 52
	}
}

// name writes a name, on two lines if it would become small, and returns where the fields begin.
func (p *pen) name(name string) int {
	const large, small, longest = 60, 36, 120
	words := strings.Fields(name)
	if p.width(name, textStyle{true, small}) <= width-2*margin || len(words) < 2 || len([]rune(name)) > longest {
		p.fit(margin, 172, width-margin, name, textStyle{true, large}, black)
		return 228
	}
	n := 1 // the first line is as even with the second as words allow
	for n < len(words)-1 && p.width(strings.Join(words[:n], " "), textStyle{true, small}) < p.width(strings.Join(words[n:], " "), textStyle{true, small}) {
		n++
	}
	p.fit(margin, 150, width-margin, strings.Join(words[:n], " "), textStyle{true, small}, black)
	p.fit(margin, 192, width-margin, strings.Join(words[n:], " "), textStyle{true, small}, black)
	return 240
}

// qr draws a code with its quiet zone, which is white on any background.
func (d *canvas) qr(code *qr.Code, left, top int) {
	side := (code.Size + 2*quiet) * module
	d.fill(image.Rect(left, top, left+side, top+side), black, false)
	for y := range code.Size {
		for x := range code.Size {
			if code.Black(x, y) {
				at := image.Pt(left+(x+quiet)*module, top+(y+quiet)*module)
				d.fill(image.Rectangle{at, at.Add(image.Pt(module, module))}, black, true)
			}
		}
	}
}

// pen writes, and keeps the first error.
type pen struct {
	*canvas
	err error
}

func (p *pen) write(x, y int, text string, s textStyle, k ink) int {
	end, err := p.canvas.write(x, y, text, s, k)
	p.keep(err)
	return end
}

func (p *pen) keep(err error) {
	if p.err == nil {
		p.err = err
	}
}

func (p *pen) width(text string, s textStyle) int {
	w, err := p.measure(text, s)
	p.keep(err)
	return w
}

// fit writes a line between x and right: smaller if it is too long, and cut if it is still too long.
func (p *pen) fit(x, y, right int, text string, s textStyle, k ink) {
	const least, most = 26, 120
	if chars := []rune(text); len(chars) > most { // no line of a card holds more
		text = string(chars[:most])
	}
	for s.size > least && p.width(text, s) > right-x {
		s.size = max(least, s.size-4)
	}
	for short := []rune(text); p.width(text, s) > right-x && len(short) > 0; {
		short = short[:len(short)-1]
		text = strings.TrimSpace(string(short)) + "…"
	}
	p.write(x, y, text, s, k)
}

// lines writes up to two lines of a text.
func (p *pen) lines(x, y, right int, text string, s textStyle, k ink) {
	for i, line := range strings.SplitN(text, "\n", 3) {
		if i < 2 {
			p.fit(x, y+i*(s.size+8), right, strings.TrimSpace(line), s, k)
		}
	}
}
