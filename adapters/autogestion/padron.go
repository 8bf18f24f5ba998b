package autogestion

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"errors"
	"io"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// padronHeader is the first line of a padrón.
const padronHeader = "cuil,nombre,sexo,numero,situacion,cuil_titular,parentesco"

// lineMax is far above what a line can be; longer ones are skipped, not kept in memory.
const lineMax = 2000

// row is a good line.
type row struct {
	line int
	personal
	standing string
	holder   string // CUIL of the titular
	kinship  string
}

// padron is a file being read. It knows the lines, not the database.
type padron struct {
	texts    *texts
	rows     []row
	byPair   map[[2]string]int // CUIL and titular → line
	byCUIL   map[string]row    // the first good line about a person
	byNumber map[string]string // affiliate number → CUIL
	partial  map[string]bool   // titulares with a bad line
	badLines []BadLine
	imported int
}

func newPadron(t *texts) *padron {
	return &padron{texts: t, byPair: map[[2]string]int{}, byCUIL: map[string]row{}, byNumber: map[string]string{}, partial: map[string]bool{}}
}

// read takes all lines in, good and bad. An error is one of reading, not of a line.
func (p *padron) read(r io.Reader) error {
	in := bufio.NewReaderSize(r, 64*1024)
	comma := rune(0)
	for n := 1; ; n++ {
		line, err := readLine(in)
		if errors.Is(err, io.EOF) {
			if comma == 0 && len(p.badLines) == 0 {
				p.bad(1, "csv_header", padronHeader)
			}
			return nil
		}
		if err != nil {
			return err
		}
		if n == 1 {
			if comma = headerComma(line); comma == 0 {
				p.bad(1, "csv_header", padronHeader)
				return nil
			}
			continue
		}
		if len(bytes.TrimSpace(line)) > 0 {
			p.take(n, line, comma)
		}
	}
}

// readLine returns a line without its end; of one that is too long only as much as shows that it is.
func readLine(in *bufio.Reader) ([]byte, error) {
	var line []byte
	for {
		part, more, err := in.ReadLine()
		if err != nil {
			return nil, err
		}
		if len(line) <= lineMax {
			line = append(line, part[:min(len(part), lineMax+1)]...)
		}
		if !more {
			return line, nil
		}
	}
}

// headerComma is the file's delimiter, 0 if its first line is no header.
func headerComma(line []byte) rune {
	head := strings.ToLower(strings.TrimSpace(strings.TrimPrefix(string(line), "\ufeff")))
	for _, comma := range ",;" {
		names := strings.Split(head, string(comma))
		for i := range names {
			names[i] = strings.Trim(names[i], ` "`)
		}
		if strings.Join(names, ",") == padronHeader {
			return comma
		}
	}
	return 0
}

// take reads one line and files it as good or bad.
func (p *padron) take(n int, line []byte, comma rune) {
	r, why := parseLine(line, comma)
	r.line = n
	var about any
	if why == "" {
		why, about = p.clash(r)
	}
	if why != "" {
		p.bad(n, why, about)
		p.partial[r.holder] = true
		return
	}
	p.rows = append(p.rows, r)
	p.byPair[[2]string{r.CUIL, r.holder}] = n
	p.byNumber[strings.ToUpper(r.Number)] = r.CUIL
	if _, ok := p.byCUIL[r.CUIL]; !ok {
		p.byCUIL[r.CUIL] = r
	}
}

// clash is what is wrong with a line because of the lines before it.
func (p *padron) clash(r row) (why string, about any) {
	if first, ok := p.byPair[[2]string{r.CUIL, r.holder}]; ok {
		return "csv_duplicate", first
	}
	if first, ok := p.byCUIL[r.CUIL]; ok && (first.personal != r.personal || first.standing != r.standing) {
		return "csv_conflict", first.line
	}
	if owner, ok := p.byNumber[strings.ToUpper(r.Number)]; ok && owner != r.CUIL {
		return "csv_number_taken", nil
	}
	return "", nil
}

// parseLine reads a line by itself. What can be read of a bad one, its titular above all, is returned too.
func parseLine(line []byte, comma rune) (r row, why string) {
	switch {
	case len(line) > lineMax:
		return r, "csv_long"
	case !utf8.Valid(line):
		return r, "csv_utf8"
	}
	rd := csv.NewReader(bytes.NewReader(norm.NFC.Bytes(line)))
	rd.Comma, rd.FieldsPerRecord = comma, -1
	f, err := rd.Read()
	if err != nil {
		return r, "csv_quotes"
	}
	if len(f) != strings.Count(padronHeader, ",")+1 {
		return r, "csv_columns"
	}
	for i := range f {
		if strings.ContainsFunc(f[i], func(c rune) bool { return !unicode.IsPrint(c) && !unicode.IsSpace(c) || c == '\n' || c == '\r' }) {
			why = "csv_control"
		}
		f[i] = strings.Join(strings.Fields(f[i]), " ")
	}
	r = row{personal: personal{Name: f[1], Sex: strings.ToUpper(f[2]), Number: f[3]}, standing: f[4], kinship: f[6]}
	var cuilFault, holderFault string
	r.CUIL, cuilFault = parseCUIL(f[0])
	r.holder, holderFault = parseCUIL(f[5])
	switch {
	case why != "":
		return r, why
	case cuilFault != "":
		return r, "csv_" + cuilFault
	case holderFault != "":
		return r, "csv_holder"
	}
	return r, fieldFault(r)
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
		{r.standing, 40, "csv_no_standing"},
		{r.kinship, 30, "csv_no_kinship"},
	} {
		if f.text == "" {
			return f.missing
		}
		if utf8.RuneCountInString(f.text) > f.most {
			return "csv_long"
		}
	}
	if r.Sex != "F" && r.Sex != "M" && r.Sex != "X" {
		return "csv_sex"
	}
	return ""
}

// bad files a line as bad. Nothing of the line itself is in the reason: reports are mailed around.
func (p *padron) bad(line int, why string, about any) {
	p.badLines = append(p.badLines, BadLine{Line: line, Reason: p.texts.get(why, about)})
}

// headless are the titulares who have no line of their own in the file.
func (p *padron) headless() []string {
	seen := map[string]bool{}
	var out []string
	for _, r := range p.rows {
		_, own := p.byPair[[2]string{r.holder, r.holder}]
		if !own && !seen[r.holder] {
			seen[r.holder] = true
			out = append(out, r.holder)
		}
	}
	return out
}

// refuseGroup files all lines of a group as bad.
func (p *padron) refuseGroup(holder, why string) {
	p.rows = slices.DeleteFunc(p.rows, func(r row) bool {
		if r.holder == holder {
			p.bad(r.line, why, nil)
		}
		return r.holder == holder
	})
}

type padronGroup struct {
	holder string
	rows   []row
}

// groups are the good lines by titular, in the file's order, the titular's own line first.
func (p *padron) groups() []padronGroup {
	at := map[string]int{}
	var out []padronGroup
	for _, r := range p.rows {
		i, ok := at[r.holder]
		if !ok {
			i = len(out)
			at[r.holder] = i
			out = append(out, padronGroup{holder: r.holder})
		}
		if r.CUIL == r.holder {
			out[i].rows = slices.Insert(out[i].rows, 0, r)
		} else {
			out[i].rows = append(out[i].rows, r)
		}
	}
	return out
}

func (p *padron) report() Report {
	slices.SortStableFunc(p.badLines, func(a, b BadLine) int { return a.Line - b.Line })
	return Report{Imported: p.imported, Bad: p.badLines}
}
