package bot

// Unpaced is a channel that brings what was written beforehand: a file through a pipe. Nothing is concluded from how fast it
// is.
type Unpaced interface {
	// Unpaced says whether that is so now.
	Unpaced() bool
}

// unpaced says whether a chat's channel is.
func (e *Engine) unpaced(chat ChatID) bool {
	u, ok := e.channels[chat.Channel()].(Unpaced)
	return ok && u.Unpaced()
}
