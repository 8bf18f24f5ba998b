package sheet

import (
	"errors"
	"fmt"
	"strings"

	"llave/flows"
)

// The most that is printed at once. A month has 31 days, and a sheet is for a month.
const (
	mostPapers = 50
	mostTokens = 400
)

// Errors say what is wrong with papers, and nothing of what stands on them.
var (
	errPapers = errors.New("sheet: want between 1 and 50 papers")
	errTokens = errors.New("sheet: want between 1 and 400 tokens")
	errDigits = errors.New("sheet: want six digits")
	errNumber = errors.New("sheet: want a number between 1 and 9999")
	errProof  = errors.New("sheet: the proof does not fit a code of letters and digits")
)

// Printer prints sheets. It is safe for concurrent use.
type Printer struct {
	faces *faces
	turns chan struct{} // holds as many as print at once
}

// atOnce is how many documents are printed at the same time; the others wait. It bounds the memory, and more would not
// be quicker.
const atOnce = 4

// New reads the fonts.
func New() (*Printer, error) {
	f, err := loadFaces()
	if err != nil {
		return nil, fmt.Errorf("sheet: %w", err)
	}
	return &Printer{faces: f, turns: make(chan struct{}, atOnce)}, nil
}

// PDF prints papers, each from a new page. The same papers give the same bytes.
func (p *Printer) PDF(papers []flows.Paper) ([]byte, error) {
	if err := check(papers); err != nil {
		return nil, err
	}
	p.turns <- struct{}{}
	defer func() { <-p.turns }()
	var pages []*sheetPage
	for _, paper := range papers {
		l, err := layOut(p.faces, clean(p.faces, paper))
		if err != nil {
			return nil, err
		}
		pages = append(pages, l...)
	}
	return assemble(p.faces, pages, metadataOf(p.faces, papers[0]))
}

// check refuses papers that cannot be a sheet.
func check(papers []flows.Paper) error {
	if len(papers) < 1 || len(papers) > mostPapers {
		return errPapers
	}
	for _, p := range papers {
		if len(p.Tokens) < 1 || len(p.Tokens) > mostTokens {
			return errTokens
		}
		if strings.Trim(p.Proof, alphanumeric) != "" {
			return errProof
		}
		for _, t := range p.Tokens {
			if t.Number < 1 || t.Number > 9999 {
				return errNumber
			}
			if t.Digits != "" && (len(t.Digits) != 6 || strings.Trim(t.Digits, "0123456789") != "") {
				return errDigits
			}
		}
	}
	return nil
}

// clean is a paper with texts that can be printed.
func clean(f *faces, p flows.Paper) flows.Paper {
	for _, s := range []*string{&p.Title, &p.Heading, &p.Name, &p.Running, &p.Page, &p.Date, &p.Place, &p.Void, &p.Foot} {
		*s = f.clean(*s)
	}
	p.Lines, p.ProofLines, p.Slip = cleanAll(f, p.Lines), cleanAll(f, p.ProofLines), cleanAll(f, p.Slip)
	fields := make([]flows.Field, len(p.Fields))
	for i, l := range p.Fields {
		fields[i] = flows.Field{Label: f.clean(l.Label), Value: f.clean(l.Value)}
	}
	p.Fields = fields
	return p
}

func cleanAll(f *faces, lines []string) []string {
	out := make([]string, len(lines))
	for i, s := range lines {
		out[i] = f.clean(s)
	}
	return out
}
