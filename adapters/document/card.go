package document

import (
	"fmt"
	"image"
	"strings"

	"rsc.io/qr"

	"llave/flows"
)

// The measures of a card, in pixels. What is scanned and read at the counter comes first: the code, then the digits.
const (
	margin       = 40
	headerHeight = 88
	module       = 15 // of the QR code
	quiet        = 4  // modules around it (ISO/IEC 18004)
	panel        = 536
	panelEnd     = 944 // where the panel with the token ends
	small        = 38  // shown 306 pixels wide, 16
)

// card draws a card over the one before.
func (d *canvas) card(c flows.Card) error {
	code, err := qr.Encode(c.Digits, qr.H)
	if err != nil {
		return fmt.Errorf("qr: %w", err)
	}
	d.fill(d.img.Rect, black, false)
	d.fill(image.Rect(0, 0, width, headerHeight), white, false)
	d.fill(image.Rect(0, panel, width, panelEnd), dark, false)
	p := pen{canvas: d}
	p.fit(margin, 58, width-margin, c.Title, textStyle{true, small}, white)
	side := (code.Size + 2*quiet) * module
	d.qr(code, (width-side)/2, headerHeight+(panel-headerHeight-side)/2)
	p.fit(margin, panel+54, width-margin, c.Label, textStyle{true, small}, dark)
	p.fit(margin, panel+198, width-margin, c.Digits[:3]+" "+c.Digits[3:], textStyle{true, 172}, dark)
	p.block(margin, panel+258, c.Validity, textStyle{false, small}, 3, dark)
	p.person(c)
	return p.err
}

// person writes the name, and each field as a label and its value below.
func (p *pen) person(c flows.Card) {
	y := p.block(margin, panelEnd+60, c.Name, textStyle{true, 52}, 2, black)
	for _, f := range c.Fields {
		if y+92 > height {
			return
		}
		p.fit(margin, y+34, width-margin, f.Label, textStyle{false, 34}, grey)
		p.fit(margin, y+80, width-margin, f.Value, textStyle{true, 42}, black)
		y += 104
	}
}

// block writes a text on so many lines at most, smaller if it is long, from a base line on, and returns where the next text may
// begin.
func (p *pen) block(x, y int, text string, s textStyle, most int, k ink) int {
	const least, longest = 26, 200
	if chars := []rune(text); len(chars) > longest {
		text = string(chars[:longest])
	}
	lines := p.wrap(text, width-margin-x, s)
	for len(lines) > most && s.size > least {
		s.size = max(least, s.size-4)
		lines = p.wrap(text, width-margin-x, s)
	}
	if len(lines) > most {
		lines = append(lines[:most-1], strings.Join(lines[most-1:], " "))
	}
	for _, line := range lines {
		p.fit(x, y, width-margin, line, s, k)
		y += s.size + 10
	}
	return y - s.size
}

// wrap breaks a text into lines of a width. Line breaks of the text count as spaces.
func (p *pen) wrap(text string, width int, s textStyle) (lines []string) {
	for _, word := range strings.Fields(text) {
		if n := len(lines); n > 0 && p.width(lines[n-1]+" "+word, s) <= width {
			lines[n-1] += " " + word
			continue
		}
		lines = append(lines, word)
	}
	return lines
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
