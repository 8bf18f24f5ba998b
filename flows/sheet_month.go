package flows

import (
	"strconv"

	"llave/flows/backend"
	"llave/flows/nlu"
)

// askMonth asks for which month, among those that are offered. A month that was said and is not offered is named.
func (d sheetDialog) askMonth() {
	r := d.r
	data := d.data(stepMonth)
	if r.Month != "" {
		data.Short = d.texts.MonthName(r.Month)
		r.Month = ""
	}
	if len(r.Months) == 1 {
		data.Month = d.texts.MonthName(r.Months[0].Month)
	}
	d.move("month")
	var options []option
	for i, m := range r.Months {
		options = append(options, option{Value: "m" + strconv.Itoa(i+1), Month: m.Month})
	}
	if len(r.Months) == 1 {
		options = append(options, choices("no")...)
	} else {
		options = append(options, choices("cancel")...)
	}
	d.ask("sheet.month", data, options...)
}

// answerMonth takes the name of a month. After any other answer it asks again.
func (d sheetDialog) answerMonth(p nlu.ParsedText) bool {
	month := d.parser.MonthIn(d.in.Text, d.in.Now)
	switch {
	case p.Yes && len(d.r.Months) == 1:
		d.setMonth(d.r.Months[0].Month)
	case d.isDropped(p):
		d.drop()
	case (month != "" || d.namesOthers(p)) && d.amend(p):
	case isVague(p):
		d.askMonthAgain()
	default:
		return d.answerInBetween(p)
	}
	return true
}

// chooseMonth takes an option.
func (d sheetDialog) chooseMonth(o option) {
	if o.Month == "" {
		d.drop()
		return
	}
	d.setMonth(o.Month)
}

func (d sheetDialog) setMonth(m backend.Month) {
	d.r.Month, d.r.Changed = m, false
	d.lookAgain()
}

// askMonthAgain asks for the month once more. The second time in a row it offers a person.
func (d sheetDialog) askMonthAgain() {
	if !d.missed() {
		d.repeatQuestion("sheet.month_again")
		return
	}
	d.offerPerson()
	d.repeatQuestion("sheet.month_help")
}
