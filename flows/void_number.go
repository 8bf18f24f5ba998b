package flows

import (
	"slices"

	"llave/flows/nlu"
)

// askNumber asks for the numbers of single tokens.
func (d voidDialog) askNumber() {
	d.move("number")
	d.ask("void.number", d.data(sheetSummary{}))
}

// answerNumber takes the numbers of tokens on the sheets.
func (d voidDialog) answerNumber(p nlu.ParsedText) bool {
	numbers := d.parser.NumbersIn(d.in.Text)
	on := slices.DeleteFunc(slices.Clone(d.r.Sheets), func(b sheetSummary) bool { return !b.hasAny(numbers) })
	all := len(p.Refs) == 1 && p.Refs[0].Kind == nlu.RefAll
	switch {
	case all:
		d.r.Single = false
		d.chooseOf(d.r.Sheets)
	case len(on) > 0 && isAboutNumbers(p):
		d.r.Numbers = numbers
		d.chooseOf(on)
	case d.changeMember(p):
	case p.No:
		d.drop()
	case len(numbers) > 0 && isAboutNumbers(p) || isVague(p):
		data := d.data(sheetSummary{})
		var there []int
		for _, b := range d.r.Sheets {
			there = append(there, b.All...)
		}
		data.Numbers, data.Sheets = d.texts.Numbers(there), len(d.r.Sheets)
		d.missAgain(p, func() { d.askAgain("void.number_again", data) })
	default:
		return d.answerInBetween(p)
	}
	return true
}
