package telegramtest

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"time"
)

// User is a person with the bot in their chats, or a group. It is safe for concurrent use.
type User struct {
	ID          int64
	First, Last string
	Name        string // their user name, if they have one
	s           *Server
	kind        string // private, group
	title       string
	known       bool // has written to the bot
	blocked     bool
	screen      []*Message
	clipboard   string
	typed       []time.Time // when "typing…" was shown
	typedIn     []int       // and in which topic
	topics      map[int]bool
	read        int // of the screen, by Next
}

// Message is a message on the screen of a person.
type Message struct {
	ID        int
	Mine      bool // they wrote it
	Text      string
	Bold      []string
	Rows      [][]Button
	Photo     *File
	Document  *File
	Protected bool // cannot be forwarded or saved
	Preview   bool // links in it are looked up
	Edits     int
	Thread    int // the topic, 0: none
	At        time.Time
}

// User is a person with the bot in their chats, or a group. It is safe for concurrent use.
func (s *Server) User(id int64, first, last string) *User {
	return s.chat(id, "private", first, last)
}

// Group is a group with the bot in it.
func (s *Server) Group(id int64, title string) *User {
	g := s.chat(id, "supergroup", "", "")
	g.title, g.known = title, true
	return g
}

func (s *Server) chat(id int64, kind, first, last string) *User {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.chats[id] == nil {
		s.chats[id] = &User{ID: id, First: first, Last: last, s: s, kind: kind, topics: map[int]bool{}}
	}
	return s.chats[id]
}

func (u *User) from() map[string]any {
	out := map[string]any{"id": u.ID, "is_bot": false, "first_name": u.First, "last_name": u.Last}
	if u.Name != "" {
		out["username"] = u.Name
	}
	return out
}

func (u *User) where() map[string]any {
	return map[string]any{"id": u.ID, "type": u.kind, "first_name": u.First, "title": u.title}
}

var commandShape = regexp.MustCompile(`^/[A-Za-z0-9_]+(@[A-Za-z0-9_]+)?`)

// Says writes a message and returns the id of its update.
func (u *User) Says(text string) int64 {
	m := map[string]any{"text": text}
	if c := commandShape.FindString(text); c != "" {
		m["entities"] = []any{map[string]any{"type": "bot_command", "offset": 0, "length": len(c)}}
	}
	return u.writes("message", text, m)
}

// Sends sends something that is not text: photo, voice, sticker, …
func (u *User) Sends(kind string) int64 {
	return u.writes("message", "("+kind+")", map[string]any{kind: map[string]any{"file_id": "x"}})
}

// Edits changes what was written last.
func (u *User) Edits(text string) int64 {
	return u.writes("edited_message", text, map[string]any{"text": text, "edit_date": u.s.now().Unix()})
}

func (u *User) writes(kind, shown string, body map[string]any) int64 {
	return u.writesIn(u, kind, shown, body)
}

// SaysIn writes in a group.
func (u *User) SaysIn(g *User, text string) int64 {
	return u.writesIn(g, "message", text, map[string]any{"text": text})
}

// RepliesIn answers the bot in a group.
func (u *User) RepliesIn(g *User, text string) int64 {
	return u.writesIn(g, "message", text, map[string]any{"text": text, "reply_to_message": map[string]any{"from": u.s.self()}})
}

func (u *User) writesIn(place *User, kind, shown string, body map[string]any) int64 {
	s := u.s
	s.mu.Lock()
	defer s.mu.Unlock()
	u.known = true
	s.messages++
	place.screen = append(place.screen, &Message{ID: s.messages, Mine: true, Text: shown, At: s.now()})
	for k, v := range map[string]any{"message_id": s.messages, "date": s.now().Unix(), "from": u.from(), "chat": place.where()} {
		body[k] = v
	}
	return s.enqueue(place.ID, kind, body)
}

// Opens follows a link into the chat and taps on "start".
func (u *User) Opens(link string) (int64, error) {
	at, err := url.Parse(link)
	if err != nil || at.Host != "t.me" || at.Path != "/"+u.s.name {
		return 0, fmt.Errorf("telegramtest: %q does not lead to the bot", link)
	}
	payload := at.Query().Get("start")
	if !regexp.MustCompile(`^[A-Za-z0-9_-]{0,64}$`).MatchString(payload) {
		return 0, fmt.Errorf("telegramtest: a link cannot carry %q", payload)
	}
	if payload == "" {
		return u.Says("/start"), nil
	}
	return u.Says("/start " + payload), nil
}

// Presses presses the last button that says so.
func (u *User) Presses(text string) (int64, error) {
	s := u.s
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, m := range slices.Backward(u.screen) {
		for _, row := range m.Rows {
			for _, b := range row {
				if b.Text == text {
					return u.presses(m, b)
				}
			}
		}
	}
	return 0, fmt.Errorf("telegramtest: no button says %q", text)
}

// PressesData presses a button that is not on the screen any more, or never was.
func (u *User) PressesData(message int, data string) (int64, error) {
	u.s.mu.Lock()
	defer u.s.mu.Unlock()
	return u.presses(&Message{ID: message}, Button{Data: data})
}

func (u *User) presses(m *Message, b Button) (int64, error) {
	s := u.s
	if b.Copy != "" {
		u.clipboard = b.Copy
		return 0, nil
	}
	if b.Data == "" {
		return 0, errors.New("telegramtest: the button does nothing")
	}
	id := strconv.Itoa(900000 + len(s.queries))
	s.queries[id] = false
	message := map[string]any{"message_id": m.ID, "date": m.At.Unix(), "from": s.self(), "chat": u.where(), "text": m.Text}
	if m.Thread != 0 {
		message["message_thread_id"], message["is_topic_message"] = m.Thread, true
	}
	if m.At.IsZero() {
		message["date"] = 0 // Telegram shows no more of an old one
	}
	return s.enqueue(u.ID, "callback_query", map[string]any{"id": id, "from": u.from(), "chat_instance": "1", "data": b.Data, "message": message}), nil
}

// Blocks shuts the bot out, and Unblocks lets it in again.
func (u *User) Blocks() int64   { return u.lets("kicked", "member") }
func (u *User) Unblocks() int64 { return u.lets("member", "kicked") }

// Blocked says whether the bot is shut out.
func (u *User) Blocked() bool {
	u.s.mu.Lock()
	defer u.s.mu.Unlock()
	return u.blocked
}

func (u *User) lets(now, before string) int64 {
	u.s.mu.Lock()
	defer u.s.mu.Unlock()
	u.blocked = now == "kicked"
	state := func(status string) map[string]any { return map[string]any{"status": status, "user": u.s.self()} }
	return u.s.enqueue(u.ID, "my_chat_member", map[string]any{
		"chat": u.where(), "from": u.from(), "date": u.s.now().Unix(), "old_chat_member": state(before), "new_chat_member": state(now),
	})
}

// TypedIn is in which topics it was.
func (u *User) TypedIn() []int {
	u.s.mu.Lock()
	defer u.s.mu.Unlock()
	return slices.Clone(u.typedIn)
}

// Screen is what they see, in order.
func (u *User) Screen() []Message {
	u.s.mu.Lock()
	defer u.s.mu.Unlock()
	out := make([]Message, len(u.screen))
	for i, m := range u.screen {
		out[i] = *m
	}
	return out
}

// Next is the bot's next message that this was not asked for yet, once it is there.
func (u *User) Next(ctx context.Context) (Message, error) {
	var m Message
	err := u.s.Until(ctx, func() bool {
		u.s.mu.Lock()
		defer u.s.mu.Unlock()
		for u.read < len(u.screen) {
			u.read++
			if m = *u.screen[u.read-1]; !m.Mine {
				return true
			}
		}
		return false
	})
	return m, err
}

// Clipboard is what a button copied, and Typed when "typing…" was shown.
func (u *User) Clipboard() string {
	u.s.mu.Lock()
	defer u.s.mu.Unlock()
	return u.clipboard
}

// Typed is when the bot was shown to be typing.
func (u *User) Typed() []time.Time {
	u.s.mu.Lock()
	defer u.s.mu.Unlock()
	return slices.Clone(u.typed)
}
