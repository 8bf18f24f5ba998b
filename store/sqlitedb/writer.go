package sqlitedb

import (
	"context"
	"slices"
	"sync/atomic"
)

// maxBatch bounds how long the first write of a batch waits for the last.
const maxBatch = 128

// op is one write on its way through the writer.
type op struct {
	apply func(*Conn) error
	taken atomic.Bool // by the writer, or by a caller that gave up waiting: the first has it
	err   error       // set before done is closed
	done  chan struct{}
}

// Write runs apply as part of a transaction and returns when the result is durable. A caller that gives up before its
// write was begun has written nothing; after that it waits, since the outcome would not be known.
//
// Apply must read first and write last: an error that is a refusal means that it has written nothing, and the rest of the
// batch goes on. After any other error the batch is rolled back and applied again without this write, so apply may run
// more than once. That costs nothing as long as no write fails; a savepoint for each write would cost two statements, and
// could not bring back a transaction that SQLite has ended.
func (f *File) Write(ctx context.Context, apply func(*Conn) error) error {
	if err := f.Ready(ctx); err != nil {
		return err
	}
	o := &op{apply: apply, done: make(chan struct{})}
	select {
	case f.queue <- o:
	case <-f.stop:
		return ErrClosed
	case <-ctx.Done():
		return ctx.Err()
	}
	select {
	case <-o.done:
		return o.err
	case <-ctx.Done():
		if o.taken.CompareAndSwap(false, true) {
			return ctx.Err()
		}
	case <-f.finished:
	}
	select {
	case <-o.done:
		return o.err
	case <-f.finished:
	}
	select {
	case <-o.done: // answered by the very last batch
		return o.err
	default:
		return ErrClosed // it came into the queue after the last batch
	}
}

// run is the writer. It takes the writes that wait, applies them in one transaction, which costs one wait for the disk,
// and answers all: while it waits for the disk, the next batch gathers.
func (f *File) run(c *Conn) {
	defer close(f.finished)
	batch := make([]*op, 0, maxBatch)
	for {
		select {
		case o := <-f.queue:
			batch = f.gather(batch[:0], o)
			c = f.commit(c, batch)
		case <-f.stop:
			if len(f.queue) == 0 {
				_ = c.close() // of a connection that has nothing to write any more
				return
			}
		}
	}
}

// gather takes the writes that wait, up to a batch, without those whose callers gave up.
func (f *File) gather(batch []*op, o *op) []*op {
	for {
		if o.taken.CompareAndSwap(false, true) {
			batch = append(batch, o)
		}
		if len(batch) == maxBatch {
			return batch
		}
		select {
		case o = <-f.queue:
		default:
			return batch
		}
	}
}

// commit applies a batch and answers it. It returns the connection to go on with. A write that fails by itself is
// left out and the others are applied again without it: a row that cannot be written fails only its own caller.
func (f *File) commit(c *Conn, batch []*op) *Conn {
	for len(batch) > 0 {
		var failed int
		var err error
		if c, failed, err = f.attempt(c, batch); failed < 0 {
			for _, o := range batch {
				o.answer(err)
			}
			return c
		}
		batch[failed].answer(err)
		batch = slices.Delete(batch, failed, failed+1)
	}
	return c
}

// answer ends a write. Without an error of the batch the write's own refusal stands.
func (o *op) answer(err error) {
	if err != nil {
		o.err = err
	}
	close(o.done)
}

// attempt applies a batch in one transaction: all of it or nothing. It returns which write failed; negative if all
// were applied, or the failure is that of no single write.
func (f *File) attempt(c *Conn, batch []*op) (*Conn, int, error) {
	c, err := begin(c, f.writing, "BEGIN IMMEDIATE")
	if err != nil {
		return c, -1, err
	}
	failed, err := f.applyAll(c, batch)
	if end := c.end(err == nil); err == nil {
		err = end
	}
	return c, failed, err
}

func (f *File) applyAll(c *Conn, batch []*op) (failed int, err error) {
	for i, o := range batch {
		err := o.apply(c)
		if err != nil && !f.refusal(err) {
			return i, err
		}
		o.err = err
	}
	return -1, nil
}
