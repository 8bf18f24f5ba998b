package bot

import (
	"encoding/json"
	"time"
)

// Script is the conversations. It decides, and the engine acts.
type Script interface {
	// NewData returns a pointer to an empty memory, into which a stored session is decoded as JSON.
	NewData() any
	// Decide is a pure function: the same session and input give the same decision. It reads no clock, draws no
	// random number, makes no call, and leaves what s.Data points to as it found it, unless in.Own says that it need not.
	Decide(s Session, in Input) (Decision, error)
}

// Masker is a [Script] that removes from a text what must not be kept.
type Masker interface {
	// Mask is called before an update is kept, and for the name of a file.
	Mask(text string) Masked
}

// Masked is a text without what must not be kept, and the kinds of what was removed.
type Masked struct {
	Text     string
	CUIL     bool // something shaped like a CUIL
	Password bool // something that the person called a password
}

// Session is what is remembered of a chat between two turns.
type Session struct {
	// V is the version of the form of Data; the script migrates an older one when it reads it.
	V int `json:"v"`
	// State is where the conversation stands. An unknown one is the script's to recover from.
	State string `json:"state"`
	// Gone says that the person cannot be reached: they blocked the bot, or closed the chat. Kept by the engine.
	Gone bool `json:"gone,omitempty"`
	// Thread is where the person wrote last, in a chat that has threads. Kept by the engine.
	Thread string `json:"thread,omitempty"`
	// Album is the album that was answered last. Kept by the engine.
	Album string `json:"album,omitempty"`
	// Last is the time of the person's last action. Kept by the engine.
	Last time.Time `json:"last,omitzero"`
	// Pending is the effect whose answer is still awaited. Set and cleared by decisions, kept by the engine.
	Pending *Effect `json:"pending,omitempty"`
	// Case is the chat's case at Mesa de Ayuda, also for a while after it is closed. Kept by the engine.
	Case *Case `json:"case,omitempty"`
	// Data is the script's memory, of the type that Blank returns.
	Data any `json:"data,omitempty"`
}

// Input is an update, as the script sees it.
type Input struct {
	Accepted
	// Own says that the session is what the script has returned in this turn: no one else holds it, and Decide may write into
	// what its Data points to.
	Own bool
	// Waited is how long it waited since its acceptance, measured when the turn runs, plus its Lag.
	Waited time.Duration
	// Held says that the chat's updates come faster than its [Rate] allows, and that this is the first that had to wait.
	// It says so once until the chat has been quiet.
	Held bool
	// Desk is what may be promised about Mesa de Ayuda.
	Desk Desk
	// Became is what the update made of the case, before the script finds words for it: the session's Case is already what
	// it became. Empty if it made nothing of it, or nobody is to be told.
	Became Became
}

// Decision is what the script decides.
type Decision struct {
	Session Session
	Replies []Reply
	// Effect is the one call that must be answered before the conversation goes on. The engine runs it and
	// decides again, with the answer as Result, in the same turn if the answer comes in time.
	Effect *Effect
	// Interim is said if the answer does not come in time.
	Interim *Reply
	// Timers are set, or cancelled where Due is zero. One name is one timer of the chat.
	Timers []Timer
	// Events are for read models (the desk, statistics); opaque to the engine and the store.
	Events []json.RawMessage
	// Purge withdraws every earlier reply that has not been sent. A channel that keeps a history erases what it has
	// shown, before it is given this decision's replies.
	Purge bool
	// Case is what the affiliate wants of the case; the engine does it, and files the update in it.
	Case *CaseRequest
	// Said is what an update says in words where it has none of its own, for the case: the label of an option.
	Said string
	// Hint goes to the desk alone, with the entry of the update: what the script understood.
	Hint json.RawMessage
	// Refused says that the errand of an act cannot be done: nothing of it is.
	Refused Refusal
}

// CaseRequest is what the affiliate wants of Mesa de Ayuda. The script tells it in the same decision, with [Told] replies.
type CaseRequest struct {
	Do CaseEvent // CaseOpen, CaseReopen, CaseLeave or CaseCounter
	// Reason is the script's word for what it is about, and Card what the desk is to know, as JSON; of CaseOpen.
	Reason string
	Card   json.RawMessage
}

// Effect is one call to the outside, as data.
type Effect struct {
	// Op names the call and Args holds what it needs.
	Op   string `json:"op"`
	Args Value  `json:"args,omitzero"`
	// Asked is the id of the update that raised the question, or that asked directly, and N the number of the
	// effect for that update. Together with the chat they make the key: the same request is the same key.
	Asked string `json:"asked"`
	N     int    `json:"n"`
	// Once says that the outside cannot tell a repeated call from a new one: an unknown outcome stays unknown.
	Once bool `json:"once,omitempty"`
	// Key, At, Thread and Interim are set by the engine. Thread is where the answer goes, and Interim is still to be said
	// if it does not come in time.
	Key     string    `json:"key,omitempty"`
	Thread  string    `json:"thread,omitempty"`
	At      time.Time `json:"at,omitzero"`
	Interim *Reply    `json:"interim,omitempty"`
}

// Result is the answer to an effect.
type Result struct {
	Key string `json:"key"`
	Op  string `json:"op"`
	// Data is the answer. A refusal is an answer.
	Data Value `json:"data,omitzero"`
	// Failed says that there is no answer: the outside could not be reached or did not answer in all the time
	// it had. With Unknown it may have acted all the same.
	Failed  bool `json:"failed,omitempty"`
	Unknown bool `json:"unknown,omitempty"`
	// Late says that the turn which asked had ended, with its interim said, before this came.
	Late bool `json:"late,omitempty"`
}

// Timer wakes a chat.
type Timer struct {
	Name string
	Due  time.Time
}

// ReplyKind decides how often a reply may be sent and when it is no longer worth sending.
type ReplyKind string

// The kinds of reply.
const (
	// Say is an ordinary answer: sent at least once, repeated verbatim.
	Say ReplyKind = "say"
	// Show carries a token: like Say, until it expires; then its Else is sent.
	Show ReplyKind = "show"
	// Secret carries a link or a code: sent at most once.
	Secret ReplyKind = "secret"
	// Ask is a question or menu: like Say, and dropped when a later reply of the chat is waiting behind it.
	Ask ReplyKind = "ask"
	// Interim is an interim: dropped as Ask is.
	Interim ReplyKind = "meanwhile"
	// Spoken is an agent's words: sent at least once until it expires, never withdrawn unsaid without the case saying so. Written by the
	// engine.
	Spoken ReplyKind = "spoken"
	// Told is a notice of the case, or of what must be known though an agent has the chat: like Say, never withdrawn. While an
	// agent owns the case, the only kind of the script's replies that is said.
	Told ReplyKind = "told"
	// Forget says nothing: it has a [Forgetter] erase what it keeps of the chat. Written by the engine.
	Forget ReplyKind = "forget"
)

// Reply is one message to a person, as kept in the outbox.
type Reply struct {
	Kind ReplyKind `json:"kind"`
	Text string    `json:"text"`
	// Question is the id that the answer to Choices must carry.
	Question string   `json:"question,omitempty"`
	Choices  []Option `json:"choices,omitempty"`
	// Copy is what the channel's own means of copying should copy.
	Copy string `json:"copy,omitempty"`
	// Copies are several of them, in the order of the text.
	Copies []string `json:"copies,omitempty"`
	// File goes with the text; a channel that takes none sends the text alone.
	File *File `json:"file,omitempty"`
	// Expires is when a Show or an Ask is no longer worth sending; Else is said instead of a Show.
	Expires time.Time `json:"expires,omitzero"`
	Else    string    `json:"else,omitempty"`
	// From is who says it, if it is a person: the agent's name.
	From string `json:"from,omitempty"`
	// Case and Entry are the case and the entry of a Spoken reply. Set by the engine.
	Case  uint64 `json:"case,omitempty"`
	Entry uint64 `json:"entry,omitempty"`
	// Thread is the part of the chat that it goes to, where the channel divides chats. Set by the engine.
	Thread string `json:"thread,omitempty"`
	// ID tells the reply from every other of its chat; a repeated one has the same. Set by the dispatcher for the channel.
	ID string `json:"-"`
	// At is the time of the turn that wrote it. Use ID and At together as the idempotency key: IDs restart from 0 if the
	// store is replaced. Set by the dispatcher for the channel.
	At time.Time `json:"-"`
}

// File is a picture or a document, kept as a recipe: the bytes are made just before they are sent.
type File struct {
	// Template names what to render, and Args holds its data: the result does not change with time.
	Template string `json:"recipe"`
	Args     Value  `json:"args,omitzero"`
	// Name is a file's name and Type its media type; Alt describes a picture in words.
	Name string `json:"name"`
	Type string `json:"type"`
	Alt  string `json:"alt,omitempty"`
	// Data is set by the dispatcher for the channel.
	Data []byte `json:"-"`
}

// Option is one of a reply's choices.
type Option struct {
	Text  string `json:"text"`
	Value string `json:"value"`
}

// KeepIdle is how long a chat is kept after its last word if the script does not say, and KeepUnread how long one is
// whose session cannot be read.
const (
	KeepIdle   = 30 * 24 * time.Hour
	KeepUnread = 730 * 24 * time.Hour
)

// Keeper is a script that says how long chats are kept.
type Keeper interface {
	// Keep returns how long the chat is kept after its last word, more than zero, and whether Leave must be answered
	// before it is forgotten. The same session gives the same.
	Keep(s Session) (d time.Duration, leave bool)
	// Leave returns the call to the outside by which a chat is left.
	Leave(s Session) Effect
}
