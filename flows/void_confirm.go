package flows

import (
	"slices"

	"llave/bot"
	"llave/flows/backend"
	"llave/flows/nlu"
)

// confirm asks before tokens are made void: a person may be about to use them.
func (d voidDialog) confirm(b sheetSummary) {
	d.r.Chosen = b.ID
	d.move("confirm")
	d.ask("void.confirm", d.data(b), choices("yes", "no")...)
}

// answerConfirm makes tokens void only at a yes. Other numbers and other people are another question.
func (d voidDialog) answerConfirm(p nlu.ParsedText) bool {
	b, ok := d.r.sheet()
	numbers := d.parser.NumbersIn(d.in.Text)
	switch {
	case !ok:
		return false
	case p.Yes && d.answerIsStale():
		d.restart(d.now())
		d.confirmAgain("")
	case p.Yes:
		d.move("do")
		// The numbers are those that were shown: a token that the sheet gets later is not one of them.
		d.effect(opVoid, d.mem.Asked, voidArgs{d.mem.Cred, b.ID, d.r.voidable(b)}, "void.interim")
	case p.No:
		d.drop()
	case d.changeMember(p):
	case len(numbers) > 0 && isAboutNumbers(p):
		d.changeNumbers(b, numbers)
	case isVague(p):
		d.missAgain(p, func() { d.confirmAgain("sheet.yes_or_no") })
	default:
		return d.answerInBetween(p)
	}
	return true
}

// changeNumbers asks about the numbers in the text instead of those before, "no, el 1", or besides them, "y el 1 también",
// if they can be made void.
func (d voidDialog) changeNumbers(b sheetSummary, numbers []int) {
	before := d.r.Numbers
	d.r.Numbers, d.r.Single = numbers, true
	if d.parser.Adds(d.in.Text) {
		d.r.Numbers = append(slices.Clone(before), numbers...)
	}
	if len(d.r.voidable(b)) == 0 || d.in.Text == d.mem.Figure {
		d.r.Numbers = before
		d.confirmAgain("sheet.yes_or_no")
		return
	}
	d.confirm(b)
}

// confirmAgain puts the open question again, below a line that says why.
func (d voidDialog) confirmAgain(why string) {
	b, _ := d.r.sheet()
	data := d.data(b)
	if why != "" && !d.r.Unsure {
		why = d.unlikeBefore(why) // the question of an unknown result has other words each time itself
	}
	if why != "" {
		data.First = d.text(why, nil)
	}
	key := "void.confirm"
	if d.r.Unsure {
		key = "void.unsure"
	}
	d.askAgain(key, data)
}

// backFromConfirm goes back to the question which numbers, or which sheet.
func (d voidDialog) backFromConfirm() {
	switch {
	case d.r.Single && len(d.r.Sheets) > 0:
		d.r.Numbers = nil
		d.askNumber()
	case len(d.r.Sheets) > 1:
		d.askSheet()
	default:
		d.backToWho()
	}
}

// onVoided says what was made void. After a whole sheet it asks whether to make a new one.
func (d voidDialog) onVoided(a effectAnswer) {
	p := *a.Paper
	d.mem.Group = p.Group
	b, ok := d.r.sheet()
	if p.Denied != "" || !ok {
		d.deny(&d.r.preprintRequest, p.Denied)
		return
	}
	done, used := voidedOf(p.Sheets[0], d.r.voidable(b))
	data := d.data(b)
	data.Count, data.Numbers, data.Many = len(done), d.texts.Numbers(done), len(done) > 1
	data.Used, data.Plural = d.texts.Numbers(used), len(used) > 1
	d.move("done")
	d.came(nlu.IntentVoid, outcomeGiven, p.Sheets[0].Member)
	d.settle(d.mem.request())
	month := d.offered(p, b.Month)
	if d.takeSheet(p.Sheets[0].Member) { // said in the same text
		d.reset()
		d.say("void.done", data)
		return
	}
	if n := min(len(done), month.Left); len(d.r.Numbers) == 0 && n > 0 {
		d.mem.put(&SheetRequest{
			preprintRequest: preprintRequest{request: d.requestNow(nlu.IntentPreprint, d.r.Members), Months: p.Months, Month: b.Month},
			Count:           n, More: true})
		inSheet(d.dialog).confirm(d.text("void.done", data))
		return
	}
	d.reset()
	d.offer(bot.Say, "void.done", data, d.belowSheet(p.Sheets[0].Member, month)...)
}

// voidedOf sorts the numbers into those that are void now and those that were used before.
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

// onVoidedLate says what was made void although the person had stopped waiting for it.
func (d voidDialog) onVoidedLate(a effectAnswer) {
	p := *a.Paper
	d.mem.Group = p.Group
	d.leave()
	if p.Denied != "" || len(p.Sheets) == 0 {
		d.offer(bot.Say, "void.not_done", nil, choices("menu", "help")...)
		return
	}
	s := p.Sheets[0]
	done, _ := voidedOf(s, numbersOf(s))
	member, _ := d.mem.Group.Member(s.Member)
	data := sheetData{Member: member, Numbers: d.texts.Numbers(done), Many: len(done) > 1}
	d.offer(bot.Say, "void.after_all", data, d.belowSheet(s.Member, d.offered(p, s.Month))...)
}

// onFailed asks whether to try again: making tokens void twice is the same as once.
func (d voidDialog) onFailed(bot.Result) {
	d.move("unsure")
	d.r.Unsure = true
	d.restart(d.in.Now)
	d.confirmAgain("")
}
