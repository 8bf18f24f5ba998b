package webchat

import (
	"bytes"
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/http"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"llave/adapters/besteffort"
	"llave/bot"
)

// message is what the page sends: a text, a button, a word that a link carried, or the code with which a person comes
// back from the sign-in page. The page draws the id once and repeats the message until it is told that it was taken.
type message struct {
	ID       string `json:"id"`
	Text     string `json:"text"`
	Question string `json:"question"`
	Value    string `json:"value"`
	Start    string `json:"start"`
	Code     string `json:"code"`
	// Ago is how many milliseconds the message waited in the page.
	Ago int64 `json:"ago"`
}

// bodyMax is far above the longest message.
const bodyMax = 16 << 10

// refusal is an answer to a request that is not taken. Why is a key of the catalog; the page goes by the status.
type refusal struct {
	status int
	why    string
	after  time.Duration
}

func (r *refusal) Error() string { return "webchat: refused: " + r.why }

// parseMessage reads a body, and refuses what is not exactly one message.
func parseMessage(body []byte) (m message, err error) {
	bad := &refusal{status: http.StatusBadRequest, why: "bad_form"}
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
	for _, there := range []bool{m.Text != "", button, m.Start != "", m.Code != ""} {
		if there {
			ways++
		}
	}
	half := !button && (m.Question != "" || m.Value != "")
	switch {
	case !isID(m.ID) || ways > 1 || half || len(m.Question) > 64 || len(m.Value) > 64 || len(m.Start) > 64 || len(m.Code) > 64 || m.Ago < 0:
		return m, bad
	case ways == 0 || m.Text != "" && strings.TrimSpace(m.Text) == "":
		return m, &refusal{status: http.StatusBadRequest, why: "empty"}
	}
	return m, nil
}

// isID takes what the page makes: long enough never to be drawn twice.
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

// receive takes a message: it says so only when the bot has it and the history too.
func (w *Web) receive(to bot.Accepter) http.HandlerFunc {
	return func(rw http.ResponseWriter, r *http.Request) {
		chat, body, err := w.admit(rw, r)
		if err == nil {
			err = w.take(r, to, chat, body)
		}
		if err != nil {
			w.refuse(rw, r, err)
			return
		}
		rw.Header().Set("Content-Type", "application/json")
		rw.WriteHeader(http.StatusAccepted)
		_ = json.NewEncoder(rw).Encode(map[string]string{"chat": w.tag(w.keys.name(chat))})
	}
}

// tag tells a page whether the chat that it writes in is the one that it shows: two pages of one browser may have been
// given a cookie each, and only one of the two is kept.
func (w *Web) tag(chat name) string {
	sum := hash(w.keys.lookup, "tag", string(chat[:]))
	return hex.EncodeToString(sum[:6])
}

func (w *Web) take(r *http.Request, to bot.Accepter, chat bot.ChatID, body []byte) error {
	m, err := parseMessage(body)
	if err != nil {
		return err
	}
	u, e, err := w.update(r, chat, m)
	if err != nil {
		return err
	}
	give, err := w.turns.take(r.Context(), w.keys.name(chat))
	if err != nil {
		return err
	}
	defer give() // only now may the answer be written: it stands below
	if err := w.welcome(r, chat); err != nil {
		return err
	}
	if err := accept(r, to, u); err != nil {
		return err
	}
	e.At = w.history.now()
	// The bot has it: it belongs in the history even if the page has gone in the meantime.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(r.Context()), writeTime)
	defer cancel()
	added, err := w.history.add(ctx, w.keys.name(chat), e, nil)
	if errors.Is(err, errClosed) {
		return errNoChat
	}
	if added {
		w.hub.wake(w.keys.name(chat))
	}
	return err
}

// accept hands an update to the bot. Whatever keeps the bot from taking it now, the page tries again.
func accept(r *http.Request, to bot.Accepter, u bot.Update) error {
	err := to.Accept(r.Context(), u)
	if err == nil || errors.Is(err, bot.ErrUpdate) {
		return err
	}
	return errors.Join(err, &refusal{status: http.StatusServiceUnavailable, why: "not_ready", after: 2 * time.Second})
}

// admit is what comes before a message is read: who sends it, in what form, and whether it is one too many.
func (w *Web) admit(rw http.ResponseWriter, r *http.Request) (bot.ChatID, []byte, error) {
	if kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || kind != "application/json" {
		return "", nil, &refusal{status: http.StatusUnsupportedMediaType, why: "bad_type"}
	}
	chat, _, err := w.chatOf(r)
	if err != nil {
		return "", nil, err
	}
	if ok, wait := w.chats.Allow(string(chat)); !ok {
		return "", nil, &refusal{status: http.StatusTooManyRequests, why: "slow_down", after: wait}
	}
	body, err := io.ReadAll(http.MaxBytesReader(rw, r.Body, bodyMax))
	var large *http.MaxBytesError
	switch {
	case errors.As(err, &large):
		return "", nil, &refusal{status: http.StatusRequestEntityTooLarge, why: "too_large"}
	case err != nil:
		return "", nil, &refusal{status: http.StatusBadRequest, why: "bad_form"}
	}
	return chat, body, nil
}

// longestWait bounds what a page may say of how long a message waited in it.
const longestWait = 24 * time.Hour

// update is a message as the bot gets it and as the history keeps it.
func (w *Web) update(r *http.Request, chat bot.ChatID, m message) (bot.Update, entry, error) {
	u := bot.Update{Chat: chat, ID: m.ID, ChannelName: w.texts.get("via", nil), MaskedID: w.label(r.UserAgent()), DeepLink: w.opt.PublicURL + "/#codigo=%s"}
	e := entry{Who: byPerson, ID: m.ID}
	u.OccurredAt = w.history.now().Add(-time.Duration(min(m.Ago, longestWait.Milliseconds())) * time.Millisecond)
	switch {
	case m.Text != "":
		u.Kind, u.Text = bot.Message, m.Text
		e.Text = w.opt.Mask(cut(m.Text))
	case m.Value != "":
		text, err := w.history.choice(r.Context(), w.keys.name(chat), m.Question, m.Value)
		if errors.Is(err, errNone) {
			err = &refusal{status: http.StatusConflict, why: "no_choice"}
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

// cut keeps of a text that is too long enough to recognise it.
func cut(text string) string {
	short := besteffort.Cut(text, bot.MaxText)
	if len(short) < len(text) {
		short += "…"
	}
	return short
}

// forget erases the chat for this browser, and for whoever has a copy of its cookie.
func (w *Web) forget(to bot.Accepter) http.HandlerFunc {
	return func(rw http.ResponseWriter, r *http.Request) {
		chat, _, err := w.admit(rw, r)
		if err == nil {
			err = accept(r, to, bot.Update{Chat: chat, ID: "closed", Kind: bot.Gone, Subtype: "closed"})
		}
		if err == nil {
			err = w.history.forget(r.Context(), w.keys.name(chat))
		}
		if err != nil {
			w.refuse(rw, r, err)
			return
		}
		w.setCookie(rw, "", -time.Second)
		w.hub.wake(w.keys.name(chat))
		rw.WriteHeader(http.StatusNoContent)
	}
}

// refuse answers with what is wrong. What is our fault is logged, by the route and never with what was said.
func (w *Web) refuse(rw http.ResponseWriter, r *http.Request, err error) {
	var no *refusal
	if !errors.As(err, &no) {
		no = &refusal{status: http.StatusInternalServerError, why: "broken"}
		w.opt.Log.ErrorContext(r.Context(), "webchat: request failed", "route", r.Pattern, "err", err)
	}
	if no.after > 0 {
		rw.Header().Set("Retry-After", strconv.Itoa(int((no.after+time.Second-1)/time.Second)))
	}
	rw.Header().Set("Content-Type", "application/json")
	rw.WriteHeader(no.status)
	_ = json.NewEncoder(rw).Encode(map[string]string{"why": no.why, "error": w.texts.get(no.why, nil)})
}
