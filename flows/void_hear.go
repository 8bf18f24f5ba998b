package flows

import (
	"slices"

	"llave/flows/nlu"
)

// otherSheet takes somebody who is named for whose sheet it is: "no, la de juana".
func (t *talk) otherSheet(mean nlu.ParsedText) bool {
	if mean.Intent != nlu.IntentNone && mean.Intent != nlu.IntentVoid || !t.names(mean) {
		return false
	}
	w := t.m.Wish
	w.Who, w.For, w.Numbers = mean.Refs, nil, mean.TokenNumbers
	t.move("look")
	t.askSheets()
	return true
}

// answersWhich takes the sheet of a month that is named.
func (t *talk) answersWhich(mean nlu.ParsedText) bool {
	m := t.words.MonthIn(t.in.Text, t.in.Now)
	of := slices.DeleteFunc(slices.Clone(t.m.Wish.Sheets), func(b brief) bool { return b.Month != m })
	switch {
	case len(of) == 1:
		t.voidThis(of[0])
	case t.otherSheet(mean):
	case mean.No:
		t.dropVoid()
	case vague(mean):
		t.again("void.which_again")
	default:
		return t.aside(mean)
	}
	return true
}

// answersNumber takes the numbers of tokens on the sheets.
func (t *talk) answersNumber(mean nlu.ParsedText) bool {
	w := t.m.Wish
	numbers := t.words.NumbersIn(t.in.Text)
	on := slices.DeleteFunc(slices.Clone(w.Sheets), func(b brief) bool { return !b.hasAny(numbers) })
	all := len(mean.Refs) == 1 && mean.Refs[0].Kind == nlu.RefAll
	switch {
	case all:
		w.Single = false
		t.voidOneOf(w.Sheets)
	case len(on) > 0 && aboutSheet(mean):
		w.Numbers = numbers
		t.voidOneOf(on)
	case t.otherSheet(mean):
	case mean.No:
		t.dropVoid()
	case len(numbers) > 0 && aboutSheet(mean) || vague(mean):
		d := t.voidData(brief{})
		var there []int
		for _, b := range w.Sheets {
			there = append(there, b.All...)
		}
		d.Numbers, d.Sheets = t.texts.Numbers(there), len(w.Sheets)
		t.askAgain("void.number_again", d)
	default:
		return t.aside(mean)
	}
	return true
}

// answersVoid makes void only at a yes. Other numbers and other people are another question.
func (t *talk) answersVoid(mean nlu.ParsedText) bool {
	w := t.m.Wish
	b, ok := w.sheet()
	numbers := t.words.NumbersIn(t.in.Text)
	switch {
	case !ok:
		return false
	case mean.Yes && t.answerStale():
		t.m.AskedAt = t.now()
		t.await()
		t.againVoid("")
	case mean.Yes:
		t.move("do")
		// What is said is what was shown: a token that the sheet gets later is none of it.
		t.effect(opVoid, t.m.Asked, voidArgs{t.m.Cred, b.ID, w.voids(b)}, "void.interim")
	case mean.No:
		t.dropVoid()
	case t.otherSheet(mean):
	case len(numbers) > 0 && aboutSheet(mean):
		t.otherNumbers(b, numbers)
	case vague(mean):
		t.againVoid("sheet.yes_or_no")
	default:
		return t.aside(mean)
	}
	return true
}

// aboutSheet says whether numbers in a text can be those of tokens that are being made void.
func aboutSheet(m nlu.ParsedText) bool {
	return m.Intent == nlu.IntentNone || m.Intent == nlu.IntentVoid
}

// otherNumbers asks about the numbers that were said in the place of those before, "no, el 1", or besides them, "y el 1
// también": if they can be made void.
func (t *talk) otherNumbers(b brief, numbers []int) {
	w := t.m.Wish
	before := w.Numbers
	w.Numbers, w.Single = numbers, true
	if t.words.Adds(t.in.Text) {
		w.Numbers = append(slices.Clone(before), numbers...)
	}
	if len(w.voids(b)) == 0 || t.in.Text == t.m.Figure {
		w.Numbers = before
		t.againVoid("sheet.yes_or_no")
		return
	}
	t.voidThis(b)
}

// dropVoid forgets it, and says what is true of it.
func (t *talk) dropVoid() {
	key, d := "void.no", sheetData{}
	if t.m.Wish.Unsure {
		key, d = "void.no_unsure", t.sheetData(nil)
	}
	t.leave()
	t.say(key, d)
}

// backVoid undoes a step.
func (t *talk) backVoid() {
	w := t.m.Wish
	switch {
	case t.s.State == "void.confirm" && w.Single && len(w.Sheets) > 0:
		w.Numbers = nil
		t.askNumber()
	case t.s.State == "void.confirm" && len(w.Sheets) > 1:
		t.askSheet()
	case len(t.m.Group.Members) > 1:
		w.Who, w.For, w.Numbers, w.Month, w.Paper = nil, nil, nil, "", false
		t.askWho(nil, nil)
	default:
		t.backHome()
	}
}
