package flows

import (
	"slices"
	"strconv"
	"time"

	"llave/flows/backend"
	"llave/flows/nlu"
)

// askMonth asks for which month, among those that are offered. A month that was said and is not offered is named.
func (d sheetDialog) askMonth() {
	r := d.r
	step, said := stepMonth, r.Month
	r.Month, r.Next = "", false
	if said != "" {
		step = "" // there was no such question to put
	}
	data := d.data(step)
	if said != "" {
		data.Short = d.texts.MonthName(said)
	}
	if len(r.Months) == 1 {
		data.Month = d.texts.MonthName(r.Months[0].Month)
	}
	d.move("month")
	var options []option
	for i, m := range slices.Backward(r.Months) { // the running one is near its end
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
	d.r.Month, d.r.Changed, d.r.Next = m, false, false
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

// running is the month that runs now, if another one is on offer beside it.
func (r *SheetRequest) running(now time.Time) (backend.SheetMonth, bool) {
	if len(r.Months) < 2 || r.Months[0].From.After(now) {
		return backend.SheetMonth{}, false
	}
	return r.Months[0], true
}

// daysLeft counts the days after today until a month ends.
func daysLeft(today, until time.Time) int {
	midnight := time.Date(today.Year(), today.Month(), today.Day(), 0, 0, 0, 0, today.Location())
	return max(0, int(until.Sub(midnight)/(24*time.Hour))-1)
}
