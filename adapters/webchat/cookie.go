package webchat

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base32"
	"encoding/base64"
	"net/http"
	"strings"
	"time"

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

// cookieName has the __Host- prefix where browsers accept it: then no other host and no plain http page can have set
// it.
func (w *Web) cookieName() string {
	if w.secure() {
		return "__Host-chat"
	}
	return "chat"
}

func (w *Web) secure() bool { return strings.HasPrefix(w.opt.PublicURL, "https://") }

// newCookie draws the cookie of a chat. Nothing is stored before the first message.
func (w *Web) newCookie() string {
	b := make([]byte, cookieRandom, cookieRandom+cookieProof)
	rand.Read(b)
	proof := hash(w.keys.cookie, string(b))
	return base64.RawURLEncoding.EncodeToString(append(b, proof[:]...))
}

// setCookie uses Lax and not Strict: a person who comes back from the sign-in page keeps the chat.
func (w *Web) setCookie(rw http.ResponseWriter, value string, age time.Duration) {
	http.SetCookie(rw, &http.Cookie{Name: w.cookieName(), Value: value, Path: "/", HttpOnly: true, Secure: w.secure(),
		SameSite: http.SameSiteLaxMode, MaxAge: int(age / time.Second)})
}

// errNoChat: the browser has no chat, or a closed one. After any other error of chatOf this is unknown, and the cookie
// stays.
var errNoChat = &refusal{status: http.StatusForbidden, why: "no_chat"}

// chatOf is the chat of the browser that asks, and its cookie.
func (w *Web) chatOf(r *http.Request) (chat bot.ChatID, cookie string, err error) {
	c, err := r.Cookie(w.cookieName())
	if err != nil || !w.genuine(c.Value) {
		return "", "", errNoChat
	}
	chat = chatID(c.Value)
	closed, err := w.history.closed(r.Context(), w.keys.name(chat))
	if err == nil && closed {
		err = errNoChat
	}
	return chat, c.Value, err
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
