package desk

import (
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"llave/adapters/desk/archive"
	"llave/adapters/desk/hours"
)

// settingsView is the page of opening hours and holidays.
type settingsView struct {
	page
	Set      bool          `json:"set"`
	Days     []dayView     `json:"days"`
	Holidays []holidayView `json:"holidays"`
	Writes   bool          `json:"-"`
	Year     int           `json:"-"`
	Years    []int         `json:"-"`
	OpenNow  string        `json:"-"`
	Typed    typedSetting  `json:"-"`
}

// typedSetting is what the forms hold: what was typed, after a refusal.
type typedSetting struct{ Day, From, To, Holiday, Name string }

type dayView struct {
	Day   int        `json:"day"`
	Name  string     `json:"-"`
	Spans []spanView `json:"spans"`
}

type spanView struct {
	From string `json:"from"`
	To   string `json:"to"`
	Key  string `json:"-"` // day and beginning, by which it is removed
}

type holidayView struct {
	Day  string `json:"day"`
	Name string `json:"name"`
	Text string `json:"-"`
}

func (d *Desk) settingsPage(c *call) error {
	v, err := d.settingsOf(c)
	if err != nil {
		return err
	}
	return d.show(c, http.StatusOK, "ajustes.html", v)
}

func (d *Desk) settingsOf(c *call) (*settingsView, error) {
	v := &settingsView{page: d.page(c, d.text("title_settings", nil)), Writes: setting.has(c.me.Role), Holidays: []holidayView{},
		Typed: typedSetting{Day: "1", From: "08:00", To: "18:00"}}
	v.Section, v.Panel = "ajustes", "lista"
	cal, err := d.db.Calendar(c.Context())
	if err != nil {
		return nil, err
	}
	list, err := d.db.Holidays(c.Context())
	if err != nil {
		return nil, err
	}
	v.Set = cal.Set()
	for i := range 7 {
		day := (i + 1) % 7 // Monday first
		one := dayView{Day: day, Name: d.text("weekday_"+time.Weekday(day).String()[:3], nil), Spans: []spanView{}}
		for _, s := range cal.Spans {
			if int(s.Day) == day {
				one.Spans = append(one.Spans, spanView{clockText(s.From), clockText(s.To), fmt.Sprintf("%d %s", day, clockText(s.From))})
			}
		}
		v.Days = append(v.Days, one)
	}
	for _, h := range list {
		v.Holidays = append(v.Holidays, holidayView{string(h.Day), h.Name, d.text("holiday_line", d.when(h.Day.Time(), v.Now))})
	}
	v.Year = v.Now.In(hours.Zone).Year()
	v.Years = []int{v.Year, v.Year + 1}
	v.OpenNow = d.openNow(v.Now)
	return v, nil
}

// openNow says whether the desk is open, and until when.
func (d *Desk) openNow(now time.Time) string {
	h := d.db.Desk()
	switch {
	case h.Changes.IsZero():
		return d.text("open_always", nil)
	case h.Open:
		return d.text("open_until", map[string]any{"When": d.moment(h.Changes, now)})
	}
	return d.text("shut_until", map[string]any{"When": d.moment(h.Changes, now)})
}

// changeSettings adds or removes one span or one holiday, or adds the holidays of a year by the law.
func (d *Desk) changeSettings(c *call) error {
	err := d.changeSetting(c)
	var no *refusal
	if errors.As(err, &no) {
		no.page = func(words string) error {
			v, err := d.settingsOf(c)
			if err != nil {
				return err
			}
			v.Alert, v.Typed = words, c.typedSetting(v.Typed)
			return d.show(c, no.status, "ajustes.html", v)
		}
	}
	if err != nil {
		return err
	}
	return d.done(c, "/mesa/ajustes", nil)
}

// typedSetting is what was typed into the form that was sent; the other one stands as it was.
func (c *call) typedSetting(other typedSetting) typedSetting {
	t := other
	switch {
	case c.PostFormValue("holiday") != "" && c.PostFormValue("holiday") != "ley":
		t.Holiday, t.Name = c.PostFormValue("holiday"), c.PostFormValue("name")
	case c.PostFormValue("from") != "" || c.PostFormValue("to") != "":
		t.Day, t.From, t.To = c.PostFormValue("day"), c.PostFormValue("from"), c.PostFormValue("to")
	}
	return t
}

func (d *Desk) changeSetting(c *call) error {
	ctx, me := c.Context(), string(c.me.ID)
	day, holiday, remove := c.PostFormValue("day"), c.PostFormValue("holiday"), c.PostFormValue("remove")
	bad := &refusal{status: http.StatusUnprocessableEntity, why: "setting"}
	var err error
	switch {
	case remove != "" && strings.Contains(remove, "-"):
		err = d.db.RemoveHoliday(ctx, hours.Date(remove), me)
	case remove != "":
		s, ok := spanOf(remove, "24:00")
		if !ok {
			return bad
		}
		err = d.db.RemoveSpan(ctx, s.Day, s.From, me)
	case holiday == "ley":
		year, e := strconv.Atoi(c.PostFormValue("name"))
		if e != nil || year < 2000 || year > 2100 {
			return bad
		}
		err = d.db.AddLawHolidays(ctx, year, me)
	case holiday != "":
		if _, e := hours.ParseDate(holiday); e != nil {
			return bad
		}
		err = d.db.AddHoliday(ctx, hours.Holiday{Day: hours.Date(holiday), Name: clean(c.PostFormValue("name"))}, me)
	default:
		s, ok := spanOf(day+" "+c.PostFormValue("from"), c.PostFormValue("to"))
		if !ok || s.Check() != nil {
			return bad
		}
		err = d.db.AddSpan(ctx, s, me)
	}
	switch {
	case errors.Is(err, archive.ErrEmpty):
		return &refusal{status: http.StatusUnprocessableEntity, why: "holiday_name"}
	case errors.Is(err, archive.ErrNotFound):
		return &refusal{status: http.StatusNotFound, why: "no_setting"}
	}
	return err
}

// spanOf reads "1 08:00" and "18:00".
func spanOf(begin, to string) (s hours.Span, ok bool) {
	day, from, _ := strings.Cut(begin, " ")
	n, err := strconv.Atoi(day)
	var okFrom, okTo bool
	s.From, okFrom = minutes(from)
	s.To, okTo = minutes(to)
	s.Day = time.Weekday(n)
	return s, err == nil && n >= 0 && n <= 6 && okFrom && okTo
}

// minutes reads "08:30" as minutes from midnight. 00:00 as an end is the end of the day.
func minutes(text string) (int, bool) {
	h, m, ok := strings.Cut(text, ":")
	hour, err1 := strconv.Atoi(h)
	minute, err2 := strconv.Atoi(m)
	n := hour*60 + minute
	return n, ok && err1 == nil && err2 == nil && hour >= 0 && minute >= 0 && minute < 60 && n <= hours.DayEnd
}

func clockText(n int) string { return fmt.Sprintf("%02d:%02d", n/60, n%60) }
