package sheet

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"rsc.io/qr"

	"llave/flows"
)

// The measures of a token's cell, in millimetres. People read its digits at arm's length, scanners its code, and write into
// its boxes.
const (
	columns     = 2
	cellWidth   = (right - left) / columns
	leastHeight = 26.4 // six rows below the longest header, and ten on a page without: 31 tokens are two pages
	mostHeight  = 39.0 // five rows below the usual header: ten tokens take the whole page
	padding     = 3.5  // from a cut line
	digitsLeft  = padding + 8.5
	boxGap      = 2.0
	dateWidth   = 24.0
)

// cell is the measures that depend on the height of a cell. y are from its upper border, sizes in points.
type cell struct {
	height            float64
	module            float64 // of the code
	digits, digitsY   float64 // size and base line
	boxTop, boxHeight float64
	text              float64 // the width of what stands left of the code
}

// cellOf is a cell of a height: everything grows with it.
func cellOf(height float64) cell {
	grown := (height - leastHeight) / (mostHeight - leastHeight)
	between := func(least, most float64) float64 { return least + (most-least)*grown }
	c := cell{height: height, digits: between(29, 40), digitsY: between(9.6, 13.6), boxTop: between(11.2, 15.9), boxHeight: between(8, 10.4)}
	c.module = math.Floor(between(16, 24)) * dot
	c.text = cellWidth - padding - c.codeEdge() - c.codeSide() - quiet*c.module - 0.5
	return c
}

// codeSide is how wide the code is: six digits take the smallest one.
func (c cell) codeSide() float64 { return 21 * c.module }

// codeEdge is how far the code is from the right border: what is white around it stays within the cell.
func (c cell) codeEdge() float64 { return max(padding, quiet*c.module+0.3) }

// boxBottom is where the boxes end.
func (c cell) boxBottom() float64 { return c.boxTop + c.boxHeight }

// indent is how far small print is indented from the number above and below it. Programs that extract text take aligned
// texts for a table: a little out of line, number, digits and labels are read cell by cell, and with the labels reaching
// below both the number and the digits, in this order.
const indent = 2.0

// token draws the cell of a token, whose upper left corner is at x and y. A void one has another text and no code; its layout is
// the same.
func (s *typesetter) token(p flows.Paper, t flows.PaperToken, x, y float64) error {
	at, c := x+padding, s.cell
	s.begin(heading)
	s.fit(at, y+6.4, digitsLeft-padding-1, strconv.Itoa(t.Number), style{true, 12}, 7)
	if t.Digits == "" {
		s.void(p, x, y)
	} else if err := s.live(t.Digits, x, y); err != nil {
		return err
	}
	s.begin(paragraph)
	s.box(at, y+c.boxTop, dateWidth, p.Date)
	s.box(at+dateWidth+boxGap, y+c.boxTop, c.text-dateWidth-boxGap, p.Place)
	s.slip(p, at+indent, y+c.boxBottom())
	return nil
}

// live writes a token's digits, and their code.
func (s *typesetter) live(digits string, x, y float64) error {
	c := s.cell
	s.begin(paragraph)
	s.elements[len(s.elements)-1].aloud = strings.Join(strings.Split(digits, ""), " ")
	s.write(x+digitsLeft, y+c.digitsY, digits[:3]+" "+digits[3:], style{true, c.digits})
	q, err := qr.Encode(digits, qr.H)
	if err != nil {
		return fmt.Errorf("qr: %w", err)
	}
	s.codes = append(s.codes, code{x: x + cellWidth - c.codeEdge() - c.codeSide(), y: y + (c.height-c.codeSide())/2, module: c.module, qr: q, token: true})
	return nil
}

// box is a field to write in, with its label in the corner.
func (s *typesetter) box(x, y, width float64, label string) {
	s.frames = append(s.frames, frame{x: x, y: y, w: width, h: s.cell.boxHeight, width: 0.25})
	s.fit(x+indent, y+3.2, width-2*indent, label, style{false, 8.5}, 5)
}

// void prints that word in place of the digits, and crosses the rest out.
func (s *typesetter) void(p flows.Paper, x, y float64) {
	const least, pen = 9, 0.5
	c := s.cell
	s.begin(paragraph)
	s.fit(x+digitsLeft, y+c.digitsY, cellWidth-digitsLeft-padding, p.Void, style{true, c.digits}, least)
	x1, x2, y1, y2 := x+padding, x+cellWidth-padding, y+c.boxTop, y+c.boxBottom()
	s.rules = append(s.rules, ruledLine{x1: x1, y1: y1, x2: x2, y2: y2, width: pen}, ruledLine{x1: x1, y1: y2, x2: x2, y2: y1, width: pen})
}

// cuts draws the lines to cut along, around so many cells in the first column, which is the longer one, and in the second.
func (s *typesetter) cuts(first, second int, y float64) {
	dash := func(x1, y1, x2, y2 float64) {
		s.rules = append(s.rules, ruledLine{x1: x1, y1: y1, x2: x2, y2: y2, width: 0.2, dashed: true})
	}
	below := func(rows int) float64 { return y + float64(rows)*s.cell.height }
	dash(left, y, left, below(first))
	dash(left+cellWidth, y, left+cellWidth, below(first))
	if second > 0 {
		dash(right, y, right, below(second))
	}
	for row := range first + 1 {
		to := right
		if second == 0 || row > second {
			to = left + cellWidth
		}
		dash(left, below(row), to, below(row))
	}
}
