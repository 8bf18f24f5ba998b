package engine

import "llave/bot"

// withForget puts a Forget before the replies of a turn that purges, if the channel keeps a history.
func (sh *Shard) withForget(w *turn, o turnOutcome) []bot.Reply {
	if _, keeps := sh.channels[w.update.Chat.Channel()].(bot.Forgetter); !keeps || !o.Purge || o.Session.Gone {
		return o.Replies
	}
	return append([]bot.Reply{{Kind: bot.Forget}}, o.Replies...)
}
