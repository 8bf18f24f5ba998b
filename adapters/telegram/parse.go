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

// incoming is one parsed update of Telegram.
type incoming struct {
	id   int64
	chat int64
	// u has no Kind if it is nothing for the bot.
	u     bot.Update
	press *buttonPress // a button was pressed
	// A message: its id, its words as they are now, whether it is an edit, and the album that it belongs to.
	message int64
	words   string
	edit    bool
	album   string
}

// buttonPress is a pressed button. Its spinner turns until the press is answered.
type buttonPress struct {
	query   string
	message int // 0: not known
}

// parse reads an update. An error is final: the update is unreadable. It never panics.
func (t *Telegram) parse(raw []byte) (h incoming, err error) {
	defer func() {
		if p := recover(); p != nil {
			h, err = incoming{id: h.id}, fmt.Errorf("update: panic (%T)", p)
		}
	}()
	var in update
	if json.Unmarshal(raw, &in) != nil {
		var head struct {
			ID int64 `json:"update_id"`
		}
		json.Unmarshal(raw, &head)
		return incoming{id: head.ID}, errors.New("update: no JSON of the form that it should have")
	}
	if in.ID == nil {
		return incoming{}, errors.New("update: it has no id")
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

// newUpdate begins an update of a chat.
func (t *Telegram) newUpdate(h *incoming, c chat, from *user, kind bot.Kind) error {
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

// fromPerson reports whether a person wrote the message, in their own chat with the bot.
func (m *message) fromPerson() bool {
	return m.Chat.Type == "private" && m.From != nil && !m.From.IsBot && m.From.ID == m.Chat.ID &&
		!bool(m.SenderChat) && !bool(m.ViaBot) && !bool(m.BusinessBot)
}

// message reads a message. A quoted message is ignored: its words are not new.
func (t *Telegram) message(h *incoming, m *message, raw []byte) error {
	words, kind := m.words(), ""
	if m.Text == "" {
		kind = m.media.kind()
	}
	switch {
	case m.Chat.Type != "private":
		return t.inGroup(h, m)
	case !m.fromPerson() || words == "" && kind == unknown && isService(raw):
		return nil
	}
	if err := t.newUpdate(h, m.Chat, m.From, bot.Other); err != nil {
		return err
	}
	if words != "" {
		h.u.Kind, h.u.Text = parseText(besteffort.Cut(words, bot.MaxKept+1))
	}
	h.u.Subtype = kind // also beside the words under it
	h.u.Media = t.describeFile(h.u.Chat, m.media.file(kind))
	h.u.Forwarded = bool(m.ForwardOrigin || m.ForwardDate)
	t.locate(h, m)
	if h.u.Kind == bot.Other {
		h.u.Album = h.album
	}
	h.u.OccurredAt = unixTime(m.Date)
	return nil
}

// locate records the id, the words and the place of the message.
func (t *Telegram) locate(h *incoming, m *message) {
	h.message, h.words, h.u.Thread = int64(m.ID), m.words(), m.thread()
	if m.Album != "" {
		h.album = strconv.FormatInt(h.chat, 36) + "/" + string(m.Album)
	}
}

// parseText reads a text: a command is its words, and "/start" may carry the text of a link.
func parseText(text string) (bot.Kind, string) {
	name, _, rest, ok := splitCommand(text)
	switch {
	case !ok:
		return bot.Message, text
	case strings.EqualFold(name, "start"):
		return bot.Started, rest
	}
	return bot.Message, strings.TrimSpace(strings.ReplaceAll(name, "_", " ") + " " + rest)
}

// splitCommand splits a command: /name@bot rest.
func splitCommand(text string) (name, to, rest string, ok bool) {
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

// edited reads an edited message. The bot answered the old words; the new ones are for the agent of a case. Without words it is a
// position that moved, or another picture: no answer is needed.
func (t *Telegram) edited(h *incoming, m *message) error {
	if !m.fromPerson() || m.words() == "" {
		return nil
	}
	if err := t.newUpdate(h, m.Chat, m.From, bot.Other); err != nil {
		return err
	}
	h.u.Subtype, h.u.Text, h.u.OccurredAt, h.edit = "edited", besteffort.Cut(m.words(), bot.MaxKept+1), unixTime(max(m.EditDate, m.Date)), true
	t.locate(h, m)
	return nil
}

// pressed reads a pressed button. The date belongs to the message with the button, and not to the press.
func (t *Telegram) pressed(h *incoming, c *callback) error {
	if c.ID == "" || len(c.ID) > 128 {
		return errors.New("update: a press without an id")
	}
	h.press = &buttonPress{query: c.ID}
	m := c.Message
	if m == nil || m.Chat.Type != "private" || c.From == nil || c.From.ID != m.Chat.ID {
		return nil // of an inline message, or in a group: the bot sends neither
	}
	h.press.message = m.ID
	if err := t.newUpdate(h, m.Chat, c.From, bot.Pressed); err != nil {
		return err
	}
	h.u.Thread = m.thread()
	h.u.Choice, _ = parseChoice(c.Data) // with any data: a person pressed and waits
	return nil
}

// member reads that the bot was let in or shut out.
func (t *Telegram) member(h *incoming, m *memberChange) error {
	out := m.New.Status == "kicked" || m.New.Status == "left"
	switch {
	case m.Chat.Type == "private" && out:
		return t.newUpdate(h, m.Chat, nil, bot.Gone)
	case m.Chat.Type == "private" || m.Chat.Type == "channel" || out:
		return nil
	}
	return t.group(h, m.Chat, m.From)
}

// group is a message for the bot in a group: it gets the place and no words.
func (t *Telegram) group(h *incoming, c chat, from *user) error {
	if err := t.newUpdate(h, c, from, bot.Other); err != nil {
		return err
	}
	h.u.Subtype = "group"
	return nil
}

// inGroup reads messages of a group that are addressed to the bot, and no others.
func (t *Telegram) inGroup(h *incoming, m *message) error {
	if m.Chat.Type != "group" && m.Chat.Type != "supergroup" || m.From == nil || m.From.IsBot || bool(m.SenderChat) || bool(m.ViaBot) {
		return nil
	}
	if !t.addressed(m.words()) && !(m.ReplyTo != nil && m.ReplyTo.From != nil && strconv.FormatInt(m.ReplyTo.From.ID, 10) == t.account) {
		return nil
	}
	if err := t.group(h, m.Chat, m.From); err != nil {
		return err
	}
	h.u.OccurredAt, h.u.Thread = unixTime(m.Date), m.thread()
	return nil
}

// addressed reports whether a text is a command for no other bot, or names this bot.
func (t *Telegram) addressed(text string) bool {
	me := t.userName()
	if _, to, _, ok := splitCommand(text); ok {
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

// unixTime is a time of the Bot API; zero if it is none. A time outside of any calendar could not be stored.
func unixTime(unix int64) time.Time {
	if unix <= 0 || unix > 1<<36 {
		return time.Time{}
	}
	return time.Unix(unix, 0).UTC()
}
