package flows

import (
	"time"

	"llave/flows/backend"
	"llave/flows/nlu"
)

// dayDialog is the dialog about a token for another day than today. A token lives today only, and a person who is given today's
// without a word stands at the counter with a dead one.
type dayDialog struct{ *dialog }

func inDay(d *dialog) dayDialog { return dayDialog{d} }

// dayData is the data of the question.
type dayData struct {
	Kind   nlu.DayKind
	Day    string // the weekday, or the date
	Sheets bool
}

// otherDay is the day that a text names for a token, if it is not today.
func (d *dialog) otherDay(p nlu.ParsedText) nlu.Day {
	if !p.Intent.OfToday() && p.Intent != nlu.IntentNone || d.isToday(p.Day) {
		return nlu.Day{}
	}
	return p.Day
}

// isToday reports whether a day that a text names is today's.
func (d *dialog) isToday(day nlu.Day) bool {
	return (day.Kind == nlu.DayWeekday || day.Kind == nlu.DayDate) && d.texts.SameDay(d.date(day), d.today())
}

// ofAnotherDay takes a text that names another day, right under an answer: "para mañana", "¿me sirve el martes?".
func (d *dialog) ofAnotherDay(p nlu.ParsedText, l *lastAnswer) {
	if d.isToday(p.Day) || l.Intent == nlu.IntentPreprint && p.Day.Kind != nlu.DayMonth {
		p.Intent, p.Topic = "howlong", ""
		d.sayHowLong(p, l)
		return
	}
	members, intent := l.Members, nlu.IntentToken
	d.startIntent(nlu.ParsedText{Intent: nlu.IntentSame})
	if l.Intent == nlu.IntentPreprint {
		intent = l.Intent // "para el mes que viene"
	}
	r := d.newRequest(nlu.ParsedText{Intent: intent, Day: p.Day, Month: p.Day.Month})
	r.common().Members = members
	d.start(r)
}

// today is the moment of the update at the back end's place.
func (d *dialog) today() time.Time { return d.in.Now.In(backend.BuenosAires) }

// ask says what a token is, and offers a sheet.
func (d dayDialog) ask() {
	r := d.mem.request()
	day := r.common().Day
	d.leaveWith(r)
	d.moveIn("day", "doubt")
	data := dayData{day.Kind, d.texts.Weekday(d.date(day)), d.can.Sheets}
	if day.Kind == nlu.DayDate {
		data.Day = d.texts.Day(d.date(day))
	}
	values := []string{"paper", "today"}
	if !d.can.Sheets {
		values = []string{"today", "no"}
	}
	d.mem.Misses = 0
	d.mem.put(r)
	d.dialog.ask("day.ask", data, choices(values...)...)
}

// date is the next date of a day.
func (d *dialog) date(day nlu.Day) time.Time {
	today := d.today()
	switch day.Kind {
	case nlu.DayTomorrow:
		return today.AddDate(0, 0, 1)
	case nlu.DayWeekday:
		return today.AddDate(0, 0, (int(day.Weekday-today.Weekday())+7)%7)
	case nlu.DayDate, nlu.DayMonth:
		return nextDate(day, today)
	}
	return today
}

// nextDate is the next date of a day of a month, or the first of a month. One that the month does not have is its last.
func nextDate(day nlu.Day, today time.Time) time.Time {
	year, month := today.Year(), today.Month()
	if m := day.Month.At(today); m != "" {
		year, month = m.Date()
	}
	number := max(day.Number, 1)
	if day.Month == (nlu.NamedMonth{}) && number < today.Day() {
		month++
	}
	first := time.Date(year, month, 1, today.Hour(), today.Minute(), 0, 0, today.Location())
	return first.AddDate(0, 0, min(number, first.AddDate(0, 1, -1).Day())-1)
}

// answer takes a text that means one of the options.
func (d dayDialog) answer(p nlu.ParsedText) bool {
	switch {
	case p.No:
		d.leave()
		d.menu("menu.cancelled")
	case p.Intent == nlu.IntentPreprint && len(p.Refs) == 0:
		d.sheet(p)
	case p.Yes && d.can.Sheets: // a sheet is confirmed before it is made
		d.sheet(p)
	case p.Yes, p.Intent.OfToday() && p.Intent != nlu.IntentAnother && len(p.Refs) == 0 && d.otherDay(p).Kind == nlu.DayNone:
		d.asToday()
	default:
		return false
	}
	return true
}

func (d dayDialog) choose(o option) {
	switch o.Value {
	case "paper":
		d.sheet(nlu.ParsedText{})
	case "no":
		d.answer(nlu.ParsedText{No: true})
	default:
		d.asToday()
	}
}

// asToday grants the request for today.
func (d dayDialog) asToday() {
	r := d.mem.request()
	r.common().Day = nlu.Day{}
	d.leave()
	d.start(r)
}

// sheet orders a sheet for the people of the request, in the month of the day that it names.
func (d dayDialog) sheet(p nlu.ParsedText) {
	c := d.mem.request().common()
	p.Intent, p.Refs = nlu.IntentPreprint, c.Refs
	d.leave()
	r := d.newRequest(p).(*SheetRequest)
	if d.date(c.Day).Month() != d.today().Month() && r.Month == "" {
		r.Month = backend.MonthOf(d.date(c.Day))
	}
	d.start(r)
}
