package flows

import (
	"time"

	"llave/bot"
)

// How long a chat is kept after the last thing that the person did there. A link that was not used for two years is ended:
// another person may have the phone by then.
const (
	keepUnlinked = 30 * 24 * time.Hour
	keepLinked   = 730 * 24 * time.Hour
)

// Keep implements [bot.Keeper].
func (sc *Script) Keep(s bot.Session) (d time.Duration, leave bool) {
	if m, ok := s.Data.(*memory); ok && m.linked() {
		return keepLinked, true
	}
	return keepUnlinked, false
}

// Leave implements [bot.Keeper]: the back end ends the link before the chat that holds its credential is forgotten.
func (sc *Script) Leave(s bot.Session) bot.Effect {
	all := s.Data.(*memory).credentials()
	return bot.Effect{Op: opUnlink, Args: bot.Of(unlinkArgs{Credential: all[0], More: all[1:]})}
}
