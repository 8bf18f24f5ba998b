package archive

import (
	"context"
	"sync/atomic"
	"time"

	"llave/adapters/desk/hours"
	"llave/bot"
	"llave/store/sqlitedb"
)

// board is what the queue looked like at the last change, so that a turn that asks needs no query.
type board struct {
	reading chan struct{} // holds one: an earlier reading never takes the place of a later one
	queue   atomic.Pointer[queue]
	desk    atomic.Pointer[deskAt]
}

type queue struct {
	calendar hours.Calendar
	ahead    int
	oldest   time.Time // since when the first of the queue waits; zero if none does
	waits    []time.Duration
	banner   string
}

// deskAt is an answer of Desk, good until a time.
type deskAt struct {
	desk  bot.Desk
	from  time.Time
	until time.Time
}

// deskLasts is how long an answer of Desk is good: the wait of the first in the queue grows.
const deskLasts = time.Second

// takesLast is how far back the last takes are looked for.
const takesLast = 7 * 24 * time.Hour

// SettingBanner is the name of the setting that holds what the desk says to everybody.
const SettingBanner = "banner"

// Desk is what may be promised now: hours, how many wait, and how long the last ones waited in opening hours. Without hours
// the desk is open and no time is promised. It reads no file, and is as cheap as reading a clock most of the time.
func (a *Archive) Desk() bot.Desk {
	now := a.now()
	if d := a.board.desk.Load(); d != nil && !now.Before(d.from) && now.Before(d.until) {
		return d.desk
	}
	q := a.board.queue.Load()
	d := &deskAt{desk: q.at(now), from: now, until: now.Add(deskLasts)}
	if c := d.desk.Changes; !c.IsZero() && c.Before(d.until) {
		d.until = c
	}
	a.board.desk.Store(d)
	return d.desk
}

func (q *queue) at(now time.Time) bot.Desk {
	d := bot.Desk{Hours: q.calendar.At(now), Ahead: q.ahead, Banner: q.banner}
	if !q.calendar.Set() {
		return d
	}
	var longest time.Duration
	if !q.oldest.IsZero() {
		longest = q.calendar.Between(q.oldest, now)
	}
	d.Low, d.High = hours.Band(q.waits, longest)
	return d
}

// queuedNow counts who waits; see ofTab.
const queuedNow = "SELECT count(*), coalesce(min(turned), 0) FROM caso WHERE state = 'queued' AND state <> 'closed'"

// lastTakes are the cases that were taken last.
const lastTakes = "SELECT opened, taken FROM caso WHERE taken > 0 AND taken > ? ORDER BY taken DESC LIMIT ?"

// refresh reads the board anew.
func (a *Archive) refresh(ctx context.Context) error {
	a.board.reading <- struct{}{}
	defer func() { <-a.board.reading }()
	err := a.read(ctx, "board", func(db sqlitedb.Querier) (err error) {
		q := &queue{}
		if q.calendar, err = calendarOf(ctx, db); err != nil {
			return err
		}
		if q.banner, err = a.setting(ctx, db, SettingBanner); err != nil {
			return err
		}
		err = db.QueryRowContext(ctx, queuedNow).Scan(&q.ahead, timeOf{&q.oldest})
		if err != nil {
			return err
		}
		q.waits, err = lastWaits(ctx, db, q.calendar, a.now())
		a.board.queue.Store(q)
		return err
	})
	a.board.desk.Store(nil)
	return err
}

// lastWaits is how long the last cases that were taken had waited in opening hours.
func lastWaits(ctx context.Context, db sqlitedb.Querier, c hours.Calendar, now time.Time) (waits []time.Duration, err error) {
	rows, err := db.QueryContext(ctx, lastTakes, micro(now.Add(-takesLast)), hours.MaxTakes)
	if err != nil {
		return nil, err
	}
	type take struct{ opened, taken time.Time }
	list, err := scanAll(rows, func(t *take) []any { return []any{timeOf{&t.opened}, timeOf{&t.taken}} })
	for _, t := range list {
		waits = append(waits, c.Between(t.opened, t.taken))
	}
	return waits, err
}

// changed brings the board up to date after a commit and wakes those who wait. The tables are right whether or not the board
// could be read.
func (a *Archive) changed(ctx context.Context) {
	if err := a.refresh(context.WithoutCancel(ctx)); err != nil {
		a.opt.Log.Error("archive: the board was not read after a change", "err", err)
	}
	a.watch.wake()
}
