// Package enginetest judges what was recorded of a run: of the whole program, killed at random, or of engines in a bubble. A
// history has what every side said and saw; the judge knows none of the code that made it, and says what broke which law.
//
// Reading order: history.go (what is recorded), law.go (what may not happen), judge.go (one pass over a history), chat.go (what one
// person said and received), backend.go (what the back end was asked and made), shards.go (who held what, and who wrote).
package enginetest

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"sync"
	"time"
)

// What happened.
type What string

// The kinds of record, and which fields they have besides At.
const (
	Begun        What = "begun"        // first: Patience, Lease
	Said         What = "said"         // a person wrote: Chat, ID, Text; Class of the answer that they wait for
	Acknowledged What = "acknowledged" // the channel was told that an update is kept: Chat, ID, By
	Received     What = "received"     // a person saw a message: Chat, Text, Class, and To, By, Value, New, Secret, Late, Shard where known
	Asked        What = "asked"        // the back end was asked for something new: Chat, To, Key, By
	Made         What = "made"         // it made it: Chat, Key, Value
	Booked       What = "booked"       // the books of a back end at the end: Count of all that has a Class; New: of those that a new one replaced
	Given        What = "given"        // a shard was given to a process: Shard, Fence, By
	Wrote        What = "wrote"        // the store took a commit or a delivery result (Class): Shard, Fence, By
	Refused      What = "refused"      // it refused one because of its fence
	Fault        What = "fault"        // what was done to a process or the network (Class): By, Text
	Done         What = "done"         // last: all that was pending has been waited for
)

// The classes of what is received.
const (
	Question  = "question" // a step before the answer
	Token     = "token"
	Sheet     = "sheet"
	Answer    = "answer"    // any other
	Interim   = "interim"   // that it takes longer
	Sorry     = "sorry"     // that the update was given up
	Unsure    = "unsure"    // that a secret may not have come
	Unrelated = "unrelated" // what answers nothing: that another chat was linked
)

// The classes of fault.
const (
	Kill     = "kill"
	Stop     = "stop" // held up; Continue ends it
	Continue = "continue"
	Term     = "term"  // told to end: disturbs nobody
	Lossy    = "lossy" // the network loses, repeats and refuses
)

// Record is one thing that happened.
type Record struct {
	At       time.Time     `json:"at"`
	What     What          `json:"what"`
	By       string        `json:"by,omitempty"` // the process
	Chat     string        `json:"chat,omitempty"`
	ID       string        `json:"id,omitempty"` // of the update
	To       string        `json:"to,omitempty"` // the update that is answered, or that asked
	Class    string        `json:"class,omitempty"`
	Text     string        `json:"text,omitempty"`
	Value    string        `json:"value,omitempty"`  // what is told or made: digits, or a document's hash
	Key      string        `json:"key,omitempty"`    // of the effect
	New      bool          `json:"new,omitempty"`    // it is said to be a new one
	Secret   bool          `json:"secret,omitempty"` // it may be sent once
	Late     bool          `json:"late,omitempty"`   // it comes after its turn: later ones may come before
	Shard    string        `json:"shard,omitempty"`
	Fence    uint64        `json:"fence,omitempty"`
	Count    int           `json:"count,omitempty"`
	Lease    time.Duration `json:"lease,omitempty"`    // after how long another process takes over
	Patience time.Duration `json:"patience,omitempty"` // how long an answer may take; zero: is not judged
}

// History is recorded by all sides of a run at once.
type History struct {
	Now func() time.Time // nil: time.Now

	mu   sync.Mutex
	list []Record
}

// Add records something now.
func (h *History) Add(r Record) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if r.At = time.Now(); h.Now != nil {
		r.At = h.Now()
	}
	h.list = append(h.list, r)
}

// Records are what was recorded so far, in order.
func (h *History) Records() []Record {
	h.mu.Lock()
	defer h.mu.Unlock()
	return append([]Record(nil), h.list...)
}

// Write writes records, one JSON object a line.
func Write(w io.Writer, list []Record) error {
	lines := json.NewEncoder(w)
	for _, r := range list {
		if err := lines.Encode(r); err != nil {
			return fmt.Errorf("history: %w", err)
		}
	}
	return nil
}

// Read reads what Write has written.
func Read(r io.Reader) (list []Record, err error) {
	lines := json.NewDecoder(bufio.NewReader(r))
	lines.DisallowUnknownFields()
	for {
		var one Record
		switch err := lines.Decode(&one); err {
		case nil:
			list = append(list, one)
		case io.EOF:
			return list, nil
		default:
			return nil, fmt.Errorf("history: record %d: %w", len(list)+1, err)
		}
	}
}
