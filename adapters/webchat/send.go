package webchat

import (
	"context"
	"errors"

	"llave/bot"
)

// Send implements [bot.Channel]. A sent reply is in the history; one that is repeated is there once.
func (w *Web) Send(ctx context.Context, to bot.ChatID, r bot.Reply) error {
	return w.changeHistory(ctx, to, r, func(ctx context.Context, chat name) (bool, error) {
		e, file := entryOf(r, w.now())
		return w.history.add(ctx, chat, e, file)
	})
}

// Forget implements [bot.Forgetter]. Open pages show nothing of the history any more.
func (w *Web) Forget(ctx context.Context, to bot.ChatID, r bot.Reply) error {
	return w.changeHistory(ctx, to, r, func(ctx context.Context, chat name) (bool, error) {
		e, _ := entryOf(r, w.now())
		return w.history.erase(ctx, chat, e)
	})
}

// changeHistory changes a chat's history, and wakes its pages if it was changed.
func (w *Web) changeHistory(ctx context.Context, to bot.ChatID, r bot.Reply, change func(context.Context, name) (bool, error)) error {
	if to.Channel() != Channel || to.Account() != account || r.ID == "" {
		return &bot.PermanentFailure{Reason: "no letter of the web chat"}
	}
	chat := w.keys.name(to)
	changed, err := change(ctx, chat)
	if errors.Is(err, errClosed) {
		return &bot.PermanentFailure{Reason: "the person closed the chat", Gone: true}
	}
	if err != nil {
		return err
	}
	if changed {
		w.hub.wake(chat)
	}
	return nil
}

// Types implements [bot.Typist]: the pages that are open show it for a moment.
func (w *Web) Types(ctx context.Context, to bot.ChatID) error {
	if to.Channel() != Channel || to.Account() != account {
		return &bot.PermanentFailure{Reason: "no chat of the web chat"}
	}
	chat := w.keys.name(to)
	w.hub.types(chat)
	return w.history.typing(ctx, chat)
}
