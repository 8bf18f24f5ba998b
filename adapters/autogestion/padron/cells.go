package padron

import (
	"llave/flows/backend"
	"net/mail"
	"regexp"
	"strings"
	"unicode"
)

// splitCells cuts a line at a separator. A cell may be quoted, with its quotes doubled inside, or be written ="…" as
// spreadsheets do. It fails if the quotes do not match. A line is a row: an open quote must not swallow the lines after it,
// as it does in encoding/csv.
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

// closing returns the index of the quote that ends a quoted cell, -1 if there is none.
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

// cleanCell makes every run of white space one space and trims it at the ends. It fails if there is an invisible character.
func cleanCell(s string) (string, bool) {
	if isClean(s) {
		return s, true
	}
	return cleanSlowly(s)
}

func cleanSlowly(s string) (string, bool) {
	seen := !strings.ContainsFunc(s, func(c rune) bool { return !unicode.IsPrint(c) && !unicode.IsSpace(c) })
	return strings.Join(strings.Fields(s), " "), seen
}

// isClean reports whether a cell is of printable ASCII letters without needless spaces, as most are.
func isClean(s string) bool {
	last := byte(' ')
	for i := range len(s) {
		c := s[i]
		if c < ' ' || c > '~' || c == ' ' && last == ' ' {
			return false
		}
		last = c
	}
	return s == "" || last != ' '
}

var (
	// rounded matches a number that a spreadsheet wrote as a power of ten: its last digits are lost.
	rounded = regexp.MustCompile(`^[0-9]+([.,][0-9]+)?[eE][+]?[0-9]+$`)
	// decimals matches a whole number to which a spreadsheet added decimals.
	decimals = regexp.MustCompile(`^([0-9]{8,11})[.,]0+$`)
)

// plainCell removes the signs that a spreadsheet puts around a number to keep it as text, or behind it.
func plainCell(s string) string {
	if inner, ok := strings.CutPrefix(s, `="`); ok {
		s = strings.TrimSuffix(inner, `"`)
	}
	s = strings.TrimSpace(strings.TrimLeft(s, "'’‘`"))
	if strings.ContainsAny(s, ".,") {
		if m := decimals.FindStringSubmatch(s); m != nil {
			return m[1]
		}
	}
	return s
}

// isRounded reports whether a number is one that rounded matches. Few have an exponent, and regexp is slow.
func isRounded(s string) bool { return strings.ContainsAny(s, "eE") && rounded.MatchString(s) }

// cuilCell reads a CUIL as spreadsheets write it. Without a prefix for the reasons the cell is the titular's.
func cuilCell(cell, prefix string) (cuil, why string) {
	cell = plainCell(cell)
	if isRounded(cell) {
		if prefix == "" {
			return "", "csv_holder_rounded"
		}
		return "", "csv_cuil_rounded"
	}
	cuil, why = backend.ReadCUIL(cell)
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
	digits := digitsOf(plainCell(cell))
	switch {
	case digits == "":
		return "", ""
	case strings.Trim(digits, "0123456789") != "", len(digits) < 6, len(digits) > tramiteDigits:
		return "", "csv_tramite"
	}
	return strings.Repeat("0", tramiteDigits-len(digits)) + digits, ""
}

// mailCell reads an e-mail address. What cannot be one is none: it must not keep a person from their token.
func mailCell(cell string) string {
	address := strings.ToLower(strings.TrimSpace(cell))
	if address == "" {
		return ""
	}
	a, err := mail.ParseAddress(address)
	if err != nil || a.Address != address || len(address) > 254 || !strings.Contains(address[strings.LastIndexByte(address, '@'):], ".") {
		return ""
	}
	return address
}

// digitsOf returns the digits of a number; a cell that is no number comes back as it is.
func digitsOf(cell string) string {
	if digits, ok := backend.ReadDigits(cell); ok {
		return digits
	}
	return cell
}
