package webchat

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base32"
	"encoding/base64"
	"net/http"
	"time"

	"llave/adapters/httpx"
	"llave/bot"
)

// cookieLasts is long: a linked chat stays linked for a person who comes back in a month. Its history is forgotten much
// sooner.
const cookieLasts = 180 * 24 * time.Hour

// A cookie is 160 random bits, and 128 that prove that we drew them: an invented cookie has no chat.
const (
	cookieRandom = 20
	cookieProof  = 16
)

func (w *Web) cookie() httpx.Cookie {
	return httpx.Cookie{Name: "chat", PublicURL: w.opt.PublicURL, Lasts: cookieLasts}
}

// newCookie draws the cookie of a chat. Nothing is stored before the first message.
func (w *Web) newCookie() string {
	b := make([]byte, cookieRandom, cookieRandom+cookieProof)
	rand.Read(b)
	proof := hash(w.keys.cookie, string(b))
	return base64.RawURLEncoding.EncodeToString(append(b, proof[:]...))
}

// errNoChat: the browser has no chat, or a closed one. After any other error of chatOf this is unknown, and the cookie
// stays.
var errNoChat = &requestError{status: http.StatusForbidden, why: "no_chat"}

// chatOf is the chat of the browser that asks, and its cookie.
func (w *Web) chatOf(r *http.Request) (chat bot.ChatID, cookie string, err error) {
	cookie = w.cookie().Get(r)
	if !w.genuine(cookie) {
		return "", "", errNoChat
	}
	chat = chatID(cookie)
	closed, err := w.history.closed(r.Context(), w.keys.name(chat))
	if err == nil && closed {
		err = errNoChat
	}
	return chat, cookie, err
}

// genuine reports whether we drew a cookie.
func (w *Web) genuine(value string) bool {
	b, err := base64.RawURLEncoding.Strict().DecodeString(value)
	if err != nil || len(b) != cookieRandom+cookieProof {
		return false
	}
	proof := hash(w.keys.cookie, string(b[:cookieRandom]))
	return hmac.Equal(proof[:], b[cookieRandom:])
}

// chatID identifies the chat by a hash: the stored id does not give the cookie away.
func chatID(cookie string) bot.ChatID {
	sum := sha256.Sum256([]byte(cookie))
	id, _ := bot.NewChatID(Channel, account, base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(sum[:])) // no part is empty
	return id
}
