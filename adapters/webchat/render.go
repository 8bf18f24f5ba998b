package webchat

import (
	"bytes"
	"image"
	_ "image/jpeg" // for the size of pictures
	_ "image/png"
	"strconv"
	"time"

	"llave/adapters/besteffort"
	"llave/bot"
)

// entryOf is the entry of a reply, and its file.
func entryOf(r bot.Reply, now time.Time) (entry, []byte) {
	e := entry{Who: byBot, ID: r.ID, Turn: r.At, At: now, Kind: r.Kind, From: besteffort.Tidy(r.From, maxName), Text: r.Text, Question: r.Question, Choices: r.Choices, Copy: r.Copy, Copies: r.Copies}
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

// maxName is how many characters of an agent's name are shown.
const maxName = 64

// pageEntry is an entry as the page gets it: the text is in spans, so that the page parses nothing.
type pageEntry struct {
	Who string `json:"who"`
	ID  string `json:"id"`
	At  int64  `json:"at"` // milliseconds since 1970
	// From is the line above an agent's words; Told says that it is a notice of the case.
	From     string       `json:"from,omitempty"`
	Told     bool         `json:"told,omitempty"`
	Parts    []span       `json:"parts"`
	Question string       `json:"question,omitempty"`
	Choices  []bot.Option `json:"choices,omitempty"`
	Copy     string       `json:"copy,omitempty"`
	Copies   []string     `json:"copies,omitempty"`
	Tokens   []pageToken  `json:"tokens,omitempty"`
	Expired  bool         `json:"expired,omitempty"`
	// Left is for how many milliseconds the entry may be shown, and Then its text after that. There is no time of day,
	// since the clocks of many phones are wrong.
	Left int64     `json:"left,omitempty"`
	Then []span    `json:"then,omitempty"`
	File *pageFile `json:"file,omitempty"`
	// Sent is a file that the person sent.
	Sent *fileInfo `json:"sent,omitempty"`
}

type pageFile struct {
	fileInfo
	URL     string `json:"url"`
	Picture bool   `json:"picture,omitempty"`
}

// render prepares an entry for the page. Last says that no entry follows: only then can its choices be used.
func (w *Web) render(e entry, now time.Time, last bool) pageEntry {
	if e.hasExpired(now) {
		e = e.redacted()
	}
	s := pageEntry{Who: e.Who, ID: e.ID, At: e.At.UnixMilli(), Copy: e.Copy, Copies: e.Copies, Tokens: tokensOf(e), Expired: e.Expired, Parts: w.spansOf(e), Told: e.Kind == bot.Told, Sent: e.Sent}
	if e.From != "" {
		s.From = w.texts.Get("from", e.From)
	}
	if last {
		s.Question, s.Choices = e.Question, e.Choices
	}
	if !e.Expires.IsZero() {
		s.Left, s.Then = e.Expires.Sub(now).Milliseconds()+1, w.spansOf(e.redacted())
	}
	if e.File != nil {
		s.File = &pageFile{fileInfo: *e.File, URL: "/chat/files/" + strconv.FormatUint(e.Seq, 10), Picture: e.File.picture()}
	}
	return s
}
