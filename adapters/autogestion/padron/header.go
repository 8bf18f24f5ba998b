package padron

import (
	_ "embed"
	"slices"
	"strings"

	"llave/flows/backend"
)

//go:embed words.txt
var wordsFile string

// The columns of a padrón. Those from colTramite on are optional.
const (
	colCUIL = iota
	colName
	colSex
	colNumber
	colStanding
	colHolder
	colKinship
	colTramite
	colSurname
	colMail
	columnCount
)

// words are the names of columns and sexes in padrones, by their folded spelling.
type words struct {
	names   [columnCount]string // as in the README
	columns map[string]int
	sexes   map[string]string
}

func loadWords() *words {
	w := &words{columns: map[string]int{}, sexes: map[string]string{}}
	n := 0
	for line := range strings.Lines(wordsFile) {
		head, tail, ok := strings.Cut(strings.TrimSpace(line), ":")
		if !ok || strings.HasPrefix(head, "#") {
			continue
		}
		kind, name, _ := strings.Cut(head, " ")
		for spelling := range strings.SplitSeq(tail, "|") {
			if kind == "sex" {
				w.sexes[strings.TrimSpace(spelling)] = name
			} else {
				w.columns[strings.TrimSpace(spelling)] = n
			}
		}
		if kind == "column" {
			w.names[n] = name
			n++
		}
	}
	return w
}

// required returns the first line of a padrón as the README shows it.
func (w *words) required() string { return strings.Join(w.names[:colTramite], ",") }

// header is the first line of a padrón.
type header struct {
	comma   byte
	text    string           // the line, to know it again in the middle of a file
	width   int              // columns up to the last one with a name
	at      [columnCount]int // where each column stands, negative: nowhere
	missing []string         // columns without a name, or with two
	ignored int              // columns with an unknown name
}

// has reports whether the file has a column. A file without a header has none.
func (h *header) has(column int) bool { return h.width > 0 && h.at[column] >= 0 }

// optional returns the optional columns that the file has.
func (h *header) optional() Columns { return Columns{Tramite: h.has(colTramite), Mail: h.has(colMail)} }

// separators of cells, the likelier ones first.
const separators = ",;\t|"

// readHeader reads the first line with the separator that finds the most columns, or with the one that a line "sep=" before it
// names.
func (w *words) readHeader(line string, comma byte) header {
	tried := separators
	if comma != 0 {
		tried = string(comma)
	}
	best := header{missing: w.names[:colTramite]}
	for i := range len(tried) {
		if h := w.headerWith(line, tried[i]); len(h.missing) < len(best.missing) {
			best = h
		}
	}
	return best
}

func (w *words) headerWith(line string, comma byte) header {
	h := header{comma: comma, text: line}
	for i := range h.at {
		h.at[i] = -1
	}
	cells, ok := splitCells(line, comma, nil)
	if !ok {
		h.missing = w.names[:colTramite]
		return h
	}
	for i, cell := range cells {
		name := backend.Fold(cell)
		if name == "" {
			continue
		}
		h.width = i + 1
		switch c, known := w.columns[name]; {
		case !known:
			h.ignored++
		case h.at[c] == -1:
			h.at[c] = i
		default:
			h.at[c] = -2 // there are two
		}
	}
	for c := range colTramite {
		if h.at[c] < 0 {
			h.missing = append(h.missing, w.names[c])
		}
	}
	return h
}

// separatorLine returns the separator that a spreadsheet's line "sep=;" names, 0 if this is no such line.
func separatorLine(line string) byte {
	line = strings.ToLower(strings.Trim(line, `" `))
	if rest, ok := strings.CutPrefix(line, "sep="); ok && len(rest) == 1 && strings.Contains(separators, rest) {
		return rest[0]
	}
	if line == "sep=" { // the separator was a tab, and spaces were trimmed
		return '\t'
	}
	return 0
}

// blank reports whether a line holds nothing but separators, quotes and spaces.
func blank(line string) bool {
	return !strings.ContainsFunc(line, func(r rune) bool {
		return !slices.Contains([]rune{',', ';', '\t', '|', '"', ' ', '\u00a0', '\ufeff'}, r)
	})
}
