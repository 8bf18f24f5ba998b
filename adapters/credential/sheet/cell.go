package sheet

import (
	"fmt"
	"strconv"

	"rsc.io/qr"

	"llave/flows"
)

// The measures of a token's cell, in millimetres. Its digits are read at arm's length, its code by a counter's scanner,
// and its boxes take a pen.
const (
	columns    = 2
	cellWidth  = (right - left) / columns
	cellHeight = 27.0
	padding    = 3.5 // from a cut line
	codeModule = 0.68
	codeSide   = 21 * codeModule // six digits take the smallest code
	codeLeft   = cellWidth - padding - 1 - codeSide
	boxTop     = 15.4
	boxHeight  = 7.8
	boxGap     = 2.0
	dateWidth  = 23.0
	textWidth  = codeLeft - padding - quiet*codeModule
)

// cell draws a token whose upper left corner is at x and y.
func (s *setter) cell(p flows.Paper, t flows.PaperToken, x, y float64) error {
	s.write(x+padding, y+5, strconv.Itoa(t.Number), style{true, 11})
	if t.Digits == "" {
		s.void(p, x, y)
		return nil
	}
	s.write(x+padding, y+13.7, t.Digits[:3]+" "+t.Digits[3:], style{true, 28})
	s.box(x+padding, y+boxTop, dateWidth, p.Date)
	s.box(x+padding+dateWidth+boxGap, y+boxTop, textWidth-dateWidth-boxGap, p.Place)
	s.fit(x+padding, y+25.6, textWidth, p.Running, style{false, 6.5}, 5)
	q, err := qr.Encode(t.Digits, qr.H)
	if err != nil {
		return fmt.Errorf("qr: %w", err)
	}
	s.codes = append(s.codes, code{x: x + codeLeft, y: y + (cellHeight-codeSide)/2, module: codeModule, qr: q})
	return nil
}

// box is where one writes; its label stands in its corner.
func (s *setter) box(x, y, width float64, label string) {
	s.frames = append(s.frames, frame{x: x, y: y, w: width, h: boxHeight, width: 0.25})
	s.fit(x+1, y+2.9, width-2, label, style{false, 7.5}, 5)
}

// void crosses a token out: from corner to corner, but not through the word that says so.
func (s *setter) void(p flows.Paper, x, y float64) {
	const size, least, gap, inset = 22, 9, 3, 4
	word, st := s.shrink(p.Void, cellWidth/2, style{true, size}, least)
	half := s.faces.width(word, st)/2 + gap
	middle, base := x+cellWidth/2, y+cellHeight/2
	s.write(middle-half+gap, base+0.36*st.size/mm, word, st)
	slope := (cellHeight - 2*inset) / (cellWidth - 2*inset)
	reach := cellWidth/2 - inset
	for _, way := range []float64{slope, -slope} {
		for _, side := range []float64{-1, 1} {
			s.rules = append(s.rules, rule{x1: middle + side*half, y1: base + side*half*way, x2: middle + side*reach, y2: base + side*reach*way, width: 0.5})
		}
	}
}

// cuts draws the lines to cut along, around each of n cells in so many rows.
func (s *setter) cuts(n, rows int, y float64) {
	dash := func(x1, y1, x2, y2 float64) {
		s.rules = append(s.rules, rule{x1: x1, y1: y1, x2: x2, y2: y2, width: 0.2, dashed: true})
	}
	below := y + float64(rows)*cellHeight
	short := y + float64(max(n-rows, 0))*cellHeight // the last column may have a row less
	dash(left, y, left, below)
	dash(left+cellWidth, y, left+cellWidth, below)
	if n > rows {
		dash(right, y, right, short)
	}
	for row := range rows + 1 {
		end := left + cellWidth
		if at := y + float64(row)*cellHeight; n > rows && at <= short {
			end = right
		}
		dash(left, y+float64(row)*cellHeight, end, y+float64(row)*cellHeight)
	}
}
