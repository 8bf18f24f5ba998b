package hours

import (
	"cmp"
	_ "embed"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Holiday is a day on which the desk is closed.
type Holiday struct {
	Day  Date
	Name string // as people read it
}

//go:embed holidays.txt
var lawText string

// law is the list of the law, read once.
var law = mustParse(lawText)

// rule is a holiday of every year.
type rule struct {
	kind   string // "fijo", "pascua" or "traslada", as in holidays.txt
	month  time.Month
	day    int
	offset int // from Easter
	name   string
}

// Law returns the holidays of a year by Ley 27.399, in order. It knows no bridge days: those are set by resolution.
func Law(year int) []Holiday {
	list := make([]Holiday, 0, len(law))
	for _, r := range law {
		list = append(list, Holiday{DateOf(r.in(year)), r.name})
	}
	slices.SortStableFunc(list, func(a, b Holiday) int { return cmp.Compare(a.Day, b.Day) })
	return list
}

func (r rule) in(year int) time.Time {
	if r.kind == "pascua" {
		return Easter(year).AddDate(0, 0, r.offset)
	}
	day := time.Date(year, r.month, r.day, 0, 0, 0, 0, Zone)
	if r.kind == "traslada" {
		day = day.AddDate(0, 0, transfer[day.Weekday()])
	}
	return day
}

// transfer is by how many days a transferable holiday moves, by its weekday: to the Monday before or after. Saturday, Sunday
// and Monday stay.
var transfer = map[time.Weekday]int{time.Tuesday: -1, time.Wednesday: -2, time.Thursday: 4, time.Friday: 3}

// Easter is Easter Sunday of the Gregorian calendar (the anonymous algorithm of 1876, by Meeus, Jones and Butcher).
func Easter(year int) time.Time {
	a, b, c := year%19, year/100, year%100
	d, e := b/4, b%4
	f := (b + 8) / 25
	g := (b - f + 1) / 3
	h := (19*a + b - d - g + 15) % 30
	i, k := c/4, c%4
	l := (32 + 2*e + 2*i - h - k) % 7
	m := (a + 11*h + 22*l) / 451
	n := h + l - 7*m + 114
	return time.Date(year, time.Month(n/31), n%31+1, 0, 0, 0, 0, Zone)
}

func mustParse(text string) (rules []rule) {
	for line := range strings.Lines(text) {
		if line = strings.TrimSpace(line); line == "" || line[0] == '#' {
			continue
		}
		r, err := parseRule(line)
		if err != nil {
			panic(err) // the list is part of the program
		}
		rules = append(rules, r)
	}
	return rules
}

func parseRule(line string) (r rule, err error) {
	words := strings.Fields(line)
	if len(words) < 3 {
		return r, fmt.Errorf("hours: holiday %q: want rule, date and name", line)
	}
	r.kind, r.name = words[0], strings.Join(words[2:], " ")
	switch r.kind {
	case "pascua":
		r.offset, err = strconv.Atoi(words[1])
	case "fijo", "traslada":
		var day time.Time
		day, err = time.Parse("01-02", words[1])
		r.month, r.day = day.Month(), day.Day()
	default:
		err = fmt.Errorf("hours: holiday %q: unknown rule", line)
	}
	return r, err
}
