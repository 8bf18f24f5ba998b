package telegram

import (
	"context"
	"errors"
	"fmt"
	"strconv"

	tgbotapi "github.com/go-telegram-bot-api/telegram-bot-api/v5"

	"llave/bot"
)

// take hands what was heard to the bot. Nil means that Telegram may be told: it is kept, or nothing for the bot, or set
// aside because it never will be.
func (t *Telegram) take(ctx context.Context, to bot.Accepter, h heard) error {
	if h.u.Kind == "" || t.told.nothingNew(&h) {
		t.stats.Ignored.Add(1)
		t.answered(h)
		return nil
	}
	_, again := t.seen.Get(h.u.ID)
	waits := !again && h.u.Kind != bot.Gone && h.u.Subtype != "group"
	if waits {
		t.expect(h.chat, h.u.Thread) // before: the answer may be there before Accept returns
	}
	err := accept(ctx, to, h.u)
	if err != nil && waits {
		t.typing.Answered(h.chat)
	}
	if errors.Is(err, bot.ErrUpdate) {
		t.setAside(h.id, err)
		return nil
	}
	if err != nil {
		t.log.Warn("telegram: an update was not taken, and will be again", "chat", h.u.Chat, "update", h.id, "err", err)
		return err
	}
	t.seen.Put(h.u.ID, struct{}{})
	t.told.note(&h)
	t.albums.note(&h)
	t.stats.Heard.Add(1)
	t.answered(h)
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

// setAside lets go of an update that nobody will ever be able to read. What it says is not logged.
func (t *Telegram) setAside(id int64, why error) {
	t.stats.SetAside.Add(1)
	t.log.Error("telegram: an update is set aside", "update", id, "err", why)
}

// answered stops the spinner of a button that was pressed, and takes its keyboard away, side by side. Neither is worth
// repeating: Telegram refuses both when they come late or twice.
func (t *Telegram) answered(h heard) {
	if h.press == nil {
		return
	}
	t.aside(h.chat, "answerCallbackQuery", tgbotapi.Params{"callback_query_id": h.press.query})
	if h.chat != 0 && h.press.message != 0 {
		if last, ok := t.boards.Get(h.chat); ok && last == h.press.message {
			t.boards.Drop(h.chat)
		}
		t.clear(h.chat, h.press.message)
	}
}

// noKeyboard takes a keyboard away. The library's own would say null.
const noKeyboard = `{"inline_keyboard":[]}`

// clear takes the keyboard of a message away.
func (t *Telegram) clear(chat int64, message int) {
	t.aside(chat, "editMessageReplyMarkup", tgbotapi.Params{
		"chat_id": strconv.FormatInt(chat, 10), "message_id": strconv.Itoa(message), "reply_markup": noKeyboard,
	})
}

// aside makes a call that nobody waits for.
func (t *Telegram) aside(chat int64, method string, p tgbotapi.Params) {
	ok := t.queue.Do(func(ctx context.Context) {
		t.pace.Call()
		_, err := t.call(ctx, callTime, method, p)
		t.heed(chat, err)
		if err != nil && codeOf(err) != 400 { // too late, answered already, not modified, not found: as good as done
			t.log.Info("telegram: left undone", "err", err)
		}
	})
	if !ok {
		t.stats.Dropped.Add(1)
	}
}

// heed remembers how long Telegram wants to be left alone.
func (t *Telegram) heed(chat int64, err error) {
	var e *apiError
	if errors.As(err, &e) && e.code == 429 {
		t.hush.asked(chat, e.after)
	}
}
