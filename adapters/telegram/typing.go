package telegram

import (
	"context"
	"strconv"
	"time"

	tgbotapi "github.com/go-telegram-bot-api/telegram-bot-api/v5"

	"llave/bot"
)

// "typing…" is shown after typingAfter, and again every typingEvery, because Telegram takes it away after five seconds.
const (
	typingAfter = 500 * time.Millisecond
	typingEvery = 4 * time.Second
	typingTimes = 4
)

// expect shows "typing…" in a chat that waits for its answer.
func (t *Telegram) expect(chat int64, thread string) {
	t.typing.Expect(chat, func() {
		t.queue.Do(func(ctx context.Context) { t.types(ctx, chat, thread) })
	})
}

// types shows "typing…" once, unless the limits of calls are used up.
func (t *Telegram) types(ctx context.Context, chat int64, thread string) {
	if t.cooldown.remaining(chat) > 0 || !t.pace.Call() {
		t.stats.Dropped.Add(1)
		return
	}
	_ = t.chatAction(ctx, chat, thread)
}

// Types implements [bot.Typist]. It never takes the place of a message.
func (t *Telegram) Types(ctx context.Context, to bot.ChatID) error {
	chat, err := t.number(to)
	if err != nil {
		return err
	}
	if d := t.cooldown.remaining(chat); d > 0 {
		return &bot.RetryAfter{After: d}
	}
	if !t.pace.Call() {
		t.stats.Dropped.Add(1)
		return &bot.RetryAfter{After: typingEvery}
	}
	if err := t.chatAction(ctx, chat, ""); err != nil {
		return classify(err, false)
	}
	return nil
}

func (t *Telegram) chatAction(ctx context.Context, chat int64, thread string) error {
	p := tgbotapi.Params{"chat_id": strconv.FormatInt(chat, 10), "action": "typing"}
	if thread != "" {
		p["message_thread_id"] = thread
	}
	_, err := t.call(ctx, typingEvery, "sendChatAction", p)
	t.noteCooldown(chat, err)
	return err
}
