package flows

import (
	"slices"

	"llave/bot"
	"llave/flows/backend"
	"llave/flows/nlu"
)

// SheetRequest asks for preprinted tokens of one member for a month, on paper.
type SheetRequest struct {
	preprintRequest
	// Count is how many, or one of [nlu.CountInvalid] and [nlu.CountMax]; zero if it was not said.
	Count int `json:"count,omitempty"`
	// More says that they come on top of the sheets that there are.
	More bool `json:"more,omitempty"`
	// Live says that there are some for the month that can still be used.
	Live bool `json:"live,omitempty"`
	// Spoiled says that the sheet that there is cannot be read any more.
	Spoiled bool `json:"spoiled,omitempty"`
	// Changed says that the order could not be carried out any more.
	Changed bool `json:"changed,omitempty"`
	// Next says that the request names no month, and that the next one was taken because the running one is near its end.
	Next bool `json:"next,omitempty"`
	// Tried says that an order was sent: a yes more may be an impatient one, and orders nothing else.
	Tried bool `json:"tried,omitempty"`
	// AskMonth says that another month is wanted, and there are several.
	AskMonth bool `json:"ask_month,omitempty"`
	// Put are the numbered questions that were put, in order.
	Put []string `json:"put,omitempty"`
}

func (r *SheetRequest) flow() string { return "sheet" }
func (r *SheetRequest) in() requests { return requests{Sheet: r} }

func (r *SheetRequest) advance(d *dialog) {
	if !d.can.Sheets {
		d.leave()
		d.faq(nlu.ParsedText{Intent: nlu.IntentPreprint})
		return
	}
	d.tryAny("sheet", "look")
	d.readSheets(&r.preprintRequest)
}

// The steps of ordering a sheet, as they are counted for the person. Whose sheet it is does not count: what comes after it depends
// on the sheets that this person has.
const (
	stepMonth   = "month"
	stepCount   = "count"
	stepConfirm = "confirm"
)

// step counts a question that is put: "2 de 3"; zero where it is the only one. No number is left out, and none comes twice, however
// many questions an answer makes needless.
func (r *SheetRequest) step(name string) (at, of int) {
	if name == "" {
		return 0, 0
	}
	order := []string{stepMonth, stepCount, stepConfirm}
	before := slices.DeleteFunc(slices.Clone(r.Put), func(s string) bool { return slices.Index(order, s) >= slices.Index(order, name) })
	r.Put = append(before, name)
	at, of = len(r.Put), len(r.Put)
	if name == stepMonth && r.Count == 0 {
		of++
	}
	if name != stepConfirm {
		of++
	}
	if of == 1 {
		return 0, 0
	}
	return at, of
}

// sheetDialog is the dialog in the flow "sheet".
type sheetDialog struct {
	*dialog
	r *SheetRequest
}

func inSheet(d *dialog) sheetDialog { return sheetDialog{d, d.mem.Sheet} }

// order goes on with the order: to a sheet that exists, to the next question, or to the confirmation.
func (d sheetDialog) order(p backend.Preprints) {
	r := d.r
	if d.sendExisting(p) {
		return
	}
	if r.AskMonth {
		r.AskMonth = false
		d.askMonth()
		return
	}
	d.defaultMonth(p)
	month, offered := r.month()
	have := sheetsOf(p, r.Month)
	r.Live = slices.ContainsFunc(have, func(s backend.Sheet) bool { return slices.ContainsFunc(s.Tokens, backend.Preprint.Live) })
	switch {
	case r.Agreed && len(have) == 0 && offered && r.Count > 0 && r.Count <= month.Left:
		d.moveIn("sheet", "confirm")
		d.print(month, r.Asked)
	case len(have) > 0 && !r.More && !r.Tried && offered && r.Count > 0 && r.Count <= month.Left:
		d.askMore(have, month)
	case len(have) > 0 && (!r.More || month.Left == 0):
		d.move("given")
		d.sendLast(have, d.offered(p, r.Month), d.whyExisting(month))
	case len(r.Months) == 0:
		d.end("sheet.no_months")
	case !offered:
		d.askMonth()
	case month.Left == 0:
		d.end("sheet.full")
	default:
		d.orderCount(month, d.otherSheets(p))
	}
}

// otherSheets names the sheets of another month, where the request named none and the next one was taken.
func (d sheetDialog) otherSheets(p backend.Preprints) string {
	months := monthsOf(p.Sheets)
	if !d.r.Next || len(months) == 0 || slices.Contains(months, d.r.Month) {
		return ""
	}
	last := months[len(months)-1]
	return d.text("sheet.other_month", d.shownSheets(sheetsOf(p, last), d.offered(p, last)))
}

// defaultMonth takes a month for a request that names none: the month of the sheets that it adds to, or the only one on offer. Where
// there are several, the running one is near its end, and the last one is taken.
func (d sheetDialog) defaultMonth(p backend.Preprints) {
	r := d.r
	switch {
	case r.Month != "":
	case len(r.Months) == 0 && len(p.Sheets) > 0: // more of them, and none are made now
		r.Month = p.Sheets[len(p.Sheets)-1].Month
	case len(r.Months) == 0:
	case len(r.Months) == 1, r.More && len(sheetsOf(p, r.Months[0].Month)) > 0:
		r.Month = r.Months[0].Month
	case r.Count != 0:
		last := r.Months[len(r.Months)-1]
		r.Month, r.Next = last.Month, true
	}
}

// sendExisting sends the sheets that there are, if the request names neither a month nor a count: "hoja de rosa" asks for
// what exists. The sheets of one month are one document. False: there are none, or new ones are wanted.
func (d sheetDialog) sendExisting(p backend.Preprints) bool {
	if d.r.Month != "" || d.r.Count != 0 || d.r.More || len(p.Sheets) == 0 {
		return false
	}
	months := monthsOf(p.Sheets)
	d.move("given")
	for _, m := range months[:len(months)-1] {
		d.send(sheetsOf(p, m), d.offered(p, m), "")
	}
	last := months[len(months)-1]
	if len(months) == 1 {
		first := ""
		if d.r.Spoiled {
			first = d.text("sheet.spoiled", nil)
		}
		d.sendLast(sheetsOf(p, last), d.offered(p, last), first)
		return true
	}
	reply := d.send(sheetsOf(p, last), d.offered(p, last), "")
	d.reset()
	d.offerBelow(reply, d.belowSheets(p.Sheets[0].Member)...)
	return true
}

// monthsOf are the months of sheets, the earliest first.
func monthsOf(sheets []backend.Sheet) []backend.Month {
	var out []backend.Month
	for _, s := range sheets {
		out = append(out, s.Month)
	}
	slices.Sort(out)
	return slices.Compact(out)
}

func sheetsOf(p backend.Preprints, m backend.Month) []backend.Sheet {
	return slices.DeleteFunc(slices.Clone(p.Sheets), func(s backend.Sheet) bool { return s.Month != m })
}

// end says why no sheet can be made.
func (d sheetDialog) end(key string) {
	data := d.data("")
	d.move("failed")
	d.reset()
	d.offer(bot.Say, key, data, choices("token", "help")...)
}

// whyExisting says why an existing sheet is sent where a new one was ordered.
func (d sheetDialog) whyExisting(month backend.SheetMonth) string {
	switch {
	case d.r.Changed:
		return d.text("sheet.changed", nil)
	case d.r.More:
		return d.text("sheet.max", month.Max)
	}
	return ""
}

// data is the data of a question; step is which one, empty for none.
func (d sheetDialog) data(step string) sheetData {
	data := d.requestData(&d.r.preprintRequest)
	data.Count, data.More, data.Live = d.r.Count, d.r.More, d.r.Live
	data.Step, data.Of = d.r.step(step)
	data.Next = d.r.Next
	if m, ok := d.r.running(d.in.Now); ok {
		data.Running, data.Days = d.texts.MonthName(m.Month), daysLeft(d.today(), m.Until)
	}
	for _, r := range d.together(d.r) {
		s, name := r.(*SheetRequest), d.theMember(r.common()).Name
		data.Then = append(data.Then, sheetThen{name, s.Count})
	}
	return data
}

// sheetThen is a sheet that is ordered together with another one.
type sheetThen struct {
	Name  string
	Count int
}

// readOrder takes the count and the month that a text says into a request. It reports whether there was any.
func (d *dialog) readOrder(r *SheetRequest) (found bool) {
	if n, ok := d.parser.Amount(d.in.Text); ok {
		r.Count, found = n, true
	}
	if m := d.parser.MonthIn(d.in.Text, d.in.Now); m != "" {
		r.Month, r.Next, found = m, false, true
	}
	return found
}

// amend takes what a text changes about the order besides answering: other people, another month, another count.
func (d sheetDialog) amend(p nlu.ParsedText) bool {
	if p.Intent != nlu.IntentNone && p.Intent != nlu.IntentPreprint && p.Intent != nlu.IntentYes {
		return false
	}
	changed := d.readOrder(d.r)
	if d.namesOthers(p) {
		d.r.Refs, d.r.Members, d.r.More, changed = p.Refs, nil, false, true
	}
	d.r.More = d.r.More || p.More
	if !changed && p.Intent != nlu.IntentPreprint {
		return false
	}
	d.mem.Misses = 0
	d.lookAgain()
	return true
}

// lookAgain reads the sheets once more, and goes on from there. After an order with an unknown result, the sheets that it
// made are shown before more are made.
func (d sheetDialog) lookAgain() {
	d.r.More, d.r.Unsure = d.r.More && !d.r.Unsure, false
	d.move("look")
	d.readSheets(&d.r.preprintRequest)
}

// isDropped reports whether the order is wanted no more: "no", or "cancelá la hoja", which means this one while it is
// asked about.
func (d sheetDialog) isDropped(p nlu.ParsedText) bool {
	return p.No || p.Intent == nlu.IntentVoid && p.Voids && len(p.Refs) == 0 && len(p.TokenNumbers) == 0
}

// drop ends the order, and says what is true of it.
func (d sheetDialog) drop() {
	d.giveUp()
	key, data := "sheet.no", sheetData{}
	switch {
	case d.r.Unsure:
		key, data = "sheet.no_unsure", d.data("")
	case d.r.More && d.r.Live:
		key = "sheet.no_more"
	}
	d.leave()
	d.offer(bot.Say, key, data, choices("preprint", "menu")...)
}

// backToWho goes back to the question whose sheet it is.
func (d sheetDialog) backToWho() {
	d.r.More = d.r.More && !d.r.Unsure
	if len(d.mem.Group.Members) < 2 {
		d.backToMenu()
		return
	}
	d.r.Refs, d.r.Members, d.r.Count = nil, nil, 0
	d.askWho(nil, nil)
}
