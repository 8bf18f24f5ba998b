package engine

import (
	"context"

	"llave/bot"
)

// withForget puts a Forget before the replies of a turn that purges, if the channel keeps a history.
func (e *Engine) withForget(w *work, o outcome) []bot.Reply {
	if _, keeps := e.channels[w.update.Chat.Channel()].(bot.Forgetter); !keeps || !o.Purge || o.Session.Gone {
		return o.Replies
	}
	return append([]bot.Reply{{Kind: bot.Forget}}, o.Replies...)
}

// forget has a channel erase what it keeps of a chat. A channel that keeps nothing has nothing to erase.
func forget(ctx context.Context, ch bot.Channel, chat bot.ChatID, r bot.Reply) error {
	f, ok := ch.(bot.Forgetter)
	if !ok {
		return nil
	}
	return f.Forget(ctx, chat, r)
}
