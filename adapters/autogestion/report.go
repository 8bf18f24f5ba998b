package autogestion

import (
	"errors"
	"fmt"
	"io"
	"strings"

	"llave/adapters/autogestion/catalog"
	"llave/adapters/autogestion/proof"
	"llave/flows/backend"
)

// SheetReport is what people are told of a proof.
type SheetReport struct {
	proof proof.Claims
	why   string // "": authentic
	blind bool   // it could not be read: why says nothing of the sheet
	at    backend.Month
	texts *catalog.Texts
}

// ReportSheet verifies a text as it is scanned, typed or pasted, for a month. What a scanner, a keyboard or a terminal does
// to it does not count, as far as it can be undone.
func ReportSheet(keys proof.Keys, text string, at backend.Month) (SheetReport, error) {
	texts, err := loadTexts()
	if err != nil {
		return SheetReport{}, err
	}
	return reportSheet(texts, keys, text, at), nil
}

func reportSheet(texts *catalog.Texts, keys proof.Keys, text string, at backend.Month) SheetReport {
	p, err := proof.Read(keys, text)
	r := SheetReport{proof: p, at: at, texts: texts}
	var no *proof.NotAuthentic
	var unreadable *proof.Unreadable
	switch {
	case errors.As(err, &no):
		r.why = no.Why
	case errors.As(err, &unreadable):
		r.why, r.blind = unreadable.Why, true
	}
	return r
}

// Good says that the sheet is authentic, and of the month it was looked at for.
func (r SheetReport) Good() bool { return r.why == "" && r.proof.Month == r.at }

// Write prints the report for a terminal.
func (r SheetReport) Write(w io.Writer) error {
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

// Why is why it is not authentic or cannot be read, "" if it is authentic.
func (r SheetReport) Why() string {
	if r.why == "" {
		return ""
	}
	return r.texts.Get("proof_"+r.why, nil)
}

// Unreadable says that it could not be read, which says nothing of the sheet.
func (r SheetReport) Unreadable() bool { return r.blind }

// Month is its name and its year.
func (r SheetReport) Month() string { return r.monthName(r.proof.Month) }

// Asked is the month it was looked at for.
func (r SheetReport) Asked() string { return r.monthName(r.at) }

func (r SheetReport) monthName(m backend.Month) string {
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

// Last is the month's last day.
func (r SheetReport) Last() int {
	_, until, _ := r.proof.Month.Span(backend.BuenosAires) // a proof has a month
	return until.AddDate(0, 0, -1).Day()
}

// Over and Early say that the month asked for comes after the sheet's, or before it.
func (r SheetReport) Over() bool  { return r.proof.Month < r.at }
func (r SheetReport) Early() bool { return r.proof.Month > r.at }

// Reference stands for the affiliate, as it is printed on the sheet.
func (r SheetReport) Reference() string { return r.proof.Reference }

// First and End are the numbers on paper of the first and the last token.
func (r SheetReport) First() int { return r.proof.Tokens[0].Number }
func (r SheetReport) End() int   { return r.proof.Tokens[r.Count()-1].Number }

// Count is how many tokens were printed.
func (r SheetReport) Count() int { return len(r.proof.Tokens) }

// PrintedToken is a token as it stands on paper.
type PrintedToken struct {
	Number int
	Digits string
}

// Tokens are those that were printed, grouped for the eye.
func (r SheetReport) Tokens() (list []PrintedToken) {
	for _, t := range r.proof.Tokens {
		list = append(list, PrintedToken{t.Number, t.Digits[:3] + " " + t.Digits[3:]})
	}
	return list
}
