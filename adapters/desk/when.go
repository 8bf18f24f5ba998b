package desk

import (
	"time"

	"llave/adapters/desk/hours"
)

// hourOf is a time of day as people read it.
func hourOf(t time.Time) string { return t.In(hours.Zone).Format("15:04") }

// whenView is a time for a text: its hour, its day, and whether that is today.
type whenView struct {
	Hour, Day, Weekday, Month string
	DayOfMonth, Year          int
	Today, Yesterday          bool
}

// when reads a time in the insurer's zone. The names of days and months stand in the catalog.
func (d *Desk) when(t, now time.Time) whenView {
	local, today := t.In(hours.Zone), now.In(hours.Zone)
	v := whenView{Hour: hourOf(t), DayOfMonth: local.Day(), Year: local.Year(),
		Weekday: d.text("weekday_"+local.Format("Mon"), nil), Month: d.text("month_"+local.Format("01"), nil),
		Today: hours.DateOf(t) == hours.DateOf(now), Yesterday: hours.DateOf(t) == hours.DateOf(today.AddDate(0, 0, -1))}
	v.Day = d.text("day", v)
	return v
}

// moment is a time in words: the hour alone if it is today's.
func (d *Desk) moment(t, now time.Time) string {
	if t.IsZero() {
		return ""
	}
	return d.text("moment", d.when(t, now))
}
