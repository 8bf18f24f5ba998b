package store

import (
	"context"
	"errors"
	"fmt"

	"llave/bot"
)

// Place is where a store is: a file of SQLite, or a Redis if File is empty.
type Place struct {
	File  string
	Redis RedisConfig
}

// Copied counts what has been copied so far.
type Copied struct {
	Chats, IDs, Updates, Messages, Timers, DeadLetters, Events, Values int64
	// Damaged are records that are too short to be what they should be. The program would not read them either: they are left out.
	Damaged int64
	Percent int // of the chats, about
}

// CopyRefusal is why a store is not copied.
type CopyRefusal string

// The reasons.
const (
	CopyNoSource CopyRefusal = "nothing to copy"                // the source holds no store
	CopySource   CopyRefusal = "a service uses the source"      // on Redis; of a file see [sqlitedb.InUse]
	CopyTarget   CopyRefusal = "a service uses the target"      // on Redis, or another copy
	CopyHolds    CopyRefusal = "the target holds something"     // and it is not the beginning of a copy
	CopySame     CopyRefusal = "both are stores of one kind"    // what the server or a backup copies better
	CopyFenced   CopyRefusal = "a service began during copying" // and may have written to the source
)

// CopyError is a copy that was not made.
type CopyError struct{ Refusal CopyRefusal }

func (e *CopyError) Error() string { return "store: copy: " + string(e.Refusal) }

// copySource is a store that is read whole, while no service uses it.
type copySource interface {
	// counters are read before everything else.
	counters(ctx context.Context) (copyCounters, error)
	// chats gives every chat to put, some at a time. A chat may be given twice, as it is.
	chats(ctx context.Context, put func(chats []copyChat, percent int) error) error
	// values gives every value and sequence that has a name.
	values(ctx context.Context, put func([]copyValue) error) error
	Events(ctx context.Context, s bot.Shard, after uint64, limit int) ([]bot.Event, error)
	// release ends the use of the store.
	release() error
}

// copyTarget is a store that holds nothing and is filled. No service can open it before it is whole.
type copyTarget interface {
	begin(ctx context.Context, c copyCounters) error
	putChats(ctx context.Context, chats []copyChat) (Copied, error)
	putValues(ctx context.Context, values []copyValue) error
	// putEvents takes those of a shard in order, without a gap.
	putEvents(ctx context.Context, s bot.Shard, events []bot.Event) error
	// finish makes the store one that a service opens.
	finish(ctx context.Context) error
	release() error
}

// copyCounters are the numbers that were given last. Those of updates and dead letters belong to the whole store: in a store
// where each shard counts by itself they are the shard's number and the shard (see [deadID]).
type copyCounters struct {
	fence         uint64 // of the store
	updates, dead uint64
	shards        [bot.Shards]struct{ fence, event uint64 }
}

// copyChat is all that is kept of a chat, apart from the log. Hours are in microseconds.
type copyChat struct {
	key      bot.ChatKey
	record   *chatRecord // nil: no turn was committed yet
	ids      []copyID
	waiting  []copyUpdate
	messages []copyMessage
	timers   []copyTimer
	dead     []copyDead
	damaged  int64
}

type copyID struct {
	id []byte
	at int64
}

type copyUpdate struct {
	seq   uint64
	at    int64
	tries int
	body  []byte
}

type copyMessage struct {
	n     uint64
	tries int
	due   int64
	keep  bool
	body  []byte
}

type copyTimer struct {
	name string
	due  int64
	body []byte
}

type copyDead struct {
	id     uint64
	kind   bot.DeadKind
	name   string
	n      uint64
	reason string
	at     int64
	body   []byte
}

// copyValue is a value that has a name, or the last number of a sequence.
type copyValue struct {
	name     string
	value    []byte
	sequence bool
	last     uint64
}

// Copy copies a store to a place that holds nothing: all of it, sealed as it is. It fails with a [*CopyError], or with the error of
// opening a store, if one of them cannot be used or a service uses it. A target that is not whole is refused by a service, and
// another copy begins with it anew. The source stays as it is.
func Copy(ctx context.Context, from, to Place, tell func(Copied)) (done Copied, err error) {
	if (from.File == "") == (to.File == "") {
		return done, &CopyError{CopySame}
	}
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	source, err := openCopySource(ctx, cancel, from)
	if err != nil {
		return done, err
	}
	defer func() { err = errors.Join(err, source.release()) }()
	target, err := openCopyTarget(ctx, cancel, to)
	if err != nil {
		return done, err
	}
	defer func() { err = errors.Join(err, target.release()) }()
	c := copying{source, target, tell, Copied{}}
	if err := c.run(ctx); err != nil {
		if cause := context.Cause(ctx); cause != nil {
			err = cause
		}
		return c.done, err
	}
	return c.done, nil
}

// copying is one call of Copy.
type copying struct {
	from copySource
	to   copyTarget
	tell func(Copied)
	done Copied
}

func (c *copying) run(ctx context.Context) error {
	last, err := c.from.counters(ctx)
	if err != nil {
		return err
	}
	if err := c.to.begin(ctx, last); err != nil {
		return err
	}
	err = c.from.values(ctx, func(values []copyValue) error {
		c.done.Values += int64(len(values))
		return c.to.putValues(ctx, values)
	})
	if err != nil {
		return err
	}
	for s, of := range last.shards {
		if err := c.events(ctx, bot.Shard(s), of.event); err != nil {
			return err
		}
	}
	err = c.from.chats(ctx, func(chats []copyChat, percent int) error {
		put, err := c.to.putChats(ctx, chats)
		c.done.add(put)
		c.done.Percent = percent
		c.tell(c.done)
		return err
	})
	if err != nil {
		return err
	}
	if err := ctx.Err(); err != nil { // the source may have been written to
		return err
	}
	return c.to.finish(ctx)
}

// events copies the log of a shard up to its last number. A number that is missing in it becomes an event of nobody, which readers pass
// over as they do one of a chat that was forgotten.
func (c *copying) events(ctx context.Context, s bot.Shard, last uint64) error {
	next := uint64(0) // the number that the next event must have; 0: none was seen
	for {
		page, err := c.from.Events(ctx, s, max(next, 1)-1, chunk)
		if err != nil {
			return err
		}
		var events []bot.Event
		for _, e := range page {
			for ; next > 0 && next < e.Seq; next++ {
				events = append(events, bot.Event{Seq: next})
			}
			events = append(events, e)
			next = e.Seq + 1
		}
		c.done.Events += int64(len(page))
		if len(page) < chunk {
			for ; next > 0 && next <= last; next++ {
				events = append(events, bot.Event{Seq: next})
			}
		}
		if err := c.to.putEvents(ctx, s, events); err != nil || len(page) < chunk {
			return err
		}
	}
}

func (c *Copied) add(more Copied) {
	c.Chats += more.Chats
	c.IDs += more.IDs
	c.Updates += more.Updates
	c.Messages += more.Messages
	c.Timers += more.Timers
	c.DeadLetters += more.DeadLetters
	c.Damaged += more.Damaged
}

func openCopySource(ctx context.Context, cancel context.CancelCauseFunc, from Place) (copySource, error) {
	if from.File != "" {
		return openSQLiteSource(from.File)
	}
	return openRedisSource(ctx, cancel, from.Redis)
}

func openCopyTarget(ctx context.Context, cancel context.CancelCauseFunc, to Place) (copyTarget, error) {
	if to.File != "" {
		return openSQLiteTarget(ctx, to.File)
	}
	return openRedisTarget(ctx, cancel, to.Redis)
}

// errCopying adds the operation to an error of a store that is being copied.
func errCopying(err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("store: copy: %w", err)
}
