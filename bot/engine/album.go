package engine

import "llave/bot"

// silent reports whether an update needs no answer, because another one of its album has or gets one. It is filed all the same.
func (w *turn) silent() bool {
	return w.update.Silent || w.update.Album != "" && w.update.Album == w.session.Album
}

// keepAlbum records in the session which album was answered last.
func (w *turn) keepAlbum(s *bot.Session) {
	s.Album = w.session.Album
	if w.update.Album != "" && !w.update.Silent {
		s.Album = w.update.Album
	}
}
