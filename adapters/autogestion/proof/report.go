package proof

import (
	_ "embed"
	"errors"
	"fmt"
	"io"
	"strings"

	"llave/adapters/catalog"
	"llave/flows/backend"
)

//go:embed textos.tmpl
var textsSource string

// Report describes a proof for the people at a counter.
type Report struct {
	claims Claims
	why    string // "": authentic
	blind  bool   // it could not be read: why says nothing of the sheet
	at     backend.Month
	texts  *catalog.Texts
}

// Examine verifies a text as it is scanned, typed or pasted, for a month. It undoes what a scanner, a keyboard or a terminal
// does to a text, as far as that is possible.
func Examine(keys Keys, text string, at backend.Month) (Report, error) {
	texts, err := catalog.Parse(textsSource)
	if err != nil {
		return Report{}, err
	}
	r := Report{at: at, texts: texts}
	r.claims, err = Read(keys, text)
	var no *NotAuthentic
	var unreadable *Unreadable
	switch {
	case errors.As(err, &no):
		r.why = no.Why
	case errors.As(err, &unreadable):
		r.why, r.blind = unreadable.Why, true
	}
	return r, nil
}

// Authentic reports whether the sheet is authentic, for whatever month.
func (r Report) Authentic() bool { return r.why == "" }

// Good reports whether the sheet is authentic and of the month that was asked about.
func (r Report) Good() bool { return r.why == "" && r.claims.Month == r.at }

// Write prints the report for a terminal.
func (r Report) Write(w io.Writer) error {
	key := "proof_report"
	switch {
	case r.blind:
		key = "proof_unreadable"
	case r.why != "":
		key = "proof_refused"
	}
	_, err := fmt.Fprintln(w, r.texts.Get(key, r))
	return err
}

// Why returns the reason why it is not authentic or cannot be read, "" if it is authentic.
func (r Report) Why() string {
	if r.why == "" {
		return ""
	}
	return r.texts.Get("proof_"+r.why, nil)
}

// Unreadable reports that the text could not be read, which says nothing of the sheet.
func (r Report) Unreadable() bool { return r.blind }

// Month returns the name and the year of the sheet's month.
func (r Report) Month() string { return r.monthName(r.claims.Month) }

// Asked returns the month that was asked about.
func (r Report) Asked() string { return r.monthName(r.at) }

func (r Report) monthName(m backend.Month) string {
	from, _, err := m.Span(backend.BuenosAires)
	if err != nil {
		return string(m)
	}
	names := strings.Fields(r.texts.Get("months", nil))
	return r.texts.Get("month", struct {
		Name string
		Year int
	}{names[from.Month()-1], from.Year()})
}

// Last returns the last day of the month.
func (r Report) Last() int {
	_, until, _ := r.claims.Month.Span(backend.BuenosAires) // a proof has a month
	return until.AddDate(0, 0, -1).Day()
}

// Over and Early report that the month asked about comes after the sheet's, or before it.
func (r Report) Over() bool  { return r.claims.Month < r.at }
func (r Report) Early() bool { return r.claims.Month > r.at }

// Reference returns the sheet's reference of the affiliate, as it is printed.
func (r Report) Reference() string { return r.claims.Reference }

// First and End return the numbers on paper of the first and the last token.
func (r Report) First() int { return r.claims.Tokens[0].Number }
func (r Report) End() int   { return r.claims.Tokens[r.Count()-1].Number }

// Count returns how many tokens were printed.
func (r Report) Count() int { return len(r.claims.Tokens) }

// PrintedToken is a token as it stands on paper.
type PrintedToken struct {
	Number int
	Digits string
}

// Tokens returns the printed tokens, their digits grouped for the eye.
func (r Report) Tokens() (list []PrintedToken) {
	for _, t := range r.claims.Tokens {
		list = append(list, PrintedToken{t.Number, t.Digits[:3] + " " + t.Digits[3:]})
	}
	return list
}
