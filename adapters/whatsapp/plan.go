package whatsapp

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"
	"path"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"go.mau.fi/whatsmeow"
	"go.mau.fi/whatsmeow/proto/waE2E"

	"llave/adapters/besteffort"
	"llave/bot"
)

// WhatsApp's limits. A picture beyond its own goes as a document.
const (
	maxText    = 60000 // bytes
	maxCaption = 1024  // characters
	maxImage   = 5 << 20
	maxFile    = 64 << 20
)

// sendable says why a reply never will be sent; nil if it may.
func sendable(r bot.Reply) error {
	switch {
	case r.File != nil && len(r.File.Data) > maxFile && r.Text == "":
		return &bot.PermanentFailure{Reason: "the file is too large"}
	case len(r.Text) > maxText:
		return &bot.PermanentFailure{Reason: "the text is too long"}
	case r.File == nil && strings.TrimSpace(r.Text) == "" && len(r.Choices) == 0:
		return &bot.PermanentFailure{Reason: "there is nothing in it"}
	}
	return nil
}

// messages are what says a reply: the words under the file if there is one and they fit, else before it. Nothing is sent
// but texts, pictures and documents: buttons and lists are refused or not shown.
func (s *session) messages(ctx context.Context, to bot.ChatID, r bot.Reply) ([]*waE2E.Message, error) {
	text, t := s.w.written(r), s.w.timers.of(ctx, to)
	if r.File == nil {
		return []*waE2E.Message{t.text(text)}, nil
	}
	u, err := s.upload(ctx, r.File)
	if errors.Is(err, errTooLarge) || err != nil && s.w.hopeless(r, err) {
		s.w.stats.Plain.Add(1)
		s.w.log.Warn("whatsapp: a file cannot be uploaded: sent without it", "chat", to, "err", plain(err))
		return []*waE2E.Message{t.text(s.w.without(text))}, nil
	}
	if err != nil {
		return nil, &bot.NotSent{Err: fmt.Errorf("whatsapp: upload: %w", plain(err))}
	}
	var out []*waE2E.Message
	if utf8.RuneCountInString(text) > maxCaption {
		out = append(out, t.text(text))
		text = ""
	}
	return append(out, fileMessage(r.File, u, text, t)), nil
}

// without is a text that goes without its file.
func (w *WhatsApp) without(text string) string {
	return strings.TrimSpace(text + "\n\n" + w.texts.text("file.failed", nil))
}

// plainly is what is sent in place of a message that WhatsApp refuses for what it is: its words alone. Nil: it was not
// refused so, or is as plain as can be.
func (s *session) plainly(m *waE2E.Message, err error) *waE2E.Message {
	if code := codeOf(err); code == 0 || code == 463 || code == 479 {
		return nil
	}
	words := textOf(m)
	switch {
	case m.GetConversation() != "":
		return nil
	case m.GetExtendedTextMessage() == nil:
		words = s.w.without(words)
	}
	return &waE2E.Message{Conversation: &words}
}

// plainPart is where the numbers of messages begin that are sent in place of others.
const plainPart = 16

// uploadPatience is the age at which a reply goes without its file if that still cannot be uploaded.
const uploadPatience = 2 * time.Minute

// hopeless says whether a file never will be uploaded, or not while somebody waits for the words beside it.
func (w *WhatsApp) hopeless(r bot.Reply, err error) bool {
	code, refused := 0, false
	if text := err.Error(); strings.HasPrefix(text, uploadStatus) {
		code, _ = strconv.Atoi(strings.TrimPrefix(text, uploadStatus))
		refused = code >= 400 && code < 500
	}
	switch code {
	case http.StatusUnauthorized, http.StatusForbidden, http.StatusRequestTimeout, http.StatusTooManyRequests: // these pass
		refused = false
	}
	return refused || !disconnected(err) && !r.At.IsZero() && w.now().Sub(r.At) > uploadPatience
}

// uploadStatus is what the library's error of a refused upload begins with.
const uploadStatus = "upload failed with status code "

var errTooLarge = errors.New("the file is too large")

// upload brings a file to WhatsApp. An upload that is lost is made again: nobody was told of it.
func (s *session) upload(ctx context.Context, f *bot.File) (whatsmeow.UploadResponse, error) {
	kind := whatsmeow.MediaDocument
	if len(f.Data) > maxFile {
		return whatsmeow.UploadResponse{}, errTooLarge
	}
	if isPicture(f) {
		kind = whatsmeow.MediaImage
	}
	return s.cli.Upload(ctx, f.Data, kind)
}

// fileMessage is the message that shows a file.
func fileMessage(f *bot.File, u whatsmeow.UploadResponse, caption string, t timer) *waE2E.Message {
	if isPicture(f) {
		return &waE2E.Message{ImageMessage: &waE2E.ImageMessage{
			Mimetype: &f.Type, Caption: &caption, URL: &u.URL, DirectPath: &u.DirectPath, ContextInfo: t.context(),
			MediaKey: u.MediaKey, FileEncSHA256: u.FileEncSHA256, FileSHA256: u.FileSHA256, FileLength: &u.FileLength,
		}}
	}
	name := fileName(f.Name)
	return &waE2E.Message{DocumentMessage: &waE2E.DocumentMessage{
		FileName: &name, Title: &name, Mimetype: &f.Type, Caption: &caption, URL: &u.URL, DirectPath: &u.DirectPath, ContextInfo: t.context(),
		MediaKey: u.MediaKey, FileEncSHA256: u.FileEncSHA256, FileSHA256: u.FileSHA256, FileLength: &u.FileLength,
	}}
}

func isPicture(f *bot.File) bool {
	return (f.Type == "image/png" || f.Type == "image/jpeg") && len(f.Data) <= maxImage
}

// written is a reply as it is read: what the bot marks is marked in the same way here, and below stand the choices, each
// with the number that may be typed for it. Words will do as well.
func (w *WhatsApp) written(r bot.Reply) string {
	lines := []string{strings.TrimSpace(r.Text)}
	for i, c := range r.Choices {
		if i == 0 && lines[0] != "" {
			lines = append(lines, "")
		}
		lines = append(lines, w.texts.text("choice", struct {
			Number int
			Text   string
		}{i + 1, c.Text}))
	}
	return strings.TrimSpace(strings.Join(lines, "\n"))
}

// messageID is the id of a reply's message. It is made of what the outbox keeps, and so it is the same after a crash; and
// of the text, because what is said instead of an expired reply has its id; and of its hour, because an outbox that was
// lost begins to count anew, and phones ignore a message whose id they have seen.
func (w *WhatsApp) messageID(to bot.ChatID, r bot.Reply, part int) string {
	h := sha256.New()
	h.Write(w.opt.Key)
	fmt.Fprintf(h, "%q %q %d %q %d", string(to), r.ID, r.At.UnixNano(), r.Text, part)
	return whatsmeow.WebMessageIDPrefix + strings.ToUpper(hex.EncodeToString(h.Sum(nil)[:9]))
}

// fileName is a name that a person can save under: no path, no quotes, not endless.
func fileName(name string) string {
	name = besteffort.FileName(name)
	ext := path.Ext(name)
	if name = strings.Trim(besteffort.Cut(strings.TrimSuffix(name, ext), 100), " ."); name == "" {
		name = "llave"
	}
	return name + besteffort.Cut(ext, 10)
}
