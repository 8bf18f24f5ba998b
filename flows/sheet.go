package flows

import (
	"slices"

	"llave/bot"
	"llave/flows/backend"
	"llave/flows/nlu"
)

// pursueSheets goes on with a wish about preprinted tokens. The back end is read before anything is asked of the person:
// it says which months there are, and what is on paper already.
func (t *talk) pursueSheets() {
	w := t.m.Wish
	switch {
	case !t.can.Sheets:
		t.leave()
		t.faq(nlu.IntentPreprint)
		return
	case w.Intent == nlu.IntentVoid && !t.can.Void:
		t.leave()
		t.offer(bot.Say, "void.off", nil, choices("token", "help")...)
		return
	}
	t.begin("look")
	t.askSheets()
}

// askSheets reads what there is for whom the wish is for; for nobody, only the months.
func (t *talk) askSheets() {
	w := t.m.Wish
	if len(w.For) == 0 {
		t.effect(opMonths, t.in.ID, memberArgs{Credential: t.m.Cred}, "token.interim")
		return
	}
	t.effect(opSheets, t.in.ID, memberArgs{t.m.Cred, w.For[0]}, "token.interim")
}

// sheetsTold goes on with the wish on what the back end said there is.
func (t *talk) sheetsTold(a answer) {
	p := *a.Paper
	t.m.Group = p.Group
	w := t.m.Wish
	if w == nil {
		t.leave()
		return
	}
	w.Months = p.Months
	if !t.can.Months && len(w.Months) > 1 {
		w.Months = w.Months[:1]
	}
	if !t.whoseSheet() {
		return
	}
	if w.For[0] != p.Member {
		t.askSheets()
		return
	}
	switch {
	case w.Intent == nlu.IntentVoid && (p.Denied == "" || len(p.Sheets) > 0):
		t.chooseSheet(p)
	case p.Denied != "":
		t.deniedSheet(p.Denied)
	default:
		t.order(p)
	}
}

// whoseSheet finds out whom the wish is for, by words or because there is only one. False: it has asked.
func (t *talk) whoseSheet() bool {
	w := t.m.Wish
	f := nlu.Resolution{Members: w.For}
	switch {
	case len(w.Who) > 0:
		f = t.words.Resolve(w.Who, t.m.speaker())
	case len(w.For) == 0 && len(t.m.Group.Members) == 1:
		f.Members = []backend.MemberID{t.m.Group.Own}
	case len(w.For) == 0 && w.Paper:
		if _, ok := t.m.Group.Member(t.m.Paper); ok {
			f.Members = []backend.MemberID{t.m.Paper}
		}
	}
	w.For = nil
	if f.Unresolved == nil && len(f.Members) == 1 {
		w.For = f.Members
	}
	t.plan()
	if len(w.For) == 0 {
		t.askWho(f.Unresolved, append(slices.Clone(f.Candidates), f.Members...))
		return false
	}
	return true
}

// deniedSheet says why there is nothing on paper for this person.
func (t *talk) deniedSheet(why backend.Reason) {
	p, ok := t.m.Group.Member(t.m.Wish.For[0])
	if !ok {
		p.Name = ""
	}
	if t.s.State != home {
		t.move("failed")
	}
	t.settle()
	t.offer(bot.Say, "sheet.denied", block{Member: p, Reason: why}, choices("token", "help")...)
}

// order goes on with a sheet to be made: to the sheet that there is already, to the question that is still open, or to
// the confirmation.
func (t *talk) order(p backend.Preprints) {
	w := t.m.Wish
	if t.sendExisting(p) {
		return
	}
	switch {
	case w.Month != "":
	case len(w.Months) > 0 && (len(w.Months) == 1 || w.Count != 0):
		w.Month = w.Months[0].Month
	case len(w.Months) == 0 && len(p.Sheets) > 0: // more of them, and none are made now
		w.Month = p.Sheets[len(p.Sheets)-1].Month
	}
	month, offered := w.month()
	have := sheetsOf(p, w.Month)
	w.Live = slices.ContainsFunc(have, func(s backend.Sheet) bool { return slices.ContainsFunc(s.Tokens, backend.Preprint.Live) })
	switch {
	case len(have) > 0 && (!w.More || month.Left == 0):
		t.move("given")
		t.showSheets(have, t.offered(p, w.Month), t.whyOld(month))
	case len(w.Months) == 0:
		t.endSheet("sheet.no_months")
	case !offered:
		t.askMonth()
	case month.Left == 0:
		t.endSheet("sheet.full")
	default:
		t.howMany(month)
	}
}

// sendExisting sends the sheets that there are, if the request names neither a month nor a count: "hoja de rosa" asks for
// what exists. The sheets of one month are one document. False: there are none, or new ones are wanted.
func (t *talk) sendExisting(p backend.Preprints) bool {
	w := t.m.Wish
	if w.Month != "" || w.Count != 0 || w.More || len(p.Sheets) == 0 {
		return false
	}
	months := monthsOf(p.Sheets)
	t.move("given")
	for _, m := range months[:len(months)-1] {
		t.sendSheets(sheetsOf(p, m), t.offered(p, m), "")
	}
	last := months[len(months)-1]
	if len(months) == 1 {
		t.showSheets(sheetsOf(p, last), t.offered(p, last), "")
		return true
	}
	r := t.sendSheets(sheetsOf(p, last), t.offered(p, last), "")
	t.settle()
	t.offerBelow(r, t.belowSheets(p.Sheets[0].Member)...)
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

// endSheet says why there is nothing to be done.
func (t *talk) endSheet(key string) {
	d := t.sheetData(nil)
	t.move("failed")
	t.settle()
	t.offer(bot.Say, key, d, choices("token", "help")...)
}

// whyOld says why it is an old sheet that is shown where a new one was wished.
func (t *talk) whyOld(month backend.SheetMonth) string {
	w := t.m.Wish
	switch {
	case w.Changed:
		return t.text("sheet.changed", nil)
	case w.More:
		return t.text("sheet.max", month.Max)
	}
	return ""
}

func sheetsOf(p backend.Preprints, m backend.Month) []backend.Sheet {
	return slices.DeleteFunc(slices.Clone(p.Sheets), func(s backend.Sheet) bool { return s.Month != m })
}

// month is what the back end offers for the wish's month.
func (w *wish) month() (backend.SheetMonth, bool) {
	for _, m := range w.Months {
		if m.Month == w.Month {
			return m, true
		}
	}
	return backend.SheetMonth{}, false
}

// last is the last token on paper that was known when the order was shown.
func (w *wish) last() int {
	m, _ := w.month()
	return m.Last
}

// howMany goes to the confirmation if it was said how many, and they can be made.
func (t *talk) howMany(month backend.SheetMonth) {
	w := t.m.Wish
	if w.Count == nlu.CountMax || w.Count == 0 && month.Left == 1 {
		w.Count = month.Left
	}
	if w.Count < 1 || w.Count > month.Left {
		t.askCount()
		return
	}
	t.confirmSheet("")
}

// The steps of ordering a sheet, as they are counted for the person.
const (
	stepWho     = "who"
	stepMonth   = "month"
	stepCount   = "count"
	stepConfirm = "confirm"
)

// plan says which questions there will be, once it is known what has been said already.
func (t *talk) plan() {
	w := t.m.Wish
	if w.Steps != nil || w.Intent != nlu.IntentPreprint {
		return
	}
	if len(w.For) == 0 {
		w.Steps = append(w.Steps, stepWho)
	}
	if w.Month == "" && len(w.Months) > 1 && w.Count == 0 {
		w.Steps = append(w.Steps, stepMonth)
	}
	if w.Count == 0 {
		w.Steps = append(w.Steps, stepCount)
	}
	w.Steps = append(w.Steps, stepConfirm)
}

// step is which of the steps a question is, "2 de 3"; zero where there is only one.
func (w *wish) step(name string) (at, of int) {
	if i := slices.Index(w.Steps, name); i >= 0 && len(w.Steps) > 1 {
		return i + 1, len(w.Steps)
	}
	return 0, 0
}
