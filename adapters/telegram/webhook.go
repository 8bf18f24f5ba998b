package telegram

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"io"
	"net/http"

	"llave/bot"
)

// secretOf derives a secret for a webhook that was given none: without a secret any client could push.
func secretOf(token string) string {
	mac := hmac.New(sha256.New, []byte(token))
	mac.Write([]byte("llave telegram webhook secret 1"))
	return base64.RawURLEncoding.EncodeToString(mac.Sum(nil))
}

// maxPush bounds what is read of a push.
const maxPush = 1 << 20

// Handler receives Telegram's pushes. It answers 200 only when the update is kept: after any other answer Telegram
// repeats it.
func (t *Telegram) Handler(to bot.Accepter) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodPost {
			w.Header().Set("Allow", http.MethodPost)
			http.Error(w, "POST only", http.StatusMethodNotAllowed)
			return
		}
		if !t.genuine(r) {
			t.stats.Forged.Add(1)
			http.Error(w, "who are you?", http.StatusUnauthorized)
			return
		}
		raw, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxPush))
		if err != nil {
			status := http.StatusBadRequest
			if tooLong := (*http.MaxBytesError)(nil); errors.As(err, &tooLong) {
				status = http.StatusRequestEntityTooLarge
			}
			http.Error(w, "cannot be read", status)
			return
		}
		if t.receivePush(r.Context(), to, raw) != nil {
			http.Error(w, "not kept: again, please", http.StatusServiceUnavailable)
		}
	})
}

// genuine compares hashes: neither content nor length of the secret shows in the time that it takes.
func (t *Telegram) genuine(r *http.Request) bool {
	given, want := sha256.Sum256([]byte(r.Header.Get("X-Telegram-Bot-Api-Secret-Token"))), sha256.Sum256([]byte(t.opt.Secret))
	return subtle.ConstantTimeCompare(given[:], want[:]) == 1
}

func (t *Telegram) receivePush(ctx context.Context, to bot.Accepter, raw []byte) error {
	h, err := t.parse(raw)
	if err != nil {
		t.dropUnreadable(h.id, err)
		return nil
	}
	// What comes next is pushed once this is taken: words under a later picture cannot be waited for here.
	h.u.Silent, _ = t.albums.part(&h, false)
	return t.receive(ctx, to, h)
}
