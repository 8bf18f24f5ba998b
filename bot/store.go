package bot

import (
	"context"
	"errors"
	"time"
)

// ChatKey is the keyed hash under which a store knows a chat. A store never sees the chat's name.
type ChatKey [16]byte

// Shards is how many shards there are. A chat stays in its shard for ever.
const Shards = 256

// Shard is a chat's share of the work: one holder runs all its turns.
type Shard uint8

// Shard of a chat is the first byte of its key.
func (k ChatKey) Shard() Shard { return Shard(k[0]) }

// Fence is proof of holding a shard. A later holder has a greater one, and the earlier one's commits are refused.
type Fence uint64

// What a store refuses. Every other error means that nothing is known to have happened: the caller must not
// acknowledge, and may try again.
var (
	// ErrConflict: the session is not the one that was read, or the update is no longer waiting. Nothing was written.
	ErrConflict = errors.New("store: session has changed since it was read")
	// ErrFenced: somebody else holds the shard now. Nothing was written.
	ErrFenced = errors.New("store: shard is held by another")
	// ErrClosed: the store has been closed.
	ErrClosed = errors.New("store: closed")
)

// Store is what a store has to be. Bodies are sealed by the engine; a store sees hashes, numbers and hours.
type Store interface {
	Turns
	Timers
	Log
	Care
}

// Turns is the path of an update.
type Turns interface {
	// Accept keeps an arrival unless one with the same Chat and ID was accepted before, within Keep. When it
	// returns without error the arrival survives the loss of the process and of the machine's power.
	Accept(ctx context.Context, a Arrival) (Receipt, error)
	// Load returns all that is owed in a chat, and its session. A chat that nobody knows is the zero Chat.
	Load(ctx context.Context, chat ChatKey) (Chat, error)
	// Commit writes all of a turn or nothing. ErrConflict and ErrFenced as said there.
	Commit(ctx context.Context, t Turn) error
	// Mark notes what became of letters. A letter that is no longer there is no error.
	Mark(ctx context.Context, marks []Mark) error
	// Owing lists up to limit chats of the shard, in the order of their keys and beyond after, that have a
	// waiting update, an unsent letter or a pending effect. The zero key is the beginning.
	Owing(ctx context.Context, s Shard, after ChatKey, limit int) ([]ChatKey, error)
}

// Arrival is an update on its way in.
type Arrival struct {
	Chat ChatKey
	ID   [16]byte // keyed hash of the update's id
	At   time.Time
	Body []byte
}

// Receipt says what Accept did.
type Receipt struct {
	// Seq rises with the order of acceptance, over all chats of a shard. Zero means duplicate.
	Seq     uint64
	Version uint64 // of the session now
	Session []byte
}

// Waiting is an update that was accepted and has not been answered.
type Waiting struct {
	Seq  uint64
	Body []byte
	// Tries counts how often a process started and found it waiting: what kills the process is set aside by this.
	Tries int
}

// Chat is what a store holds of a chat.
type Chat struct {
	Version uint64
	Session []byte
	Waiting []Waiting // in the order of acceptance, the first LoadLimit of them
	Letters []Letter  // unsent, in the order in which they were written, the first LoadLimit of them
	Effect  []byte    // pending
}

// LoadLimit bounds what Load returns of one kind.
const LoadLimit = 64

// Turn is what a turn writes: all or nothing.
type Turn struct {
	Chat    ChatKey
	Base    uint64 // version of the session that was read; the session written is Base+1
	Fence   Fence
	Update  uint64 // Seq of the update answered: no longer waiting. Zero: none
	Session []byte
	Purge   bool // unsent letters of earlier turns are withdrawn
	Replies [][]byte
	Events  [][]byte
	Timers  []TimerSet
	Effect  []byte // pending from now on; nil: none
	// SetAside, if set, says why the update was not answered but set aside; Aside is its body, kept as a dead letter.
	SetAside string
	Aside    []byte
}

// Letter is a reply that is owed.
type Letter struct {
	Chat ChatKey
	// N orders the letters of a chat: Base<<8 plus the place among the turn's replies.
	N    uint64
	Body []byte
	// Tries counts the attempts noted so far; Due is when the next one may be made (zero: at once).
	Tries int
	Due   time.Time
}

// MarkState is what became of a letter.
type MarkState int

// What can become of a letter.
const (
	Sent   MarkState = iota // gone; forget it
	Trying                  // an attempt was made or is about to be: keep Tries and Due
	Dead                    // given up: keep it among the dead, with the reason
)

// Mark notes what became of one letter.
type Mark struct {
	Chat   ChatKey
	N      uint64
	State  MarkState
	Tries  int
	Due    time.Time
	Reason string
	At     time.Time
}

// TimerSet sets a chat's timer, or cancels it where Due is zero.
type TimerSet struct {
	Name string
	Due  time.Time
	Body []byte
}

// TimerDue is a timer whose time has come. It is returned again until a turn of the chat sets or cancels it.
type TimerDue struct {
	Chat ChatKey
	TimerSet
}

// Timers finds what is due.
type Timers interface {
	// Due lists up to limit timers due at now, the earliest first.
	Due(ctx context.Context, now time.Time, limit int) ([]TimerDue, error)
}

// Event is one entry of a shard's log.
type Event struct {
	Seq  uint64 // rises by one within the shard, from 1
	Chat ChatKey
	Body []byte
}

// Log is what happened, for those who build read models from it.
type Log interface {
	// Events lists up to limit entries of a shard behind after, in order.
	Events(ctx context.Context, s Shard, after uint64, limit int) ([]Event, error)
	// Trim forgets the entries up to and including upto. Numbers are not given again.
	Trim(ctx context.Context, s Shard, upto uint64) error
}

// Keep is how long an arrival's id is remembered. Telegram repeats for a day, others for a week.
const Keep = 8 * 24 * time.Hour

// DeadLetter is something that was given up.
type DeadLetter struct {
	Chat   ChatKey
	Reason string
	At     time.Time
	Body   []byte
}

// Care keeps the store itself.
type Care interface {
	// Claim takes every shard of the list and returns its fence; whoever held it before is fenced off. The
	// tries of what waits there are counted up.
	Claim(ctx context.Context, shards []Shard) (Fence, error)
	// Once returns the value kept under name; if there is none, it keeps value and returns it. A nil value is not
	// kept: nil comes back if there is none.
	Once(ctx context.Context, name string, value []byte) ([]byte, error)
	// Sweep forgets ids accepted before now-Keep and dead letters older than that, a bounded number at a time.
	Sweep(ctx context.Context, now time.Time) error
	// Dead lists up to limit dead letters, the newest first.
	Dead(ctx context.Context, limit int) ([]DeadLetter, error)
	// Ping writes and reads back something, durably: the store is ready if it returns nil.
	Ping(ctx context.Context) error
}
