package engine

import (
	"strings"
	"unicode/utf8"

	"llave/bot"
)

// clean removes from an update what must not be kept, before it is kept. Of a text that is too long to be read the beginning
// is kept, for a case.
func (s *services) clean(u *bot.Update) {
	u.Sender, u.Media = cut(strings.ToValidUTF8(u.Sender, ""), 64), cleanMedia(u.Media, s.mask)
	u.Album = cut(strings.ToValidUTF8(u.Album, ""), maxAlbum)
	if u.Kind != bot.Message && u.Kind != bot.Started && u.Text == "" {
		return
	}
	if utf8.RuneCountInString(u.Text) > bot.MaxText && u.Kind != bot.Other {
		u.Kind = bot.TooLong
	}
	m := s.mask(cut(strings.ToValidUTF8(u.Text, ""), bot.MaxKept+maskAhead))
	u.Text, u.Masked, u.Password = cut(m.Text, bot.MaxKept), m.CUIL, m.Password
}

// maskAhead is how far behind the end of what is kept something may reach that must not be kept.
const maskAhead = 64

func cut(s string, n int) string {
	for i := range s {
		if n--; n < 0 {
			return s[:i]
		}
	}
	return s
}

// maxAlbum is the longest name of an album that is kept, in characters.
const maxAlbum = 120

// The longest media type and file name that are kept, in characters.
const (
	maxMediaType = 100
	maxMediaName = 120
)

// cleanMedia is a copy without what must not be kept.
func cleanMedia(m *bot.Media, mask func(string) bot.Masked) *bot.Media {
	if m == nil {
		return nil
	}
	c := *m
	c.Type = cut(strings.ToValidUTF8(m.Type, ""), maxMediaType)
	c.Name = cut(mask(strings.ToValidUTF8(m.Name, "")).Text, maxMediaName) // scans are named after whose they are
	c.Size, c.Seconds = max(m.Size, 0), max(m.Seconds, 0)
	if len(m.Ref) > bot.MaxMediaRef {
		c.Ref = nil
	}
	return &c
}
