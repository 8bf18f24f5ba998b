package flows

import "slices"

// readLeaving finds the words of leaving: "desvincular", which is only said to a chat, and "baja", which may be the
// insurer's.
func (s *speech) readLeaving(m *meaning) {
	for _, h := range m.hits {
		switch s.u.intent(h) {
		case intentLeaving:
			m.Leaving = true
		case intentUnlink:
			p := s.u.phrases[h.phrase]
			m.ThisChat = m.ThisChat || h.fate == counts && !p.alone && slices.ContainsFunc(s.words[h.from:h.to], func(w word) bool { return w.sound == sound("chat") })
			m.Unlinks = m.Unlinks || h.fate == counts && !s.ofTheInsurer() && slices.ContainsFunc(s.words[h.from:h.to], func(w word) bool { return w.class&s.u.bits["unlinks"] != 0 })
		}
	}
}

// ofTheInsurer says whether what is said names the insurer and no chat: "desvincularme de IOMA" may mean to leave it.
func (s *speech) ofTheInsurer() bool {
	ioma := slices.ContainsFunc(s.words, func(w word) bool { return w.sound == sound("ioma") })
	return ioma && !slices.ContainsFunc(s.words, func(w word) bool { return w.class&s.u.bits["chat"] != 0 })
}
