package flows

import (
	"slices"
	"strconv"

	"llave/bot"
)

// brief is what is remembered of a sheet while it is asked about: no digits.
type brief struct {
	ID    SheetID `json:"id"`
	Month Month   `json:"month"`
	All   []int   `json:"all"`
	Left  []int   `json:"left"` // neither used nor void
}

// chooseSheet finds the sheet that was lost, or that the numbers are on.
func (t *talk) chooseSheet(p Preprints) {
	w := t.m.Wish
	w.Sheets = nil
	for _, s := range p.Sheets {
		b := brief{ID: s.ID, Month: s.Month, All: numbersOf(s)}
		for _, k := range s.Tokens {
			if k.UsedAt.IsZero() && k.VoidedAt.IsZero() {
				b.Left = append(b.Left, k.Number)
			}
		}
		if (w.Month == "" || w.Month == s.Month) && b.has(w.Numbers) {
			w.Sheets = append(w.Sheets, b)
		}
	}
	live := slices.DeleteFunc(slices.Clone(w.Sheets), func(b brief) bool { return len(w.voids(b)) == 0 })
	switch {
	case len(p.Sheets) == 0:
		t.nothingToVoid("void.none")
	case len(w.Sheets) == 0:
		t.nothingToVoid("void.no_such")
	case len(live) == 0:
		t.nothingToVoid("void.spent")
	case w.Single && len(w.Numbers) == 0:
		w.Sheets = live
		t.askNumber()
	case len(live) > 1:
		w.Sheets = live
		t.askSheet()
	default:
		t.voidThis(live[0])
	}
}

// askNumber asks for the numbers of single tokens.
func (t *talk) askNumber() {
	t.move("number")
	t.ask("void.number", t.voidData(brief{}))
}

// has says whether all the numbers are on the sheet.
func (b brief) has(numbers []int) bool {
	for _, n := range numbers {
		if !slices.Contains(b.All, n) {
			return false
		}
	}
	return true
}

func (t *talk) nothingToVoid(key string) {
	d := t.voidData(brief{})
	t.move("failed")
	t.settle()
	t.offer(bot.Say, key, d, choices("preprint", "help")...)
}

// askSheet asks which of several sheets it is.
func (t *talk) askSheet() {
	if t.s.State != voidWhich {
		t.move("which")
	}
	var options []option
	for i, b := range t.m.Wish.Sheets {
		options = append(options, option{Value: "s" + strconv.Itoa(i+1), Month: b.Month, Label: t.texts.numbers(b.All)})
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
	t.wants(meaning{Intent: intent(o.Value)})
}

// answersWhich takes the sheet of a month that is named.
func (t *talk) answersWhich(mean meaning) bool {
	m := t.words.monthIn(t.in.Text, t.in.Now.In(t.texts.zone))
	of := slices.DeleteFunc(slices.Clone(t.m.Wish.Sheets), func(b brief) bool { return b.Month != m })
	switch {
	case len(of) == 1:
		t.voidThis(of[0])
	case m != "" && mean.Intent == intentNone || mean.vague():
		t.again("void.which_again")
	default:
		return false
	}
	return true
}

// voidThis asks before tokens are made void: somebody may be about to use them.
func (t *talk) voidThis(b brief) {
	w := t.m.Wish
	w.Sheets = []brief{b}
	d := t.voidData(b)
	if d.Numbers == "" {
		t.move("failed")
		t.settle()
		t.offer(bot.Say, "void.spent", d, choices("preprint", "help")...)
		return
	}
	t.move("confirm")
	t.ask("void.confirm", d, choices("yes", "no")...)
}

// voidData says what would be made void: the numbers that were said, or all of the sheet, as far as they can still be used.
func (t *talk) voidData(b brief) sheetData {
	w := t.m.Wish
	d := t.sheetData(nil)
	if b.Month != "" {
		d.Month, d.Short = t.texts.month(b.Month, true), t.texts.month(b.Month, false)
	}
	left := w.voids(b)
	d.Count, d.Numbers, d.Many = len(left), t.texts.numbers(left), len(left) > 1
	d.More = len(w.Numbers) > 0
	d.Void = t.texts.numbers(w.Numbers)
	d.Sheets = len(b.All)
	return d
}

// voids is what there is to make void on a sheet.
func (w *wish) voids(b brief) []int {
	if len(w.Numbers) == 0 {
		return b.Left
	}
	return slices.DeleteFunc(slices.Clone(b.Left), func(n int) bool { return !slices.Contains(w.Numbers, n) })
}

// answersNumber takes the numbers of tokens on the sheet.
func (t *talk) answersNumber(mean meaning) bool {
	w := t.m.Wish
	numbers := t.words.numbersIn(t.in.Text)
	on := slices.DeleteFunc(slices.Clone(w.Sheets), func(b brief) bool { return !b.has(numbers) })
	switch {
	case len(numbers) > 0 && len(on) == 1:
		w.Numbers = numbers
		t.voidThis(on[0])
	case len(numbers) > 0 && len(on) > 1:
		w.Numbers, w.Sheets = numbers, on
		t.askSheet()
	case len(numbers) > 0 || mean.vague():
		d := t.voidData(brief{})
		var all []int
		for _, b := range w.Sheets {
			all = append(all, b.All...)
		}
		d.Numbers, d.Sheets = t.texts.numbers(all), len(w.Sheets)
		t.askAgain("void.number_again", d)
	default:
		return false
	}
	return true
}

// answersVoid makes void only at a yes.
func (t *talk) answersVoid(mean meaning) bool {
	w := t.m.Wish
	if len(w.Sheets) == 0 {
		return false
	}
	b := w.Sheets[0]
	switch {
	case mean.Yes && t.in.Waited > bot.StaleAfter:
		t.m.AskedAt = t.in.Now.Add(t.in.Waited)
		t.await()
		t.askAgain("void.confirm", t.voidData(b))
	case mean.Yes:
		t.move("do")
		// What is said is what was shown: a token that the sheet gets later is none of it.
		t.effect(opVoid, t.m.Asked, voidArgs{t.m.Cred, b.ID, w.voids(b)}, "void.interim")
	case mean.No:
		t.leave()
		t.say("void.no", nil)
	default:
		return false
	}
	return true
}

// voided says what was made void. For a whole sheet it offers a new one, which a yes makes.
func (t *talk) voided(p Preprints) {
	t.m.Group = p.Group
	if t.s.State != voidWait {
		t.leave()
		if p.Denied == "" {
			t.offer(bot.Say, "void.after_all", nil, choices("preprint", "help")...)
		}
		return
	}
	w := t.m.Wish
	if p.Denied != "" {
		t.deniedSheet(p.Denied)
		return
	}
	b := w.Sheets[0]
	asked := w.voids(b)
	d := t.voidData(b)
	var done []int
	for _, k := range p.Sheets[0].Tokens {
		if slices.Contains(asked, k.Number) && !k.VoidedAt.IsZero() {
			done = append(done, k.Number)
		}
	}
	d.Count, d.Numbers, d.Many = len(done), t.texts.numbers(done), len(done) > 1
	d.Used = t.texts.numbers(slices.DeleteFunc(asked, func(n int) bool { return slices.Contains(done, n) }))
	t.move("done")
	month := t.offered(p, b.Month)
	whole := len(w.Numbers) == 0
	if n := min(len(done), month.Left); whole && n > 0 {
		t.m.Wish = &wish{Intent: intentPreprint, For: w.For, Asked: t.in.ID, At: t.in.Now, Months: p.Months, Month: b.Month, Count: n, More: true, Steps: []string{stepConfirm}}
		t.confirmSheet(t.text("void.done", d))
		return
	}
	t.settle()
	t.offer(bot.Say, "void.done", d, choices("preprint", "menu")...)
}

// unsureVoid asks again: doing it twice is doing it once.
func (t *talk) unsureVoid() {
	if t.s.State != voidWait {
		t.offer(bot.Say, "void.unknown", nil, choices("preprint", "help")...)
		return
	}
	t.move("unsure")
	t.m.AskedAt = t.in.Now
	t.await()
	t.askAgain("void.unsure", t.voidData(t.m.Wish.Sheets[0]))
}

// backVoid undoes a step.
func (t *talk) backVoid() {
	w := t.m.Wish
	switch {
	case t.s.State == voidConfirm && w.Single && len(w.Numbers) > 0 && len(w.Sheets) > 0:
		w.Numbers = nil
		t.askNumber()
	case len(t.m.Group.Members) > 1:
		w.Who, w.For, w.Numbers, w.Month, w.Paper = nil, nil, nil, "", false
		t.askWho(nil, nil)
	default:
		t.leave()
		t.menu("menu.back")
	}
}
