package bot

import (
	"encoding/hex"
	"fmt"
	"log/slog"
	"strings"
	"time"
)

// ChatID names a chat: channel / bot account / native id, as made by [NewChatID]. The native part is opaque
// to everybody but the adapter that made it, and personal: it is never logged and never stored in the clear.
type ChatID string

// NewChatID joins the three parts of a chat's name. The channel and the account must not hold a slash; the native id may.
func NewChatID(channel, account, native string) (ChatID, error) {
	if channel == "" || account == "" || native == "" || strings.ContainsRune(channel+account, '/') {
		return "", fmt.Errorf("chat id: want channel, account and native id, the first two without a slash")
	}
	return ChatID(channel + "/" + account + "/" + native), nil
}

// parts cuts a chat's name into its three parts; all are empty if it has fewer. It allocates nothing: every turn asks
// several times.
func (c ChatID) parts() (channel, account, native string) {
	channel, rest, ok := strings.Cut(string(c), "/")
	account, native, whole := strings.Cut(rest, "/")
	if !ok || !whole {
		return "", "", ""
	}
	return channel, account, native
}

// Channel is the name under which the chat's channel was registered with the engine.
func (c ChatID) Channel() string {
	channel, _, _ := c.parts()
	return channel
}

// Account is the bot account that the person talks to.
func (c ChatID) Account() string {
	_, account, _ := c.parts()
	return account
}

// Native is the channel's own id of the chat.
func (c ChatID) Native() string {
	_, _, native := c.parts()
	return native
}

// LogValue keeps the native id out of every log line.
func (c ChatID) LogValue() slog.Value {
	return slog.StringValue(c.Channel() + "/" + c.Account() + "/···")
}

// Short is the beginning of the chat's keyed hash. Log lines and the list of dead letters name a chat by it: it says which
// lines are about the same chat, and to nobody without the key whose chat that is.
func (k ChatKey) Short() string { return hex.EncodeToString(k[:4]) }

// LogValue is Short.
func (k ChatKey) LogValue() slog.Value { return slog.StringValue(k.Short()) }

// Kind says what an update is.
type Kind string

// What can happen in a chat. What is marked as internal never comes from a channel: Engine.Accept refuses it.
const (
	Message Kind = "message" // text
	Pressed Kind = "pressed" // a button: Choice is set
	Started Kind = "started" // the person came by a link: Text is what the link carried; anyone may have written it
	Other   Kind = "other"   // no text: Subtype says what it is
	Gone    Kind = "gone"    // the person wants nothing any more: nothing is sent until they write again. Subtype is Closed if they never will
	TooLong Kind = "toolong" // text beyond MaxText: the first MaxKept characters are kept, for the desk; the script reads none
	Answer  Kind = "answer"  // internal: the outside answered an effect after its turn had ended: Result is set
	Alarm   Kind = "alarm"   // internal: a timer of the chat is due: Subtype is its name
	Notice  Kind = "notice"  // another chat's turn has a message for this one: Subtype and Body are set
	Slow    Kind = "slow"    // internal: the outside takes its time over the effect that Subtype names
	Broken  Kind = "broken"  // internal: an update was quarantined: the person is told so

	// Acted: an agent did something in the chat's case: Act is set. Internal; Engine.Act makes it.
	Acted Kind = "acted"
	// Receipted: how far an agent's message has come. Subtype is [Delivery] as the channel tells it, Mark the channel's name of
	// the message.
	Receipted Kind = "receipt"

	// Undelivered: internal: a message that the person waits for was given up. Subtype is [Unsure] or [Unsent], Body the [ReplyKind]
	// of the message and Choice.Question its question.
	Undelivered Kind = "undelivered"
)

// Closed is the Subtype of a Gone update of a chat that no one can write to again.
const Closed = "closed"

// FromPerson reports whether the person did it, and so reads the answer.
func (k Kind) FromPerson() bool {
	switch k {
	case Message, Pressed, Started, Other, TooLong:
		return true
	}
	return false
}

// IdentityChanged is the subject of a Notice by which a channel says that the chat may be in another's hands: the person has
// a new phone, or a stranger has their number.
const IdentityChanged = "identity"

// DeviceShared and DeviceOwn are subjects of a Notice by which a channel says what the person answered when it asked whose the
// device is: others use it, too, or nobody else does.
const (
	DeviceShared = "device_shared"
	DeviceOwn    = "device_own"
)

// Internal reports whether an update of the kind can only be made by the engine. A Notice is not: effects of other chats
// make it.
func (k Kind) Internal() bool {
	switch k {
	case Answer, Alarm, Slow, Broken, Acted, Undelivered:
		return true
	}
	return false
}

// MaxText is the longest text that is read, and MaxKept the longest that is kept, in characters.
const (
	MaxText = 1000
	MaxKept = 4096
)

// Update is one thing that happened in a chat.
type Update struct {
	Chat ChatID `json:"chat"`
	// ID tells this update from every other of its chat and bot account; the channel repeats it when it repeats the update.
	ID   string `json:"id"`
	Kind Kind   `json:"kind"`
	Text string `json:"text,omitempty"`
	// Forwarded says that another person wrote the words: nothing may be taken away because of them.
	Forwarded bool `json:"forwarded,omitempty"`
	// Masked says that Text held something shaped like a CUIL, and no longer does.
	Masked bool `json:"masked,omitempty"`
	// Password says that Text held what the person called a password, and no longer does.
	Password bool   `json:"password,omitempty"`
	Choice   Choice `json:"choice,omitzero"`
	// Subtype is the kind of an Other update ("photo", "voice", "group", …), the name of an Alarm or the subject of a Notice.
	Subtype string `json:"what,omitempty"`
	Body    []byte `json:"body,omitempty"`
	// Media is the file that an Other update came with; nil if it came with none, or the channel gets none.
	Media *Media `json:"media,omitempty"`
	// Album names what it was sent together with. Of several with the same one in a row the script sees the first, and none of those
	// that the channel makes Silent because it knows of a better one. With an open case all are filed.
	Album  string `json:"album,omitempty"`
	Silent bool   `json:"silent,omitempty"`
	// Thread is the part of the chat that it happened in, where the channel divides chats; the replies go there, too.
	Thread string `json:"thread,omitempty"`
	// Sender says how the person calls themselves there. It proves nothing.
	Sender string `json:"sender,omitempty"`
	// ChannelName is what people call the channel ("Telegram"), and MaskedID the chat's id as other people may see it
	// ("···1234").
	ChannelName string `json:"via,omitempty"`
	MaskedID    string `json:"label,omitempty"`
	// DeepLink is a link into this chat, with %s for a code; empty where the channel has none.
	DeepLink string `json:"back,omitempty"`
	// OccurredAt is when the channel says that it happened; zero if it does not say.
	OccurredAt time.Time `json:"said,omitzero"`
	Result     *Result   `json:"result,omitempty"`
	// Act is what an agent did, and Mark the channel's name of a message that a receipt is about.
	Act  *Act   `json:"act,omitempty"`
	Mark string `json:"mark,omitempty"`
}

// Choice is an answer given by a button: the question it belonged to and the value of the option.
type Choice struct {
	Question string `json:"q,omitempty"`
	Value    string `json:"v,omitempty"`
}

// Accepted is an update that the store keeps. A turn run twice sees the same Accepted.
type Accepted struct {
	Update
	// Seq is its place in the order of acceptance.
	Seq uint64 `json:"-"`
	// Now is the time of the turn, fixed at acceptance.
	Now time.Time `json:"now"`
	// Seed is the turn's only source of randomness, fixed at acceptance.
	Seed Seed `json:"seed"`
	// Lag is by how much later it came than the channel's updates usually do, fixed at acceptance.
	Lag time.Duration `json:"lag,omitempty"`
	// Settled says that nothing of the chat was pending when it came, so that it may answer the last message.
	Settled bool `json:"settled,omitempty"`
	// Unpaced says that its channel is [Unpaced].
	Unpaced bool `json:"unpaced,omitempty"`
}

// Seed is 128 random bits in base32 (RFC 4648), 26 letters and digits.
type Seed string

// StaleAfter is the age at which a request is no longer granted without asking again.
const StaleAfter = 10 * time.Minute

// The Subtype of an Undelivered update: what is known of the message that was given up.
const (
	Unsure = "unsure" // it may have arrived
	Unsent = "unsent" // it did not
)
