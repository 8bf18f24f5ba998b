package webchat

import (
	"strconv"
	"sync/atomic"
	"time"
)

// logUnreadableEvery is how often one unreadable entry is counted and logged: a page reads it again and again.
const logUnreadableEvery = time.Hour

// Stats counts what a Web did since it was opened.
type Stats struct {
	// Unreadable are entries and files that were left out because they cannot be read. Each counts once an hour.
	Unreadable atomic.Int64
	// Postponed are first messages that had to wait because their address had begun too many chats.
	Postponed atomic.Int64
	// Forgotten are chats whose history expired.
	Forgotten atomic.Int64
}

// Stats are the channel's counters.
func (w *Web) Stats() *Stats { return &w.stats }

// logUnreadable counts an entry that cannot be read, and logs it.
func (w *Web) logUnreadable(chat name, seq uint64, err error) {
	if first, _ := w.unreadableLog.Allow(string(chat[:]) + strconv.FormatUint(seq, 10)); !first {
		return
	}
	w.stats.Unreadable.Add(1)
	w.opt.Log.Warn("webchat: entry left out", "seq", seq, "err", err)
}
