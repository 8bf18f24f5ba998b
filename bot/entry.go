package bot

import (
	"encoding/json"
	"time"
)

// Entry is one line of a case, or what became of an agent's message, as the desk reads it from the log of the shard. It is
// written in the same commit as what it tells of.
type Entry struct {
	V int `json:"v"`
	// Case is the case's number, and Head the case as it is after the entry, so that a row can be made from any entry. A
	// delivery has no head and no number of its own.
	Case uint64 `json:"case"`
	Head *Case  `json:"head,omitempty"`
	N    uint64 `json:"n,omitempty"`
	// Ref is a name of the chat that only the engine reads; see Engine.ChatRef. Channel, Label and Sender are how people
	// call the channel, the masked id and how the affiliate calls themselves there.
	Ref     string `json:"ref,omitempty"`
	Channel string `json:"channel,omitempty"`
	Label   string `json:"label,omitempty"`
	Sender  string `json:"sender,omitempty"`

	At   time.Time `json:"at"`
	Kind EntryKind `json:"kind"`
	// By is the agent whose act it was, Act the act's id, and Deed what it was. Refused says why it was not done.
	By      Agent   `json:"by,omitzero"`
	Act     string  `json:"act,omitempty"`
	Deed    Deed    `json:"deed,omitempty"`
	Refused Refusal `json:"refused,omitempty"`
	To      Agent   `json:"to,omitzero"`
	// Text is what was said: by the affiliate, masked; by the bot, without digits and links; by the agent, as sent.
	Text string `json:"text,omitempty"`
	// Subtype and Media tell what an affiliate sent besides text, and File what an agent sent.
	Subtype string `json:"what,omitempty"`
	Media   *Media `json:"media,omitempty"`
	File    *File  `json:"file,omitempty"`
	// Of is the entry that it is about: of a delivery, and of what was said again.
	Of uint64 `json:"of,omitempty"`
	// Message is the outbox message of a Spoken or Told reply, and Marks are the names by which receipts call it.
	Message uint64   `json:"message,omitempty"`
	Marks   []string `json:"marks,omitempty"`
	Mark    string   `json:"mark,omitempty"` // of a receipt
	// Delivery is what became of a message, and Reason why, as a word: "blocked", "expired", or the channel's own.
	Delivery Delivery `json:"delivery,omitempty"`
	Reason   string   `json:"reason,omitempty"`
	// Card is what the script tells of the affiliate when the case is opened, and Hint what it tells of one entry, for the desk alone.
	Card json.RawMessage `json:"card,omitempty"`
	Hint json.RawMessage `json:"hint,omitempty"`
}

// EntryVersion is the form of Entry.
const EntryVersion = 1

// EntryKind says what an entry tells of.
type EntryKind string

// The kinds of entry. All but the last one are numbered.
const (
	EntryOpened      EntryKind = "opened"
	EntryReopened    EntryKind = "reopened"
	EntrySaid        EntryKind = "said"   // by the affiliate
	EntryBot         EntryKind = "bot"    // by the bot, while nobody had the case
	EntryTold        EntryKind = "told"   // a notice of the case to the affiliate
	EntrySpoken      EntryKind = "spoken" // by the agent
	EntryOwed        EntryKind = "owed"   // what the bot would have said while the agent had the case
	EntryTaken       EntryKind = "taken"
	EntryReleased    EntryKind = "released"
	EntryTransferred EntryKind = "transferred"
	EntryTakenOver   EntryKind = "takenover"
	EntryUnowned     EntryKind = "unowned" // the owner said nothing for long
	EntryReturned    EntryKind = "returned"
	EntryClosed      EntryKind = "closed"
	EntryLeft        EntryKind = "left"
	EntryCounter     EntryKind = "counter"
	EntryDelayed     EntryKind = "delayed" // nobody took it in time: a supervisor is to be rung
	EntryWarned      EntryKind = "warned"
	EntryGone        EntryKind = "gone"
	EntryErrand      EntryKind = "errand"
	EntryRefused     EntryKind = "refused"

	EntryDelivery EntryKind = "delivery"
)

// Delivery is what became of an agent's message.
type Delivery string

// What becomes of an agent's message. Sent, failed and expired are ends for the program; the channel may tell
// later that it was delivered and read.
const (
	DeliverySent      Delivery = "sent"
	DeliveryWaiting   Delivery = "waiting" // the first attempt failed; it is tried again
	DeliveryFailed    Delivery = "failed"
	DeliveryExpired   Delivery = "expired"
	DeliveryDelivered Delivery = "delivered"
	DeliveryRead      Delivery = "read"
)

// Logged is one event of a shard's log, as [Turn] and [DeliveryResult] carry it, sealed: an entry of a case, or an event of
// the script.
type Logged struct {
	Entry  *Entry          `json:"entry,omitempty"`
	Script json.RawMessage `json:"script,omitempty"`
}

// Happened is one event of a shard's log, opened for a [Reader]. Both parts of Logged are empty if the chat was forgotten, or
// if the event cannot be read.
type Happened struct {
	Seq  uint64 // rises by one within the shard, from 1
	Chat ChatKey
	Logged
}
