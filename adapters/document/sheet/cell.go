package sheet

import (
	"fmt"
	"strconv"

	"rsc.io/qr"

	"llave/flows"
)

// The measures of a token's cell, in millimetres. People read its digits at arm's length, scanners its code, and write into
// its boxes.
const (
	columns    = 2
	cellWidth  = (right - left) / columns
	cellHeight = 26.4 // six rows below the longest header, and ten on a page without: 31 tokens are two pages
	padding    = 3.5  // from a cut line
	codeModule = 16 * dot
	codeSide   = 21 * codeModule // six digits take the smallest code
	textWidth  = cellWidth - 2*padding - codeSide - quiet*codeModule - 0.5
	digitsLeft = padding + 8.5
	boxTop     = 13.1
	boxHeight  = 8.6
	boxGap     = 2.0
	dateWidth  = 24.0
)

// indent is how far small print is indented from the number above and below it. Programs that extract text take aligned
// texts for a table: a little out of line, number, digits and labels are read cell by cell, and with the labels reaching
// below both the number and the digits, in this order.
const indent = 2.0

// cell draws a token whose upper left corner is at x and y. A void one has another text and no code; its layout is the
// same.
func (s *typesetter) cell(p flows.Paper, t flows.PaperToken, x, y float64) error {
	at := x + padding
	s.fit(at, y+6.4, digitsLeft-padding-1, strconv.Itoa(t.Number), style{true, 12}, 7)
	if t.Digits == "" {
		s.void(p, x, y)
	} else if err := s.live(t.Digits, x, y); err != nil {
		return err
	}
	s.box(at, y+boxTop, dateWidth, p.Date)
	s.box(at+dateWidth+boxGap, y+boxTop, textWidth-dateWidth-boxGap, p.Place)
	s.ownerLine(at+indent, y, p.Running)
	return nil
}

// ownerLine names the owner of a token, for the piece that is left when the sheet is cut: on a line, or on two small
// ones.
func (s *typesetter) ownerLine(x, y float64, t string) {
	lines := s.flow(t, textWidth-indent, style{false, 7.5}, 5, 2)
	if len(lines) > 1 {
		s.below(x, y+23.7, 1.9, lines)
		return
	}
	s.below(x, y+24.6, 0, lines)
}

// live writes a token's digits, and their code.
func (s *typesetter) live(digits string, x, y float64) error {
	s.write(x+digitsLeft, y+11, digits[:3]+" "+digits[3:], style{true, 31})
	q, err := qr.Encode(digits, qr.H)
	if err != nil {
		return fmt.Errorf("qr: %w", err)
	}
	s.codes = append(s.codes, code{x: x + cellWidth - padding - codeSide, y: y + (cellHeight-codeSide)/2, module: codeModule, qr: q})
	return nil
}

// box is a field to write in, with its label in the corner.
func (s *typesetter) box(x, y, width float64, label string) {
	s.frames = append(s.frames, frame{x: x, y: y, w: width, h: boxHeight, width: 0.25})
	s.fit(x+indent, y+3.2, width-2*indent, label, style{false, 8.5}, 5)
}

// void prints that word in place of the digits, and crosses the rest out.
func (s *typesetter) void(p flows.Paper, x, y float64) {
	const size, least, pen = 27, 9, 0.5
	s.fit(x+digitsLeft, y+11, cellWidth-digitsLeft-padding, p.Void, style{true, size}, least)
	x1, x2, y1, y2 := x+padding, x+cellWidth-padding, y+boxTop, y+boxTop+boxHeight
	s.rules = append(s.rules, rule{x1: x1, y1: y1, x2: x2, y2: y2, width: pen}, rule{x1: x1, y1: y2, x2: x2, y2: y1, width: pen})
}

// cuts draws the lines to cut along, around so many cells in the first column and in the second.
func (s *typesetter) cuts(first, second int, y float64) {
	dash := func(x1, y1, x2, y2 float64) {
		s.rules = append(s.rules, rule{x1: x1, y1: y1, x2: x2, y2: y2, width: 0.2, dashed: true})
	}
	below := func(rows int) float64 { return y + float64(rows)*cellHeight }
	dash(left, y, left, below(first))
	dash(left+cellWidth, y, left+cellWidth, below(max(first, second)))
	if second > 0 {
		dash(right, y, right, below(second))
	}
	for row := range max(first, second) + 1 {
		from, to := left, right
		if row > first {
			from = left + cellWidth
		}
		if second == 0 {
			to = left + cellWidth
		}
		dash(from, below(row), to, below(row))
	}
}
