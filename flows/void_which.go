package flows

import (
	"slices"
	"strconv"

	"llave/flows/nlu"
)

// askSheet asks which of several sheets it is.
func (d voidDialog) askSheet() {
	d.move("which")
	var options []option
	for i, b := range d.r.Sheets {
		options = append(options, option{Value: "s" + strconv.Itoa(i+1), Month: b.Month, Label: d.texts.Numbers(b.All)})
	}
	d.ask("void.which", d.data(sheetSummary{}), options...)
}

// answerSheet takes a month as the sheet of that month.
func (d voidDialog) answerSheet(p nlu.ParsedText) bool {
	m := d.parser.MonthIn(d.in.Text, d.in.Now)
	of := slices.DeleteFunc(slices.Clone(d.r.Sheets), func(b sheetSummary) bool { return b.Month != m })
	switch {
	case len(of) == 1:
		d.confirm(of[0])
	case d.changeMember(p):
	case p.No:
		d.drop()
	case isVague(p):
		d.missAgain(p, func() { d.repeatQuestion("void.which_again") })
	default:
		return d.answerInBetween(p)
	}
	return true
}

// chooseSheet takes an option.
func (d voidDialog) chooseSheet(o option) {
	for i, b := range d.r.Sheets {
		if o.Value == "s"+strconv.Itoa(i+1) {
			d.confirm(b)
			return
		}
	}
	d.startIntent(nlu.ParsedText{Intent: nlu.Intent(o.Value)})
}
