package webchat

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/http"
	"time"

	"llave/bot"
)

// receive is the handler of a message. It answers 202 only when the bot and the history have it.
func (w *Web) receive(to bot.Accepter) http.HandlerFunc {
	return func(rw http.ResponseWriter, r *http.Request) {
		chat, body, err := w.admit(rw, r)
		if err == nil {
			err = w.receiveMessage(r, to, chat, body)
		}
		if err != nil {
			w.refuse(rw, r, err)
			return
		}
		w.accepted(rw, chat)
	}
}

// accepted answers that the bot and the history have a message.
func (w *Web) accepted(rw http.ResponseWriter, chat bot.ChatID) {
	rw.Header().Set("Content-Type", "application/json")
	rw.WriteHeader(http.StatusAccepted)
	_ = json.NewEncoder(rw).Encode(map[string]string{"chat": w.tag(w.keys.name(chat))})
}

// tag identifies the chat to its page: two pages of one browser may have got a cookie each, of which the browser keeps
// one.
func (w *Web) tag(chat name) string {
	sum := hash(w.keys.lookup, "tag", string(chat[:]))
	return hex.EncodeToString(sum[:6])
}

// receiveMessage hands a message to the bot and adds it to the history.
func (w *Web) receiveMessage(r *http.Request, to bot.Accepter, chat bot.ChatID, body []byte) error {
	m, err := parseMessage(body)
	if err != nil {
		return err
	}
	if m.Device != "" {
		return w.receiveDevice(r, to, chat, m)
	}
	u, e, err := w.update(r, chat, m)
	if err != nil {
		return err
	}
	return w.handOver(r, to, chat, u, e)
}

// receiveDevice tells the bot whose the device is. Nobody said it in the conversation: it is not in the history. Of a chat in which
// nothing was said there is nothing to tell.
func (w *Web) receiveDevice(r *http.Request, to bot.Accepter, chat bot.ChatID, m pageMessage) error {
	known, err := w.history.known(r.Context(), w.keys.name(chat))
	if err != nil || !known {
		return err
	}
	u, _ := w.newUpdate(r, chat, m)
	u.Kind, u.Subtype = bot.Notice, devices[m.Device]
	return accept(r, to, u)
}

// handOver hands an update to the bot and adds it to the history.
func (w *Web) handOver(r *http.Request, to bot.Accepter, chat bot.ChatID, u bot.Update, e entry) error {
	release, err := w.history.question(r.Context(), w.keys.name(chat))
	if err != nil {
		return err
	}
	defer release() // the answer may only be written after the message
	if err := w.admitNewChat(r, chat); err != nil {
		return err
	}
	if err := accept(r, to, u); err != nil {
		return err
	}
	e.At = w.now()
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

// accept hands an update to the bot. If the bot cannot take it now, the page tries again.
func accept(r *http.Request, to bot.Accepter, u bot.Update) error {
	err := to.Accept(r.Context(), u)
	if err == nil || errors.Is(err, bot.ErrUpdate) {
		return err
	}
	return errors.Join(err, &requestError{status: http.StatusServiceUnavailable, why: "not_ready", after: 2 * time.Second})
}

// admit checks a request before its message is read: the chat, the form and the limits.
func (w *Web) admit(rw http.ResponseWriter, r *http.Request) (bot.ChatID, []byte, error) {
	if kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || kind != "application/json" {
		return "", nil, &requestError{status: http.StatusUnsupportedMediaType, why: "bad_type"}
	}
	chat, _, err := w.chatOf(r)
	if err != nil {
		return "", nil, err
	}
	if ok, wait := w.chats.Allow(string(chat)); !ok {
		return "", nil, &requestError{status: http.StatusTooManyRequests, why: "slow_down", after: wait}
	}
	body, err := io.ReadAll(http.MaxBytesReader(rw, r.Body, bodyMax))
	var large *http.MaxBytesError
	switch {
	case errors.As(err, &large):
		return "", nil, &requestError{status: http.StatusRequestEntityTooLarge, why: "too_large"}
	case err != nil:
		return "", nil, &requestError{status: http.StatusBadRequest, why: "bad_form"}
	}
	return chat, body, nil
}

// forget erases the chat for this browser and for copies of its cookie.
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
		w.cookie().Delete(rw, r)
		w.hub.wake(w.keys.name(chat))
		rw.WriteHeader(http.StatusNoContent)
	}
}
