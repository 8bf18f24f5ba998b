package autogestion

import (
	"errors"
	"io"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"llave/flows/backend"
)

// row is a line that could be read.
type row struct {
	line    int
	written int // plainLine, utf8Line, windowsLine
	personal
	standing string
	holder   string // CUIL of the titular
	kinship  string
	tramite  string // "": the padrón has none
}

// badRow is a line that could not be read, with what can be told of it all the same.
type badRow struct {
	line   int
	why    string
	about  any    // what the text of why needs
	holder string // CUIL of the titular, if it stands where it should
	maybe  []string
}

// padronSink takes what is read of a padrón, line by line.
type padronSink interface {
	good(row) error
	bad(badRow) error
}

// padron reads a file. It knows the lines, not the database.
type padron struct {
	words    *padronWords
	sink     padronSink
	lines    *lineReader
	header   header
	encoding string
	n        int             // the line that is being read
	cells    []string        // of that line
	written  [3]int          // lines by how they are written
	seen     map[string]bool // kinships and standings
	read     func(lines int) // told of every line
}

func newPadron(sink padronSink) *padron {
	return &padron{words: loadPadronWords(), sink: sink, seen: map[string]bool{}, read: func(int) {}}
}

// readAll takes all lines in, good and bad. An error is one of reading, not of a line.
func (p *padron) readAll(r io.Reader) error {
	var kind string
	var err error
	if p.lines, p.encoding, kind, err = newLineReader(r); err != nil {
		return err
	}
	if kind != "" {
		return p.sink.bad(badRow{line: 1, why: kind})
	}
	if ok, err := p.readHeader(); !ok {
		return err
	}
	for {
		line, err := p.next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err == nil {
			err = p.take(line)
		}
		if err != nil {
			return err
		}
	}
	if p.encoding == utf8Text && p.written[windowsLine] > p.written[utf8Line] {
		p.encoding = windowsText
	}
	return nil
}

// strange is how a line is written that is not written as the rest of the file, with the reason for refusing it.
func (p *padron) strange() (written int, why string) {
	if p.encoding == windowsText {
		return utf8Line, "csv_not_windows"
	}
	return windowsLine, "csv_utf8"
}

func (p *padron) next() ([]byte, error) {
	line, err := p.lines.next()
	if err == nil {
		p.n++
		p.read(p.n)
	}
	return line, err
}

// noHeader is what the text of csv_header needs.
type noHeader struct {
	Required string
	Missing  string // the columns that were not found, if some were
}

// readHeader reads the first line that is not blank, after a line "sep=" if there is one. It says whether it is a header.
func (p *padron) readHeader() (bool, error) {
	var comma byte
	for {
		line, err := p.next()
		if errors.Is(err, io.EOF) {
			return false, p.sink.bad(badRow{line: 1, why: "csv_header", about: noHeader{Required: p.words.required()}})
		}
		if err != nil {
			return false, err
		}
		text, written := decodeLine(line)
		if comma == 0 {
			if comma = separatorLine(text); comma != 0 {
				continue
			}
		}
		if blank(text) {
			continue
		}
		p.written[written]++
		if p.header = p.words.readHeader(text, comma); len(p.header.missing) == 0 {
			return true, nil
		}
		no := noHeader{Required: p.words.required()}
		if len(p.header.missing) < colTramite-1 {
			no.Missing = strings.Join(p.header.missing, ", ")
		}
		return false, p.sink.bad(badRow{line: p.n, why: "csv_header", about: no})
	}
}

// take reads one line and hands it on as good or bad.
func (p *padron) take(line []byte) error {
	text, written := decodeLine(line)
	if blank(text) || strings.TrimPrefix(text, "\ufeff") == p.header.text {
		return nil // files that were put together have their headers in the middle
	}
	p.written[written]++
	r := row{line: p.n, written: written}
	why, about := p.parse(text, &r)
	if why == "" && !p.lines.ended && !p.whole(r) {
		why = "csv_cut"
	}
	if why != "" {
		b := p.told(text)
		b.line, b.why, b.about = p.n, why, about
		if r.holder != "" {
			b.holder = r.holder
		}
		return p.sink.bad(b)
	}
	if len(p.seen) < 1000 {
		p.seen[r.kinship], p.seen[r.standing] = true, true
	}
	return p.sink.good(r)
}

// whole says whether the last line of a file, if nothing ends it, is a line to its end: what stands in its last column was
// seen before, or is known letter by letter.
func (p *padron) whole(r row) bool {
	switch p.header.width - 1 {
	case p.header.at[colKinship]:
		return p.seen[r.kinship] || backend.KnownKinship(r.kinship)
	case p.header.at[colStanding]:
		return p.seen[r.standing] || r.standing == backend.Active
	case p.header.at[colTramite]:
		return r.tramite == "" || len(cleanDigits(p.cell(colTramite))) == tramiteDigits
	case p.header.at[colName], p.header.at[colNumber]:
		return false
	}
	return true
}

// parse reads a line by itself. why is the key of what is wrong with it.
func (p *padron) parse(text string, r *row) (why string, about any) {
	if len(text) > lineMax {
		return "csv_long", nil
	}
	var ok bool
	if p.cells, ok = splitCells(norm.NFC.String(text), p.header.comma, p.cells); !ok {
		return "csv_quotes", nil
	}
	for len(p.cells) > p.header.width && blank(p.cells[len(p.cells)-1]) {
		p.cells = p.cells[:len(p.cells)-1]
	}
	if len(p.cells) != p.header.width {
		return "csv_columns", p.header.width
	}
	for i := range p.cells {
		if p.cells[i], ok = cleanCell(p.cells[i]); !ok {
			return "csv_control", nil
		}
	}
	name := strings.TrimSpace(p.cell(colName) + " " + p.cell(colSurname))
	r.personal = personal{Name: name, Number: sheetCell(p.cell(colNumber)), Sex: p.words.sexes[backend.Fold(p.cell(colSex))]}
	r.standing, r.kinship = p.cell(colStanding), p.cell(colKinship)
	if backend.IsActive(r.standing) {
		r.standing = backend.Active
	}
	var faults [3]string
	r.CUIL, faults[0] = cuilCell(p.cell(colCUIL), "csv_")
	r.holder, faults[1] = cuilCell(p.cell(colHolder), "")
	r.tramite, faults[2] = tramiteCell(p.cell(colTramite))
	for _, why := range append(faults[:], fieldFault(*r)) {
		if why != "" {
			return why, nil
		}
	}
	return "", nil
}

// cell is what stands in a column, "" if the file has none.
func (p *padron) cell(column int) string {
	if !p.header.has(column) {
		return ""
	}
	return p.cells[p.header.at[column]]
}

// fieldFault is what is wrong with the texts of a line.
func fieldFault(r row) string {
	for _, f := range []struct {
		text    string
		most    int
		missing string
	}{
		{r.Name, 80, "csv_no_name"},
		{r.Number, 20, "csv_no_number"},
		{r.standing, 60, "csv_no_standing"},
		{r.kinship, 120, "csv_no_kinship"},
	} {
		switch {
		case f.text == "":
			return f.missing
		case utf8.RuneCountInString(f.text) > f.most:
			return "csv_long"
		case garbled(f.text):
			return "csv_garbled"
		}
	}
	if rounded.MatchString(r.Number) {
		return "csv_number_rounded"
	}
	if r.Sex == "" {
		return "csv_sex"
	}
	return ""
}
