package telegram

import (
	"regexp"
	"strconv"
	"strings"
)

// What is read of an update. The library's types are four years behind the Bot API, and one field of an unexpected type
// anywhere makes all of an update unreadable: here only the fields that matter can.
type (
	update struct {
		ID       *int64        `json:"update_id"`
		Message  *message      `json:"message"`
		Edited   *message      `json:"edited_message"`
		Callback *callback     `json:"callback_query"`
		Member   *memberChange `json:"my_chat_member"`
	}
	user struct {
		ID    int64  `json:"id"`
		IsBot bool   `json:"is_bot"`
		First string `json:"first_name"`
		Last  string `json:"last_name"`
	}
	chat struct {
		ID   int64  `json:"id"`
		Type string `json:"type"`
	}
	message struct {
		ID       int     `json:"message_id"`
		From     *user   `json:"from"`
		Chat     chat    `json:"chat"`
		Date     int64   `json:"date"`
		EditDate int64   `json:"edit_date"`
		Text     string  `json:"text"`
		Caption  string  `json:"caption"`
		ReplyTo  *quoted `json:"reply_to_message"`
		// In the name of a channel or a group, through another bot, or by a bot that answers for the person.
		SenderChat  present `json:"sender_chat"`
		ViaBot      present `json:"via_bot"`
		BusinessBot present `json:"sender_business_bot"`
		// Forwarded: the newer field and that of older servers.
		ForwardOrigin present `json:"forward_origin"`
		ForwardDate   present `json:"forward_date"`
		// Where in the chat, and with which other pictures.
		Topic  present    `json:"is_topic_message"`
		Thread shortValue `json:"message_thread_id"`
		Album  shortValue `json:"media_group_id"`
		media
	}
	quoted struct {
		From *user `json:"from"`
	}
	// Media is what is not text.
	media struct {
		Animation sent    `json:"animation"`
		Photo     sizes   `json:"photo"`
		Voice     sent    `json:"voice"`
		Audio     sent    `json:"audio"`
		VideoNote sent    `json:"video_note"`
		Video     sent    `json:"video"`
		Sticker   present `json:"sticker"`
		Document  sent    `json:"document"`
		Contact   present `json:"contact"`
		Venue     present `json:"venue"`
		Location  present `json:"location"`
		Poll      present `json:"poll"`
		Dice      present `json:"dice"`
		Game      present `json:"game"`
		Story     present `json:"story"`
	}
	callback struct {
		ID      string   `json:"id"`
		From    *user    `json:"from"`
		Message *message `json:"message"` // none for a button of an inline message
		Data    string   `json:"data"`
	}
	memberChange struct {
		Chat chat  `json:"chat"`
		From *user `json:"from"`
		New  struct {
			Status string `json:"status"`
		} `json:"new_chat_member"`
	}
)

// present is true if the field is there, with any value but null and false.
type present bool

// UnmarshalJSON implements json.Unmarshaler.
func (p *present) UnmarshalJSON(b []byte) error {
	*p = string(b) != "null" && string(b) != "false"
	return nil
}

// shortValue is a number or a short text; any other value is empty.
type shortValue string

// UnmarshalJSON implements json.Unmarshaler.
func (w *shortValue) UnmarshalJSON(b []byte) error {
	if s := strings.Trim(string(b), `"`); len(s) <= 64 && wordShape.MatchString(s) && s != "null" {
		*w = shortValue(s)
	}
	return nil
}

var wordShape = regexp.MustCompile(`^[0-9A-Za-z_-]+$`)

// thread is the topic of the message. In chats without topics the field names the message that is answered.
func (m *message) thread() string {
	if n, err := strconv.ParseInt(string(m.Thread), 10, 64); !bool(m.Topic) || err != nil || n <= 0 {
		return ""
	}
	return string(m.Thread)
}

// words are the text of a message, or the caption of a picture.
func (m *message) words() string {
	if m.Text != "" {
		return m.Text
	}
	return m.Caption
}

// kind names the content of a message besides text. Content that comes with other content is checked first.
func (m *media) kind() string {
	for _, k := range []struct {
		is   present
		name string
	}{
		{m.Animation.present, "animation"}, {m.Photo.present, "photo"}, {m.Voice.present, "voice"}, {m.Audio.present, "audio"},
		{m.VideoNote.present, "video_note"}, {m.Video.present, "video"}, {m.Sticker, "sticker"}, {m.Document.present, "document"},
		{m.Contact, "contact"}, {m.Venue, "venue"},
		{m.Location, "location"}, {m.Poll, "poll"}, {m.Dice, "dice"}, {m.Game, "game"}, {m.Story, "story"},
	} {
		if k.is {
			return k.name
		}
	}
	return unknown
}

// unknown is the kind of a message with no known content.
const unknown = "unknown"
