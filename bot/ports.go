package bot

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// Channel sends replies to people. An adapter that also receives gives updates to an [Accepter].
type Channel interface {
	// Send says one reply in a chat and returns when the channel has taken it. Errors: *RetryAfter when the channel
	// asks for a pause, *PermanentFailure when it will never take this reply, *NotSent when the reply certainly did not leave; any
	// other error means that it is not known whether the person has it. An error is logged: it holds nothing secret or personal.
	Send(ctx context.Context, to ChatID, r Reply) error
}

// Paced is a channel that must not be hurried.
type Paced interface {
	// Reserve takes the place of the next message to a chat if there is one now: zero. Otherwise it takes none, says when
	// to ask again, and whether the channel has no place for any chat until then.
	Reserve(to ChatID) (wait time.Duration, everybody bool)
}

// Forgetter is a channel that keeps a history, because the person's side does not.
type Forgetter interface {
	// Forget erases what the channel keeps of a chat: tokens, pictures, files and all other replies. It comes through
	// the outbox, in order with the chat's replies, and may be repeated: r has the ID and the At of one reply, and what
	// was said after it stays. Errors: as for Send.
	Forget(ctx context.Context, to ChatID, r Reply) error
}

// Fetcher is a channel that downloads the files that people send, when the desk asks for them.
type Fetcher interface {
	// Fetch returns the bytes of the file that an update of the chat announced by its Media, if they are at most limit.
	// Errors: *PermanentFailure when they will never be had (gone, larger than the limit or than announced, not what was sent, not
	// of this chat); *RetryAfter when the channel asks for a pause; any other error when another try may do. An error is
	// logged: it holds nothing secret or personal.
	Fetch(ctx context.Context, chat ChatID, ref []byte, limit int64) ([]byte, error)
}

// Renderer makes the files that replies carry.
type Renderer interface {
	// Render returns a file's bytes: the same for the same recipe. An error is logged: it holds nothing personal. After
	// *PermanentFailure the reply goes without its file; after any other it waits.
	Render(ctx context.Context, chat ChatID, f File) ([]byte, error)
}

// Typist is a channel that can show that somebody is writing: an agent of Mesa de Ayuda.
type Typist interface {
	// Types shows it for some seconds. Errors: as for Send.
	Types(ctx context.Context, to ChatID) error
}

// Marker is a channel that tells what became of a message: delivered, read.
type Marker interface {
	// Marks are the names by which [Receipted] updates will call a reply with this ID and At: the same for the same reply.
	Marks(to ChatID, r Reply) []string
}

// Addresser is a channel that knows the address that people have there.
type Addresser interface {
	// Address is a phone number or user name of the person, shown to an agent who asks and never kept. Empty: not known.
	Address(ctx context.Context, chat ChatID) (string, error)
}

// Accepter takes updates in. Nil means that the update is kept, or was kept before: only then may a channel be
// told that it was received.
type Accepter interface {
	Accept(ctx context.Context, u Update) error
}

// EffectRunner performs effects.
type EffectRunner interface {
	// Run runs one call and returns what the outside said, refusals included. An error means no answer: it
	// may or may not have acted. It is logged, and holds nothing secret or personal. The same effect, with the same
	// key, may be performed again unless it says Once.
	Run(ctx context.Context, chat ChatID, e Effect) (Value, error)
}

// LocalEffects is an [EffectRunner] some of whose effects reach no further than this process: an outside that does not answer is no
// reason to hold them back.
type LocalEffects interface {
	Local(op string) bool
}

// RetryAfter is a channel that asks for a pause. Nothing was sent.
type RetryAfter struct{ After time.Duration }

func (e *RetryAfter) Error() string { return fmt.Sprintf("channel asks to wait %s", e.After) }

// PermanentFailure is a channel's final refusal. Reason is for the operator and holds nothing personal.
type PermanentFailure struct {
	Reason string
	// Gone says that the chat takes nothing any more, until the person writes again.
	Gone bool
}

func (e *PermanentFailure) Error() string { return "channel refuses: " + e.Reason }

// NotSent says that a message certainly did not leave: the connection was refused, the name was not found. It is tried again
// as any other failure is, also where an unknown outcome would be final.
type NotSent struct{ Err error }

func (e *NotSent) Error() string { return fmt.Sprintf("not sent: %v", e.Err) }

// Unwrap returns the cause.
func (e *NotSent) Unwrap() error { return e.Err }

// Errors of Accept. Besides these it returns the store's.
var (
	// ErrStopped: the engine has not started or is stopping. Nothing was kept.
	ErrStopped = errors.New("bot: not running")
	// ErrNotHeld: another process holds the shard of the chat. The update may not have been kept: it is to be repeated.
	ErrNotHeld = errors.New("bot: shard is held by another process")
	// ErrUpdate: the update has no chat, no id or no kind. It will never be accepted.
	ErrUpdate = errors.New("bot: not an update")
)

// Unpaced is a channel that brings what was written beforehand: a file through a pipe. Nothing is concluded from how fast it
// is.
type Unpaced interface {
	// Unpaced says whether that is so now.
	Unpaced() bool
}
