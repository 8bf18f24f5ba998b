package bot

import "context"

// withForget puts a Forget before the replies of a turn that purges, if the channel keeps a history.
func (e *Engine) withForget(w *work, o outcome) []Reply {
	if _, keeps := e.channels[w.update.Chat.Channel()].(Forgetter); !keeps || !o.Purge || o.Session.Gone {
		return o.Replies
	}
	return append([]Reply{{Kind: Forget}}, o.Replies...)
}

// forget has a channel erase what it keeps of a chat. A channel that keeps nothing has nothing to erase.
func forget(ctx context.Context, ch Channel, chat ChatID, r Reply) error {
	f, ok := ch.(Forgetter)
	if !ok {
		return nil
	}
	return f.Forget(ctx, chat, r)
}
