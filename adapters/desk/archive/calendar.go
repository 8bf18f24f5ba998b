package archive

import (
	"context"
	"database/sql"
	"fmt"
	"strconv"
	"strings"
	"time"

	"llave/adapters/desk/hours"
	"llave/store/sqlitedb"
)

// Calendar is when the desk is open.
func (a *Archive) Calendar(ctx context.Context) (c hours.Calendar, err error) {
	err = a.read(ctx, "calendar", func(q sqlitedb.Querier) error {
		c, err = calendarOf(ctx, q)
		return err
	})
	return c, err
}

func calendarOf(ctx context.Context, q sqlitedb.Querier) (c hours.Calendar, err error) {
	rows, err := q.QueryContext(ctx, "SELECT day, start, stop FROM span ORDER BY day, start")
	if err != nil {
		return c, err
	}
	if c.Spans, err = scanAll(rows, func(s *hours.Span) []any { return []any{&s.Day, &s.From, &s.To} }); err != nil {
		return c, err
	}
	list, err := holidaysOf(ctx, q)
	c.Holidays = make(map[hours.Date]bool, len(list))
	for _, h := range list {
		c.Holidays[h.Day] = true
	}
	return c, err
}

// AddSpan opens the desk on a weekday. One that begins at the same time is replaced.
func (a *Archive) AddSpan(ctx context.Context, s hours.Span, agent string) error {
	if err := s.Check(); err != nil {
		return err
	}
	return a.settle(ctx, Record{Agent: agent, What: "hours", Detail: spanText(s)}, func(tx *sql.Tx) error {
		_, err := exec(ctx, tx, "INSERT INTO span (day, start, stop) VALUES (?, ?, ?) ON CONFLICT (day, start) DO UPDATE SET stop = excluded.stop", int(s.Day), s.From, s.To)
		return err
	})
}

// RemoveSpan takes a span back; [ErrNotFound] if there is none that begins then.
func (a *Archive) RemoveSpan(ctx context.Context, day time.Weekday, from int, agent string) error {
	return a.settle(ctx, Record{Agent: agent, What: "hours.remove", Detail: spanText(hours.Span{Day: day, From: from})}, func(tx *sql.Tx) error {
		return one(exec(ctx, tx, "DELETE FROM span WHERE day = ? AND start = ?", int(day), from))
	})
}

func spanText(s hours.Span) string {
	return fmt.Sprintf("%d %02d:%02d %02d:%02d", s.Day, s.From/60, s.From%60, s.To/60, s.To%60)
}

// one wants exactly one row to have changed; [ErrNotFound] otherwise.
func one(n int64, err error) error {
	if err == nil && n != 1 {
		return ErrNotFound
	}
	return err
}

// Holidays lists the days on which the desk is closed, in order.
func (a *Archive) Holidays(ctx context.Context) (list []hours.Holiday, err error) {
	err = a.read(ctx, "holidays", func(q sqlitedb.Querier) error {
		list, err = holidaysOf(ctx, q)
		return err
	})
	return list, err
}

func holidaysOf(ctx context.Context, q sqlitedb.Querier) ([]hours.Holiday, error) {
	rows, err := q.QueryContext(ctx, "SELECT day, name FROM holiday ORDER BY day")
	if err != nil {
		return nil, err
	}
	return scanAll(rows, func(h *hours.Holiday) []any { return []any{&h.Day, &h.Name} })
}

// AddHoliday closes the desk on a day.
func (a *Archive) AddHoliday(ctx context.Context, h hours.Holiday, agent string) error {
	if _, err := hours.ParseDate(string(h.Day)); err != nil {
		return err
	}
	if h.Name = strings.TrimSpace(h.Name); h.Name == "" {
		return ErrEmpty
	}
	return a.settle(ctx, Record{Agent: agent, What: "holiday", Detail: string(h.Day)}, func(tx *sql.Tx) error {
		_, err := exec(ctx, tx, "INSERT INTO holiday (day, name) VALUES (?, ?) ON CONFLICT (day) DO UPDATE SET name = excluded.name", string(h.Day), h.Name)
		return err
	})
}

// AddLawHolidays adds the holidays of a year by Ley 27.399, and leaves those that are there already.
func (a *Archive) AddLawHolidays(ctx context.Context, year int, agent string) error {
	return a.settle(ctx, Record{Agent: agent, What: "holidays", Detail: fmt.Sprint(year)}, func(tx *sql.Tx) error {
		for _, h := range hours.Law(year) {
			if _, err := exec(ctx, tx, "INSERT INTO holiday (day, name) VALUES (?, ?) ON CONFLICT (day) DO NOTHING", string(h.Day), h.Name); err != nil {
				return err
			}
		}
		return nil
	})
}

// settingLaw holds the last year whose holidays were added unasked.
const settingLaw = "law_holidays"

// SeedHolidays adds the holidays of this year and the next by Ley 27.399, each year once: one that was removed does not come back.
func (a *Archive) SeedHolidays(ctx context.Context) error {
	text, err := a.Setting(ctx, settingLaw)
	if err != nil {
		return err
	}
	done, _ := strconv.Atoi(text)
	year := a.now().In(hours.Zone).Year()
	for y := max(year, done+1); y <= year+1; y++ {
		if err := a.AddLawHolidays(ctx, y, ""); err != nil {
			return err
		}
		if err := a.Set(ctx, settingLaw, strconv.Itoa(y), ""); err != nil {
			return err
		}
	}
	return nil
}

// RemoveHoliday opens the desk again on a day; [ErrNotFound] if it was none.
func (a *Archive) RemoveHoliday(ctx context.Context, day hours.Date, agent string) error {
	return a.settle(ctx, Record{Agent: agent, What: "holiday.remove", Detail: string(day)}, func(tx *sql.Tx) error {
		return one(exec(ctx, tx, "DELETE FROM holiday WHERE day = ?", string(day)))
	})
}
