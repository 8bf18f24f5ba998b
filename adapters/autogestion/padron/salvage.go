package padron

import (
	"llave/flows/backend"
	"strings"
)

// salvage reads what a bad line still says: its titular, if it has the right number of cells and the titular's is a CUIL, and
// every CUIL in it.
func (p *reader) salvage(text string) BadRow {
	var b BadRow
	cells := strings.Split(text, string(p.header.comma))
	for len(cells) > p.header.width && blank(cells[len(cells)-1]) {
		cells = cells[:len(cells)-1]
	}
	for i, cell := range cells {
		cuil, why := backend.ReadCUIL(onlyNumber(cell))
		if why != "" {
			continue
		}
		b.CUILs = append(b.CUILs, cuil)
		if len(cells) == p.header.width && i == p.header.at[colHolder] {
			b.Holder = cuil
		}
	}
	return b
}

// onlyNumber returns the digits of a cell, "" if it holds letters.
func onlyNumber(cell string) string {
	var digits strings.Builder
	for _, r := range plainCell(strings.Trim(cell, `= "`)) {
		switch {
		case r >= '0' && r <= '9':
			digits.WriteRune(r)
		case 'A' <= r && r <= 'Z', 'a' <= r && r <= 'z':
			return ""
		}
	}
	return digits.String()
}
