package store

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync/atomic"

	"llave/bot"
)

// maxBatch bounds how long the first of a batch waits for the last.
const maxBatch = 128

// op is one write on its way through the writer.
type op struct {
	// apply does the write, as part of a transaction. It looks first and writes last: an error for which
	// refusal is true has written nothing, and the rest of the batch goes on. After any other error the batch is
	// taken back and applied again without this write, so apply may run more than once.
	apply func(*link) error
	taken atomic.Bool // by the writer, or by a caller who gave up waiting: whoever is first has it
	err   error       // set before done is closed
	done  chan struct{}
}

// refusal says whether an error is an answer rather than a failure.
func refusal(err error) bool { return errors.Is(err, bot.ErrConflict) || errors.Is(err, bot.ErrFenced) }

// write has apply run by the writer and returns when what it wrote is durable. A caller who gives up before its
// turn has come has written nothing; after that there is no giving up, since the outcome would not be known.
func (s *SQLite) write(ctx context.Context, what string, apply func(*link) error) error {
	if err := s.ready(ctx, what); err != nil {
		return err
	}
	o := &op{apply: apply, done: make(chan struct{})}
	select {
	case s.queue <- o:
	case <-s.stop:
		return bot.ErrClosed
	case <-ctx.Done():
		return fmt.Errorf("store: %s: %w", what, ctx.Err())
	}
	select {
	case <-o.done:
		return failed(what, o.err)
	case <-ctx.Done():
		if o.taken.CompareAndSwap(false, true) {
			return fmt.Errorf("store: %s: %w", what, ctx.Err())
		}
	case <-s.finished:
	}
	select {
	case <-o.done:
		return failed(what, o.err)
	case <-s.finished:
	}
	select {
	case <-o.done: // answered by the very last batch
		return failed(what, o.err)
	default:
		return bot.ErrClosed // it came into the queue when nobody looked any more
	}
}

// run is the writer. It takes what waits, writes it in one transaction, which costs one wait for the disk, and
// answers all: while it waited for the disk, the next batch has gathered.
func (s *SQLite) run(l *link) {
	defer close(s.finished)
	batch := make([]*op, 0, maxBatch)
	for {
		select {
		case o := <-s.queue:
			batch = s.gather(batch[:0], o)
			l = s.commit(l, batch)
		case <-s.stop:
			if len(s.queue) == 0 {
				_ = l.close() // of a connection that has nothing to write any more
				return
			}
		}
	}
}

// gather takes what waits, up to a batch, and leaves out whose callers have gone.
func (s *SQLite) gather(batch []*op, o *op) []*op {
	for {
		if o.taken.CompareAndSwap(false, true) {
			batch = append(batch, o)
		}
		if len(batch) == maxBatch {
			return batch
		}
		select {
		case o = <-s.queue:
		default:
			return batch
		}
	}
}

// commit writes a batch and answers it. It returns the connection to go on with. A write that fails by itself is
// left out and the others are done again without it: a row that cannot be written fails only its own caller.
func (s *SQLite) commit(l *link, batch []*op) *link {
	for len(batch) > 0 {
		var failed int
		var err error
		if l, failed, err = s.attempt(l, batch); failed < 0 {
			for _, o := range batch {
				o.answer(err)
			}
			return l
		}
		batch[failed].answer(err)
		batch = slices.Delete(batch, failed, failed+1)
	}
	return l
}

// answer ends a write. Without an error of the batch the write's own refusal stands.
func (o *op) answer(err error) {
	if err != nil {
		o.err = err
	}
	close(o.done)
}

// attempt writes a batch in one transaction: all of it or nothing. It returns which write failed; negative if all
// were applied, or none of them is to blame.
func (s *SQLite) attempt(l *link, batch []*op) (*link, int, error) {
	l, err := begin(l, s.writing, "BEGIN IMMEDIATE")
	if err != nil {
		return l, -1, err
	}
	failed, err := applyAll(l, batch)
	if end := l.end(err == nil); err == nil {
		err = end
	}
	return l, failed, err
}

func applyAll(l *link, batch []*op) (failed int, err error) {
	for i, o := range batch {
		err := o.apply(l)
		if err != nil && !refusal(err) {
			return i, err
		}
		o.err = err
	}
	return -1, nil
}
