package telegram

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"hash/fnv"
	"strconv"
	"strings"

	tgbotapi "github.com/go-telegram-bot-api/telegram-bot-api/v5"

	"llave/bot"
)

// Send implements [bot.Channel].
func (t *Telegram) Send(ctx context.Context, to bot.ChatID, r bot.Reply) error {
	chat, err := t.number(to)
	if err != nil {
		return err
	}
	t.typing.Answered(chat)
	if err := t.sendAll(ctx, chat, r); err != nil {
		return err
	}
	t.stats.Sent.Add(1)
	return nil
}

// number is Telegram's number of a chat.
func (t *Telegram) number(to bot.ChatID) (int64, error) {
	chat, err := strconv.ParseInt(to.Native(), 10, 64)
	if to.Channel() != Channel || to.Account() != t.account || err != nil {
		return 0, &bot.PermanentFailure{Reason: "a chat of another bot"}
	}
	return chat, nil
}

// sendAll sends a reply, without the decorations that the server refuses. Only a refusal of the bare text is final.
func (t *Telegram) sendAll(ctx context.Context, chat int64, r bot.Reply) error {
	last := decoration(0)
	for without := t.unsupported.current(); ; {
		parts := t.render(chat, r, without)
		if len(parts) == 0 {
			return &bot.PermanentFailure{Reason: "there is nothing in it"}
		}
		at, err := t.sendCalls(ctx, chat, r, parts)
		if err == nil {
			t.unsupported.refused(last)
			return nil
		}
		if e := refusalIn(err); e != nil {
			last = e.dispensable(&parts[at])
		} else {
			last = 0
		}
		if last == 0 || without&last != 0 {
			return classify(err, at > 0)
		}
		without |= last
		t.stats.Undecorated.Add(1)
		t.log.Warn("telegram: a decoration is refused, and left out", "call", parts[at].method, "which", last.String())
		t.pace.Call()
	}
}

// sendCalls makes the calls that an earlier attempt has not made, and returns which one failed.
func (t *Telegram) sendCalls(ctx context.Context, chat int64, r bot.Reply, parts []apiCall) (at int, err error) {
	key := ""
	if len(parts) > 1 {
		key = replyKey(chat, r)
		at, _ = t.sentCalls.Get(key)
	}
	for ; at < len(parts); at++ {
		if at > 0 {
			t.pace.Call() // the first has its place from Slot
		}
		if err := t.sendCall(ctx, chat, parts[at]); err != nil {
			return at, err
		}
		t.unsupported.accepted(&parts[at])
		if key != "" {
			t.sentCalls.Put(key, at+1)
		}
	}
	if key != "" {
		t.sentCalls.Drop(key)
	}
	return at, nil
}

// replyKey identifies a reply. Its text is part of the key: the text in place of an expired reply has the same id.
func replyKey(chat int64, r bot.Reply) string {
	h := fnv.New64a()
	h.Write([]byte(r.Text))
	return fmt.Sprintf("%d/%s/%x", chat, r.ID, h.Sum64())
}

// sendCall makes one call, unless the chat takes none at present, and remembers its keyboard.
func (t *Telegram) sendCall(ctx context.Context, chat int64, p apiCall) error {
	if d := t.cooldown.remaining(chat); d > 0 {
		return &apiError{method: p.method, code: 429, after: d}
	}
	var result json.RawMessage
	var err error
	if p.file != nil {
		result, err = t.upload(ctx, p.method, p.params, *p.file)
	} else {
		result, err = t.call(ctx, callTime, p.method, p.params)
	}
	t.noteCooldown(chat, err)
	if err != nil {
		return err
	}
	var m tgbotapi.Message
	if p.board && json.Unmarshal(result, &m) == nil && m.MessageID != 0 {
		if old, had := t.lastKeyboard.Put(chat, m.MessageID); had && old != m.MessageID {
			t.removeKeyboard(chat, old)
		}
	}
	return nil
}

// classify turns the error of a call into one of the port. Begun says that a part of the reply was sent before.
func classify(err error, begun bool) error {
	e := refusalIn(err)
	if e == nil {
		if unsent := (*unsentError)(nil); errors.As(err, &unsent) && !begun {
			return &bot.NotSent{Err: fmt.Errorf("telegram: %w", err)}
		}
		return fmt.Errorf("telegram: %w", err)
	}
	switch {
	case e.code == 429 && !begun:
		return &bot.RetryAfter{After: e.after}
	case e.moved:
		return &bot.PermanentFailure{Reason: "the group has moved"}
	case e.code == 403:
		return &bot.PermanentFailure{Reason: "blocked", Gone: true}
	case e.code == 413:
		return &bot.PermanentFailure{Reason: "too large"}
	case e.code == 400:
		return reasonOf(e.description)
	case e.code/100 == 4 && !begun:
		return &bot.NotSent{Err: fmt.Errorf("telegram: %w", err)}
	}
	return fmt.Errorf("telegram: %w", err)
}

// reasonOf gives a refusal a reason of ours: Telegram's description may quote what people wrote.
func reasonOf(said string) *bot.PermanentFailure {
	said = strings.ToLower(said)
	for _, r := range []struct {
		has, reason string
		gone        bool
	}{
		{"chat not found", "no such chat", true},
		{"peer_id_invalid", "no such chat", true},
		{"user not found", "no such chat", true},
		{"too long", "too long", false},
		{"entit", "entities", false},
		{"is empty", "empty", false},
		{"must be non-empty", "empty", false},
		{"button", "buttons", false},
		{"markup", "buttons", false},
		{"photo", "picture", false},
		{"image", "picture", false},
		{"file", "file", false},
		{"rights", "not allowed", false},
	} {
		if strings.Contains(said, r.has) {
			return &bot.PermanentFailure{Reason: "refused: " + r.reason, Gone: r.gone}
		}
	}
	return &bot.PermanentFailure{Reason: "refused"}
}
