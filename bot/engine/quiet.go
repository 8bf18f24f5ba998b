package engine

import (
	"llave/bot"
)

// isQuiet says whether nothing is owed to a chat: no update waits for its turn or has it, and no message is unsent. Only then
// an update can be an answer to the last message.
func (e *Engine) isQuiet(key bot.ChatKey) bool {
	e.lanes.mu.Lock()
	l := e.lanes.m[key]
	busy := l != nil && (l.running || len(l.queue) > 0)
	e.lanes.mu.Unlock()
	e.relay.mu.Lock()
	defer e.relay.mu.Unlock()
	rt := e.relay.m[key] // lives on while results are not on record
	return !busy && (rt == nil || !rt.running && !rt.more && len(rt.queue) == 0)
}

// unpaced says whether a chat's channel is.
func (e *Engine) unpaced(chat bot.ChatID) bool {
	u, ok := e.channels[chat.Channel()].(bot.Unpaced)
	return ok && u.Unpaced()
}
