package hours

import (
	"cmp"
	"fmt"
	"slices"
	"time"
	_ "time/tzdata" // the zone must be there on any machine

	"llave/bot"
)

// Zone is the zone of the desk's hours and of the dates that people read.
var Zone = mustLoad("America/Argentina/Buenos_Aires")

func mustLoad(name string) *time.Location {
	zone, err := time.LoadLocation(name)
	if err != nil {
		panic(err) // it is embedded
	}
	return zone
}

// Date is a day in [Zone], as "2026-12-25".
type Date string

// DateOf is the day of a time.
func DateOf(t time.Time) Date { return Date(t.In(Zone).Format(time.DateOnly)) }

// ParseDate reads a day written as "2026-12-25".
func ParseDate(text string) (Date, error) {
	t, err := time.ParseInLocation(time.DateOnly, text, Zone)
	if err != nil {
		return "", fmt.Errorf("hours: %q is not a day such as 2026-12-25", text)
	}
	return DateOf(t), nil
}

// Time is the beginning of the day; zero if the date is none.
func (d Date) Time() time.Time {
	t, err := time.ParseInLocation(time.DateOnly, string(d), Zone)
	if err != nil {
		return time.Time{}
	}
	return t
}

// Span is a time of a weekday during which the desk is open, in minutes from midnight: To is the first minute that is not in
// it, at most [DayEnd].
type Span struct {
	Day      time.Weekday
	From, To int
}

// DayEnd is the end of a day in minutes.
const DayEnd = 24 * 60

// Check refuses a span that is empty, or does not lie within one day.
func (s Span) Check() error {
	if s.Day < time.Sunday || s.Day > time.Saturday || s.From < 0 || s.To > DayEnd || s.From >= s.To {
		return fmt.Errorf("hours: span %d–%d of weekday %d: want from before to, both within one day", s.From, s.To, s.Day)
	}
	return nil
}

// Calendar is when the desk is open. Without spans it is always open.
type Calendar struct {
	Spans    []Span
	Holidays map[Date]bool
}

// Set reports whether hours are set at all.
func (c Calendar) Set() bool { return len(c.Spans) > 0 }

// horizon is how far a change is looked for, in days: beyond the longest row of holidays that anyone would enter.
const horizon = 400

// interval is a time during which the desk is open.
type interval struct{ from, to time.Time }

// intervals returns what is open in the days from the one before at on, joined where one ends as the next begins, until
// enough of them end after at.
func (c Calendar) intervals(at time.Time, enough int) (list []interval) {
	day := at.In(Zone).AddDate(0, 0, -1)
	for range horizon {
		for _, next := range c.ofDay(day) {
			if n := len(list); n > 0 && !next.from.After(list[n-1].to) {
				if next.to.After(list[n-1].to) {
					list[n-1].to = next.to
				}
			} else {
				list = append(list, next)
			}
		}
		if n := len(list); n > enough && list[n-enough-1].to.After(at) {
			return list // the last may still grow: it is one more than enough
		}
		day = day.AddDate(0, 0, 1)
	}
	return list
}

// ofDay is what is open on a day, in order.
func (c Calendar) ofDay(day time.Time) (list []interval) {
	if c.Holidays[DateOf(day)] {
		return nil
	}
	y, m, d := day.Date()
	for _, s := range c.Spans {
		if s.Day == day.Weekday() && s.Check() == nil {
			list = append(list, interval{time.Date(y, m, d, 0, s.From, 0, 0, Zone), time.Date(y, m, d, 0, s.To, 0, 0, Zone)})
		}
	}
	slices.SortFunc(list, func(a, b interval) int { return cmp.Compare(a.from.UnixNano(), b.from.UnixNano()) })
	return list
}

// At is the state at a time: open or not, the next change and the one after, which is zero beyond the horizon. Without spans
// the desk is always open: the zero Hours.
func (c Calendar) At(now time.Time) bot.Hours {
	if !c.Set() {
		return bot.Hours{}
	}
	var changes []time.Time
	h := bot.Hours{}
	for _, in := range c.intervals(now, 2) {
		if !in.to.After(now) {
			continue
		}
		if in.from.After(now) {
			changes = append(changes, in.from)
		} else {
			h.Open = true
		}
		changes = append(changes, in.to)
	}
	if len(changes) == 0 { // nothing but holidays: zero would say that the desk is open
		changes = append(changes, now.AddDate(0, 0, horizon))
	}
	changes = append(changes, time.Time{})
	h.Changes, h.Then = changes[0], changes[1]
	return h
}

// Between is how long the desk was open from one time to another.
func (c Calendar) Between(from, to time.Time) (open time.Duration) {
	if !to.After(from) {
		return 0
	}
	if !c.Set() {
		return to.Sub(from)
	}
	for at := from; at.Before(to); {
		h := c.At(at)
		next := h.Changes
		if next.IsZero() || next.After(to) {
			next = to
		}
		if h.Open {
			open += next.Sub(at)
		}
		at = next
	}
	return open
}
