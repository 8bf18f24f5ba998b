package flows

import (
	"strconv"

	"llave/flows/backend"
)

// sheetData is what the texts about sheets say.
type sheetData struct {
	First    string // a line before everything
	Step, Of int    // which of the steps it is, if there are several
	Member   backend.Member
	Month    string // "noviembre de 2026", and Short without the year
	Short    string
	From     string // its first day, if that is still to come
	Until    string // its last day
	Count    int
	Left     int  // how many more can be made
	Said     int  // how many were asked for, if that was a number
	More     bool // there are some already
	Live     bool // some that can still be used
	Sheets   int
	Tokens   int
	Used     string // the numbers of those that were
	Void     string
	Numbers  string
	Many     bool // several numbers, and Plural of those that were said or used
	Plural   bool
}

// sheetData is what is known of the wish.
func (t *talk) sheetData(steps []string) sheetData {
	w := t.m.Wish
	d := sheetData{Member: t.wishMember(), Count: w.Count, More: w.More, Live: w.Live}
	for _, s := range steps {
		d.Step, d.Of = w.step(s)
	}
	if m, ok := w.month(); ok {
		t.monthData(&d, m)
	}
	return d
}

func (t *talk) monthData(d *sheetData, m backend.SheetMonth) {
	d.Month, d.Short = t.texts.Month(m.Month), t.texts.MonthName(m.Month)
	d.Left = m.Left
	d.Until = t.texts.Day(m.Until.Add(-1))
	if m.From.After(t.in.Now) {
		d.From = t.texts.Day(m.From)
	}
}

// askMonth asks for which month, among those that there are. A month that was said and is none of them is named.
func (t *talk) askMonth() {
	w := t.m.Wish
	d := t.sheetData([]string{stepMonth})
	if w.Month != "" {
		d.Short = t.texts.MonthName(w.Month)
		w.Month = ""
	}
	if len(w.Months) == 1 {
		d.Month = t.texts.MonthName(w.Months[0].Month)
	}
	t.move("month")
	var options []option
	for i, m := range w.Months {
		options = append(options, option{Value: "m" + strconv.Itoa(i+1), Month: m.Month})
	}
	if len(w.Months) == 1 {
		options = append(options, choices("no")...)
	} else {
		options = append(options, choices("cancel")...)
	}
	t.ask("sheet.month", d, options...)
}

// askCount asks how many. There are no buttons: where options are numbered, "10" would be the tenth.
func (t *talk) askCount() {
	w := t.m.Wish
	d := t.sheetData([]string{stepCount})
	if w.Count != 0 { // said, and out of range
		d.Said = max(w.Count, 0)
		d.Many = true
	}
	w.Count = 0
	t.move("count")
	t.ask("sheet.count", d)
}

// confirmSheet shows what will be made, as the portal's preview does, and asks.
func (t *talk) confirmSheet(first string) {
	w := t.m.Wish
	d := t.sheetData([]string{stepConfirm})
	d.First = first
	t.moveIn("sheet", "confirm")
	values := choices("yes", "no")
	if len(w.Months) > 1 {
		values = append(values, option{Value: "othermonth"})
	}
	t.ask("sheet.confirm", d, values...)
}
