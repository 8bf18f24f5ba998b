package whatsapp

import (
	"context"
	"fmt"

	"go.mau.fi/whatsmeow/types"

	"llave/bot"
)

// types shows "typing…" once.
func (w *WhatsApp) types(chat types.JID) {
	if s := w.session(); s != nil && w.cooldown() == 0 {
		w.fireAndForget(func(ctx context.Context) error {
			return s.cli.SendChatPresence(ctx, chat, types.ChatPresenceComposing, types.ChatPresenceMediaText)
		})
	}
}

// Types implements [bot.Typist]. It waits in no queue: what it shows holds for a moment.
func (w *WhatsApp) Types(ctx context.Context, to bot.ChatID) error {
	jid, s := addressOf(to), w.session()
	switch {
	case to.Channel() != Channel || jid.IsEmpty():
		return &bot.PermanentFailure{Reason: "a chat of another channel"}
	case w.cooldown() > 0:
		return &bot.RetryAfter{After: w.cooldown()}
	case s == nil:
		return &bot.RetryAfter{After: later}
	case to.Account() != s.account:
		return &bot.PermanentFailure{Reason: "a chat of another number"}
	case !s.cli.IsConnected() || !s.cli.IsLoggedIn():
		return &bot.RetryAfter{After: soon}
	}
	ctx, cancel := context.WithTimeout(ctx, callTime)
	defer cancel()
	if err := s.cli.SendChatPresence(ctx, jid, types.ChatPresenceComposing, types.ChatPresenceMediaText); err != nil {
		return fmt.Errorf("whatsapp: not shown (%T)", root(err))
	}
	return nil
}

// Address implements [bot.Addresser]: the person's number, unless WhatsApp hides it.
func (w *WhatsApp) Address(ctx context.Context, chat bot.ChatID) (string, error) {
	jid := addressOf(chat)
	if chat.Channel() != Channel || jid.IsEmpty() {
		return "", &bot.PermanentFailure{Reason: "a chat of another channel"}
	}
	if jid.Server == types.HiddenUserServer {
		var err error
		if jid, err = w.devices.all.LIDMap.GetPNForLID(ctx, jid); err != nil {
			return "", fmt.Errorf("whatsapp: device store (%T)", root(err))
		}
	}
	if jid.User == "" {
		return "", nil
	}
	return "+" + jid.User, nil
}
