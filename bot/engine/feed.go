package engine

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"time"

	"llave/bot"
	"llave/bot/keyring"
)

// logs says which shards' logs hold something new.
type logs struct {
	wake    chan struct{} // something was marked
	feeding atomic.Bool   // this process reads the logs
	shards  [bot.Shards]logMark
}

// logMark is raised when a shard's log has grown.
type logMark struct {
	n     atomic.Uint64
	since atomic.Int64 // when it was raised first since all was applied; 0: all is
}

// mark notes that a shard's log may have grown.
func (l *logs) mark(s bot.Shard, now time.Time) {
	m := &l.shards[s]
	m.n.Add(1)
	m.since.CompareAndSwap(0, now.UnixNano())
	select {
	case l.wake <- struct{}{}:
	default:
	}
}

// applied notes that all was applied that the log held when the mark stood at n.
func (m *logMark) applied(n uint64, now time.Time) {
	m.since.Store(0)
	if m.n.Load() != n {
		m.since.CompareAndSwap(0, now.UnixNano())
	}
}

// FeedLag is how long the oldest event has waited for the reader, and in how many shards events wait.
func (e *Engine) FeedLag() (lag time.Duration, shards int) {
	if !e.logs.feeding.Load() {
		return 0, 0 // another process knows
	}
	now := e.now()
	for i := range e.logs.shards {
		if since := e.logs.shards[i].since.Load(); since != 0 {
			shards++
			lag = max(lag, now.Sub(time.Unix(0, since)))
		}
	}
	return lag, shards
}

// How the logs are fed.
const (
	feedPage  = 256             // events that are applied at once
	feedAgain = time.Second     // the longest pause after a reader that failed
	trimEvery = 5 * time.Second // how often a shard's log is trimmed
	lookEvery = time.Hour       // how often logs are looked at that nothing was said about
)

// Feed hands the events of the shards to a reader, in order, each of them once by shard and number, and trims what was
// applied: the shards that this process holds, or all of them where several processes are on one store. Of those one reads. A reader that fails is asked again. A shard in whose log events are missing, or
// whose log has gone back, is stopped, and the log says so. It ends with ctx, and is called once, after Start.
func (e *Engine) Feed(ctx context.Context, r bot.Reader) {
	f := &feeder{Engine: e, reader: r}
	e.logs.feeding.Store(true)
	if e.replica != nil {
		var watch sync.WaitGroup
		watch.Go(func() { f.watchOthers(ctx) })
		defer watch.Wait()
	}
	for {
		wait := time.NewTimer(f.round(ctx))
		select {
		case <-ctx.Done():
			wait.Stop()
			return
		case <-e.logs.wake:
			wait.Stop()
		case <-wait.C:
		}
	}
}

// feeder is the state of Feed.
type feeder struct {
	*Engine
	reader bot.Reader
	lookAt time.Time // when all logs are looked at again
	shards [bot.Shards]fedShard
}

// fedShard is how far the log of a shard is applied.
type fedShard struct {
	holder  *Shard // in whose hands the shard was: another process may have fed it in between
	known   bool   // place is
	place   uint64 // the last event that was applied
	trimmed uint64
	stopped bool   // events are missing
	mark    uint64 // of the log, when all of it had been applied
	pause   time.Duration
	until   time.Time // no try before
	trimAt  time.Time
}

// round feeds every shard that has something new, and returns when to look again.
func (f *feeder) round(ctx context.Context) time.Duration {
	now := time.Now()
	look := !now.Before(f.lookAt)
	if look {
		f.lookAt = now.Add(lookEvery)
	}
	next := f.lookAt
	for i := range f.shards {
		if ctx.Err() != nil {
			return 0
		}
		id, st := bot.Shard(i), &f.shards[i]
		if !f.reads(id, st) || st.stopped {
			continue
		}
		grown := look || !st.known || f.logs.shards[i].n.Load() != st.mark
		if grown && !now.Before(st.until) {
			f.feed(ctx, id, st)
			now = time.Now()
		}
		f.trim(ctx, id, st, now)
		next = st.next(next)
	}
	return max(next.Sub(now), time.Millisecond)
}

// reads reports whether the log of a shard is this process's to read.
func (f *feeder) reads(id bot.Shard, st *fedShard) bool {
	if f.replica != nil {
		return true
	}
	held := f.Engine.shards.get(id)
	if st.holder != held {
		*st = fedShard{holder: held}
	}
	if held == nil {
		f.logs.shards[id].since.Store(0) // another process feeds it
	}
	return held != nil
}

// next is when something has to be done for a shard whose log does not grow, if that is before a time.
func (st *fedShard) next(t time.Time) time.Time {
	if st.pause > 0 && st.until.Before(t) {
		t = st.until
	}
	if st.known && st.place > st.trimmed && st.trimAt.Before(t) {
		t = st.trimAt
	}
	return t
}

// feed applies what a shard's log holds. After a failure the reader is asked for its place again: it may have applied what
// it could not say.
func (f *feeder) feed(ctx context.Context, id bot.Shard, st *fedShard) {
	mark := f.logs.shards[id].n.Load()
	for more := true; more; {
		var err error
		if more, err = f.page(ctx, id, st); err != nil {
			if ctx.Err() != nil {
				return
			}
			f.stats.Unfed.Failed.Add(1)
			f.log.Error("feed", "shard", int(id), "err", err)
			st.known, st.pause = false, min(max(2*st.pause, 50*time.Millisecond), feedAgain)
			st.until = time.Now().Add(st.pause)
			return
		}
	}
	st.mark, st.pause = mark, 0
	if !st.stopped {
		f.logs.shards[id].applied(mark, f.now())
	}
}

// page applies the next page of a shard's log, and reports whether there may be more.
func (f *feeder) page(ctx context.Context, id bot.Shard, st *fedShard) (more bool, err error) {
	if !st.known {
		if err := f.findPlace(ctx, id, st); err != nil {
			return false, err
		}
	}
	events, err := f.store.Events(ctx, id, st.place, feedPage)
	if err != nil || len(events) == 0 {
		return false, errors.Join(err, f.checkBack(ctx, id, st))
	}
	list := make([]bot.Happened, len(events))
	for i, ev := range events {
		if want := st.place + uint64(i) + 1; ev.Seq != want {
			st.stopped = true
			f.stats.Unfed.Gaps.Add(1)
			f.log.Error("events are missing: the shard is not fed any more", "shard", int(id), "want", want, "have", ev.Seq)
			return false, nil
		}
		list[i] = f.openEvent(ev)
	}
	if err := f.reader.Apply(ctx, id, list); err != nil {
		return false, err
	}
	st.place += uint64(len(list))
	f.stats.Fed.Add(int64(len(list)))
	return len(list) == feedPage, nil
}

// findPlace asks the reader how far it is, and the store whether it still holds what was applied.
func (f *feeder) findPlace(ctx context.Context, id bot.Shard, st *fedShard) error {
	place, err := f.reader.Place(ctx, id)
	if err != nil {
		return err
	}
	first, err := f.store.Events(ctx, id, 0, 1)
	if err != nil {
		return err
	}
	st.known, st.place, st.trimmed = true, place, place
	if len(first) > 0 {
		st.trimmed = min(place, first[0].Seq-1)
	}
	return nil
}

// checkBack stops a shard whose log has gone back: the store was restored from a copy that is older than what the reader has
// applied. New events would get numbers that the reader takes for old ones. Such a log holds applied events, and not the last of them.
func (f *feeder) checkBack(ctx context.Context, id bot.Shard, st *fedShard) error {
	if st.place == 0 {
		return nil
	}
	first, err := f.store.Events(ctx, id, 0, 1)
	if err != nil || len(first) == 0 || first[0].Seq > st.place {
		return err
	}
	last, err := f.store.Events(ctx, id, st.place-1, 1)
	if err != nil || len(last) > 0 {
		return err
	}
	st.stopped = true
	f.stats.Unfed.Gaps.Add(1)
	f.log.Error("the store is older than what was applied of it: the shard is not fed any more", "shard", int(id), "applied", st.place, "first", first[0].Seq)
	return nil
}

// openEvent opens an event for the reader. One that cannot be read keeps its number.
func (f *feeder) openEvent(ev bot.Event) bot.Happened {
	h := bot.Happened{Seq: ev.Seq, Chat: ev.Chat}
	if len(ev.Body) == 0 {
		return h
	}
	if err := f.sealer.OpenJSON(keyring.ForEvent, ev.Chat, ev.Body, &h.Logged); err != nil {
		f.stats.Unreadable.Add(1)
		f.log.Error("event cannot be read", "shard", int(ev.Chat.Shard()), "err", err)
		h.Logged = bot.Logged{}
	}
	return h
}

// trim forgets what was applied, now and then.
func (f *feeder) trim(ctx context.Context, id bot.Shard, st *fedShard, now time.Time) {
	if st.stopped || !st.known || st.place <= st.trimmed || now.Before(st.trimAt) {
		return
	}
	st.trimAt = now.Add(trimEvery)
	if err := f.store.Trim(ctx, id, st.place); err != nil {
		if ctx.Err() == nil && !errors.Is(err, bot.ErrClosed) {
			f.log.Error("log not trimmed", "shard", int(id), "err", err)
		}
		return
	}
	st.trimmed = st.place
}
