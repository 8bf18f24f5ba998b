package flows

import (
	"slices"
	"strconv"

	"llave/bot"
	"llave/flows/backend"
	"llave/flows/nlu"
)

// brief is what is remembered of a sheet while it is asked about: no digits.
type brief struct {
	ID    backend.SheetID `json:"id"`
	Month backend.Month   `json:"month"`
	All   []int           `json:"all"`
	Left  []int           `json:"left"` // neither used nor void
}

func briefOf(s backend.Sheet) brief {
	b := brief{ID: s.ID, Month: s.Month, All: numbersOf(s)}
	for _, k := range s.Tokens {
		if k.Live() {
			b.Left = append(b.Left, k.Number)
		}
	}
	return b
}

// chooseSheet finds the sheet that was lost, or those that the numbers are on.
func (t *talk) chooseSheet(p backend.Preprints) {
	w := t.m.Wish
	w.Sheets, w.Chosen = nil, ""
	for _, s := range p.Sheets {
		if w.Month == "" || w.Month == s.Month {
			w.Sheets = append(w.Sheets, briefOf(s))
		}
	}
	if len(w.Numbers) > 0 {
		on := slices.DeleteFunc(slices.Clone(w.Sheets), func(b brief) bool { return !b.hasAny(w.Numbers) })
		if len(on) == 0 {
			t.nothingToVoid("void.no_such")
			return
		}
		w.Sheets = on
	}
	switch {
	case len(w.Sheets) == 0:
		t.nothingToVoid("void.none")
	case w.Single && len(w.Numbers) == 0:
		t.askNumber()
	default:
		t.voidOneOf(w.Sheets)
	}
}

// hasAny says whether one of the numbers is on the sheet.
func (b brief) hasAny(numbers []int) bool {
	return slices.ContainsFunc(numbers, func(n int) bool { return slices.Contains(b.All, n) })
}

// voidOneOf asks which, if there are several of which something can be made void.
func (t *talk) voidOneOf(sheets []brief) {
	w := t.m.Wish
	live := slices.DeleteFunc(slices.Clone(sheets), func(b brief) bool { return len(w.voids(b)) == 0 })
	switch len(live) {
	case 0:
		t.nothingToVoid("void.spent")
	case 1:
		t.voidThis(live[0])
	default:
		w.Sheets = live
		t.askSheet()
	}
}

func (t *talk) nothingToVoid(key string) {
	d := t.voidData(brief{})
	t.move("failed")
	t.settle()
	t.offer(bot.Say, key, d, choices("menu", "help")...)
}

// askNumber asks for the numbers of single tokens.
func (t *talk) askNumber() {
	t.move("number")
	t.ask("void.number", t.voidData(brief{}))
}

// askSheet asks which of several sheets it is.
func (t *talk) askSheet() {
	t.move("which")
	var options []option
	for i, b := range t.m.Wish.Sheets {
		options = append(options, option{Value: "s" + strconv.Itoa(i+1), Month: b.Month, Label: t.texts.Numbers(b.All)})
	}
	t.ask("void.which", t.voidData(brief{}), options...)
}

// pickSheet takes one from the list.
func (t *talk) pickSheet(o option) {
	for i, b := range t.m.Wish.Sheets {
		if o.Value == "s"+strconv.Itoa(i+1) {
			t.voidThis(b)
			return
		}
	}
	t.wants(nlu.ParsedText{Intent: nlu.Intent(o.Value)})
}

// voidThis asks before tokens are made void: somebody may be about to use them.
func (t *talk) voidThis(b brief) {
	t.m.Wish.Chosen = b.ID
	t.move("confirm")
	t.ask("void.confirm", t.voidData(b), choices("yes", "no")...)
}

// sheet is the one that it is about.
func (w *wish) sheet() (brief, bool) {
	i := slices.IndexFunc(w.Sheets, func(b brief) bool { return b.ID == w.Chosen })
	if i < 0 {
		return brief{}, false
	}
	return w.Sheets[i], true
}

// voids is what there is to make void on a sheet: the numbers that were said, or all of it, as far as they can still be used.
func (w *wish) voids(b brief) []int {
	return slices.DeleteFunc(slices.Clone(b.Left), func(n int) bool { return len(w.Numbers) > 0 && !slices.Contains(w.Numbers, n) })
}

// voidData says what would be made void.
func (t *talk) voidData(b brief) sheetData {
	w := t.m.Wish
	d := t.sheetData(nil)
	if month := b.Month; month != "" || w.Month != "" {
		if month == "" {
			month = w.Month
		}
		d.Month, d.Short = t.texts.Month(month), t.texts.MonthName(month)
	}
	left := w.voids(b)
	d.Count, d.Numbers, d.Many = len(left), t.texts.Numbers(left), len(left) > 1
	d.More = len(w.Numbers) > 0
	d.Void, d.Plural = t.texts.Numbers(w.Numbers), len(w.Numbers) > 1
	return d
}

// voided says what was made void. For a whole sheet it offers a new one, which a yes makes.
func (t *talk) voided(a answer) {
	p := *a.Paper
	t.m.Group = p.Group
	w := t.m.Wish
	b, ok := w.sheet()
	if p.Denied != "" || !ok {
		t.deniedSheet(p.Denied)
		return
	}
	done, used := voidedOf(p.Sheets[0], w.voids(b))
	d := t.voidData(b)
	d.Count, d.Numbers, d.Many = len(done), t.texts.Numbers(done), len(done) > 1
	d.Used, d.Plural = t.texts.Numbers(used), len(used) > 1
	t.move("done")
	month := t.offered(p, b.Month)
	if n := min(len(done), month.Left); len(w.Numbers) == 0 && n > 0 {
		t.m.Wish = &wish{Intent: nlu.IntentPreprint, For: w.For, Asked: t.in.ID, At: t.in.Now, Months: p.Months, Month: b.Month, Count: n, More: true, Steps: []string{stepConfirm}}
		t.confirmSheet(t.text("void.done", d))
		return
	}
	t.settle()
	t.offer(bot.Say, "void.done", d, t.belowSheet(p.Sheets[0].Member, month)...)
}

// voidedOf tells what of the numbers is void now from what was used before.
func voidedOf(s backend.Sheet, numbers []int) (done, used []int) {
	for _, k := range s.Tokens {
		switch {
		case !slices.Contains(numbers, k.Number):
		case !k.VoidedAt.IsZero():
			done = append(done, k.Number)
		case !k.UsedAt.IsZero():
			used = append(used, k.Number)
		}
	}
	return done, used
}

// voidedAfterAll says what came of it although it was cancelled.
func (t *talk) voidedAfterAll(a answer) {
	p := *a.Paper
	t.m.Group = p.Group
	t.leave()
	if p.Denied != "" || len(p.Sheets) == 0 {
		t.offer(bot.Say, "void.not_done", nil, choices("menu", "help")...)
		return
	}
	s := p.Sheets[0]
	done, _ := voidedOf(s, numbersOf(s))
	member, _ := t.m.Group.Member(s.Member)
	d := sheetData{Member: member, Numbers: t.texts.Numbers(done), Many: len(done) > 1}
	t.offer(bot.Say, "void.after_all", d, t.belowSheet(s.Member, t.offered(p, s.Month))...)
}

// unsureVoid asks again: doing it twice is doing it once.
func (t *talk) unsureVoid(bot.Result) {
	t.move("unsure")
	t.m.Wish.Unsure = true
	t.m.AskedAt = t.in.Now
	t.await()
	t.againVoid("")
}

// againVoid puts the open question again, below a line that says why.
func (t *talk) againVoid(why string) {
	b, _ := t.m.Wish.sheet()
	d := t.voidData(b)
	if why != "" {
		d.First = t.text(why, nil)
	}
	key := "void.confirm"
	if t.m.Wish.Unsure {
		key = "void.unsure"
	}
	t.askAgain(key, d)
}
