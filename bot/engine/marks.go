package engine

import (
	"context"
	"errors"
	"slices"
	"time"

	"llave/bot"
)

// try notes an attempt that failed, and returns after how long the next one is due.
func (r *relay) try(m bot.DeliveryResult, after time.Duration) (bot.DeliveryResult, time.Duration) {
	m.State = bot.Attempting
	r.queueMark(m)
	return m, max(after, time.Millisecond)
}

// mark notes that a letter is done with. Marks are written in batches apart from the turns: a crash before that
// repeats a letter, which is allowed, and to the letter.
func (r *relay) mark(m bot.DeliveryResult) bot.DeliveryResult {
	m.State = bot.Delivered
	r.queueMark(m)
	return m
}

// dead gives a letter up.
func (r *relay) dead(m bot.DeliveryResult, why string) bot.DeliveryResult {
	r.e.stats.DeadLetters.Add(1)
	r.e.log.Warn("letter is dead", "reason", why)
	m.State, m.Reason = bot.DeadLettered, why
	r.queueMark(m)
	return m
}

// queueMark has a result written, and counts it as unwritten until then.
func (r *relay) queueMark(m bot.DeliveryResult) {
	r.e.owed.Add()
	r.mu.Lock()
	if rt := r.m[m.Chat]; rt != nil {
		rt.unwritten++
	}
	r.mu.Unlock()
	r.offerMark(m)
}

// offerMark hands a result to the writer, unless the engine has stopped.
func (r *relay) offerMark(m bot.DeliveryResult) {
	select {
	case r.marks <- m:
	case <-r.e.quiet:
		r.e.owed.Done()
	}
}

// writeMarks writes one batch of marks, the first one given.
func (r *relay) writeMarks(first bot.DeliveryResult) {
	batch := []bot.DeliveryResult{first}
	for len(batch) < cap(r.marks) {
		select {
		case m := <-r.marks:
			batch = append(batch, m)
			continue
		default:
		}
		break
	}
	defer func() {
		for range batch {
			r.e.owed.Done()
		}
	}()
	var some *bot.UnrecordedError
	for pause := 50 * time.Millisecond; ; pause = min(2*pause, 5*time.Second) {
		// Not the engine's context: what was sent is noted even while the engine is cut short.
		ctx, cancel := context.WithTimeout(context.WithoutCancel(r.e.ctx), r.e.timing.Attempt)
		err := r.e.store.RecordDelivery(ctx, batch)
		cancel()
		if err == nil {
			r.written(batch)
			return
		}
		r.e.health.failed(err)
		if errors.As(err, &some) {
			batch = r.markLater(batch, some.Results)
			r.written(batch)
			return
		}
		if !r.e.pause(pause) {
			return
		}
	}
}

// markLater has marks that could not be noted tried again after a while, and returns the rest of a batch: a row that
// cannot be written keeps no other chat's marks waiting.
func (r *relay) markLater(batch, failed []bot.DeliveryResult) (noted []bot.DeliveryResult) {
	time.AfterFunc(markAgain, func() {
		for _, m := range failed {
			r.offerMark(m)
		}
	})
	return slices.DeleteFunc(batch, func(m bot.DeliveryResult) bool {
		return slices.Contains(failed, m)
	})
}

// markAgain is after how long a mark that could not be noted by itself is tried again.
const markAgain = 5 * time.Second
