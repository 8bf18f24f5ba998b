package engine

import (
	"llave/bot"
)

// thread is where a turn's replies go in a chat that has threads: where the person asked. A late answer goes where
// its effect was requested; a reply that was not requested goes where the person wrote last.
func (w *turn) thread() string {
	p := w.session.Pending
	switch {
	case w.update.Kind.FromPerson():
		return w.update.Thread
	case p != nil && (w.update.Kind == bot.Answer || w.update.Kind == bot.Slow):
		return p.Thread
	}
	return w.session.Thread
}

// keepThread records in the session where the person wrote last.
func (w *turn) keepThread(s *bot.Session) {
	s.Thread = w.session.Thread
	if w.update.Kind.FromPerson() {
		s.Thread = w.update.Thread
	}
}
