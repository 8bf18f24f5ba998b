package flows

import (
	"slices"

	"llave/bot"
	"llave/flows/backend"
	"llave/flows/nlu"
)

// amend takes what is said besides an answer: other people, another month, another number.
func (t *talk) amend(mean nlu.ParsedText) bool {
	if mean.Intent != nlu.IntentNone && mean.Intent != nlu.IntentPreprint && mean.Intent != nlu.IntentYes {
		return false
	}
	w := t.m.Wish
	said := false
	if n, ok := t.words.Amount(t.in.Text); ok {
		w.Count, said = n, true
	}
	if m := t.words.MonthIn(t.in.Text, t.in.Now); m != "" {
		w.Month, said = m, true
	}
	if t.names(mean) {
		w.Who, w.For, said = mean.Refs, nil, true
	}
	w.More = w.More || mean.More
	if !said && mean.Intent != nlu.IntentPreprint {
		return false
	}
	t.m.Misses = 0
	t.lookAgain()
	return true
}

// names says whether a text is about other people: "para rosa", or the name of somebody who is there. "Qué sé yo" is not.
func (t *talk) names(mean nlu.ParsedText) bool {
	vague := func(r nlu.Ref) bool { return r.Kind == nlu.RefMe || r.Kind == nlu.RefAll }
	if len(mean.Refs) == 0 || mean.Intent == nlu.IntentPreprint || mean.TheirToken {
		return len(mean.Refs) > 0
	}
	return !slices.ContainsFunc(mean.Refs, vague) && t.words.Resolve(mean.Refs, t.m.speaker()).Unresolved == nil
}

// lookAgain reads what there is once more, and goes on from there. Where an order went out that nobody knows of, what was
// made is to be seen before more is.
func (t *talk) lookAgain() {
	w := t.m.Wish
	w.More, w.Unsure = w.More && !w.Unsure, false
	t.move("look")
	t.askSheets()
}

// aside answers what is no answer without losing the question.
func (t *talk) aside(mean nlu.ParsedText) bool {
	if mean.Intent == nlu.IntentHelp {
		t.help()
		return true
	}
	if key := "faq." + string(mean.Intent); mean.Intent != nlu.IntentPreprint && t.texts.Has(key) {
		t.say(key, t.m.linked())
		return true
	}
	return false
}

// vague says whether a text says nothing that can be acted upon.
func vague(m nlu.ParsedText) bool {
	switch m.Intent {
	case nlu.IntentNone, nlu.IntentYes, nlu.IntentNo, nlu.IntentHello, nlu.IntentThanks, nlu.IntentLost, nlu.IntentWhere:
		return len(m.Unclear) == 0
	}
	return false
}

// dropsOrder says whether the order is not wanted any more: "no", or "cancelá la hoja", which is this one while it is asked
// about.
func (t *talk) dropsOrder(mean nlu.ParsedText) bool {
	return mean.No || mean.Intent == nlu.IntentVoid && mean.Voids && len(mean.Refs) == 0 && len(mean.TokenNumbers) == 0
}

// dropOrder forgets it, and says what is true of it.
func (t *talk) dropOrder() {
	key, d := "sheet.no", sheetData{}
	if t.m.Wish.Unsure {
		key, d = "sheet.no_unsure", t.sheetData(nil)
	}
	t.leave()
	t.offer(bot.Say, key, d, choices("preprint", "menu")...)
}

// answersMonth takes a month that is named. What is none is asked for again.
func (t *talk) answersMonth(mean nlu.ParsedText) bool {
	w := t.m.Wish
	month := t.words.MonthIn(t.in.Text, t.in.Now)
	switch {
	case mean.Yes && len(w.Months) == 1:
		t.picksMonth(w.Months[0].Month)
	case t.dropsOrder(mean):
		t.dropOrder()
	case (month != "" || t.names(mean)) && t.amend(mean):
	case vague(mean):
		t.monthAgain()
	default:
		return t.aside(mean)
	}
	return true
}

// chooseMonth takes an option of the question for the month.
func (t *talk) chooseMonth(o option) {
	switch {
	case o.Value == "help":
		t.help()
	case o.Month == "":
		t.answersMonth(nlu.ParsedText{No: true})
	default:
		t.picksMonth(o.Month)
	}
}

// yesSheet is what the yes to the open question says.
func (t *talk) yesSheet() string {
	if w := t.m.Wish; w != nil && (w.More || w.Live) {
		return "option.yes_more"
	}
	return "option.yes_sheet"
}

// monthAgain asks for the month once more. The second time in a row a person is offered.
func (t *talk) monthAgain() {
	t.m.Misses++
	if t.m.Misses < 2 {
		t.again("sheet.month_again")
		return
	}
	if !slices.ContainsFunc(t.m.Options, func(o option) bool { return o.Value == "help" }) {
		t.m.Options = append(t.m.Options, option{Value: "help"})
	}
	t.again("sheet.month_help")
}

// picksMonth takes one of the months that were offered.
func (t *talk) picksMonth(m backend.Month) {
	t.m.Wish.Month, t.m.Wish.Changed = m, false
	t.lookAgain()
}

// answersCount takes a number, in figures or in words. What is none is asked for again, with the range.
func (t *talk) answersCount(mean nlu.ParsedText) bool {
	all := len(mean.Refs) == 1 && mean.Refs[0].Kind == nlu.RefAll && mean.Intent == nlu.IntentNone
	switch {
	case t.dropsOrder(mean):
		t.dropOrder()
	case all: // "todos los que se pueda"
		t.m.Wish.Count = nlu.CountMax
		t.lookAgain()
	case t.amend(mean):
	case vague(mean):
		d := t.sheetData([]string{stepCount})
		d.Many = true
		t.askAgain("sheet.count", d)
	default:
		return t.aside(mean)
	}
	return true
}

// answersSheet orders only at a yes.
func (t *talk) answersSheet(mean nlu.ParsedText) bool {
	switch {
	case mean.Yes && t.answerStale():
		// Said long ago, and only read now.
		t.m.AskedAt = t.now()
		t.await()
		t.againSheet("")
	case mean.Yes:
		w := t.m.Wish
		t.move("order")
		// The key comes from the update that raised the question: "sí", time-out, "sí" is one sheet.
		t.effect(opPrint, t.m.Asked, printArgs{t.m.Cred, backend.SheetOrder{Member: w.For[0], Month: w.Month, Count: w.Count, After: w.last()}}, "sheet.interim")
	case t.dropsOrder(mean):
		t.dropOrder()
	case mean.Intent == nlu.IntentOtherMonth:
		t.m.Wish.Month = ""
		t.m.Wish.More = t.m.Wish.More && !t.m.Wish.Unsure
		t.askMonth()
	case t.amend(mean):
	case vague(mean):
		t.againSheet("sheet.yes_or_no")
	default:
		return t.aside(mean)
	}
	return true
}

// againSheet puts the open question again, below a line that says why.
func (t *talk) againSheet(why string) {
	d := t.sheetData([]string{stepConfirm})
	if why != "" {
		d.First = t.text(why, nil)
	}
	key := "sheet.confirm"
	if t.m.Wish.Unsure {
		key = "sheet.unsure"
	}
	t.askAgain(key, d)
}

// backSheet undoes a step: the question before the open one is put again.
func (t *talk) backSheet() {
	w := t.m.Wish
	w.More = w.More && !w.Unsure
	switch {
	case t.s.State == "sheet.confirm":
		w.Count = 0
		t.askCount()
	case t.s.State == "sheet.count" && len(w.Months) > 1:
		w.Month = ""
		t.askMonth()
	case len(t.m.Group.Members) > 1:
		w.Who, w.For, w.Count = nil, nil, 0
		t.askWho(nil, nil)
	default:
		t.backHome()
	}
}
