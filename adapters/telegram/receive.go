package telegram

import (
	"context"
	"errors"
	"fmt"
	"strconv"

	tgbotapi "github.com/go-telegram-bot-api/telegram-bot-api/v5"

	"llave/bot"
)

// receive hands an update to the bot. Nil means that Telegram may forget it: it is kept, or is not for the bot, or is
// unreadable for ever.
func (t *Telegram) receive(ctx context.Context, to bot.Accepter, h incoming) error {
	if h.u.Kind == "" || t.messageTexts.unchanged(&h) {
		t.stats.Ignored.Add(1)
		t.acknowledgePress(h)
		return nil
	}
	_, again := t.seen.Get(h.u.ID)
	waits := !again && !h.u.Silent && h.u.Kind != bot.Gone && h.u.Subtype != "group"
	if waits {
		t.expect(h.chat, h.u.Thread) // before: the answer may be there before Accept returns
	}
	err := accept(ctx, to, h.u)
	if err != nil && waits {
		t.typing.Answered(h.chat)
	}
	if errors.Is(err, bot.ErrUpdate) {
		t.dropUnreadable(h.id, err)
		return nil
	}
	if err != nil {
		t.log.Warn("telegram: an update was not taken, and will be again", "chat", h.u.Chat, "update", h.id, "err", err)
		return err
	}
	t.seen.Put(h.u.ID, struct{}{})
	t.messageTexts.note(&h)
	if !h.u.Silent {
		t.albums.note(&h)
	}
	t.stats.Received.Add(1)
	t.acknowledgePress(h)
	return nil
}

func accept(ctx context.Context, to bot.Accepter, u bot.Update) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("accept: panic (%T)", p)
		}
	}()
	return to.Accept(ctx, u)
}

// dropUnreadable gives up an update that is unreadable for ever. Its contents are not logged.
func (t *Telegram) dropUnreadable(id int64, why error) {
	t.stats.Unreadable.Add(1)
	t.log.Error("telegram: an update is set aside", "update", id, "err", why)
}

// acknowledgePress stops the spinner of a pressed button and removes its keyboard, side by side. Telegram refuses both
// when they come late or twice, so neither is repeated.
func (t *Telegram) acknowledgePress(h incoming) {
	if h.press == nil {
		return
	}
	t.fireAndForget(h.chat, "answerCallbackQuery", tgbotapi.Params{"callback_query_id": h.press.query})
	if h.chat != 0 && h.press.message != 0 {
		if last, ok := t.lastKeyboard.Get(h.chat); ok && last == h.press.message {
			t.lastKeyboard.Drop(h.chat)
		}
		t.removeKeyboard(h.chat, h.press.message)
	}
}

// noKeyboard removes a keyboard. The library's own value would be null.
const noKeyboard = `{"inline_keyboard":[]}`

// removeKeyboard removes the keyboard of a message.
func (t *Telegram) removeKeyboard(chat int64, message int) {
	t.fireAndForget(chat, "editMessageReplyMarkup", tgbotapi.Params{
		"chat_id": strconv.FormatInt(chat, 10), "message_id": strconv.Itoa(message), "reply_markup": noKeyboard,
	})
}

// fireAndForget makes a call in the background. Its failure is only logged.
func (t *Telegram) fireAndForget(chat int64, method string, p tgbotapi.Params) {
	ok := t.queue.Do(func(ctx context.Context) {
		t.pace.Call()
		_, err := t.call(ctx, callTime, method, p)
		t.noteCooldown(chat, err)
		if err != nil && codeOf(err) != 400 { // too late, answered already, not modified, not found: as good as done
			t.log.Info("telegram: left undone", "err", err)
		}
	})
	if !ok {
		t.stats.Dropped.Add(1)
	}
}

// noteCooldown records how long Telegram takes no calls.
func (t *Telegram) noteCooldown(chat int64, err error) {
	var e *apiError
	if errors.As(err, &e) && e.code == 429 {
		t.cooldown.extend(chat, e.after)
	}
}
