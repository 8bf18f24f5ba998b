package outbox

import (
	"time"

	"llave/bot"
	"llave/bot/keyring"
	"llave/bot/workers"
)

// Content is what an outbox message holds, as it is sealed in the store: a reply, the chat it is for and the time of the
// turn that wrote it.
type Content struct {
	Chat  bot.ChatID `json:"chat"`
	Reply bot.Reply  `json:"reply"`
	At    time.Time  `json:"at"`
	// Notice says that the chat did not ask for it: a turn of another chat has something to tell this one.
	Notice bool `json:"notice,omitempty"`
}

// AppendJSON implements [bot.JSONAppender].
func (c *Content) AppendJSON(o *bot.JSONObject) {
	o.Open()
	o.String("chat", string(c.Chat))
	o.Value("reply", &c.Reply)
	o.Time("at", c.At)
	o.IfTrue("notice", c.Notice)
	o.Close()
}

// Message is an outbox message on its way.
type Message struct {
	Content
	n        uint64
	tries    int
	due      time.Time
	broken   string // why it cannot be read; empty if it can
	reserved bool   // its place in the channel's pace is taken
	waits    bool   // the case knows that it has to wait
}

// NewMessage makes the message number n of a chat.
func NewMessage(n uint64, c Content) Message { return Message{Content: c, n: n} }

// Seal returns the body of a message for the store.
func (m *Message) Seal(s *keyring.Sealer, key bot.ChatKey) ([]byte, error) {
	return s.SealJSON(keyring.ForMessage, key, &m.Content)
}

// openMessage reads a message from the store. One that cannot be read is returned all the same: it becomes a dead letter.
func openMessage(s *keyring.Sealer, key bot.ChatKey, stored bot.OutboxMessage) Message {
	m := Message{n: stored.N, tries: stored.Tries, due: stored.Due}
	if err := s.OpenJSON(keyring.ForMessage, key, stored.Body, &m.Content); err != nil {
		m.broken = "cannot be read"
	}
	return m
}

// deliverable returns what is still worth sending of a message, or why nothing is. behind says whether another message
// waits behind it.
func (m *Message) deliverable(now time.Time, behind bool) (r bot.Reply, why string) {
	r = m.Reply
	if (r.Kind == bot.Ask || r.Kind == bot.Interim) && behind {
		return r, "superseded"
	}
	if r.Expires.IsZero() || now.Before(r.Expires) {
		return r, ""
	}
	if r.Kind == bot.Show && r.Else != "" {
		return bot.Reply{Kind: bot.Say, Text: r.Else, Thread: r.Thread}, ""
	}
	return r, "expired"
}

// kept reports whether a later turn's purge leaves the message. It says the same as [bot.Turn].Keep.
func (m *Message) kept() bool { return Keeps(m.Reply.Kind) }

// Keeps reports whether replies of a kind outlive a purge.
func Keeps(k bot.ReplyKind) bool { return k == bot.Spoken || k == bot.Told }

// class says how urgent a message is: tokens and links first; questions, interims and notices last.
func (m *Message) class() workers.Class {
	switch {
	case m.Notice:
		return workers.Background
	case m.Reply.Kind == bot.Show, m.Reply.Kind == bot.Secret:
		return workers.Urgent
	case m.Reply.Kind == bot.Ask, m.Reply.Kind == bot.Interim:
		return workers.Background
	}
	return workers.Normal
}

// backOff is the pause before the next try. The tries of a Secret are not counted while it has not left: the pause follows
// from its age.
func (m *Message) backOff(r bot.DeliveryResult) time.Duration {
	if m.Reply.Kind == bot.Secret {
		return min(max(r.At.Sub(m.At)/2, time.Second), 20*time.Second)
	}
	return min(time.Second<<min(r.Tries-1, 6), time.Minute)
}
