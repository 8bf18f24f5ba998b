package hours

import (
	"slices"
	"testing"
	"time"
)

// The days of 2026 and 2027, as published, without bridge days.
func TestLaw(t *testing.T) {
	for year, want := range map[int][]string{
		2026: {"01-01", "02-16", "02-17", "03-24", "04-02", "04-03", "05-01", "05-25", "06-15", "06-20", "07-09", "08-17", "10-12", "11-23", "12-08", "12-25"},
		2027: {"01-01", "02-08", "02-09", "03-24", "03-26", "04-02", "05-01", "05-25", "06-20", "06-21", "07-09", "08-16", "10-11", "11-20", "12-08", "12-25"},
	} {
		var got []string
		for _, h := range Law(year) {
			if h.Name == "" || h.Day.Time().Year() != year {
				t.Errorf("%+v", h)
			}
			got = append(got, string(h.Day)[5:])
		}
		if !slices.Equal(got, want) {
			t.Errorf("%d:\n%v, want\n%v", year, got, want)
		}
	}
}

func TestEaster(t *testing.T) {
	for _, want := range []string{"2025-04-20", "2026-04-05", "2027-03-28", "2028-04-16", "2038-04-25", "1818-03-22"} {
		day, err := time.ParseInLocation(time.DateOnly, want, Zone)
		if err != nil {
			t.Fatal(err)
		}
		if got := Easter(day.Year()); !got.Equal(day) || got.Weekday() != time.Sunday {
			t.Errorf("%v, want %s", got, want)
		}
	}
}

// Article 6: Tuesday and Wednesday go to the Monday before, Thursday and Friday to the Monday after.
func TestTransferableHolidays(t *testing.T) {
	r := rule{kind: "traslada", month: time.August, day: 17}
	for year := 2020; year < 2060; year++ {
		was, is := time.Date(year, time.August, 17, 0, 0, 0, 0, Zone), r.in(year)
		moved := is.Sub(was).Hours() / 24
		switch was.Weekday() {
		case time.Saturday, time.Sunday, time.Monday:
			if moved != 0 {
				t.Errorf("%v moves to %v", was, is)
			}
		default:
			if is.Weekday() != time.Monday || moved < -2 || moved > 4 || moved > 0 != (was.Weekday() >= time.Thursday) {
				t.Errorf("%v moves to %v", was, is)
			}
		}
	}
}

func TestBadRules(t *testing.T) {
	for _, line := range []string{"fijo 01-01", "fijo 13-01 x", "pascua x y", "nunca 01-01 x"} {
		if _, err := parseRule(line); err == nil {
			t.Errorf("%q is a rule", line)
		}
	}
}
