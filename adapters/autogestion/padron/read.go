// Package padron reads an insurer's padrón: a text file with a line for each person in each family group. It understands
// the encodings, separators, column names and damages that files have in practice, and refuses a line rather than guess. It
// knows lines and no database: the import decides what they change.
//
// Reading order: read.go (a file, a line), header.go and words.txt (columns), cells.go (cells and their numbers), lines.go
// (encodings and line ends), garbled.go (texts that went through a wrong encoding), salvage.go (what a bad line still says).
package padron

import (
	"errors"
	"io"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"llave/flows/backend"
)

// Person is the personal part of a row.
type Person struct {
	CUIL, Name, Number, Sex string
}

// Row is a line that was read.
type Row struct {
	Line    int
	Written Writing
	Person
	Standing string
	Holder   string // CUIL of the titular
	Kinship  string
	Tramite  string // "": the padrón has none
	Mail     string // e-mail address, "": the padrón has none, or none that can be one
	Has      Columns
}

// Columns are the optional columns that a file has.
type Columns struct {
	Tramite, Mail bool
}

// BadRow is a line that was refused, with what it says all the same.
type BadRow struct {
	Line int
	// Why is the key of a text, and About its data.
	Why   string
	About any
	// Holder is the CUIL of the titular, if it stands in its place. CUILs are all that the line holds, in any place.
	Holder string
	CUILs  []string
}

// Sink takes the rows of a file in its order. An error ends the reading.
type Sink interface {
	Row(Row) error
	BadRow(BadRow) error
}

// File describes a file that was read.
type File struct {
	Encoding string
	// Ignored is how many columns have an unknown name.
	Ignored int
	Has     Columns
	// Stray is the writing of lines in another encoding than the file's. They are to be refused, for StrayWhy.
	Stray    Writing
	StrayWhy string
}

// Read reads a whole file. It calls progress, if there is one, with the number of each line. It fails if the file cannot be
// read or the sink fails: a bad line is no failure.
func Read(r io.Reader, sink Sink, progress func(line int)) (File, error) {
	if progress == nil {
		progress = func(int) {}
	}
	in := &reader{words: loadWords(), sink: sink, seen: map[string]bool{}, progress: progress}
	err := in.readAll(r)
	f := File{Encoding: in.encoding, Ignored: in.header.ignored, Has: in.header.optional(), Stray: windowsLine, StrayWhy: "csv_utf8"}
	if f.Encoding == Windows1252 {
		f.Stray, f.StrayWhy = utf8Line, "csv_not_windows"
	}
	return f, err
}

// reader reads one file.
type reader struct {
	words    *words
	sink     Sink
	lines    *lineReader
	header   header
	encoding string
	n        int             // number of the current line
	cells    []string        // its cells
	written  [3]int          // lines by their writing
	seen     map[string]bool // kinships and standings
	progress func(line int)
}

func (p *reader) readAll(r io.Reader) error {
	var kind string
	var err error
	if p.lines, p.encoding, kind, err = newLineReader(r); err != nil {
		return err
	}
	if kind != "" {
		return p.sink.BadRow(BadRow{Line: 1, Why: kind})
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
	if p.encoding == UTF8 && p.written[windowsLine] > p.written[utf8Line] {
		p.encoding = Windows1252
	}
	return nil
}

func (p *reader) next() ([]byte, error) {
	line, err := p.lines.next()
	if err == nil {
		p.n++
		p.progress(p.n)
	}
	return line, err
}

// noHeader is the data of the text csv_header.
type noHeader struct {
	Required string
	Missing  string // the columns that were not found, if others were
}

// readHeader reads the first line that is not blank, after a line "sep=" if there is one. It reports whether it is a header.
func (p *reader) readHeader() (bool, error) {
	var comma byte
	for {
		line, err := p.next()
		if errors.Is(err, io.EOF) {
			return false, p.sink.BadRow(BadRow{Line: 1, Why: "csv_header", About: noHeader{Required: p.words.required()}})
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
		return false, p.sink.BadRow(BadRow{Line: p.n, Why: "csv_header", About: no})
	}
}

// take reads a line and gives it to the sink.
func (p *reader) take(line []byte) error {
	text, written := decodeLine(line)
	if blank(text) || strings.TrimPrefix(text, "\ufeff") == p.header.text {
		return nil // files that were put together have their headers in the middle
	}
	p.written[written]++
	r := Row{Line: p.n, Written: written, Has: p.header.optional()}
	why, about := p.parse(text, &r)
	if why == "" && !p.lines.ended && !p.whole(r) {
		why = "csv_cut"
	}
	if why != "" {
		b := p.salvage(text)
		b.Line, b.Why, b.About = p.n, why, about
		if r.Holder != "" {
			b.Holder = r.Holder
		}
		return p.sink.BadRow(b)
	}
	if len(p.seen) < 1000 {
		p.seen[r.Kinship], p.seen[r.Standing] = true, true
	}
	return p.sink.Row(r)
}

// whole reports whether the last line of a file without a line end is complete: the content of its last column was seen
// before or is known letter by letter.
func (p *reader) whole(r Row) bool {
	switch p.header.width - 1 {
	case p.header.at[colKinship]:
		return p.seen[r.Kinship] || backend.KnownKinship(r.Kinship)
	case p.header.at[colStanding]:
		return p.seen[r.Standing] || r.Standing == backend.Active
	case p.header.at[colTramite]:
		return r.Tramite == "" || len(digitsOf(p.cell(colTramite))) == tramiteDigits
	case p.header.at[colName], p.header.at[colNumber]:
		return false
	case p.header.at[colMail]:
		return r.Mail == "" // a cut address may still be one
	}
	return true
}

// parse reads a line by itself. why is the key of its fault.
func (p *reader) parse(text string, r *Row) (why string, about any) {
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
	r.Person = Person{Name: name, Number: plainCell(p.cell(colNumber)), Sex: p.words.sexes[backend.Fold(p.cell(colSex))]}
	r.Standing, r.Kinship = p.cell(colStanding), p.cell(colKinship)
	if backend.IsActive(r.Standing) {
		r.Standing = backend.Active
	}
	var faults [3]string
	r.CUIL, faults[0] = cuilCell(p.cell(colCUIL), "csv_")
	if r.Holder = r.CUIL; r.CUIL == "" || p.cell(colHolder) != p.cell(colCUIL) {
		r.Holder, faults[1] = cuilCell(p.cell(colHolder), "")
	}
	r.Tramite, faults[2] = tramiteCell(p.cell(colTramite))
	r.Mail = mailCell(p.cell(colMail))
	for _, why := range append(faults[:], fieldFault(*r)) {
		if why != "" {
			return why, nil
		}
	}
	return "", nil
}

// cell returns the content of a column, "" if the file does not have it.
func (p *reader) cell(column int) string {
	if !p.header.has(column) {
		return ""
	}
	return p.cells[p.header.at[column]]
}

// fieldFault returns the fault of a row's texts.
func fieldFault(r Row) string {
	for _, f := range []struct {
		text    string
		max     int
		missing string
	}{
		{r.Name, 80, "csv_no_name"},
		{r.Number, 20, "csv_no_number"},
		{r.Standing, 60, "csv_no_standing"},
		{r.Kinship, 120, "csv_no_kinship"},
	} {
		switch {
		case f.text == "":
			return f.missing
		case utf8.RuneCountInString(f.text) > f.max:
			return "csv_long"
		case garbled(f.text):
			return "csv_garbled"
		}
	}
	if isRounded(r.Number) {
		return "csv_number_rounded"
	}
	if r.Sex == "" {
		return "csv_sex"
	}
	return ""
}
