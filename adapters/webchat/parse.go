package webchat

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strings"
	"time"
	"unicode/utf8"

	"llave/adapters/besteffort"
	"llave/bot"
)

// pageMessage is what the page sends: a text, a button, the start word of a link, the code with which a person comes back from
// the sign-in page, or whose the device is. The page draws the id once and repeats the message until it is accepted.
type pageMessage struct {
	ID       string `json:"id"`
	Text     string `json:"text"`
	Question string `json:"question"`
	Value    string `json:"value"`
	Start    string `json:"start"`
	Code     string `json:"code"`
	// Device is the answer to whose the device is: "own" or "shared".
	Device string `json:"device"`
	// Ago is how many milliseconds the message waited in the page.
	Ago int64 `json:"ago"`
}

// devices are the answers to whose the device is, as the bot is told of them.
var devices = map[string]string{"shared": bot.DeviceShared, "own": bot.DeviceOwn}

// bodyMax is far above the longest message.
const bodyMax = 16 << 10

// parseMessage reads a body. It refuses all but exactly one message.
func parseMessage(body []byte) (m pageMessage, err error) {
	bad := &requestError{status: http.StatusBadRequest, why: "bad_form"}
	d := json.NewDecoder(bytes.NewReader(body))
	d.DisallowUnknownFields()
	if err := d.Decode(&m); err != nil || !utf8.Valid(body) {
		return m, bad
	}
	if _, err := d.Token(); err != io.EOF {
		return m, bad
	}
	button := m.Question != "" && m.Value != ""
	ways := 0
	for _, there := range []bool{m.Text != "", button, m.Start != "", m.Code != "", m.Device != ""} {
		if there {
			ways++
		}
	}
	half := !button && (m.Question != "" || m.Value != "")
	switch {
	case !isID(m.ID) || ways > 1 || half || m.Device != "" && devices[m.Device] == "" || len(m.Question) > 64 || len(m.Value) > 64 || len(m.Start) > 64 || len(m.Code) > 64 || m.Ago < 0:
		return m, bad
	case ways == 0 || m.Text != "" && strings.TrimSpace(m.Text) == "":
		return m, &requestError{status: http.StatusBadRequest, why: "empty"}
	}
	return m, nil
}

// isID reports whether an id has the form of the page: long enough never to be drawn twice.
func isID(s string) bool {
	if len(s) < 16 || len(s) > 64 {
		return false
	}
	for _, c := range []byte(s) {
		if !('a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || c == '-' || c == '_') {
			return false
		}
	}
	return true
}

// longestWait bounds Ago.
const longestWait = 24 * time.Hour

// newUpdate begins an update for the bot and an entry of the history.
func (w *Web) newUpdate(r *http.Request, chat bot.ChatID, m pageMessage) (bot.Update, entry) {
	u := bot.Update{Chat: chat, ID: m.ID, ChannelName: w.texts.Get("via", nil), MaskedID: w.label(r.UserAgent()), DeepLink: w.opt.PublicURL + "/#codigo=%s"}
	u.OccurredAt = w.now().Add(-time.Duration(min(m.Ago, longestWait.Milliseconds())) * time.Millisecond)
	return u, entry{Who: byPerson, ID: m.ID}
}

// update is the message as an update for the bot and as an entry of the history.
func (w *Web) update(r *http.Request, chat bot.ChatID, m pageMessage) (bot.Update, entry, error) {
	u, e := w.newUpdate(r, chat, m)
	switch {
	case m.Text != "":
		u.Kind, u.Text = bot.Message, m.Text
		e.Text = w.opt.Mask(cut(m.Text))
	case m.Value != "":
		text, err := choice(r.Context(), w.history, w.keys.name(chat), m.Question, m.Value)
		if errors.Is(err, errNotFound) {
			err = &requestError{status: http.StatusConflict, why: "no_choice"}
		}
		if err != nil {
			return u, e, err
		}
		u.Kind, u.Choice = bot.Pressed, bot.Choice{Question: m.Question, Value: m.Value}
		e.Text = text
	case m.Start != "":
		u.Kind, u.Text = bot.Started, m.Start
		e.Text = w.opt.Mask(m.Start)
	default:
		u.Kind, u.Text = bot.Started, m.Code
		e.Key = "came_back" // not the code: whoever looks over a shoulder needs no other
	}
	return u, e, nil
}

// cut shortens a text that is too long, so that a person recognises it.
func cut(text string) string {
	short := besteffort.Cut(text, bot.MaxText)
	if len(short) < len(text) {
		short += "…"
	}
	return short
}
