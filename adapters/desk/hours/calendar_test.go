package hours

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"llave/bot"
)

// office is Monday to Friday from 8 to 18, closed at Christmas.
func office() Calendar {
	c := Calendar{Holidays: map[Date]bool{"2026-12-25": true}}
	for day := time.Monday; day <= time.Friday; day++ {
		c.Spans = append(c.Spans, Span{day, 8 * 60, 18 * 60})
	}
	return c
}

func at(text string) time.Time {
	t, err := time.ParseInLocation("2006-01-02 15:04", text, Zone)
	if err != nil {
		panic(err)
	}
	return t
}

func TestAt(t *testing.T) {
	for _, x := range []struct {
		now, changes, then string
		open               bool
	}{
		{"2026-11-30 10:00", "2026-11-30 18:00", "2026-12-01 08:00", true},
		{"2026-11-30 08:00", "2026-11-30 18:00", "2026-12-01 08:00", true},
		{"2026-11-30 07:59", "2026-11-30 08:00", "2026-11-30 18:00", false},
		{"2026-11-30 18:00", "2026-12-01 08:00", "2026-12-01 18:00", false},
		{"2026-12-04 17:59", "2026-12-04 18:00", "2026-12-07 08:00", true},  // a Friday
		{"2026-12-24 20:00", "2026-12-28 08:00", "2026-12-28 18:00", false}, // before Christmas, a Friday
	} {
		got := office().At(at(x.now))
		if got.Open != x.open || !got.Changes.Equal(at(x.changes)) || !got.Then.Equal(at(x.then)) {
			t.Errorf("%s: open %v until %v, then %v", x.now, got.Open, got.Changes, got.Then)
		}
	}
	if got := (Calendar{}).At(at("2026-11-30 10:00")); got != (bot.Hours{}) || !got.IsOpen() {
		t.Errorf("without hours: %+v", got)
	}
}

// Two spans that touch are one, over midnight, too; a desk that never closes has no change that is ever reached.
func TestSpansThatTouch(t *testing.T) {
	c := Calendar{Spans: []Span{{time.Monday, 8 * 60, 12 * 60}, {time.Monday, 12 * 60, DayEnd}, {time.Tuesday, 0, 2 * 60}, {time.Monday, 9 * 60, 10 * 60}}}
	if got := c.At(at("2026-11-30 09:30")); !got.Open || !got.Changes.Equal(at("2026-12-01 02:00")) || !got.Then.Equal(at("2026-12-07 08:00")) {
		t.Errorf("%+v", got)
	}
	c = Calendar{}
	for day := time.Sunday; day <= time.Saturday; day++ {
		c.Spans = append(c.Spans, Span{day, 0, DayEnd})
	}
	if got := c.At(at("2026-11-30 09:30")); !got.Open || got.Changes.Before(at("2027-11-30 09:30")) {
		t.Errorf("always: %+v", got)
	}
}

// A desk that never opens says so, and not that it is open.
func TestOnlyHolidays(t *testing.T) {
	c := Calendar{Spans: []Span{{time.Monday, 480, 1080}}, Holidays: map[Date]bool{}}
	for day := at("2026-11-01 00:00"); day.Year() < 2029; day = day.AddDate(0, 0, 1) {
		c.Holidays[DateOf(day)] = true
	}
	if got := c.At(at("2026-11-30 10:00")); got.IsOpen() || got.Changes.IsZero() {
		t.Errorf("%+v", got)
	}
}

func TestBetween(t *testing.T) {
	for _, x := range []struct {
		from, to string
		want     time.Duration
	}{
		{"2026-11-30 10:00", "2026-11-30 10:07", 7 * time.Minute},
		{"2026-11-30 17:50", "2026-12-01 08:10", 20 * time.Minute},
		{"2026-12-04 17:00", "2026-12-07 09:00", 2 * time.Hour},
		{"2026-12-05 10:00", "2026-12-06 10:00", 0},
		{"2026-12-24 17:00", "2026-12-28 08:30", 90 * time.Minute},
		{"2026-11-30 10:07", "2026-11-30 10:00", 0},
	} {
		if got := office().Between(at(x.from), at(x.to)); got != x.want {
			t.Errorf("%s to %s: %v, want %v", x.from, x.to, got, x.want)
		}
	}
	if got := (Calendar{}).Between(at("2026-12-05 10:00"), at("2026-12-06 10:00")); got != 24*time.Hour {
		t.Errorf("without hours: %v", got)
	}
}

// At agrees with a look at each minute by itself.
func TestAtAgreesWithMinutes(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := Calendar{Holidays: map[Date]bool{}}
		for range rapid.IntRange(1, 6).Draw(t, "spans") {
			from := rapid.IntRange(0, 23).Draw(t, "from") * 60
			c.Spans = append(c.Spans, Span{time.Weekday(rapid.IntRange(0, 6).Draw(t, "day")), from, rapid.IntRange(from/60+1, 24).Draw(t, "to") * 60})
		}
		begin := at("2026-11-29 00:00")
		for range rapid.IntRange(0, 3).Draw(t, "holidays") {
			c.Holidays[DateOf(begin.AddDate(0, 0, rapid.IntRange(0, 20).Draw(t, "holiday")))] = true
		}
		now := begin.Add(time.Duration(rapid.IntRange(0, 14*24*2).Draw(t, "half hours")) * 30 * time.Minute)
		h := c.At(now)
		if h.Open != openAt(c, now) {
			t.Fatalf("%v: open %v", now, h.Open)
		}
		want := now
		for changes, open := 0, h.Open; changes < 2; {
			if want = want.Add(30 * time.Minute); openAt(c, want) == open {
				if want.Sub(now) > 60*24*time.Hour {
					return // the only day of opening is always a holiday here
				}
				continue
			}
			open, changes = !open, changes+1
			if got := [2]time.Time{h.Changes, h.Then}[changes-1]; !got.Equal(want) {
				t.Fatalf("%v: change %d is at %v, want %v", now, changes, got, want)
			}
		}
	})
}

func openAt(c Calendar, t time.Time) bool {
	t = t.In(Zone)
	minute := t.Hour()*60 + t.Minute()
	for _, s := range c.Spans {
		if s.Day == t.Weekday() && s.From <= minute && minute < s.To && !c.Holidays[DateOf(t)] {
			return true
		}
	}
	return false
}

func TestDates(t *testing.T) {
	if got := DateOf(time.Date(2026, 12, 25, 2, 59, 0, 0, time.UTC)); got != "2026-12-24" {
		t.Errorf("three hours behind: %s", got)
	}
	for _, bad := range []string{"", "2026-13-01", "25/12/2026", "2026-02-30"} {
		if _, err := ParseDate(bad); err == nil {
			t.Errorf("%q is a day", bad)
		}
	}
	for _, bad := range []Span{{7, 0, 1}, {-1, 0, 1}, {1, 2, 2}, {1, 0, DayEnd + 1}, {1, -1, 5}} {
		if bad.Check() == nil {
			t.Errorf("%+v is a span", bad)
		}
	}
}
