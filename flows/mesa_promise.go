package flows

import (
	"time"

	"llave/bot"
	"llave/flows/backend"
)

// mesaData is the data of the texts about a case.
type mesaData struct {
	Case  uint64
	Agent string
	// Only says that the message asked for a person and said nothing else.
	Only bool
	// Ahead is how many wait, and Low and High how many minutes the last ones waited; zero: not to be said.
	Ahead, Low, High int
	// Placed says that Ahead is how many come before the open case.
	Placed bool
	// Staff says whether there is nobody to take a case: none has an account, or none is on duty while the desk is open.
	Staff bot.Staff
	// Opens is when the desk opens, if it is shut; Due is when something happens, and Ago the day of what was.
	Shut   bool
	Opens  moment
	Due    moment
	Ago    string
	Banner string
	Where  string
	What   string
}

// moment is a time in words.
type moment struct {
	Day     string // "today", "tomorrow", "week" or "later"
	Weekday string
	Date    string
	Hour    string // "8" or "17:40"
}

// manyAhead is the number from which on the queue is not counted for the affiliate: it would not be true for long.
const manyAhead = 20

// data is what the texts about the case may need: the case, its agent, and what can be promised now.
func (d mesaDialog) data() mesaData {
	desk := d.in.Desk
	data := mesaData{Shut: !desk.IsOpen(), Banner: desk.Banner, Low: minutes(desk.Low), High: minutes(desk.High), What: d.in.Subtype}
	if desk.Ahead <= manyAhead {
		data.Ahead = desk.Ahead
	}
	if data.Staff = desk.Staff; data.Shut {
		data.Opens = d.moment(desk.Changes)
		if data.Staff == bot.StaffAway { // they come when it opens
			data.Staff = ""
		}
	}
	if c := d.session.Case; c != nil {
		data.Case, data.Agent = c.ID, c.Owner.Name
		data.Due = d.moment(c.Due)
		data.Ago = d.dayOf(c.Since)
		if c.Open() {
			data.Ahead, data.Placed = desk.Before(c.ID)
			data.Placed = data.Placed && data.Ahead <= manyAhead
		}
	}
	if a := d.in.Act; a != nil {
		data.Agent, data.Where = a.By.Name, a.Text
	}
	return data
}

// minutes rounds up.
func minutes(t time.Duration) int { return int((t + time.Minute - 1) / time.Minute) }

// moment puts a time that is still to come into words, from now.
func (d *dialog) moment(t time.Time) moment {
	m := moment{Day: "later", Weekday: d.texts.Weekday(t), Date: d.texts.Day(t), Hour: d.texts.ShortHour(t)}
	switch days := daysBetween(d.in.Now, t); {
	case days <= 0:
		m.Day = "today"
	case days == 1:
		m.Day = "tomorrow"
	case days < 7:
		m.Day = "week"
	}
	return m
}

// dayOf is the day of a time that has passed: "today", "yesterday" or another.
func (d *dialog) dayOf(t time.Time) string {
	switch daysBetween(t, d.in.Now) {
	case 0:
		return "today"
	case 1:
		return "yesterday"
	}
	return "before"
}

// daysBetween counts midnights in Buenos Aires.
func daysBetween(from, to time.Time) int {
	day := func(t time.Time) time.Time {
		y, m, d := t.In(backend.BuenosAires).Date()
		return time.Date(y, m, d, 0, 0, 0, 0, time.UTC)
	}
	return int(day(to).Sub(day(from)) / (24 * time.Hour))
}
