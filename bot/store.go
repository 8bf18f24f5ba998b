package bot

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// ChatKey is the keyed hash under which a store knows a chat. A store never sees the chat's name.
type ChatKey [16]byte

// Shards is how many shards there are. A chat stays in its shard for ever.
const Shards = 256

// Shard is a chat's share of the work: one holder runs all its turns.
type Shard uint8

// PinnedShard is the first of the shards that hold the chats of pinned channels, up to the last one. No other chats are in them.
// A channel is pinned if only one process can serve it.
const PinnedShard Shard = 240

// Shard of a chat is the first byte of its key.
func (k ChatKey) Shard() Shard { return Shard(k[0]) }

// Fence is proof of holding a shard. A later holder has a greater one, and the earlier one's commits are refused.
type Fence uint64

// What a store refuses. Every other error means that nothing is known to have happened: the caller must not
// acknowledge, and may try again.
var (
	// ErrConflict: the session is not the one that was read, or the update is no longer waiting. Nothing was written.
	ErrConflict = errors.New("store: session has changed since it was read")
	// ErrFenced: another process holds the shard now. Nothing was written.
	ErrFenced = errors.New("store: shard is held by another")
	// ErrClosed: the store has been closed.
	ErrClosed = errors.New("store: closed")
)

// Store is what a store has to be. Bodies are sealed by the engine; a store sees hashes, numbers and times.
type Store interface {
	Inbox
	Outbox
	Timers
	Log
	Leases
	Maintenance
	DeadLetters
	Sequences
}

// Inbox is the path of an update: accepted, and answered by a turn that is committed as a whole.
type Inbox interface {
	// Accept keeps an arrival unless one with the same Chat and ID was accepted before, within DedupWindow. When it
	// returns without error the arrival survives the loss of the process and of the machine's power.
	Accept(ctx context.Context, a Arrival) (Receipt, error)
	// Load returns a chat's session and what waits in it. A chat that is not known is the zero Chat.
	Load(ctx context.Context, chat ChatKey) (Chat, error)
	// BeginTurn notes that a turn of a waiting update begins: its Tries rise by one, durably. ErrFenced, and ErrConflict if
	// the update is no longer waiting.
	BeginTurn(ctx context.Context, fence Fence, chat ChatKey, update uint64) error
	// Commit writes all of a turn or nothing. ErrConflict and ErrFenced as said there.
	Commit(ctx context.Context, t Turn) error
	// PendingChats lists up to limit chats of the shard, in the order of their keys and beyond after, that have a
	// waiting update, an unsent message or a pending effect. The zero key is the beginning.
	PendingChats(ctx context.Context, s Shard, after ChatKey, limit int) ([]ChatKey, error)
}

// Outbox is the path of a reply once its turn is committed.
type Outbox interface {
	// Messages lists up to limit unsent messages of a chat in the order in which they were written, the first of them
	// numbered from or above.
	Messages(ctx context.Context, chat ChatKey, from uint64, limit int) ([]OutboxMessage, error)
	// RecordDelivery notes what became of messages. A message that is no longer there is no error. *FencedError if the fence of
	// some of the results is not their shard's: nothing of those was noted, and *UnrecordedError if some could not be written;
	// the others were. It may be both.
	RecordDelivery(ctx context.Context, results []DeliveryResult) error
}

// Arrival is an update on its way in.
type Arrival struct {
	Chat ChatKey
	ID   [16]byte // keyed hash of the update's id
	At   time.Time
	Body []byte
	// Fence is that of the shard, if whoever accepts holds it. What is accepted under another one is counted for the holder:
	// see [Replicas].
	Fence Fence
}

// Receipt says what Accept did.
type Receipt struct {
	// Seq rises with the order of acceptance, over all chats of a shard. Zero means duplicate.
	Seq     uint64
	Version uint64 // of the session now
	Session []byte
	// Before is the Seq of the last update of the chat that waits before this one, wherever it was accepted: it runs first.
	// Zero: none, or a duplicate. Fence is that of the shard now. A store that is one process's leaves both zero.
	Before uint64
	Fence  Fence
}

// Waiting is an update that was accepted and has not been answered.
type Waiting struct {
	Seq  uint64
	Body []byte
	// Tries counts the turns that began with it and did not end, as noted by BeginTurn: an update that kills the process
	// is quarantined by this.
	Tries int
}

// Chat is what a store holds of a chat.
type Chat struct {
	Version uint64
	Session []byte
	Waiting []Waiting // in the order of acceptance, the first PageSize of them
	Effect  []byte    // pending
}

// PageSize bounds what Load returns of one kind.
const PageSize = 64

// Turn is what a turn writes: all or nothing.
type Turn struct {
	Chat    ChatKey
	Base    uint64 // version of the session that was read; the session written is Base+1
	Fence   Fence
	Update  uint64 // Seq of the update answered: no longer waiting. Zero: none
	Session []byte
	Purge   bool // unsent messages of earlier turns are withdrawn
	Replies [][]byte
	// Keep has a bit set for each of the first 64 Replies that a later turn's Purge does not withdraw: bit i of reply i.
	Keep   uint64
	Events [][]byte
	Timers []TimerSet
	Effect []byte // pending from now on; nil: none
	// Once says that what the turn writes must be as safe as an arrival: its effect cannot be repeated.
	Once bool
	// Quarantine, if set, says why the update was not answered but quarantined; QuarantinedBody is kept as a dead letter.
	Quarantine      string
	QuarantinedBody []byte
	// Unreadable is what could not be opened and is replaced by this turn: kept as it came, as dead letters.
	Unreadable []Unreadable
	// Forget is the time from which Sweep may forget the chat, Review the time from which Idle lists it. Zero: never.
	Forget, Review time.Time
}

// Unreadable is a body that could not be opened.
type Unreadable struct {
	Kind   DeadKind
	Name   string // of a timer
	Reason string
	At     time.Time
	Body   []byte
}

// OutboxMessage is a reply that is not delivered yet.
type OutboxMessage struct {
	Chat ChatKey
	// N orders the messages of a chat: Base<<8 plus the place among the turn's replies.
	N    uint64
	Body []byte
	// Tries counts the attempts noted so far; Due is when the next one may be made (zero: at once).
	Tries int
	Due   time.Time
}

// DeliveryState is what became of an outbox message.
type DeliveryState int

// The states of a delivery.
const (
	Delivered    DeliveryState = iota // gone; forget it
	Attempting                        // an attempt was made or is about to be: keep Tries and Due
	DeadLettered                      // given up: keep it among the dead, with the reason
)

// DeliveryResult is what became of one outbox message.
type DeliveryResult struct {
	Chat   ChatKey
	N      uint64
	Fence  Fence // of the shard, in whose hands the message was
	State  DeliveryState
	Once   bool // the note must be as safe as an arrival: the message cannot be sent again
	Tries  int
	Due    time.Time
	Reason string
	At     time.Time
	// Event, if set, is appended to the shard's log in the same write, unless the message is no longer there.
	Event []byte
}

// FencedError says of which shards nothing was noted, because another process holds them now. It is an [ErrFenced].
type FencedError struct{ Shards []Shard }

func (e *FencedError) Error() string {
	return fmt.Sprintf("%v: %d shards", ErrFenced, len(e.Shards))
}

// Unwrap returns [ErrFenced].
func (e *FencedError) Unwrap() error { return ErrFenced }

// UnmarkedError says which marks could not be noted.
type UnrecordedError struct {
	Results []DeliveryResult
	Err     error
}

func (e *UnrecordedError) Error() string {
	return fmt.Sprintf("store: %d marks not noted: %v", len(e.Results), e.Err)
}

// Unwrap gives the cause.
func (e *UnrecordedError) Unwrap() error { return e.Err }

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
	// Due lists up to limit timers of these shards that are due at now, ordered by time, chat and name, beyond after. The zero
	// TimerDue is the beginning. The holder of a shard asks.
	Due(ctx context.Context, shards []Shard, now time.Time, after TimerDue, limit int) ([]TimerDue, error)
}

// Event is one entry of a shard's log.
type Event struct {
	Seq  uint64 // rises by one within the shard, from 1
	Chat ChatKey
	Body []byte // empty if the chat has been forgotten
}

// Log is the events of a shard, for read models: the desk's queue, search and board.
type Log interface {
	// Events lists up to limit entries of a shard behind after, in order.
	Events(ctx context.Context, s Shard, after uint64, limit int) ([]Event, error)
	// Trim forgets the entries up to and including upto. Numbers are not given again.
	Trim(ctx context.Context, s Shard, upto uint64) error
}

// Keep is how long an arrival's id is remembered. Telegram repeats for a day, others for a week.
const DedupWindow = 8 * 24 * time.Hour

// DeadLetterRetention is how long a dead letter is kept, so that there is time to bring back a key.
const DeadLetterRetention = 30 * 24 * time.Hour

// Sequences gives numbers away.
type Sequences interface {
	// TakeNumbers takes n numbers of a sequence and returns the first; the others follow it. They are never given again. Numbers
	// that nobody uses are gaps. A sequence begins with 1.
	TakeNumbers(ctx context.Context, name string, n int) (first uint64, err error)
}

// Reader reads the logs of the shards, in order.
type Reader interface {
	// Place is the number of the last event of the shard that was applied; 0: none.
	Place(ctx context.Context, s Shard) (uint64, error)
	// Apply applies events that follow one another, the first of them the one behind Place: all of them and the new place, or
	// nothing. Events that were applied before are no error.
	Apply(ctx context.Context, s Shard, list []Happened) error
}

// Leases is the right to run shards.
type Leases interface {
	// AcquireShards takes every shard of the list and returns its fence; the earlier holder is fenced off.
	AcquireShards(ctx context.Context, shards []Shard) (Fence, error)
}

// DeadKind says what a dead letter was.
type DeadKind int

// The kinds of dead letter. Those of an earlier version do not say.
const (
	DeadUnknown DeadKind = iota
	DeadUpdate
	DeadReply
	DeadSession
	DeadEffect
	DeadTimer
)

// DeadLetter is something that was given up or quarantined.
type DeadLetter struct {
	ID     uint64 // not given again
	Kind   DeadKind
	Chat   ChatKey
	Name   string // of a timer
	N      uint64 // of a reply
	Reason string
	At     time.Time
	Body   []byte // empty if it was withdrawn by a later turn's Purge
}

// Swept counts what a store has forgotten since it was opened.
type Swept struct {
	IDs, DeadLetters, Chats int64
	Failed                  int64 // rows that could not be deleted; counted at each try
}

// Maintenance keeps the store in order, apart from the path of an update.
type Maintenance interface {
	// Sweep forgets, in these shards, ids accepted before now-DedupWindow, dead letters older than DeadLetterRetention, and chats whose Forget
	// has come: the session, ids, dead letters and the bodies of events. A chat in which an update waits, a reply is unsent,
	// an effect is pending or a timer is set stays. It runs until there is nothing left to forget, in small steps between
	// which others write. A row that cannot be deleted does not keep the others.
	Sweep(ctx context.Context, shards []Shard, now time.Time) error
	// Swept counts what Sweep has forgotten.
	Swept() Swept
	// Idle lists up to limit chats whose Review has come and in which nothing is pending and no timer is set, the earliest
	// first, without the first skip of them.
	Idle(ctx context.Context, now time.Time, skip, limit int) ([]ChatKey, error)
	// PutIfAbsent returns the value kept under name; if there is none, it keeps value and returns it. A nil value is not
	// kept: nil comes back if there is none.
	PutIfAbsent(ctx context.Context, name string, value []byte) ([]byte, error)
	// Ping writes and reads back something, durably: the store is ready if it returns nil.
	Ping(ctx context.Context) error
}

// DeadLetters is what was quarantined or given up.
type DeadLetters interface {
	// Dead lists up to limit dead letters, the newest first.
	Dead(ctx context.Context, limit int) ([]DeadLetter, error)
	// Retry puts a dead letter back where it was: an update waits again with no tries, a reply is unsent again under its
	// number, a timer is due at its chat's next tick, a session takes the place of the one there is. ErrConflict if
	// there is no such dead letter, its body was withdrawn, or its place is taken.
	Retry(ctx context.Context, id uint64, as DeadKind) error
}
