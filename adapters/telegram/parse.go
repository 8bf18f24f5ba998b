package telegram

import (
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode"

	"llave/adapters/besteffort"
	"llave/bot"
)

// heard is what became of one of Telegram's updates.
type heard struct {
	id   int64
	chat int64
	// u has no Kind if it is nothing for the bot.
	u     bot.Update
	press *press // a button was pressed
	// A message: its id, its words as they are now, whether it is an edit, and the album that it belongs to.
	message int64
	words   string
	edit    bool
	album   string
}

// press is a button whose spinner turns until it is answered.
type press struct {
	query   string
	message int // 0: not known
}

// parse reads an update. An error says that it never will be read; whatever it is, it does not panic.
func (t *Telegram) parse(raw []byte) (h heard, err error) {
	defer func() {
		if p := recover(); p != nil {
			h, err = heard{id: h.id}, fmt.Errorf("update: panic (%T)", p)
		}
	}()
	var in update
	if json.Unmarshal(raw, &in) != nil {
		var head struct {
			ID int64 `json:"update_id"`
		}
		json.Unmarshal(raw, &head)
		return heard{id: head.ID}, errors.New("update: no JSON of the form that it should have")
	}
	if in.ID == nil {
		return heard{}, errors.New("update: it has no id")
	}
	h.id = *in.ID
	switch {
	case in.Message != nil:
		err = t.message(&h, in.Message, raw)
	case in.Edited != nil:
		err = t.edited(&h, in.Edited)
	case in.Callback != nil:
		err = t.pressed(&h, in.Callback)
	case in.Member != nil:
		err = t.member(&h, in.Member)
	}
	return h, err
}

// begin makes an update that happened in a chat.
func (t *Telegram) begin(h *heard, c chat, from *user, kind bot.Kind) error {
	native := strconv.FormatInt(c.ID, 10)
	id, err := bot.NewChatID(Channel, t.account, native)
	if err != nil || c.ID == 0 {
		return errors.New("update: it has no chat")
	}
	h.chat = c.ID
	h.u = bot.Update{Chat: id, ID: strconv.FormatInt(h.id, 10), Kind: kind, ChannelName: "Telegram", MaskedID: "···" + native[max(len(native)-4, 0):]}
	if from != nil {
		h.u.Sender = besteffort.Tidy(from.First+" "+from.Last, maxName)
	}
	if user := t.userName(); user != "" {
		h.u.DeepLink = "https://t.me/" + user + "?start=%s"
	}
	return nil
}

// person says whether somebody wrote this themselves, in their own chat with the bot.
func (m *message) person() bool {
	return m.Chat.Type == "private" && m.From != nil && !m.From.IsBot && m.From.ID == m.Chat.ID &&
		!bool(m.SenderChat) && !bool(m.ViaBot) && !bool(m.BusinessBot)
}

// message is what somebody sent. What it answers or quotes is not read: those are the words of another message.
func (t *Telegram) message(h *heard, m *message, raw []byte) error {
	words, kind := m.words(), ""
	if m.Text == "" {
		kind = m.media.kind()
	}
	switch {
	case m.Chat.Type != "private":
		return t.inGroup(h, m)
	case !m.person() || words == "" && kind == unknown && isService(raw):
		return nil
	}
	if err := t.begin(h, m.Chat, m.From, bot.Other); err != nil {
		return err
	}
	if words != "" {
		h.u.Kind, h.u.Text = said(besteffort.Cut(words, bot.MaxText+1))
	}
	h.u.Subtype = kind // also beside the words under it
	h.u.Forwarded = bool(m.ForwardOrigin || m.ForwardDate)
	t.place(h, m)
	h.u.OccurredAt = hour(m.Date)
	return nil
}

// place notes which message it is, and where it stands.
func (t *Telegram) place(h *heard, m *message) {
	h.message, h.words, h.u.Thread = int64(m.ID), m.words(), m.thread()
	if m.Album != "" {
		h.album = strconv.FormatInt(h.chat, 36) + "/" + string(m.Album)
	}
}

// said reads a text: a command is its words, and the one that opens a chat may carry what a link said.
func said(text string) (bot.Kind, string) {
	name, _, rest, ok := command(text)
	switch {
	case !ok:
		return bot.Message, text
	case strings.EqualFold(name, "start"):
		return bot.Started, rest
	}
	return bot.Message, strings.TrimSpace(strings.ReplaceAll(name, "_", " ") + " " + rest)
}

// command takes a command apart: /name@bot rest.
func command(text string) (name, to, rest string, ok bool) {
	after, ok := strings.CutPrefix(text, "/")
	if !ok {
		return "", "", "", false
	}
	word := after
	if end := strings.IndexFunc(after, unicode.IsSpace); end >= 0 {
		word, rest = after[:end], strings.TrimSpace(after[end:])
	}
	name, to, _ = strings.Cut(word, "@")
	if name == "" || len(name) > 32 || strings.IndexFunc(name+to, notOfAName) >= 0 {
		return "", "", "", false
	}
	return name, to, rest, true
}

func notOfAName(r rune) bool {
	return !('a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || '0' <= r && r <= '9' || r == '_')
}

// edited is a message that somebody changed. What it says now is not read: it has been answered as it was. One without
// words is a position that moved, or another picture: nothing is asked.
func (t *Telegram) edited(h *heard, m *message) error {
	if !m.person() || m.words() == "" {
		return nil
	}
	if err := t.begin(h, m.Chat, m.From, bot.Other); err != nil {
		return err
	}
	h.u.Subtype, h.u.OccurredAt, h.edit = "edited", hour(max(m.EditDate, m.Date)), true
	t.place(h, m)
	return nil
}

// pressed is a button. The date is that of the message which holds it, and says nothing about the press.
func (t *Telegram) pressed(h *heard, c *callback) error {
	if c.ID == "" || len(c.ID) > 128 {
		return errors.New("update: a press without an id")
	}
	h.press = &press{query: c.ID}
	m := c.Message
	if m == nil || m.Chat.Type != "private" || c.From == nil || c.From.ID != m.Chat.ID {
		return nil // of an inline message, or in a group: the bot sends neither
	}
	h.press.message = m.ID
	if err := t.begin(h, m.Chat, c.From, bot.Pressed); err != nil {
		return err
	}
	h.u.Thread = m.thread()
	h.u.Choice, _ = parseChoice(c.Data) // whatever else it says, somebody pressed and waits
	return nil
}

// member is the bot let in or shut out.
func (t *Telegram) member(h *heard, m *memberChange) error {
	out := m.New.Status == "kicked" || m.New.Status == "left"
	switch {
	case m.Chat.Type == "private" && out:
		return t.begin(h, m.Chat, nil, bot.Gone)
	case m.Chat.Type == "private" || m.Chat.Type == "channel" || out:
		return nil
	}
	return t.group(h, m.Chat, m.From)
}

// group is the bot spoken to where others read: all it is told is where.
func (t *Telegram) group(h *heard, c chat, from *user) error {
	if err := t.begin(h, c, from, bot.Other); err != nil {
		return err
	}
	h.u.Subtype = "group"
	return nil
}

// inGroup hears only what is addressed to the bot.
func (t *Telegram) inGroup(h *heard, m *message) error {
	if m.Chat.Type != "group" && m.Chat.Type != "supergroup" || m.From == nil || m.From.IsBot || bool(m.SenderChat) || bool(m.ViaBot) {
		return nil
	}
	if !t.addressed(m.words()) && !(m.ReplyTo != nil && m.ReplyTo.From != nil && strconv.FormatInt(m.ReplyTo.From.ID, 10) == t.account) {
		return nil
	}
	if err := t.group(h, m.Chat, m.From); err != nil {
		return err
	}
	h.u.OccurredAt, h.u.Thread = hour(m.Date), m.thread()
	return nil
}

// addressed says whether a text is a command that no other bot is meant by, or names the bot.
func (t *Telegram) addressed(text string) bool {
	me := t.userName()
	if _, to, _, ok := command(text); ok {
		return to == "" || me != "" && strings.EqualFold(to, me)
	}
	if me == "" {
		return false
	}
	for _, word := range strings.FieldsFunc(text, func(r rune) bool { return r != '@' && notOfAName(r) }) {
		if strings.EqualFold(word, "@"+me) {
			return true
		}
	}
	return false
}

// maxName is how many characters of a name are kept.
const maxName = 64

// hour is a time that the Bot API gives; zero if it is none. One that no calendar holds could not be kept.
func hour(unix int64) time.Time {
	if unix <= 0 || unix > 1<<36 {
		return time.Time{}
	}
	return time.Unix(unix, 0).UTC()
}
