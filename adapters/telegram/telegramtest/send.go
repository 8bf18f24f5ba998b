package telegramtest

import (
	"bytes"
	"encoding/json"
	"image"
	_ "image/jpeg" // what a photo may be
	_ "image/png"
	"reflect"
	"strings"
	"unicode/utf16"
)

// place is the chat that a call is about.
func (s *Server) place(q query) (*User, *errorAnswer) {
	u := s.chats[q.Int("chat_id")]
	switch {
	case u == nil || !u.known:
		return nil, refuse(400, "chat not found")
	case u.blocked:
		return nil, refuse(403, "bot was blocked by the user")
	}
	return u, nil
}

func (s *Server) send(q query) (any, *errorAnswer) {
	u, f := s.place(q)
	if f != nil {
		return nil, f
	}
	m := &Message{At: s.now(), Protected: q.String("protect_content") == "true"}
	if m.Thread, f = u.topic(q); f != nil {
		return nil, f
	}
	field, entities, limit := "text", "entities", 4096
	if q.Method != "sendMessage" {
		field, entities, limit = "caption", "caption_entities", 1024
		if f := m.attach(q); f != nil {
			return nil, f
		}
	}
	if m.Text, m.Bold, f = checkText(q.String(field), q.String(entities), limit); f != nil {
		return nil, f
	}
	if m.Text == "" && q.Method == "sendMessage" {
		return nil, refuse(400, "message text is empty")
	}
	if m.Rows, f = checkMarkup(q.String("reply_markup")); f != nil {
		return nil, f
	}
	m.Preview = !strings.Contains(strings.ReplaceAll(q.String("link_preview_options"), " ", ""), `"is_disabled":true`) && q.String("disable_web_page_preview") != "true"
	s.messages++
	m.ID = s.messages
	u.screen = append(u.screen, m)
	return s.sent(u, m), nil
}

func (s *Server) sent(u *User, m *Message) map[string]any {
	return map[string]any{"message_id": m.ID, "date": m.At.Unix(), "chat": u.where(), "from": s.self(), "text": m.Text}
}

// attach takes the file of a call.
func (m *Message) attach(q query) *errorAnswer {
	want := map[string]string{"sendPhoto": "photo", "sendDocument": "document"}[q.Method]
	if q.File == nil || q.Field != want {
		return refuse(400, "there is no %s in the request", want)
	}
	if len(q.File.Data) == 0 {
		return refuse(400, "file must be non-empty")
	}
	if want == "document" {
		m.Document = q.File
		return nil
	}
	if len(q.File.Data) > 10<<20 {
		return refuse(400, "file is too big")
	}
	c, _, err := image.DecodeConfig(bytes.NewReader(q.File.Data))
	switch {
	case err != nil:
		return refuse(400, "IMAGE_PROCESS_FAILED")
	case c.Width+c.Height > 10000 || c.Width > 20*c.Height || c.Height > 20*c.Width:
		return refuse(400, "PHOTO_INVALID_DIMENSIONS")
	}
	m.Photo = q.File
	return nil
}

// checkText is a text as it is shown, and what is bold in it.
func checkText(text, entities string, limit int) (string, []string, *errorAnswer) {
	units := utf16.Encode([]rune(text))
	if len(units) > limit {
		if limit == 1024 {
			return "", nil, refuse(400, "message caption is too long")
		}
		return "", nil, refuse(400, "message is too long")
	}
	var list []struct {
		Type           string
		Offset, Length int
	}
	if entities != "" && (json.Unmarshal([]byte(entities), &list) != nil || list == nil) {
		return "", nil, refuse(400, "can't parse entities: expected an Array")
	}
	var bold []string
	for _, e := range list {
		if e.Type != "bold" || e.Offset < 0 || e.Length < 1 || e.Offset+e.Length > len(units) {
			return "", nil, refuse(400, "ENTITY_BOUNDS_INVALID")
		}
		piece := units[e.Offset : e.Offset+e.Length]
		if low(piece[0]) || e.Offset+e.Length < len(units) && low(units[e.Offset+e.Length]) {
			return "", nil, refuse(400, "ENTITY_BOUNDS_INVALID")
		}
		bold = append(bold, string(utf16.Decode(piece)))
	}
	return strings.TrimSpace(text), bold, nil
}

// low says whether a unit is the second half of a character.
func low(u uint16) bool { return 0xdc00 <= u && u < 0xe000 }

// Button is one of a message's buttons.
type Button struct{ Text, Data, Copy, URL string }

// checkMarkup reads a keyboard.
func checkMarkup(markup string) ([][]Button, *errorAnswer) {
	if markup == "" {
		return nil, nil
	}
	var k struct {
		Rows [][]map[string]json.RawMessage `json:"inline_keyboard"`
	}
	if json.Unmarshal([]byte(markup), &k) != nil || k.Rows == nil {
		return nil, refuse(400, "object expected as reply markup")
	}
	var rows [][]Button
	n := 0
	for _, row := range k.Rows {
		var out []Button
		for _, raw := range row {
			b, f := checkButton(raw)
			if f != nil {
				return nil, f
			}
			if n++; n > 100 {
				return nil, refuse(400, "reply markup is too long")
			}
			out = append(out, b)
		}
		rows = append(rows, out)
	}
	return rows, nil
}

func checkButton(raw map[string]json.RawMessage) (Button, *errorAnswer) {
	var b Button
	var c struct{ Text string }
	json.Unmarshal(raw["text"], &b.Text)
	json.Unmarshal(raw["callback_data"], &b.Data)
	json.Unmarshal(raw["url"], &b.URL)
	json.Unmarshal(raw["copy_text"], &c)
	b.Copy = c.Text
	if strings.TrimSpace(b.Text) == "" {
		return b, refuse(400, "inline keyboard button text is empty")
	}
	if len(raw) != 2 || b.Data == "" && b.URL == "" && raw["copy_text"] == nil {
		return b, refuse(400, "can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard")
	}
	if len(b.Data) > 64 {
		return b, refuse(400, "BUTTON_DATA_INVALID")
	}
	if n := len(utf16.Encode([]rune(b.Copy))); raw["copy_text"] != nil && (n < 1 || n > 256) {
		return b, refuse(400, "BUTTON_COPY_TEXT_INVALID")
	}
	return b, nil
}

func (s *Server) edit(q query) (any, *errorAnswer) {
	u, f := s.place(q)
	if f != nil {
		return nil, f
	}
	m := u.message(int(q.Int("message_id")))
	if m == nil || m.Mine {
		return nil, refuse(400, "message to edit not found")
	}
	rows, f := checkMarkup(q.String("reply_markup"))
	if f != nil {
		return nil, f
	}
	text, bold := m.Text, m.Bold
	if q.Method == "editMessageText" {
		if text, bold, f = checkText(q.String("text"), q.String("entities"), 4096); f != nil {
			return nil, f
		}
	}
	if text == m.Text && (len(rows) == 0 && len(m.Rows) == 0 || reflect.DeepEqual(rows, m.Rows)) {
		return nil, refuse(400, "message is not modified: specified new message content and reply markup are exactly the same")
	}
	m.Text, m.Bold, m.Rows = text, bold, rows
	m.Edits++
	return s.sent(u, m), nil
}

func (u *User) message(id int) *Message {
	for _, m := range u.screen {
		if m.ID == id {
			return m
		}
	}
	return nil
}
