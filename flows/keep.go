package flows

import (
	"time"

	"llave/bot"
)

// How long a chat is kept after the last thing that the person did there. A link that nobody has used for two years is
// ended: its phone may be somebody else's by then.
const (
	keepUnlinked = 30 * 24 * time.Hour
	keepLinked   = 730 * 24 * time.Hour
)

// Keep implements [bot.Keeper].
func (sc *Script) Keep(s bot.Session) time.Duration {
	if m, ok := s.Data.(*memory); ok && m.linked() {
		return keepLinked
	}
	return keepUnlinked
}

// Leave implements [bot.Keeper]: the back end ends the link before the chat that holds its credential is forgotten.
func (sc *Script) Leave(s bot.Session) *bot.Effect {
	m, ok := s.Data.(*memory)
	if !ok || !m.linked() {
		return nil
	}
	return &bot.Effect{Op: opUnlink, Args: bot.Of(unlinkArgs{Credential: m.Cred})}
}
