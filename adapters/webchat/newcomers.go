package webchat

import (
	"context"
	"database/sql"
	"fmt"
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

// known reports whether a chat was admitted before.
func (h *history) known(ctx context.Context, chat name) (known bool, err error) {
	err = h.Readers.QueryRowContext(ctx, "SELECT EXISTS (SELECT 1 FROM known WHERE name = ?)", chat[:]).Scan(&known)
	if err != nil {
		return false, fmt.Errorf("webchat: known chat: %w", err)
	}
	return known, nil
}

// remember records that a chat was admitted: a repeated first message does not count again.
func (h *history) remember(ctx context.Context, chat name) error {
	err := h.Write(ctx, func(tx *sql.Tx) error { return h.rememberIn(ctx, tx, chat) })
	if err != nil {
		return fmt.Errorf("webchat: new chat: %w", err)
	}
	return nil
}

func (h *history) rememberIn(ctx context.Context, tx *sql.Tx, chat name) error {
	return run(ctx, tx, statement{"INSERT INTO known (name, at) VALUES (?1, ?2) ON CONFLICT DO UPDATE SET at = ?2", []any{chat[:], h.now().UnixNano()}})
}
