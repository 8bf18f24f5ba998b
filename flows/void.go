package flows

import (
	"slices"

	"llave/bot"
	"llave/flows/backend"
	"llave/flows/nlu"
)

// VoidRequest asks to make preprinted tokens void: all of a lost sheet, or single ones.
type VoidRequest struct {
	preprintRequest
	// Numbers are the tokens on the sheet, none for all; Single says that it is not all.
	Numbers []int `json:"numbers,omitempty"`
	Single  bool  `json:"single,omitempty"`
	// Sheets are those that may be meant, and Chosen the one that is.
	Sheets []sheetSummary  `json:"sheets,omitempty"`
	Chosen backend.SheetID `json:"chosen,omitempty"`
}

func (r *VoidRequest) flow() string { return "void" }
func (r *VoidRequest) in() requests { return requests{Void: r} }

func (r *VoidRequest) advance(d *dialog) {
	switch {
	case !d.can.Sheets:
		d.leave()
		d.faq(nlu.ParsedText{Intent: nlu.IntentPreprint})
	case !d.can.Void:
		d.leave()
		d.offer(bot.Say, "void.off", nil, choices("token", "help")...)
	default:
		d.tryAny("void", "look")
		d.readSheets(&r.preprintRequest)
	}
}

// sheetSummary is what is remembered of a sheet while it is asked about: no digits.
type sheetSummary struct {
	ID    backend.SheetID `json:"id"`
	Month backend.Month   `json:"month"`
	All   []int           `json:"all"`
	Left  []int           `json:"left"` // neither used nor void
}

func summaryOf(s backend.Sheet) sheetSummary {
	b := sheetSummary{ID: s.ID, Month: s.Month, All: numbersOf(s)}
	for _, k := range s.Tokens {
		if k.Live() {
			b.Left = append(b.Left, k.Number)
		}
	}
	return b
}

// hasAny reports whether one of the numbers is on the sheet.
func (b sheetSummary) hasAny(numbers []int) bool {
	return slices.ContainsFunc(numbers, func(n int) bool { return slices.Contains(b.All, n) })
}

// sheet is the chosen one.
func (r *VoidRequest) sheet() (sheetSummary, bool) {
	i := slices.IndexFunc(r.Sheets, func(b sheetSummary) bool { return b.ID == r.Chosen })
	if i < 0 {
		return sheetSummary{}, false
	}
	return r.Sheets[i], true
}

// voidable are the numbers on a sheet that the request makes void: those that it names, or all, if they can still be used.
func (r *VoidRequest) voidable(b sheetSummary) []int {
	return slices.DeleteFunc(slices.Clone(b.Left), func(n int) bool { return len(r.Numbers) > 0 && !slices.Contains(r.Numbers, n) })
}

// voidDialog is the dialog in the flow "void".
type voidDialog struct {
	*dialog
	r *VoidRequest
}

func inVoid(d *dialog) voidDialog { return voidDialog{d, d.mem.Void} }

// choose finds the sheet that was lost, or those that the numbers are on.
func (d voidDialog) choose(p backend.Preprints) {
	r := d.r
	r.Sheets, r.Chosen = nil, ""
	for _, s := range p.Sheets {
		if r.Month == "" || r.Month == s.Month {
			r.Sheets = append(r.Sheets, summaryOf(s))
		}
	}
	if len(r.Numbers) > 0 {
		on := slices.DeleteFunc(slices.Clone(r.Sheets), func(b sheetSummary) bool { return !b.hasAny(r.Numbers) })
		if len(on) == 0 {
			d.end("void.no_such")
			return
		}
		r.Sheets = on
	}
	switch {
	case len(r.Sheets) == 0:
		d.end("void.none")
	case r.Single && len(r.Numbers) == 0:
		d.askNumber()
	default:
		d.chooseOf(r.Sheets)
	}
}

// chooseOf asks which sheet, if there is something to make void on several.
func (d voidDialog) chooseOf(sheets []sheetSummary) {
	live := slices.DeleteFunc(slices.Clone(sheets), func(b sheetSummary) bool { return len(d.r.voidable(b)) == 0 })
	switch len(live) {
	case 0:
		d.end("void.spent")
	case 1:
		d.confirm(live[0])
	default:
		d.r.Sheets = live
		d.askSheet()
	}
}

// end says why there is nothing to make void.
func (d voidDialog) end(key string) {
	data := d.data(sheetSummary{})
	d.move("failed")
	d.reset()
	d.offer(bot.Say, key, data, choices("menu", "help")...)
}

// data is the data of what would be made void on a sheet.
func (d voidDialog) data(b sheetSummary) sheetData {
	data := d.requestData(&d.r.preprintRequest)
	month := b.Month
	if month == "" {
		month = d.r.Month
	}
	if month != "" {
		data.Month, data.Short = d.texts.Month(month), d.texts.MonthName(month)
	}
	left := d.r.voidable(b)
	data.Count, data.Numbers, data.Many = len(left), d.texts.Numbers(left), len(left) > 1
	data.More = len(d.r.Numbers) > 0
	data.Void, data.Plural = d.texts.Numbers(d.r.Numbers), len(d.r.Numbers) > 1
	return data
}

// changeMember takes a name as the person whose sheet it is: "no, la de juana".
func (d voidDialog) changeMember(p nlu.ParsedText) bool {
	if p.Intent != nlu.IntentNone && p.Intent != nlu.IntentVoid || !d.namesOthers(p) {
		return false
	}
	d.r.Refs, d.r.Members, d.r.Numbers = p.Refs, nil, p.TokenNumbers
	d.move("look")
	d.readSheets(&d.r.preprintRequest)
	return true
}

// isAboutNumbers reports whether numbers in a text can be those of tokens that are made void.
func isAboutNumbers(p nlu.ParsedText) bool {
	return p.Intent == nlu.IntentNone || p.Intent == nlu.IntentVoid
}

// drop ends the request, and says what is true of the sheet.
func (d voidDialog) drop() {
	d.giveUp()
	key, data := "void.no", sheetData{}
	if d.r.Unsure {
		key, data = "void.no_unsure", d.requestData(&d.r.preprintRequest)
	}
	d.leave()
	d.say(key, data)
}

// backToWho goes back to the question whose sheet it is.
func (d voidDialog) backToWho() {
	if len(d.mem.Group.Members) < 2 {
		d.backToMenu()
		return
	}
	d.r.Refs, d.r.Members, d.r.Numbers, d.r.Month, d.r.SameAsLast = nil, nil, nil, "", false
	d.askWho(nil, nil)
}
