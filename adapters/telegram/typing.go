package telegram

import (
	"context"
	"strconv"
	"sync"
	"time"

	tgbotapi "github.com/go-telegram-bot-api/telegram-bot-api/v5"
)

// typing shows "typing…" to whoever has waited for half a second. A chat that waits costs a timer and no goroutine.
type typing struct {
	show func(chat int64, thread string)
	mu   sync.Mutex
	m    map[int64]*wait
	over bool
}

// wait is a person who waits.
type wait struct {
	timer  *time.Timer
	shown  int
	thread string
}

// It is shown after typingAfter, and again every typingEvery, because Telegram takes it away after five seconds.
const (
	typingAfter = 500 * time.Millisecond
	typingEvery = 4 * time.Second
	typingTimes = 4
)

func newTyping(show func(int64, string)) *typing { return &typing{show: show, m: map[int64]*wait{}} }

// expect begins to wait for the answer to what was said in a chat.
func (ty *typing) expect(chat int64, thread string) {
	ty.mu.Lock()
	defer ty.mu.Unlock()
	if ty.over || ty.m[chat] != nil {
		return
	}
	w := &wait{thread: thread}
	ty.m[chat] = w
	w.timer = time.AfterFunc(typingAfter, func() { ty.fire(chat, w) })
}

// answered ends the waiting of a chat.
func (ty *typing) answered(chat int64) {
	ty.mu.Lock()
	defer ty.mu.Unlock()
	if w := ty.m[chat]; w != nil {
		w.timer.Stop()
		delete(ty.m, chat)
	}
}

func (ty *typing) fire(chat int64, w *wait) {
	ty.mu.Lock()
	defer ty.mu.Unlock()
	if ty.m[chat] != w {
		return
	}
	if w.shown++; w.shown < typingTimes {
		w.timer.Reset(typingEvery)
	} else {
		delete(ty.m, chat)
	}
	ty.show(chat, w.thread)
}

func (ty *typing) stop() {
	ty.mu.Lock()
	defer ty.mu.Unlock()
	ty.over = true
	for chat, w := range ty.m {
		w.timer.Stop()
		delete(ty.m, chat)
	}
}

// types shows "typing…" once, if there is room for it.
func (t *Telegram) types(ctx context.Context, chat int64, thread string) {
	if t.hush.left(chat) > 0 || !t.pace.Call() {
		t.stats.Dropped.Add(1)
		return
	}
	p := tgbotapi.Params{"chat_id": strconv.FormatInt(chat, 10), "action": "typing"}
	if thread != "" {
		p["message_thread_id"] = thread
	}
	_, err := t.call(ctx, typingEvery, "sendChatAction", p)
	t.heed(chat, err)
}
