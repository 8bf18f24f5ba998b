package engine

import (
	"context"
	"encoding/base64"
	"errors"
	"time"

	"llave/bot"
	"llave/bot/keyring"
)

// noteActivity records the time of the person's last action. A session of an earlier version has none: its time
// begins with this turn.
func (sh *Shard) noteActivity(w *turn, s *bot.Session) {
	if s.Last = w.session.Last; w.update.Kind.FromPerson() {
		s.Last = w.update.Now
	}
	if s.Last.IsZero() {
		s.Last = sh.now()
	}
}

// retention returns when the chat of a session may be forgotten or, if a call must be made before, when it must be
// reviewed. Both are whole hours, so that most turns do not change them.
func (sh *Shard) retention(s *bot.Session) (forget, review time.Time) {
	d, leave := keepFor(sh.script, *s)
	until := s.Last.Add(d).Add(time.Hour - 1).Truncate(time.Hour)
	if leave {
		return time.Time{}, until
	}
	return until, time.Time{}
}

// keepFor is how long the script keeps a chat, and whether a call must precede forgetting it.
func keepFor(script bot.Script, s bot.Session) (d time.Duration, leave bool) {
	if k, ok := script.(bot.Keeper); ok {
		return k.Keep(s)
	}
	return bot.KeepIdle, false
}

// retentionOf is retention for a sealed session. A session without a last activity is reviewed at once.
func (sh *Shard) retentionOf(key bot.ChatKey, sealed []byte) (forget, review time.Time) {
	s, err := sh.openSession(key, sealed)
	switch {
	case err != nil:
		return sh.now().Add(bot.KeepUnread).Truncate(time.Hour), time.Time{}
	case s.Last.IsZero():
		return time.Time{}, time.Unix(0, 0)
	}
	return sh.retention(&s)
}

// reportEvery is how often the log says what went.
const reportEvery = time.Hour

// runSweeper forgets what is old, apart from the turns: no request waits for it.
func (e *Engine) runSweeper() {
	tick := time.NewTicker(e.timing.Tick)
	defer tick.Stop()
	h := sweeper{e: e}
	for {
		select {
		case <-e.scope.Stopping():
			h.report()
			return
		case <-tick.C:
		}
		now := e.now()
		if passed(h.sweptAt, now, e.timing.Sweep) && !e.scope.Stopped() {
			h.sweep(now)
		}
		if passed(h.reportedAt, now, reportEvery) {
			h.reportedAt = now
			h.report()
		}
	}
}

// passed reports whether d has passed since a time. A clock that was put back counts as passed.
func passed(since, now time.Time, d time.Duration) bool {
	return now.Sub(since) >= d || now.Before(since)
}

// sweeper is the state of the sweeps.
type sweeper struct {
	e                   *Engine
	sweptAt, reportedAt time.Time
	reported            bot.Swept
	failed              error // of the sweeps since the last report
}

// sweep has the store forget what is old in the shards that this process holds, and reviews the chats that were idle for long. What becomes of those is the
// next sweep's.
func (h *sweeper) sweep(now time.Time) {
	h.sweptAt = now
	err := errors.Join(h.e.store.Sweep(h.e.scope.Context(), h.e.heldShards(), now), h.e.review(h.e.scope.Context(), now))
	if err != nil && h.e.scope.Context().Err() == nil {
		h.failed = err
	}
}

// report logs what went since the last report, and what could not.
func (h *sweeper) report() {
	if h.failed != nil {
		h.e.log.Error("sweep", "err", h.failed)
		h.failed = nil
	}
	now, was := h.e.store.Swept(), h.reported
	if now != was {
		h.e.log.Info("swept", "ids", now.IDs-was.IDs, "dead_letters", now.DeadLetters-was.DeadLetters,
			"chats", now.Chats-was.Chats, "failed", now.Failed-was.Failed)
	}
	h.reported = now
}

// reviewPage is how many chats are reviewed between two looks at the store, maxUnanswered how many calls in a row may
// fail before the outside is left alone until the next sweep.
const (
	reviewPage    = 64
	maxUnanswered = 3
)

// review sets the retention of chats of earlier versions, and makes the call that must precede forgetting a chat. A
// chat that fails is left for the next sweep and holds up no other. After a minute the next sweep goes on: a million
// chats of an earlier version take a while.
func (e *Engine) review(ctx context.Context, now time.Time) error {
	var failed error
	began := time.Now()
	for skip, unanswered := 0, 0; ; {
		keys, err := e.store.Idle(ctx, now, skip, reviewPage)
		if err != nil {
			return err
		}
		for _, k := range keys {
			err := e.reviewChat(ctx, k, now)
			switch {
			case err == nil:
				unanswered = 0
				continue
			case e.scope.Stopped():
				return nil
			case errors.Is(err, errNotHere):
				skip++
				continue
			case errors.Is(err, errUnanswered):
				unanswered++
			}
			skip++
			failed = err
		}
		if len(keys) < reviewPage || unanswered >= maxUnanswered || time.Since(began) > time.Minute {
			return failed
		}
	}
}

// errUnanswered: the outside did not answer the call that must precede forgetting a chat.
var errUnanswered = errors.New("review: no answer from outside")

// reviewChat reviews a chat of a shard that this process holds.
func (e *Engine) reviewChat(ctx context.Context, key bot.ChatKey, now time.Time) error {
	sh := e.shard(key)
	if sh == nil || !sh.enter() {
		return errNotHere
	}
	defer sh.scope.End()
	return sh.review(ctx, key, now)
}

// errNotHere: the chat's shard is another process's, which reviews it.
var errNotHere = errors.New("review: shard is not held")

// review sets the retention of one chat, or makes the call that must precede forgetting it: then the next sweep may
// forget it.
func (sh *Shard) review(ctx context.Context, key bot.ChatKey, now time.Time) error {
	c, err := sh.store.Load(ctx, key)
	if err != nil {
		return err
	}
	t := bot.Turn{Chat: key, Base: c.Version, Fence: sh.fence, Session: c.Session, Effect: c.Effect}
	s, err := sh.openSession(key, c.Session)
	if err != nil {
		t.Forget = now.Add(bot.KeepUnread).Truncate(time.Hour)
	} else if err := sh.reviewSession(key, &s, &t, now); err != nil {
		return err
	}
	if err := sh.store.Commit(ctx, t); !errors.Is(err, bot.ErrConflict) {
		return err
	}
	return nil // a turn was faster, and has dated the chat
}

// reviewSession sets a chat's retention by its session. When its time has come it makes the call that must precede
// forgetting.
func (sh *Shard) reviewSession(key bot.ChatKey, s *bot.Session, t *bot.Turn, now time.Time) (err error) {
	if s.Last.IsZero() {
		s.Last = now
	}
	s.Pending = nil // an idle chat has no effect pending: what the session waits for will never come
	if t.Session, err = sh.sealer.SealJSON(keyring.ForSession, key, s); err != nil {
		return err
	}
	if t.Forget, t.Review = sh.retention(s); t.Review.IsZero() || t.Review.After(now) {
		return nil
	}
	t.Forget, t.Review = now, time.Time{}
	return sh.callBeforeForgetting(key, sh.script.(bot.Keeper).Leave(*s)) // only a Keeper has a chat reviewed
}

// callBeforeForgetting makes the call that must be answered before a chat is forgotten. It may be made again: a
// commit that fails leaves the chat to the next sweep.
func (sh *Shard) callBeforeForgetting(key bot.ChatKey, eff bot.Effect) error {
	eff.Key = "leave/" + base64.RawURLEncoding.EncodeToString(key[:])
	if _, err := sh.attempt(&effectCall{sh: sh, effect: eff}); err != nil {
		sh.log.Warn("chat not forgotten yet", "key", key, "op", eff.Op, "err", err)
		return errUnanswered
	}
	return nil
}
