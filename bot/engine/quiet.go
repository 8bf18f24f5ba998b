package engine

import "llave/bot"

// isQuiet reports whether nothing of a chat is pending: no update waits for its turn or has it, and no message is unsent.
// Only then can an update be an answer to the last message.
func (sh *Shard) isQuiet(key bot.ChatKey) bool { return !sh.queues.busy(key) && sh.outbox.Idle(key) }

// busy reports whether an update of the chat waits for its turn or has it.
func (ls *chatQueues) busy(key bot.ChatKey) bool {
	ls.mu.Lock()
	defer ls.mu.Unlock()
	q := ls.byChat[key]
	return q != nil && (q.running || len(q.waiting) > 0)
}

// unpaced reports whether a chat's channel brings what was written beforehand.
func (s *services) unpaced(chat bot.ChatID) bool {
	u, ok := s.channels[chat.Channel()].(bot.Unpaced)
	return ok && u.Unpaced()
}
