package sheet

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"rsc.io/qr"

	"llave/flows"
)

// alphanumeric are the characters of a QR code's alphanumeric mode.
const alphanumeric = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"

// The measures of a page, in millimetres. Printers leave 5 mm at the borders; people need more to hold on to.
const (
	left   = 12.0
	right  = pageWidth - left
	top    = 11.0
	bottom = 283.0 // where the tokens end at the latest
	footY  = 289.0 // base line of the last line
	gutter = 8.0   // between what stands left and right in the header
)

// The proof's code: as large as there is room, and never finer than a bad printer prints.
const (
	proofSide   = 37.0
	proofFinest = 0.45
	proofWidest = 18 * dot
)

// mostFields and mostLines are how many of a paper's fields and lines are printed: with more, tokens would lose room. What
// is written below the code may be longer: an address is as long as it is.
const (
	mostFields     = 8
	mostLines      = 3
	mostProofLines = 8
)

// leastRows is how many rows of tokens a first page has at least, so that a month takes two pages. The texts of the
// heading take no more lines than that leaves.
const leastRows = 6

// layOut lays a paper out. Tokens run down the columns: that is also how texts are extracted. The cells are as large as they can
// be on the least number of pages.
func layOut(f *faces, p flows.Paper) ([]*sheetPage, error) {
	var pages []*sheetPage
	height := 0.0
	for tokens := p.Tokens; len(tokens) > 0; {
		s, y, err := newPage(f, p, len(pages) == 0)
		if err != nil {
			return nil, err
		}
		if height == 0 {
			height = heightOfCells(len(tokens), y)
		}
		s.cell = cellOf(height)
		n := min(len(tokens), columns*rowsIn(bottom-y, height))
		if err := s.tokens(p, tokens[:n], y); err != nil {
			return nil, err
		}
		pages = append(pages, s.sheetPage)
		tokens = tokens[n:]
	}
	for i, l := range pages {
		(&typesetter{sheetPage: l, faces: f}).foot(p, i+1, len(pages))
	}
	return pages, nil
}

// laterTop is where the tokens of a page without a heading begin.
const laterTop = top + 8

// heightOfCells is the height of the cells of n tokens, where those of the first page begin at y: the largest that needs no more
// pages than the least does.
func heightOfCells(n int, y float64) float64 {
	const step = 0.1
	fewest := pagesOf(n, y, leastHeight)
	for h := mostHeight; h > leastHeight; h -= step {
		if pagesOf(n, y, h) == fewest {
			return h
		}
	}
	return leastHeight
}

// pagesOf is how many pages n tokens take in cells of a height.
func pagesOf(n int, y, height float64) int {
	n -= columns * rowsIn(bottom-y, height)
	pages := 1
	if perPage := columns * rowsIn(bottom-laterTop, height); n > 0 {
		pages += (n + perPage - 1) / perPage
	}
	return pages
}

func rowsIn(room, height float64) int { return int(room / height) }

// newPage is a page with its heading, and the place where its tokens begin.
func newPage(f *faces, p flows.Paper, first bool) (*typesetter, float64, error) {
	s := &typesetter{sheetPage: &sheetPage{}, faces: f, roomy: true}
	if !first {
		s.running(p.Running)
		return s, laterTop, nil
	}
	y, err := s.head(p)
	if err == nil && rowsIn(bottom-y, leastHeight) < leastRows {
		s = &typesetter{sheetPage: &sheetPage{}, faces: f}
		y, err = s.head(p)
	}
	return s, y, err
}

// running is the heading of a later page: one line, or two small ones.
func (s *typesetter) running(t string) {
	s.begin(paragraph)
	lines := s.flow(t, right-left, style{true, 12}, 8, 2)
	y := top + 4
	if len(lines) > 1 {
		y = top + 2.4
	}
	s.below(left, y, 3.6, lines)
}

// most is how many lines a text may take: more if there is room.
func (s *typesetter) most(roomy, tight int) int {
	if s.roomy {
		return roomy
	}
	return tight
}

// head writes the heading of the first page, and returns where the tokens begin.
func (s *typesetter) head(p flows.Paper) (float64, error) {
	y, edge, under := top, right, top
	var proof *code
	if p.Proof != "" {
		c, err := proofCode(p.Proof)
		if err != nil {
			return 0, err
		}
		c.x, c.y = right-proofSide, y
		proof = &c
		edge = c.x - gutter
	}
	y = s.person(p, y, edge)
	if proof != nil {
		s.codes = append(s.codes, *proof)
		under = s.proofLines(p, *proof)
	}
	y = max(y, under) + 6
	return s.instructions(p, y), nil
}

// person writes the owner's name and the fields.
func (s *typesetter) person(p flows.Paper, y, edge float64) float64 {
	const labels = 34.0
	s.begin(title)
	s.fit(left, y+4, edge-left, p.Heading, style{true, 13}, 9)
	s.rules = append(s.rules, ruledLine{x1: left, y1: y + 7, x2: edge, y2: y + 7, width: 0.7})
	y += 18.5
	s.begin(paragraph)
	for _, line := range s.name(p.Name, edge-left) {
		s.write(left, y, line.s, line.style)
		y += line.size / mm * 1.1
	}
	y += 0.5
	for _, f := range p.Fields[:min(len(p.Fields), mostFields)] {
		s.begin(paragraph)
		s.fit(left, y, labels-2, f.Label, style{false, 10.5}, 8)
		value := s.flow(f.Value, edge-left-labels, style{true, 11.5}, 8, s.most(4, 1))
		y = s.below(left+labels, y, 3.6, value) + 6.2
	}
	return y - 6.2
}

// name breaks a name: one line, two if it would become small, or smaller on more.
func (s *typesetter) name(name string, width float64) []textLine {
	const large, small, smallest = 25, 17, 11
	lines := s.flow(name, width, style{true, large}, small, 2)
	if s.roomy && strings.HasSuffix(lines[len(lines)-1].s, ellipsis) {
		lines = s.flow(name, width, style{true, small}, smallest, 5)
	}
	return lines
}

// proofCode encodes the proof in the largest modules that fit.
func proofCode(proof string) (code, error) {
	q, err := qr.Encode(proof, qr.M)
	if err != nil {
		return code{}, errProof
	}
	module := min(proofWidest, math.Floor(proofSide/float64(q.Size)/dot)*dot)
	if module < proofFinest {
		return code{}, errProof
	}
	return code{module: module, qr: q}, nil
}

// proofLines writes the text below the proof, as wide as the largest code, and returns its end. A code may be smaller;
// the text must be complete.
func (s *typesetter) proofLines(p flows.Paper, c code) float64 {
	const step = 3.1
	y := c.y + c.side() + quiet*c.module + 2.6
	for _, line := range p.ProofLines[:min(len(p.ProofLines), mostProofLines)] {
		if line != "" {
			s.begin(paragraph)
			y = s.below(c.x, y, step, s.flow(line, proofSide, style{false, 7.5}, 7, s.most(12, 2))) + step
		}
	}
	return y - step
}

// instructions writes how to use the sheet, and returns where the tokens begin.
func (s *typesetter) instructions(p flows.Paper, y float64) float64 {
	const size, least = 11, 10.2
	y += 4
	for _, line := range p.Lines[:min(len(p.Lines), mostLines)] {
		s.begin(paragraph)
		parts, st := []string{line}, style{false, size}
		if short, smaller := s.shrink(line, right-left, st, least); short == line {
			st = smaller
		} else {
			parts = s.wrap(line, right-left, st, s.most(4, 2))
		}
		for _, part := range parts {
			s.write(left, y, part, st)
			y += 5
		}
		y++
	}
	return y + 1
}

// foot writes the help line and the number of the page.
func (s *typesetter) foot(p flows.Paper, page, of int) {
	st := style{false, 9}
	number := strings.Replace(p.Page, "%d", strconv.Itoa(page), 1)
	number = strings.Replace(number, "%d", strconv.Itoa(of), 1)
	const widest = 60.0
	room := min(s.faces.width(number, st), widest) + gutter
	lines := s.flow(p.Foot, right-left-room, st, 7, 2)
	s.begin(paragraph)
	s.below(left, footY-2.8*float64(len(lines)-1), 2.8, lines)
	s.begin(paragraph)
	s.fitRight(right, footY, widest, number, st, 7)
}

// tokens draws the tokens down two columns. The first is the longer one.
func (s *typesetter) tokens(p flows.Paper, tokens []flows.PaperToken, y float64) error {
	first := (len(tokens) + 1) / columns // in the left column
	for i, t := range tokens {
		column, row := 0, i
		if i >= first {
			column, row = 1, i-first
		}
		if err := s.token(p, t, left+float64(column)*cellWidth, y+float64(row)*s.cell.height); err != nil {
			return fmt.Errorf("sheet: %w", err)
		}
	}
	s.cuts(first, len(tokens)-first, y)
	return nil
}
