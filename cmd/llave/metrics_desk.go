package main

import (
	"context"
	"time"

	"llave/adapters/desk/archive"
	"llave/bot"
)

// deskMetrics are those of Mesa de Ayuda. A figure that cannot be read is -1.
func (a *app) deskMetrics(reg registry) {
	s := a.engine.Stats()
	reg.counter("llave_desk_hushed_total", "Replies of the bot that were not said because an agent had the chat.", s.Hushed.Load)
	reg.counter("llave_desk_acts_total", "Acts of agents that were done.", s.ActsDone.Load)
	for why, n := range s.Refused {
		reg.counter("llave_desk_acts_refused_total", "Acts of agents that were not done.", n.Load, "reason", string(why))
	}
	reg.gauge("llave_desk_feed_lag_seconds", "How long the oldest event has waited for the desk's database.", func() float64 {
		lag, _ := a.engine.FeedLag()
		return lag.Seconds()
	})
	reg.gauge("llave_desk_agents", "Agents and supervisors who may sign in.", func() float64 {
		ctx, cancel := context.WithTimeout(context.Background(), askTime)
		defer cancel()
		n, err := a.desk.archive.CountActing(ctx)
		if err != nil {
			return -1
		}
		return float64(n)
	})
	reg.gauge("llave_desk_waiting", "Cases that nobody has taken.", a.deskFigure(func(open []archive.Row) float64 {
		return float64(len(waiting(open)))
	}))
	reg.gauge("llave_desk_owned", "Cases that an agent has.", a.deskFigure(func(open []archive.Row) float64 {
		return float64(len(open) - len(waiting(open)))
	}))
	reg.gauge("llave_desk_oldest_seconds", "How long the case that has waited longest has not been taken.", a.deskFigure(func(open []archive.Row) float64 {
		oldest := time.Duration(0)
		for _, r := range waiting(open) {
			oldest = max(oldest, a.now().Sub(r.Since))
		}
		return oldest.Seconds()
	}))
}

// deskFigure is a figure of the open cases.
func (a *app) deskFigure(of func(open []archive.Row) float64) func() float64 {
	return func() float64 {
		ctx, cancel := context.WithTimeout(context.Background(), askTime)
		defer cancel()
		page, err := a.desk.archive.List(ctx, archive.Query{Tab: archive.TabAll})
		if err != nil {
			return -1
		}
		return of(page.Rows)
	}
}

// waiting are the cases that nobody has taken.
func waiting(open []archive.Row) (free []archive.Row) {
	for _, r := range open {
		if r.State == bot.CaseQueued {
			free = append(free, r)
		}
	}
	return free
}
