package autogestion

import "strings"

// told is what can be told of a bad line: its titular, if it has as many cells as it should and the titular's is a CUIL, and
// every CUIL that stands anywhere in it.
func (p *padron) told(text string) badRow {
	var b badRow
	cells := strings.Split(text, string(p.header.comma))
	for len(cells) > p.header.width && blank(cells[len(cells)-1]) {
		cells = cells[:len(cells)-1]
	}
	for i, cell := range cells {
		cuil, why := parseCUIL(onlyNumber(cell))
		if why != "" {
			continue
		}
		b.maybe = append(b.maybe, cuil)
		if len(cells) == p.header.width && i == p.header.at[colHolder] {
			b.holder = cuil
		}
	}
	return b
}

// onlyNumber is the digits of a cell, "" if it holds letters.
func onlyNumber(cell string) string {
	var digits strings.Builder
	for _, r := range sheetCell(strings.Trim(cell, `= "`)) {
		switch {
		case r >= '0' && r <= '9':
			digits.WriteRune(r)
		case 'A' <= r && r <= 'Z', 'a' <= r && r <= 'z':
			return ""
		}
	}
	return digits.String()
}
