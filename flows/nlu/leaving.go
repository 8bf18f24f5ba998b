package nlu

import "slices"

// readLeaving finds the words of leaving: "desvincular", which means the chat, and "baja", which may mean the insurer.
func (s *tokenized) readLeaving(m *ParsedText) {
	for _, h := range m.matches {
		switch s.u.intent(h) {
		case IntentLeaving:
			m.Leaving = true
		case IntentUnlink:
			p := s.u.phrases[h.phrase]
			m.ThisChat = m.ThisChat || h.outcome == counts && !p.alone && slices.ContainsFunc(s.words[h.from:h.to], func(w word) bool { return w.key == "xat" })
			m.Unlinks = m.Unlinks || h.outcome == counts && !s.ofTheInsurer() && slices.ContainsFunc(s.words[h.from:h.to], func(w word) bool { return w.class&s.u.bits["unlinks"] != 0 })
		}
	}
}

// ofTheInsurer reports whether the text names the insurer and no chat: "desvincularme de IOMA" may mean to leave it.
func (s *tokenized) ofTheInsurer() bool {
	ioma := slices.ContainsFunc(s.words, func(w word) bool { return w.key == "ioma" })
	return ioma && !slices.ContainsFunc(s.words, func(w word) bool { return w.class&s.u.bits["chat"] != 0 })
}
