package flows

import (
	"llave/bot"
	"llave/flows/backend"
	"llave/flows/nlu"
)

// confirm shows what will be made, and asks.
func (d sheetDialog) confirm(first string) {
	data := d.data(stepConfirm)
	data.First = first
	d.moveIn("sheet", "confirm")
	values := choices("yes", "no")
	d.ask("sheet.confirm", data, append(values, d.otherMonths()...)...)
}

// otherMonths is the option of another month: by its name, if there is one other.
func (d sheetDialog) otherMonths() []option {
	other, ok := d.r.otherMonth(d.r.Month)
	switch {
	case !ok:
		return nil
	case len(d.r.Months) > 2:
		other = ""
	}
	return []option{{Value: "othermonth", Month: other}}
}

// askMore sends the sheets that there are where new tokens were ordered, and asks whether to make more.
func (d sheetDialog) askMore(have []backend.Sheet, month backend.SheetMonth) {
	r := d.r
	r.More = true
	data := d.data(stepConfirm)
	shown := d.shownSheets(have, month)
	data.Sheets, data.Tokens = shown.Sheets, shown.Tokens
	reply := d.send(have, month, d.text("sheet.exists", data))
	reply.Text += "\n" + d.text("sheet.more_ask", data)
	d.moveIn("sheet", "confirm")
	d.offerBelow(reply, append(choices("yes", "no"), d.otherMonths()...)...)
	d.mem.Prompt = d.text("sheet.confirm", data)
	d.await()
}

// yesLabel is the key of what a yes to the question does.
func yesLabel(d *dialog) string {
	if r := d.mem.Sheet; r != nil && (r.More || r.Live) {
		return "option.yes_more"
	}
	return "option.yes_sheet"
}

// answerConfirm orders only at a yes.
func (d sheetDialog) answerConfirm(p nlu.ParsedText) bool {
	switch {
	case p.Yes && d.answerIsStale():
		d.restart(d.now())
		d.confirmAgain("")
	case p.Yes:
		month, _ := d.r.month()
		d.agree(d.r)
		d.print(month, d.mem.Asked)
	case d.isDropped(p):
		d.drop()
	case p.Intent == nlu.IntentOtherMonth:
		other, _ := d.r.otherMonth(d.r.Month)
		if d.r.AskMonth = len(d.r.Months) != 2; d.r.AskMonth {
			other = ""
		}
		d.setMonth(other)
	case d.amend(p):
	case isVague(p):
		d.missAgain(p, func() { d.confirmAgain("sheet.yes_or_no") })
	default:
		return d.answerInBetween(p)
	}
	return true
}

// print orders the sheet. The key comes from the update that raised the question: "sí", time-out, "sí" is one sheet.
func (d sheetDialog) print(month backend.SheetMonth, asked string) {
	order := backend.SheetOrder{Member: d.r.Members[0], Month: d.r.Month, Count: d.r.Count, After: month.Last}
	d.r.Tried = true
	d.move("order")
	d.effect(opPrint, asked, printArgs{d.mem.Cred, order}, "sheet.interim")
}

// confirmAgain puts the open question again, below a line that says why.
func (d sheetDialog) confirmAgain(why string) {
	data := d.data(stepConfirm)
	if why != "" && !d.r.Unsure {
		why = d.unlikeBefore(why) // the question of an unknown result has other words each time itself
	}
	if why != "" {
		data.First = d.text(why, nil)
	}
	key := "sheet.confirm"
	if d.r.Unsure {
		key = "sheet.unsure"
	}
	d.askAgain(key, data)
}

// backFromConfirm goes back to the question how many.
func (d sheetDialog) backFromConfirm() {
	d.r.More = d.r.More && !d.r.Unsure
	d.r.Count = 0
	d.askCount()
}

// onPrinted sends the sheet that was made.
func (d sheetDialog) onPrinted(a effectAnswer) {
	p := *a.Paper
	d.mem.Group = p.Group
	switch p.Denied {
	case "":
		d.move("given")
		d.sendLast(p.Sheets, d.offered(p, d.r.Month), d.text("sheet.done", nil))
	case backend.NotOffered, backend.TooMany, backend.Changed:
		// The month is over, or another chat was quicker: the person is asked about what there is now.
		d.r.More, d.r.Changed = false, p.Denied != backend.NotOffered
		d.lookAgain()
	default:
		d.deny(&d.r.preprintRequest, p.Denied)
	}
}

// onPrintedLate sends the sheet that was made although the person had stopped waiting for it.
func (d sheetDialog) onPrintedLate(a effectAnswer) {
	p := *a.Paper
	d.mem.Group = p.Group
	d.leave()
	if len(p.Sheets) == 0 {
		d.offer(bot.Say, "sheet.not_made", nil, choices("preprint", "menu")...)
		return
	}
	d.r = &SheetRequest{preprintRequest: preprintRequest{Months: p.Months}}
	d.sendLast(p.Sheets, d.offered(p, p.Sheets[0].Month), d.text("sheet.after_all", d.can.Void))
}

// onFailed asks whether to try again, under the same key: the sheet may have been made.
func (d sheetDialog) onFailed(r bot.Result) {
	if d.once(r.Op) {
		d.onUnknown()
		return
	}
	d.move("unsure")
	d.r.Unsure = true
	d.restart(d.in.Now)
	d.confirmAgain("")
}

// onUnknown says that the sheet may have been made. Asking for it shows it, and makes none.
func (d sheetDialog) onUnknown() {
	d.leave()
	d.offer(bot.Say, "sheet.unknown", nil, choices("preprint", "help")...)
}

// onFailedLate says the same to a person who had stopped waiting.
func (d sheetDialog) onFailedLate() {
	if d.once(opPrint) {
		d.onUnknown()
		return
	}
	d.offer(bot.Say, "sheet.unknown", nil, choices("preprint", "help")...)
}
