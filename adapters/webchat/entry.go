package webchat

import (
	"time"

	"llave/bot"
)

// The sender of an entry.
const (
	byPerson = "person"
	byBot    = "bot"
)

// entry is one line of a chat's history, as it is kept.
type entry struct {
	Seq      uint64        `json:"-"`
	mark     [16]byte      // under which it is kept
	Turn     time.Time     `json:"turn,omitzero"` // of the bot that said it
	Who      string        `json:"who"`
	ID       string        `json:"id"` // of the page for a message of the person, of the outbox message for a reply
	At       time.Time     `json:"at"`
	Kind     bot.ReplyKind `json:"kind,omitempty"`
	From     string        `json:"from,omitempty"` // the agent who says it
	Text     string        `json:"text,omitempty"`
	Key      string        `json:"key,omitempty"` // of the catalog, where the text is ours
	Question string        `json:"q,omitempty"`
	Choices  []bot.Option  `json:"choices,omitempty"`
	Copy     string        `json:"copy,omitempty"`
	Copies   []string      `json:"copies,omitempty"`
	Expires  time.Time     `json:"expires,omitzero"`
	Expired  bool          `json:"expired,omitempty"`
	File     *fileInfo     `json:"file,omitempty"`
	Sent     *fileInfo     `json:"sent,omitempty"` // a file of the person's, which no page gets back
}

// fileInfo describes a file to the page.
type fileInfo struct {
	Name   string `json:"name"`
	Type   string `json:"type"`
	Alt    string `json:"alt,omitempty"`
	Size   int    `json:"size"`
	Width  int    `json:"width,omitempty"` // of a picture, so that nothing jumps when it comes
	Height int    `json:"height,omitempty"`
}

const (
	// maxFile bounds a file of a reply; maxFiles of them are kept for each chat.
	maxFile  = 16 << 20
	maxFiles = 20
)

func (f *fileInfo) picture() bool { return f.Type == "image/png" || f.Type == "image/jpeg" }

// hasExpired reports whether the contents may not be shown any more.
func (e entry) hasExpired(now time.Time) bool { return !e.Expires.IsZero() && !now.Before(e.Expires) }

// redacted is the entry without its expired contents. It still shows that there was something.
func (e entry) redacted() entry {
	e.Text, e.Copy, e.Copies, e.File, e.Expires, e.Expired = "", "", nil, nil, time.Time{}, true
	e.Key = "expired_" + string(e.Kind)
	return e
}
