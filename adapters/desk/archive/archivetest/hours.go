package archivetest

import (
	"errors"
	"testing"
	"time"

	"llave/adapters/desk/archive"
	"llave/adapters/desk/hours"
	"llave/bot"
)

// Hours and holidays are what the engine is told, from the moment they are kept.
func deskHours(t *testing.T) {
	c := NewClock() // Monday, ten in the morning
	a := Open(t, c)
	ctx := t.Context()
	if d := a.Desk(); d.Hours != (bot.Hours{}) {
		t.Errorf("without hours: %+v", d)
	}
	for day := time.Monday; day <= time.Friday; day++ {
		if err := a.AddSpan(ctx, hours.Span{Day: day, From: 8 * 60, To: 18 * 60}, "carla"); err != nil {
			t.Fatal(err)
		}
	}
	at := func(text string) time.Time {
		when, err := time.ParseInLocation("2006-01-02 15:04", text, hours.Zone)
		if err != nil {
			t.Fatal(err)
		}
		return when
	}
	want := func(open bool, changes, then string) {
		t.Helper()
		if d := a.Desk(); d.Open != open || !d.Changes.Equal(at(changes)) || !d.Then.Equal(at(then)) {
			t.Errorf("at %v: open %v until %v, then %v", c.Now(), d.Open, d.Changes, d.Then)
		}
	}
	want(true, "2026-11-30 18:00", "2026-12-01 08:00")
	if err := a.AddHoliday(ctx, hours.Holiday{Day: "2026-12-01", Name: "Puente"}, "carla"); err != nil {
		t.Fatal(err)
	}
	want(true, "2026-11-30 18:00", "2026-12-02 08:00")
	c.Set(at("2026-11-30 18:00"))
	want(false, "2026-12-02 08:00", "2026-12-02 18:00")
	if err := a.RemoveHoliday(ctx, "2026-12-01", "carla"); err != nil {
		t.Fatal(err)
	}
	want(false, "2026-12-01 08:00", "2026-12-01 18:00")
	if err := a.SeedHolidays(ctx); err != nil {
		t.Fatal(err)
	}
	if list, err := a.Holidays(ctx); err != nil || len(list) != 32 {
		t.Errorf("holidays of two years: %d, %v", len(list), err)
	}
	if err := a.RemoveHoliday(ctx, "2026-12-08", "carla"); err != nil {
		t.Fatal(err)
	}
	if err := a.SeedHolidays(ctx); err != nil {
		t.Fatal(err)
	}
	if list, err := a.Holidays(ctx); err != nil || len(list) != 31 {
		t.Errorf("a day that was removed came back: %d, %v", len(list), err)
	}
	for _, h := range hours.Law(2027) {
		if err := a.RemoveHoliday(ctx, h.Day, "carla"); err != nil {
			t.Fatal(err)
		}
	}
	if err := a.AddLawHolidays(ctx, 2026, "carla"); err != nil {
		t.Fatal(err)
	}
	if err := a.RemoveSpan(ctx, time.Tuesday, 8*60, "carla"); err != nil {
		t.Fatal(err)
	}
	want(false, "2026-12-02 08:00", "2026-12-02 18:00")
	if list, err := a.Holidays(ctx); err != nil || len(list) != 16 || list[15] != (hours.Holiday{Day: "2026-12-25", Name: "Navidad"}) {
		t.Errorf("%+v, %v", list, err)
	}
	for what, err := range map[string]error{
		"no such span": a.RemoveSpan(ctx, time.Tuesday, 8*60, ""), "no such holiday": a.RemoveHoliday(ctx, "2026-12-01", ""),
	} {
		if !errors.Is(err, archive.ErrNotFound) {
			t.Errorf("%s: %v", what, err)
		}
	}
	for what, err := range map[string]error{
		"an empty span": a.AddSpan(ctx, hours.Span{Day: 1, From: 60, To: 60}, ""), "no day": a.AddHoliday(ctx, hours.Holiday{Day: "x", Name: "y"}, ""),
		"no name": a.AddHoliday(ctx, hours.Holiday{Day: "2026-12-01"}, ""),
	} {
		if err == nil {
			t.Errorf("%s is kept", what)
		}
	}
}

// What is promised comes from how long the last ones waited in opening hours, and from who waits now.
func promise(t *testing.T) {
	c := NewClock()
	a, l := Open(t, c), NewLog(c, 3)
	take := func(after time.Duration) {
		x := l.Chat("x").Opens("help", "hola")
		c.Add(after)
		x.Act(Deed(Ana, bot.DeedTake))
	}
	for range 5 {
		take(3 * time.Minute)
	}
	l.Feed(t, a)
	if d := a.Desk(); d.Low != 0 || d.High != 0 {
		t.Errorf("promised without hours: %v to %v", d.Low, d.High)
	}
	c.Set(time.Date(2026, 11, 30, 20, 58, 0, 0, time.UTC)) // 17:58
	x := l.Chat("overnight").Opens("help", "hola")
	c.Set(time.Date(2026, 12, 1, 11, 7, 0, 0, time.UTC)) // 8:07
	x.Act(Deed(Ana, bot.DeedTake))
	l.Feed(t, a)
	for day := time.Monday; day <= time.Friday; day++ {
		if err := a.AddSpan(t.Context(), hours.Span{Day: day, From: 8 * 60, To: 18 * 60}, "carla"); err != nil {
			t.Fatal(err)
		}
	}
	if d := a.Desk(); d.Low != 5*time.Minute || d.High != 10*time.Minute || d.Ahead != 0 {
		t.Errorf("promised: %v to %v, %d ahead", d.Low, d.High, d.Ahead)
	}
	l.Chat("waits").Opens("help", "hola")
	l.Feed(t, a)
	if d := a.Desk(); d.High != 10*time.Minute || d.Ahead != 1 {
		t.Errorf("with one who has just come: %v, %d ahead", d.High, d.Ahead)
	}
	c.Add(32 * time.Minute)
	if d := a.Desk(); d.Low != 5*time.Minute || d.High != 35*time.Minute || d.Ahead != 1 {
		t.Errorf("with one who waits: %v to %v, %d ahead", d.Low, d.High, d.Ahead)
	}
	c.Add(8 * 24 * time.Hour)
	if err := a.Set(t.Context(), archive.SettingBanner, "Hay un problema en IOMA.", "carla"); err != nil {
		t.Fatal(err)
	}
	if d := a.Desk(); d.High != 0 || d.Banner != "Hay un problema en IOMA." {
		t.Errorf("a week later: %v, %q", d.High, d.Banner)
	}
}
