package flows

import (
	"llave/flows/backend"
	"llave/flows/nlu"
)

// orderCount goes to the confirmation, below a first line if there is one, if the count is known and can be made.
func (d sheetDialog) orderCount(month backend.SheetMonth, first string) {
	if d.r.Count == nlu.CountMax || d.r.Count == 0 && month.Left == 1 {
		d.r.Count = month.Left
	}
	if d.r.Count < 1 || d.r.Count > month.Left {
		d.askCount()
		return
	}
	d.confirm(first)
}

// askCount asks how many. It has no buttons: where options are numbered, "10" would be the tenth.
func (d sheetDialog) askCount() {
	data := d.data(stepCount)
	if d.r.Count != 0 { // said, and out of range
		data.Said = max(d.r.Count, 0)
		data.Many = true
	}
	again := d.r.Count != 0
	d.r.Count = 0
	d.move("count")
	if !again {
		d.ask("sheet.count", data)
		return
	}
	d.askOn("sheet.count", data)
	if d.mem.Said.Times == maxVariants {
		d.addPerson()
	}
}

// answerCount takes a number, in figures or in words. After any other answer it asks again, with the range.
func (d sheetDialog) answerCount(p nlu.ParsedText) bool {
	all := len(p.Refs) == 1 && p.Refs[0].Kind == nlu.RefAll && p.Intent == nlu.IntentNone
	switch {
	case d.isDropped(p):
		d.drop()
	case all: // "todos los que se pueda"
		d.r.Count = nlu.CountMax
		d.lookAgain()
	case d.amend(p):
	case isVague(p):
		data := d.data(stepCount)
		data.Many = true
		d.missAgain(p, func() { d.askAgain("sheet.count", data) })
	default:
		return d.answerInBetween(p)
	}
	return true
}

// backFromCount goes back to the question for the month, if there was one.
func (d sheetDialog) backFromCount() {
	if len(d.r.Months) < 2 {
		d.backToWho()
		return
	}
	d.r.More = d.r.More && !d.r.Unsure
	d.r.Month = ""
	d.askMonth()
}
