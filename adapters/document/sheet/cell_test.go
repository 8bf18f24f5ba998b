package sheet

import (
	"math"
	"testing"
)

// areaOfCell is the cell that a token's code stands in.
func areaOfCell(l *sheetPage, c code) area {
	x, y := c.x+c.side()+l.cell.codeEdge()-cellWidth, c.y-(l.cell.height-c.side())/2
	return area{"a cell", x, y, x + cellWidth, y + l.cell.height}
}

// Each token can be cut out on four sides, and has two boxes to write in.
func TestCellsCanBeCutOutAndWrittenOn(t *testing.T) {
	p := printer(t)
	for n := range pages {
		for i, l := range planned(t, p, paper(n)) {
			for _, c := range l.codes {
				if !c.token {
					continue
				}
				cell, boxes := areaOfCell(l, c), 0
				for _, side := range []ruledLine{
					{x1: cell.x1, y1: cell.y1, x2: cell.x2, y2: cell.y1}, {x1: cell.x1, y1: cell.y2, x2: cell.x2, y2: cell.y2},
					{x1: cell.x1, y1: cell.y1, x2: cell.x1, y2: cell.y2}, {x1: cell.x2, y1: cell.y1, x2: cell.x2, y2: cell.y2},
				} {
					if !dashed(l, side) {
						t.Errorf("%d tokens, page %d: no line to cut along from %.1f, %.1f to %.1f, %.1f", n, i+1, side.x1, side.y1, side.x2, side.y2)
					}
				}
				for _, b := range l.frames {
					if b.x > cell.x1 && b.y > cell.y1 && b.x+b.w < cell.x2 && b.y+b.h < cell.y2 {
						boxes++
					}
				}
				if boxes != 2 {
					t.Errorf("%d tokens, page %d: %d boxes in a cell", n, i+1, boxes)
				}
			}
		}
	}
}

// dashed reports whether a page has a dashed line that covers a side.
func dashed(l *sheetPage, side ruledLine) bool {
	const hair = 0.01
	for _, r := range l.rules {
		if r.dashed && r.x1 <= side.x1+hair && r.x2 >= side.x2-hair && r.y1 <= side.y1+hair && r.y2 >= side.y2-hair &&
			(math.Abs(r.x1-r.x2) < hair) == (side.x1 == side.x2) {
			return true
		}
	}
	return false
}

// A void token is crossed out: two diagonals below its word, and no code.
func TestVoidTokensAreCrossedOut(t *testing.T) {
	of := paper(9)
	of.Tokens[1].Digits, of.Tokens[6].Digits = "", ""
	l := planned(t, printer(t), of)[0]
	diagonals, words := 0, []textLine{}
	for _, r := range l.rules {
		if !r.dashed && r.x1 != r.x2 && r.y1 != r.y2 {
			diagonals++
		}
	}
	for _, x := range l.texts {
		if x.s == of.Void {
			words = append(words, x)
		}
	}
	if diagonals != 4 || len(words) != 2 || len(l.codes) != 1+7 {
		t.Fatalf("%d diagonals, %d words and %d codes for two void tokens of nine", diagonals, len(words), len(l.codes))
	}
	for i, w := range words {
		for _, r := range []ruledLine{l.rules[ruleAt(l, 2*i)], l.rules[ruleAt(l, 2*i+1)]} {
			if y := min(r.y1, r.y2); y < w.y || y > w.y+5 {
				t.Errorf("a diagonal from %.1f for a word at %.1f", y, w.y)
			}
		}
	}
}

// ruleAt is where the nth diagonal is.
func ruleAt(l *sheetPage, n int) int {
	for i, r := range l.rules {
		if !r.dashed && r.x1 != r.x2 && r.y1 != r.y2 {
			if n == 0 {
				return i
			}
			n--
		}
	}
	return -1
}

func TestClean(t *testing.T) {
	f := printer(t).faces
	for in, want := range map[string]string{
		"Rosa Peralta": "Rosa Peralta", "  Rosa\n\tPeralta\r\n": "Rosa Peralta", "": "",
		"Pen\u0303a": "Peña", "\u202eRosa\u202c\u200f\u2066x\u2069": "Rosax", "a\u0000b\u0007c\u00ad\ufeff": "abc",
		"Rosa \U0001F600": "Rosa", "山田": "??", "\ufffd\ufffe": "", "Nº «ª» …": "Nº «ª» …", "\xff\xfe": "",
	} {
		if got := f.clean(in); got != want {
			t.Errorf("%q becomes %q, want %q", in, got, want)
		}
	}
}
