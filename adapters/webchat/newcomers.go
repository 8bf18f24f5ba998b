package webchat

import (
	"net/http"
	"time"

	"llave/adapters/httpx"
	"llave/bot"
)

// How many new chats an address may begin: a burst, which is whole again after newChatsIn, and then one at a time. Many
// people share the address of a telephone company, so a new chat that comes too soon only waits.
const (
	newChats      = 20
	newChatsIn    = 10 * time.Minute
	newChatsPause = 10 * time.Second
)

// newcomers limits the new chats of each address.
type newcomers struct{ burst, pause *httpx.Limiter }

func limitNewcomers(now func() time.Time) newcomers {
	return newcomers{
		burst: httpx.NewLimiter(newChats, newChatsIn/newChats, limitKeys, now),
		pause: httpx.NewLimiter(1, newChatsPause, limitKeys, now),
	}
}

// wait counts a new chat, and returns how long it has to wait if it is one too many: then it does not count.
func (n newcomers) wait(address string) time.Duration {
	pause, after := n.pause.Allow(address) // counts those of the burst, too
	if burst, _ := n.burst.Allow(address); burst || pause {
		return 0
	}
	return after
}

// admitNewChat admits a chat with its first message, unless its address has begun too many. The caller holds the lock
// of the chat.
func (w *Web) admitNewChat(r *http.Request, chat bot.ChatID) error {
	known, err := w.history.known(r.Context(), w.keys.name(chat))
	if err != nil || known {
		return err
	}
	if wait := w.newcomers.wait(w.opt.Address(r)); wait > 0 {
		w.stats.Postponed.Add(1)
		return &requestError{status: http.StatusTooManyRequests, why: "many_chats", after: wait}
	}
	return w.history.remember(r.Context(), w.keys.name(chat))
}

// keepKnown is how long a silent chat is remembered as not new.
const keepKnown = 30 * 24 * time.Hour
