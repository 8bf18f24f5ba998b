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

// cookieLasts is long: a chat that was linked stays linked for whoever comes back in a month. What was said in it is
// forgotten much sooner.
const cookieLasts = 180 * 24 * time.Hour

// A cookie is 160 random bits, and 128 that show that we drew them: who invents one has no chat.
const (
	cookieRandom = 20
	cookieProof  = 16
)

// cookieName has the __Host- prefix wherever browsers accept it: no other host and no plain http page can then
// have set it.
func (w *Web) cookieName() string {
	if w.secure() {
		return "__Host-chat"
	}
	return "chat"
}

func (w *Web) secure() bool { return strings.HasPrefix(w.opt.PublicURL, "https://") }

// newCookie draws a chat's cookie. Nothing is kept of it until something is said.
func (w *Web) newCookie() string {
	b := make([]byte, cookieRandom, cookieRandom+cookieProof)
	rand.Read(b)
	proof := hash(w.keys.cookie, string(b))
	return base64.RawURLEncoding.EncodeToString(append(b, proof[:]...))
}

// setCookie has to be Lax and not Strict: who comes back from the sign-in page is still themselves.
func (w *Web) setCookie(rw http.ResponseWriter, value string, age time.Duration) {
	http.SetCookie(rw, &http.Cookie{Name: w.cookieName(), Value: value, Path: "/", HttpOnly: true, Secure: w.secure(),
		SameSite: http.SameSiteLaxMode, MaxAge: int(age / time.Second)})
}

// errNoChat means that a browser has no chat, or one that was closed. Any other error of chatOf means that nobody
// knows, and then the cookie must stay.
var errNoChat = &refusal{status: http.StatusForbidden, why: "no_chat"}

// chatOf is the chat of the browser that asks, and its cookie.
func (w *Web) chatOf(r *http.Request) (chat bot.ChatID, cookie string, err error) {
	c, err := r.Cookie(w.cookieName())
	if err != nil || !w.ours(c.Value) {
		return "", "", errNoChat
	}
	chat = chatID(c.Value)
	closed, err := w.history.closed(r.Context(), w.keys.name(chat))
	if err == nil && closed {
		err = errNoChat
	}
	return chat, c.Value, err
}

// ours says whether a cookie is one of those that we draw.
func (w *Web) ours(value string) bool {
	b, err := base64.RawURLEncoding.Strict().DecodeString(value)
	if err != nil || len(b) != cookieRandom+cookieProof {
		return false
	}
	proof := hash(w.keys.cookie, string(b[:cookieRandom]))
	return hmac.Equal(proof[:], b[cookieRandom:])
}

// chatID names the chat by a hash: from what is kept of it nobody makes its cookie.
func chatID(cookie string) bot.ChatID {
	sum := sha256.Sum256([]byte(cookie))
	id, _ := bot.NewChatID(Channel, account, base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(sum[:])) // no part is empty
	return id
}
