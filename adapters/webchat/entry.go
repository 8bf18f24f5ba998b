package webchat

import (
	"bytes"
	"image"
	_ "image/jpeg" // for the size of pictures
	_ "image/png"
	"regexp"
	"strconv"
	"strings"
	"time"

	"llave/bot"
)

// Who said an entry.
const (
	byPerson = "person"
	byBot    = "bot"
)

// entry is one line of a chat's history, as it is kept.
type entry struct {
	Seq      uint64        `json:"-"`
	mark     [16]byte      // under which it is kept
	Turn     time.Time     `json:"turn,omitzero"` // of the bot that said it
	Who      string        `json:"who"`
	ID       string        `json:"id"` // the page's own for what the person said, the letter's for what the bot did
	At       time.Time     `json:"at"`
	Kind     bot.ReplyKind `json:"kind,omitempty"`
	Text     string        `json:"text,omitempty"`
	Key      string        `json:"key,omitempty"` // of the catalog, where the text is ours
	Question string        `json:"q,omitempty"`
	Choices  []bot.Option  `json:"choices,omitempty"`
	Copy     string        `json:"copy,omitempty"`
	Expires  time.Time     `json:"expires,omitzero"`
	Expired  bool          `json:"expired,omitempty"`
	File     *fileInfo     `json:"file,omitempty"`
}

// fileInfo is what the page knows of a file before it asks for it.
type fileInfo struct {
	Name   string `json:"name"`
	Type   string `json:"type"`
	Alt    string `json:"alt,omitempty"`
	Size   int    `json:"size"`
	Width  int    `json:"width,omitempty"` // of a picture, so that nothing jumps when it comes
	Height int    `json:"height,omitempty"`
}

// maxFile bounds a file; maxFiles of them are kept of a chat.
const (
	maxFile  = 4 << 20
	maxFiles = 20
)

// said is the entry of a reply.
func said(r bot.Reply, now time.Time) (entry, []byte) {
	e := entry{Who: byBot, ID: r.ID, Turn: r.At, At: now, Kind: r.Kind, Text: r.Text, Question: r.Question, Choices: r.Choices, Copy: r.Copy}
	if r.Kind == bot.Show || r.Kind == bot.Secret {
		e.Expires = r.Expires
	}
	if r.File == nil || len(r.File.Data) == 0 {
		return e, nil
	}
	if len(r.File.Data) > maxFile {
		e.Key = "file_large"
		return e, nil
	}
	e.File = &fileInfo{Name: r.File.Name, Type: r.File.Type, Alt: r.File.Alt, Size: len(r.File.Data)}
	if c, _, err := image.DecodeConfig(bytes.NewReader(r.File.Data)); err == nil && e.File.picture() {
		e.File.Width, e.File.Height = c.Width, c.Height
	}
	return e, r.File.Data
}

func (f *fileInfo) picture() bool { return f.Type == "image/png" || f.Type == "image/jpeg" }

// lapsed says whether what an entry shows is no longer to be shown.
func (e entry) lapsed(now time.Time) bool { return !e.Expires.IsZero() && !now.Before(e.Expires) }

// blank takes out of an entry what has expired. That there was something stays.
func (e entry) blank() entry {
	e.Text, e.Copy, e.File, e.Expires, e.Expired = "", "", nil, time.Time{}, true
	e.Key = "expired_" + string(e.Kind)
	return e
}

// shown is an entry as the page gets it: text in pieces, so that the page has nothing to parse.
type shown struct {
	Who      string       `json:"who"`
	ID       string       `json:"id"`
	At       int64        `json:"at"` // milliseconds since 1970
	Parts    []part       `json:"parts"`
	Question string       `json:"question,omitempty"`
	Choices  []bot.Option `json:"choices,omitempty"`
	Copy     string       `json:"copy,omitempty"`
	Expired  bool         `json:"expired,omitempty"`
	// Left is for how many milliseconds it may be shown, and Then what comes in its place. Not the hour: many
	// phones have another one than we.
	Left int64      `json:"left,omitempty"`
	Then []part     `json:"then,omitempty"`
	File *shownFile `json:"file,omitempty"`
}

type shownFile struct {
	fileInfo
	URL     string `json:"url"`
	Picture bool   `json:"picture,omitempty"`
}

// part is a piece of text and how it stands out: "" not at all, "b" a word that may be typed, "n" digits that will
// be copied by hand, "a" an address.
type part [2]string

// show makes an entry fit for the page. Last says that nothing came after it: only then can it still be answered.
func (w *Web) show(e entry, now time.Time, last bool) shown {
	if e.lapsed(now) {
		e = e.blank()
	}
	s := shown{Who: e.Who, ID: e.ID, At: e.At.UnixMilli(), Copy: e.Copy, Expired: e.Expired, Parts: w.parts(e)}
	if last {
		s.Question, s.Choices = e.Question, e.Choices
	}
	if !e.Expires.IsZero() {
		s.Left, s.Then = e.Expires.Sub(now).Milliseconds()+1, w.parts(e.blank())
	}
	if e.File != nil {
		s.File = &shownFile{fileInfo: *e.File, URL: "/chat/files/" + strconv.FormatUint(e.Seq, 10), Picture: e.File.picture()}
	}
	return s
}

// parts cuts an entry's text.
func (w *Web) parts(e entry) []part {
	if e.Who == byPerson {
		if e.Key != "" {
			return []part{{"", w.texts.get(e.Key, nil)}}
		}
		return []part{{"", e.Text}} // nothing that a person writes is more than text
	}
	text := e.Text
	if e.Key != "" {
		text = strings.TrimSpace(text + "\n\n" + w.texts.get(e.Key, nil))
	}
	var out []part
	for _, s := range bot.Spans(text) {
		if s.Typed {
			out = append(out, part{"b", s.Text})
			continue
		}
		out = append(out, pieces(s.Text, e.Kind == bot.Show)...)
	}
	return out
}

// standsOut finds addresses, and what looks like a token's digits.
var standsOut = regexp.MustCompile(`(https?://[^\s<>"]*[^\s<>".,;:!?)»])|\b(\d{3} ?\d{3})\b`)

func pieces(text string, digits bool) []part {
	var out []part
	at := 0
	for _, m := range standsOut.FindAllStringSubmatchIndex(text, -1) {
		kind := "a"
		if m[2] < 0 {
			kind = "n"
		}
		if kind == "n" && !digits {
			continue
		}
		if m[0] > at {
			out = append(out, part{"", text[at:m[0]]})
		}
		out = append(out, part{kind, text[m[0]:m[1]]})
		at = m[1]
	}
	if at < len(text) {
		out = append(out, part{"", text[at:]})
	}
	return out
}
