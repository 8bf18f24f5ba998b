package flows

import (
	"slices"
	"strconv"

	"llave/bot"
)

// sheetData is what the texts about sheets say.
type sheetData struct {
	First    string // a line before everything
	Step, Of int    // which of the steps it is, if there are several
	Member   Member
	Month    string // "noviembre de 2026", and Short without the year
	Short    string
	From     string // its first day, if that is still to come
	Until    string // its last day
	Count    int
	Left     int // how many more can be made
	Max      int
	Said     int  // how many were asked for, if that was a number
	More     bool // there are some already
	Sheets   int
	Tokens   int
	Used     string // the numbers of those that were
	Void     string
	Numbers  string
	Many     bool // several numbers
}

// sheetData is what is known of the wish.
func (t *talk) sheetData(steps []string) sheetData {
	w := t.m.Wish
	d := sheetData{Member: t.wishMember(), Count: w.Count, More: w.More}
	for _, s := range steps {
		d.Step, d.Of = w.step(s)
	}
	if m, ok := w.month(); ok {
		t.monthData(&d, m)
	}
	return d
}

func (t *talk) monthData(d *sheetData, m SheetMonth) {
	d.Month, d.Short = t.texts.month(m.Month, true), t.texts.month(m.Month, false)
	d.Left, d.Max = m.Left, m.Max
	d.Until = t.texts.day(m.Until.Add(-1))
	if m.From.After(t.in.Now) {
		d.From = t.texts.day(m.From)
	}
}

// askMonth asks for which month, among those that there are. A month that was said and is none of them is named.
func (t *talk) askMonth() {
	w := t.m.Wish
	d := t.sheetData([]string{stepMonth})
	if w.Month != "" {
		d.Short = t.texts.month(w.Month, false)
		w.Month = ""
	}
	if len(w.Months) == 1 {
		d.Month = t.texts.month(w.Months[0].Month, false)
	}
	if t.s.State != sheetMonth {
		t.move("month")
	}
	var options []option
	for i, m := range w.Months {
		options = append(options, option{Value: "m" + strconv.Itoa(i+1), Month: m.Month})
	}
	if len(w.Months) == 1 {
		options = append(options, choices("no")...)
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
	if t.s.State != sheetCount {
		t.move("count")
	}
	t.ask("sheet.count", d)
}

// confirmSheet shows what will be made, as the portal's preview does, and asks.
func (t *talk) confirmSheet(first string) {
	w := t.m.Wish
	d := t.sheetData([]string{stepConfirm})
	d.First = first
	if t.s.State != sheetConfirm {
		t.moveIn("sheet", "confirm")
	}
	values := choices("yes", "no")
	if len(w.Months) > 1 {
		values = append(values, option{Value: "othermonth"})
	}
	t.ask("sheet.confirm", d, values...)
}

// amend takes what is said besides an answer: other people, another month, another number.
func (t *talk) amend(mean meaning) bool {
	if mean.Intent != intentNone && mean.Intent != intentPreprint && mean.Intent != intentYes {
		return false
	}
	w := t.m.Wish
	said := false
	if n, ok := t.words.amount(t.in.Text); ok {
		w.Count, said = n, true
	}
	if m := t.words.monthIn(t.in.Text, t.in.Now.In(t.texts.zone)); m != "" {
		w.Month, said = m, true
	}
	if t.names(mean) {
		w.Who, w.For, said = mean.Who, nil, true
	}
	w.More = w.More || mean.More
	if !said && mean.Intent != intentPreprint {
		return false
	}
	if t.s.State == sheetConfirm {
		// It may have been made already, where no answer came: then that is what there is to show.
		w.More = w.More && !w.Unsure
	}
	t.m.Misses = 0
	t.lookAgain()
	return true
}

// names says whether a text is about other people: "para rosa", or the name of somebody who is there. "Qué sé yo" is not.
func (t *talk) names(mean meaning) bool {
	if len(mean.Who) == 0 || mean.Intent == intentPreprint || mean.Wish {
		return len(mean.Who) > 0
	}
	me := slices.ContainsFunc(mean.Who, func(r ref) bool { return r.Kind == refMe })
	return !me && t.words.resolve(mean.Who, t.m).Trouble == nil
}

// lookAgain reads what there is once more, and goes on from there.
func (t *talk) lookAgain() {
	t.move("look")
	t.askSheets()
}

// answersMonth takes a month that is named. What is none is asked for again.
func (t *talk) answersMonth(mean meaning) bool {
	w := t.m.Wish
	switch {
	case mean.Yes && len(w.Months) == 1:
		w.Month = w.Months[0].Month
		t.lookAgain()
		return true
	case mean.No:
		t.leave()
		t.say("sheet.no", nil)
		return true
	case t.amend(mean):
		return true
	case !mean.vague():
		return false
	}
	t.again("sheet.month_again")
	return true
}

// vague says whether a text says nothing that can be acted upon.
func (m meaning) vague() bool {
	switch m.Intent {
	case intentNone, intentYes, intentHello, intentThanks, intentLost, intentWhere:
		return len(m.Unclear) == 0
	}
	return false
}

// answersCount takes a number, in figures or in words. What is none is asked for again, with the range.
func (t *talk) answersCount(mean meaning) bool {
	if t.amend(mean) {
		return true
	}
	if !mean.vague() {
		return false
	}
	d := t.sheetData([]string{stepCount})
	d.Many = true
	t.askAgain("sheet.count", d)
	return true
}

// answersSheet orders only at a yes.
func (t *talk) answersSheet(mean meaning) bool {
	switch {
	case mean.Yes && t.in.Waited > bot.StaleAfter:
		// Said long ago, and only read now.
		t.m.AskedAt = t.in.Now.Add(t.in.Waited)
		t.await()
		t.askAgain("sheet.confirm", t.sheetData([]string{stepConfirm}))
	case mean.Yes:
		w := t.m.Wish
		t.move("order")
		// The key comes from the update that raised the question: "sí", time-out, "sí" is one sheet.
		t.effect(opPrint, t.m.Asked, printArgs{t.m.Cred, SheetOrder{Member: w.For[0], Month: w.Month, Count: w.Count, After: w.last()}}, "sheet.interim")
	case mean.No:
		t.leave()
		t.say("sheet.no", nil)
	case mean.Intent == intentOtherMonth:
		t.m.Wish.Month = ""
		t.askMonth()
	default:
		return t.amend(mean)
	}
	return true
}

// backSheet undoes a step: the question before the open one is put again.
func (t *talk) backSheet() {
	w := t.m.Wish
	switch {
	case t.s.State == sheetConfirm:
		w.Count = 0
		t.askCount()
	case t.s.State == sheetCount && len(w.Months) > 1:
		w.Month = ""
		t.askMonth()
	case len(t.m.Group.Members) > 1:
		w.Who, w.For, w.Count = nil, nil, 0
		t.askWho(nil, nil)
	default:
		t.leave()
		t.menu("menu.back")
	}
}
