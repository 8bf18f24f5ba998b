package whatsapp

import (
	"context"
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

// checkSendable returns why a reply can never be sent; nil if it can.
func checkSendable(r bot.Reply) error {
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

// render returns the messages of a reply: the text is the caption of the file if it fits, else a message before it.
// Only texts, pictures and documents are sent: WhatsApp refuses or hides buttons and lists.
func (s *session) render(ctx context.Context, to bot.ChatID, r bot.Reply) ([]*waE2E.Message, error) {
	text, t := s.w.replyText(r), s.w.timers.of(ctx, to)
	if r.File == nil {
		return []*waE2E.Message{t.text(text)}, nil
	}
	u, err := s.upload(ctx, r.File)
	if errors.Is(err, errTooLarge) || err != nil && s.w.uploadHopeless(r, err) {
		s.w.stats.Plain.Add(1)
		s.w.log.Warn("whatsapp: a file cannot be uploaded: sent without it", "chat", to, "err", withoutURL(err))
		return []*waE2E.Message{t.text(s.w.withoutFile(text))}, nil
	}
	if err != nil {
		return nil, &bot.NotSent{Err: fmt.Errorf("whatsapp: upload: %w", withoutURL(err))}
	}
	var out []*waE2E.Message
	if utf8.RuneCountInString(text) > maxCaption {
		out = append(out, t.text(text))
		text = ""
	}
	return append(out, fileMessage(r.File, u, text, t)), nil
}

// withoutFile is a text that is sent without its file.
func (w *WhatsApp) withoutFile(text string) string {
	return strings.TrimSpace(text + "\n\n" + w.texts.Get("file.failed", nil))
}

// plainVersion is the bare text in place of a message that WhatsApp refuses because of its form. Nil: the refusal has
// another cause, or the message is bare already.
func (s *session) plainVersion(m *waE2E.Message, err error) *waE2E.Message {
	if code := codeOf(err); code == 0 || code == 463 || code == 479 {
		return nil
	}
	words := textOf(m)
	switch {
	case m.GetConversation() != "":
		return nil
	case m.GetExtendedTextMessage() == nil:
		words = s.w.withoutFile(words)
	}
	return &waE2E.Message{Conversation: &words}
}

// plainPart is the first part number of such messages.
const plainPart = 16

// uploadPatience is the age at which a reply goes without its file if that still cannot be uploaded.
const uploadPatience = 2 * time.Minute

// uploadHopeless reports whether an upload will never work, or not while a person waits for the text beside it.
func (w *WhatsApp) uploadHopeless(r bot.Reply, err error) bool {
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

// uploadStatus begins the library's error of a refused upload.
const uploadStatus = "upload failed with status code "

var errTooLarge = errors.New("the file is too large")

// upload sends a file to WhatsApp. A lost upload is repeated: without a message it is invisible.
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

// fileMessage is the message with a file.
func fileMessage(f *bot.File, u whatsmeow.UploadResponse, caption string, t chatTimer) *waE2E.Message {
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

// replyText is the text of a reply. Below it are the choices, each with the number to type for it. WhatsApp marks text
// in the same way as the bot.
func (w *WhatsApp) replyText(r bot.Reply) string {
	lines := []string{strings.TrimSpace(w.signed(r))}
	for i, c := range r.Choices {
		if i == 0 && lines[0] != "" {
			lines = append(lines, "")
		}
		lines = append(lines, w.texts.Get("choice", struct {
			Number int
			Text   string
		}{i + 1, c.Text}))
	}
	return strings.TrimSpace(strings.Join(lines, "\n"))
}

// signed is the text of a reply. An agent's words begin with who says them.
func (w *WhatsApp) signed(r bot.Reply) string {
	if r.From == "" {
		return r.Text
	}
	return w.texts.Get("from", besteffort.Tidy(strings.ReplaceAll(r.From, "*", ""), maxName)) + "\n" + r.Text
}

// fileName is a name that a person can save under: no path, no quotes, of bounded length.
func fileName(name string) string {
	name = besteffort.FileName(name)
	ext := path.Ext(name)
	if name = strings.Trim(besteffort.Cut(strings.TrimSuffix(name, ext), 100), " ."); name == "" {
		name = "llave"
	}
	return name + besteffort.Cut(ext, 10)
}
