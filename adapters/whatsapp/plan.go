package whatsapp

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"path"
	"strings"
	"unicode"
	"unicode/utf8"

	"go.mau.fi/whatsmeow"
	"go.mau.fi/whatsmeow/proto/waE2E"
	"google.golang.org/protobuf/proto"

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
	case r.File != nil && len(r.File.Data) > maxFile:
		return &bot.Never{Reason: "the file is too large"}
	case len(r.Text) > maxText:
		return &bot.Never{Reason: "the text is too long"}
	case r.File == nil && strings.TrimSpace(r.Text) == "" && len(r.Choices) == 0:
		return &bot.Never{Reason: "there is nothing in it"}
	}
	return nil
}

// messages are what says a reply: the words under the file if there is one and they fit, else before it. Nothing is sent
// but texts, pictures and documents: buttons and lists are refused or not shown.
func (s *session) messages(ctx context.Context, r bot.Reply) ([]*waE2E.Message, error) {
	text := s.w.written(r)
	if r.File == nil {
		return []*waE2E.Message{{Conversation: &text}}, nil
	}
	var out []*waE2E.Message
	if utf8.RuneCountInString(text) > maxCaption {
		out = append(out, &waE2E.Message{Conversation: proto.String(text)})
		text = ""
	}
	m, err := s.file(ctx, r.File, text)
	if err != nil {
		return nil, err
	}
	return append(out, m), nil
}

// file uploads a file, and is the message that shows it. An upload that is lost is made again: nobody was told of it.
func (s *session) file(ctx context.Context, f *bot.File, caption string) (*waE2E.Message, error) {
	kind, picture := whatsmeow.MediaDocument, isPicture(f)
	if picture {
		kind = whatsmeow.MediaImage
	}
	u, err := s.cli.Upload(ctx, f.Data, kind)
	if err != nil {
		return nil, fmt.Errorf("whatsapp: upload: %w", plain(err))
	}
	if picture {
		return &waE2E.Message{ImageMessage: &waE2E.ImageMessage{
			Mimetype: &f.Type, Caption: &caption, URL: &u.URL, DirectPath: &u.DirectPath,
			MediaKey: u.MediaKey, FileEncSHA256: u.FileEncSHA256, FileSHA256: u.FileSHA256, FileLength: &u.FileLength,
		}}, nil
	}
	name := fileName(f.Name)
	return &waE2E.Message{DocumentMessage: &waE2E.DocumentMessage{
		FileName: &name, Title: &name, Mimetype: &f.Type, Caption: &caption, URL: &u.URL, DirectPath: &u.DirectPath,
		MediaKey: u.MediaKey, FileEncSHA256: u.FileEncSHA256, FileSHA256: u.FileSHA256, FileLength: &u.FileLength,
	}}, nil
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
	name = path.Base(strings.ReplaceAll(strings.ToValidUTF8(name, ""), `\`, "/"))
	name = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || unicode.Is(unicode.Cf, r) || strings.ContainsRune(`"/:*?<>|`, r) {
			return -1
		}
		return r
	}, name)
	ext := path.Ext(name)
	if name = strings.Trim(cut(strings.TrimSuffix(name, ext), 100), " ."); name == "" {
		name = "llave"
	}
	return name + cut(ext, 10)
}
