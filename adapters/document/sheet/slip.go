package sheet

import (
	"strings"

	"llave/flows"
)

// A slip is what is left of a sheet when a cell is cut out. It has to say whose the token is, with the affiliate number, and until
// when it is good.

// lineHeight and lineStep are the height of a line and the distance to the next, in millimetres for a point of its size.
const (
	lineHeight = 0.97 / mm
	lineStep   = 1.03 / mm
)

// slip writes the lines of a slip below the boxes: as large as there is room for, each on a line of its own or side by side, and
// broken only if a name is long.
func (s *typesetter) slip(p flows.Paper, x, y float64) {
	const above, below = 0.9, 0.3
	if s.onSlips == nil { // the same on each token of a page
		s.onSlips = s.slipLines(slipParts(p), s.cell.text-indent, s.cell.height-s.cell.boxBottom()-above-below)
	}
	if lines := s.onSlips; len(lines) > 0 {
		size := lines[0].size
		s.below(x, y+above+0.75*size/mm, lineStep*size, lines)
	}
}

// slipParts are the texts of a slip.
func slipParts(p flows.Paper) []string {
	parts := p.Slip
	if len(parts) == 0 { // a paper of an earlier version
		parts = []string{p.Running}
	} else {
		parts = append([]string{p.Name}, parts...)
	}
	return parts
}

// slipLines are the parts of a slip as lines of one size in a room, the first one bold.
func (s *typesetter) slipLines(parts []string, width, room float64) []textLine {
	const largest, good, fair, least = 10.0, 8.0, 6.5, 5.0
	apart := parts
	if len(parts) > 1 {
		parts = []string{parts[0], strings.Join(parts[1:], " · ")}
	}
	for _, try := range []struct {
		parts       []string
		size, least float64
		whole       bool
	}{{apart, largest, good, true}, {parts, largest, fair, true}, {parts, largest, least, false}} {
		for size := try.size; size >= try.least; size -= 0.5 {
			lines := s.broad(try.parts, width, size, mostSlipLines)
			if fits(lines, size, room) && (!try.whole || len(lines) == len(try.parts)) {
				return lines
			}
		}
	}
	return s.broad(parts, width, least, max(1, int((room-lineHeight*least)/(lineStep*least))+1-len(parts)+1))
}

// mostSlipLines is more lines than a part of a slip can have.
const mostSlipLines = 20

// broad breaks the parts of a slip for a width. The first one takes so many lines at most.
func (s *typesetter) broad(parts []string, width, size float64, most int) (lines []textLine) {
	for i, part := range parts {
		st := style{i == 0 && len(parts) > 1, size}
		if i > 0 && most < mostSlipLines {
			most = 1
		}
		for _, line := range s.wrap(part, width, st, most) {
			lines = append(lines, textLine{s: line, style: st})
		}
	}
	return lines
}

// fits reports whether lines of a size fit a height.
func fits(lines []textLine, size, room float64) bool {
	return lineHeight*size+float64(len(lines)-1)*lineStep*size <= room
}
