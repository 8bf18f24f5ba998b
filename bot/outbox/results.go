package outbox

import (
	"context"
	"errors"
	"slices"
	"time"

	"llave/bot"
	"llave/bot/workers"
)

// result is a delivery result on its way to the store, and the chat that it holds.
type result struct {
	bot.DeliveryResult
	c *Chat
}

// recordAgain is after how long a result is tried again that could not be written by itself.
const recordAgain = 5 * time.Second

// delivered notes that a message is done with. Results are written in batches apart from the turns: a crash before that
// repeats a message, which is allowed, and verbatim.
func (d *Dispatcher) delivered(c *Chat, r bot.DeliveryResult) bot.DeliveryResult {
	r.State = bot.Delivered
	d.record(c, r)
	return r
}

// dead makes a message a dead letter.
func (d *Dispatcher) dead(c *Chat, r bot.DeliveryResult, why string) bot.DeliveryResult {
	d.stats.DeadLetters.Add(1)
	d.Log.Warn("outbox message is a dead letter", "key", c.key, "n", r.N, "reason", why)
	r.State, r.Reason = bot.DeadLettered, why
	d.record(c, r)
	return r
}

// record has a result written, and holds the chat until then: its cursor says what was sent.
func (d *Dispatcher) record(c *Chat, r bot.DeliveryResult) {
	d.scope.Owed.Add()
	d.unsaved.Add()
	d.mu.Lock()
	c.unsaved++
	d.mu.Unlock()
	d.offer(result{r, c})
}

// recordNow writes the result of an attempt that is about to be made, or was not made.
func (d *Dispatcher) recordNow(r bot.DeliveryResult) error {
	r.State, r.Once = bot.Attempting, true
	err := d.Store.RecordDelivery(d.scope.Context(), []bot.DeliveryResult{r})
	if err != nil {
		d.failed(err)
	}
	return err
}

// offer hands a result to the writer, unless it has ended.
func (s *Sender) offer(r result) {
	select {
	case s.results <- r:
	case <-s.stopped:
		r.c.d.recorded(r.c) // the next process sends it again, verbatim
	}
}

// RecordResults writes delivery results until no dispatcher can bring more: quiet is closed then.
func (s *Sender) RecordResults(quiet <-chan struct{}) {
	defer close(s.stopped)
	batch, plain := make([]result, 0, cap(s.results)), make([]bot.DeliveryResult, 0, cap(s.results))
	write := func(first result) {
		batch = s.fill(append(batch[:0], first))
		plain = plain[:0]
		for _, r := range batch {
			plain = append(plain, r.DeliveryResult)
		}
		s.writeResults(batch, plain, quiet)
		clear(batch)
	}
	for {
		select {
		case r := <-s.results:
			write(r)
			continue
		default:
		}
		select {
		case r := <-s.results:
			write(r)
		case <-quiet:
			if len(s.results) == 0 {
				return
			}
		}
	}
}

// fill appends the results that wait to a batch.
func (s *Sender) fill(batch []result) []result {
	for len(batch) < cap(batch) {
		select {
		case r := <-s.results:
			batch = append(batch, r)
			continue
		default:
		}
		break
	}
	return batch
}

// writeResults writes a batch, again after a growing pause if the store does not take it. plain are the results of batch.
func (s *Sender) writeResults(batch []result, plain []bot.DeliveryResult, quiet <-chan struct{}) {
	var some *bot.UnrecordedError
	var fenced *bot.FencedError // the next holder sends those again, verbatim
	for pause := 50 * time.Millisecond; ; pause = min(2*pause, 5*time.Second) {
		// Not the context of a scope: what was sent is recorded even while the process is cut short.
		ctx, cancel := context.WithTimeout(context.Background(), s.Attempt)
		err := s.Store.RecordDelivery(ctx, plain)
		cancel()
		if err != nil {
			s.failed(err)
		}
		if err == nil || errors.As(err, &some) || errors.As(err, &fenced) {
			break
		}
		select {
		case <-time.After(pause):
		case <-quiet:
			s.recorded(batch) // the next process sends them again, verbatim
			return
		}
	}
	s.logged(plain)
	if some != nil {
		batch = s.recordLater(batch, some.Results)
	}
	s.recorded(batch)
}

// failed notes that the store did not take results.
func (s *Sender) failed(err error) {
	if errors.Is(err, bot.ErrFenced) {
		s.stats.Fenced.Add(1)
	}
	s.StoreFailed(err)
}

// recordLater tries results again after a while that could not be written, and returns the rest of a batch: a row that
// cannot be written keeps no result of another chat waiting.
func (s *Sender) recordLater(batch []result, failed []bot.DeliveryResult) (written []result) {
	var again []result
	for _, r := range batch {
		if slices.ContainsFunc(failed, r.same) {
			again = append(again, r)
		} else {
			written = append(written, r)
		}
	}
	time.AfterFunc(recordAgain, func() {
		for _, r := range again {
			s.offer(r)
		}
	})
	return written
}

// recorded goes on with a chat one of whose results is recorded.
func (d *Dispatcher) recorded(c *Chat) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if c.unsaved--; c.unsaved == 0 && !d.finished(c) {
		d.start(c, workers.Normal)
	}
	d.unsaved.Done()
	d.scope.Owed.Done()
}

// recorded goes on with the chats of a batch.
func (s *Sender) recorded(batch []result) {
	for _, r := range batch {
		r.c.d.recorded(r.c)
	}
}

// same reports whether two results are of the same message and say the same.
func (r result) same(f bot.DeliveryResult) bool {
	return r.Chat == f.Chat && r.N == f.N && r.State == f.State && r.Tries == f.Tries && r.At.Equal(f.At)
}
