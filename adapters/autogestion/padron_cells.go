package autogestion

import (
	"regexp"
	"strings"
	"unicode"
)

// splitCells cuts a line at a separator. A cell may be quoted, with its quotes doubled inside, or be written ="…" as
// spreadsheets do. It fails if the quotes do not add up. A line is a row: a quote that does not close must not take the
// lines after it along, which is what encoding/csv does.
func splitCells(line string, comma byte, cells []string) ([]string, bool) {
	cells = cells[:0]
	for {
		cell, rest, more, ok := cutCell(line, comma)
		if !ok {
			return cells, false
		}
		cells = append(cells, cell)
		if !more {
			return cells, true
		}
		line = rest
	}
}

// cutCell takes the first cell off a line.
func cutCell(line string, comma byte) (cell, rest string, more, ok bool) {
	start := strings.TrimLeft(line, " ")
	quoted := strings.TrimPrefix(start, "=")
	if !strings.HasPrefix(quoted, `"`) {
		cell, rest, more = strings.Cut(line, string(comma))
		return cell, rest, more, !strings.Contains(cell, `"`)
	}
	inside := quoted[1:]
	end := closing(inside)
	if end < 0 {
		return "", "", false, false
	}
	cell = strings.ReplaceAll(inside[:end], `""`, `"`)
	rest = strings.TrimLeft(inside[end+1:], " ")
	if rest == "" {
		return cell, "", false, true
	}
	return cell, rest[1:], true, rest[0] == comma
}

// closing is where the quote stands that ends a quoted cell, -1 if none does.
func closing(s string) int {
	for i := 0; i < len(s); i++ {
		if s[i] != '"' {
			continue
		}
		if i+1 < len(s) && s[i+1] == '"' {
			i++
			continue
		}
		return i
	}
	return -1
}

// cleanCell makes every kind of space one space, and none at the ends. It fails if there is something that cannot be seen.
func cleanCell(s string) (string, bool) {
	seen := !strings.ContainsFunc(s, func(c rune) bool { return !unicode.IsPrint(c) && !unicode.IsSpace(c) })
	return strings.Join(strings.Fields(s), " "), seen
}

var (
	// rounded is a number that a spreadsheet wrote as a power of ten: its last digits are lost.
	rounded = regexp.MustCompile(`^[0-9]+([.,][0-9]+)?[eE][+]?[0-9]+$`)
	// decimals is what a spreadsheet adds to a whole number.
	decimals = regexp.MustCompile(`^([0-9]{8,11})[.,]0+$`)
)

// sheetCell takes off what a spreadsheet puts around a number to keep it as text, or behind it.
func sheetCell(s string) string {
	if inner, ok := strings.CutPrefix(s, `="`); ok {
		s = strings.TrimSuffix(inner, `"`)
	}
	s = strings.TrimSpace(strings.TrimLeft(s, "'’‘`"))
	if m := decimals.FindStringSubmatch(s); m != nil {
		return m[1]
	}
	return s
}

// cuilCell reads a CUIL as spreadsheets write it. Without a prefix for the reasons it is the titular's.
func cuilCell(cell, prefix string) (cuil, why string) {
	cell = sheetCell(cell)
	if rounded.MatchString(cell) {
		if prefix == "" {
			return "", "csv_holder_rounded"
		}
		return "", "csv_cuil_rounded"
	}
	cuil, why = parseCUIL(cell)
	switch {
	case why == "":
		return cuil, ""
	case prefix == "":
		return "", "csv_holder"
	}
	return "", prefix + why
}

// tramiteDigits is how many digits a trámite number has, leading zeros included.
const tramiteDigits = 11

// tramiteCell reads a trámite number. A spreadsheet loses its leading zeros.
func tramiteCell(cell string) (tramite, why string) {
	digits := cleanDigits(sheetCell(cell))
	switch {
	case digits == "":
		return "", ""
	case !allDigits(digits), len(digits) < 6, len(digits) > tramiteDigits:
		return "", "csv_tramite"
	}
	return strings.Repeat("0", tramiteDigits-len(digits)) + digits, ""
}
