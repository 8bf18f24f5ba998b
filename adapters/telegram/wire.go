package telegram

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
		// In the name of a channel or a group, or through another bot.
		SenderChat present `json:"sender_chat"`
		ViaBot     present `json:"via_bot"`
		media
		service
	}
	quoted struct {
		From *user `json:"from"`
	}
	// Media is what is not text.
	media struct {
		Animation present `json:"animation"`
		Photo     present `json:"photo"`
		Voice     present `json:"voice"`
		Audio     present `json:"audio"`
		VideoNote present `json:"video_note"`
		Video     present `json:"video"`
		Sticker   present `json:"sticker"`
		Document  present `json:"document"`
		Contact   present `json:"contact"`
		Venue     present `json:"venue"`
		Location  present `json:"location"`
		Poll      present `json:"poll"`
		Dice      present `json:"dice"`
		Game      present `json:"game"`
		Story     present `json:"story"`
	}
	// Service is what the app writes into a chat and nobody says.
	service struct {
		Pinned     present `json:"pinned_message"`
		AutoDelete present `json:"message_auto_delete_timer_changed"`
		Background present `json:"chat_background_set"`
		MayWrite   present `json:"write_access_allowed"`
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

// present says that a field is there, whatever is in it.
type present bool

// UnmarshalJSON implements json.Unmarshaler.
func (p *present) UnmarshalJSON(b []byte) error {
	*p = string(b) != "null" && string(b) != "false"
	return nil
}

// kind names what a message is besides text. What comes with another is asked for first.
func (m *media) kind() string {
	for _, k := range []struct {
		is   present
		name string
	}{
		{m.Animation, "animation"}, {m.Photo, "photo"}, {m.Voice, "voice"}, {m.Audio, "audio"}, {m.VideoNote, "video_note"},
		{m.Video, "video"}, {m.Sticker, "sticker"}, {m.Document, "document"}, {m.Contact, "contact"}, {m.Venue, "venue"},
		{m.Location, "location"}, {m.Poll, "poll"}, {m.Dice, "dice"}, {m.Game, "game"}, {m.Story, "story"},
	} {
		if k.is {
			return k.name
		}
	}
	return "unknown"
}

func (s *service) any() bool {
	return bool(s.Pinned || s.AutoDelete || s.Background || s.MayWrite)
}
