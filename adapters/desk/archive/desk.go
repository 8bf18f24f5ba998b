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
	first    []uint64  // the first ones of the queue
	acting   int       // who can take cases, whether or not they are on duty
	onDuty   time.Time // until when somebody is on duty
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

// placesKnown is how many of the queue are known by their place.
const placesKnown = 32

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
	for _, c := range []time.Time{d.desk.Changes, q.onDuty} {
		if now.Before(c) && c.Before(d.until) {
			d.until = c
		}
	}
	a.board.desk.Store(d)
	return d.desk
}

func (q *queue) at(now time.Time) bot.Desk {
	d := bot.Desk{Hours: q.calendar.At(now), Ahead: q.ahead, Queue: q.first, Staff: q.staff(now), Banner: q.banner}
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

// staff says whether there is nobody to take a case.
func (q *queue) staff(now time.Time) bot.Staff {
	switch {
	case q.acting == 0:
		return bot.StaffNone
	case !now.Before(q.onDuty):
		return bot.StaffAway
	}
	return ""
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
		if err = q.readPlaces(ctx, db); err != nil {
			return err
		}
		if err = q.readStaff(ctx, db); err != nil {
			return err
		}
		q.waits, err = lastWaits(ctx, db, q.calendar, a.now())
		a.board.queue.Store(q)
		return err
	})
	a.board.desk.Store(nil)
	return err
}

// readPlaces reads the first ones of the queue, in the order in which agents see it.
func (q *queue) readPlaces(ctx context.Context, db sqlitedb.Querier) error {
	if q.ahead == 0 {
		return nil
	}
	free := tabRows[TabFree]
	rows, err := db.QueryContext(ctx, "SELECT id FROM caso WHERE "+free.where+" ORDER BY "+free.order+" LIMIT ?", placesKnown)
	if err != nil {
		return err
	}
	q.first, err = scanAll(rows, func(id *uint64) []any { return []any{id} })
	return err
}

// onDutyUntil is when the last session of somebody who is on duty ends: who closes the browser is on duty no more half an hour later.
const onDutyUntil = `SELECT coalesce(max(s.expires), 0) FROM session s JOIN agent a ON a.id = s.agent
	WHERE s.data IS NOT NULL AND a.disabled = 0 AND a.duty = 'on' AND a.role IN ('agent', 'supervisor')`

// readStaff reads who can take cases, and until when somebody is on duty.
func (q *queue) readStaff(ctx context.Context, db sqlitedb.Querier) error {
	err := db.QueryRowContext(ctx, "SELECT count(*) FROM agent WHERE disabled = 0 AND phc <> '' AND role IN ('agent', 'supervisor')").Scan(&q.acting)
	if err != nil {
		return err
	}
	return db.QueryRowContext(ctx, onDutyUntil).Scan(timeOf{&q.onDuty})
}

// lookAgain reads the board anew where nothing was changed in the tables that it is read from at every change: sessions begin, last
// and end, and the operator's commands are another process.
func (a *Archive) lookAgain(ctx context.Context) {
	if err := a.refresh(context.WithoutCancel(ctx)); err != nil {
		a.opt.Log.Error("archive: the board was not read", "err", err)
	}
}

// dutyLasts has the board read anew if a session lasts longer than it knows.
func (a *Archive) dutyLasts(ctx context.Context, user string, expires time.Time) {
	if user != "" && a.board.queue.Load().onDuty.Before(expires.Add(-dutyKnown)) {
		a.lookAgain(ctx)
	}
}

// dutyKnown is how far the board may be behind with the end of a session that still lasts.
const dutyKnown = time.Minute

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
