package desk

import (
	"bytes"
	"context"
	"errors"
	"io"
	"mime"
	"net/http"
	"path"
	"strings"
	"sync"

	"llave/adapters/desk/archive"
	"llave/bot"
)

// Template is the recipe of files that agents send: their bytes lie in the archive.
const Template = "desk"

// deskFile is what such a recipe holds.
type deskFile struct {
	Blob string `json:"blob"`
	Size int64  `json:"size"`
}

// The kinds of files in the archive.
const (
	fromAffiliate = "affiliate"
	fromDesk      = "desk"
)

// Render implements [bot.Renderer] for files that agents send. *bot.PermanentFailure if the file is not there any more.
func (d *Desk) Render(ctx context.Context, _ bot.ChatID, f bot.File) ([]byte, error) {
	sent, err := bot.As[deskFile](f.Args)
	if err != nil || f.Template != Template {
		return nil, &bot.PermanentFailure{Reason: "not a file of the desk"}
	}
	_, in, err := d.db.File(ctx, sent.Blob)
	if errors.Is(err, archive.ErrNotFound) {
		return nil, &bot.PermanentFailure{Reason: "the file of the desk is gone"}
	}
	if err != nil {
		return nil, err
	}
	return io.ReadAll(in)
}

// file serves a file of a case. Pictures are shown and voice notes played; everything else is saved, whatever it says it is.
func (d *Desk) file(c *call) error {
	f, in, err := d.db.File(c.Context(), c.PathValue("blob"))
	if errors.Is(err, archive.ErrNotFound) {
		return notFound("no_file")
	}
	if err != nil {
		return err
	}
	h := c.rw.Header()
	h.Set("Content-Security-Policy", "default-src 'none'; sandbox")
	h.Set("Cache-Control", "private, max-age=600")
	switch c.URL.Query().Get("as") {
	case "":
	case "wav":
		return d.wavFile(c, f, in)
	default:
		return unprocessable("as")
	}
	kind, how := "application/octet-stream", "attachment"
	switch lookOf(f.Type, "") {
	case "foto":
		kind, how = "image/jpeg", "inline"
	case "voz":
		kind, how = "audio/ogg", "inline"
	}
	name := safeName(f.Name)
	if name == "" {
		name = d.text("file_name", nil)
	}
	h.Set("Content-Type", kind)
	h.Set("Content-Disposition", mime.FormatMediaType(how, map[string]string{"filename": name}))
	http.ServeContent(c.rw, c.Request, "", f.At, in)
	return nil
}

// wavCache holds the last voice note that was decoded: browsers ask for it in parts.
type wavCache struct {
	mu   sync.Mutex
	blob string
	wav  []byte
}

// wavFile serves a voice note for browsers that play no Ogg.
func (d *Desk) wavFile(c *call, f archive.File, in io.Reader) error {
	if lookOf(f.Type, "") != "voz" {
		return notFound("no_file")
	}
	d.wav.mu.Lock()
	defer d.wav.mu.Unlock()
	if d.wav.blob != f.ID {
		ogg, err := io.ReadAll(in)
		if err != nil {
			return err
		}
		wav, err := wavOf(ogg)
		if err != nil {
			return &refusal{status: http.StatusUnprocessableEntity, why: "voice"}
		}
		d.wav.blob, d.wav.wav = f.ID, wav
	}
	h := c.rw.Header()
	h.Set("Content-Type", "audio/wav")
	h.Set("Content-Disposition", mime.FormatMediaType("inline", map[string]string{"filename": "audio.wav"}))
	http.ServeContent(c.rw, c.Request, "", f.At, bytes.NewReader(d.wav.wav))
	return nil
}

// lookOf is how a file is shown: foto, voz or bajar.
func lookOf(kind, subtype string) string {
	kind, _, _ = strings.Cut(kind, ";")
	switch strings.TrimSpace(strings.ToLower(kind)) {
	case "image/jpeg", "image/png", "image/webp", "image/gif":
		return "foto"
	case "audio/ogg", "audio/opus", "application/ogg":
		return "voz"
	case "":
		switch subtype {
		case "photo":
			return "foto"
		case "voice":
			return "voz"
		}
	}
	return "bajar"
}

// sniffed is the type of a file by its first bytes.
func sniffed(data []byte) string {
	kind := http.DetectContentType(data)
	if kind == "application/ogg" && bytes.Contains(data[:min(len(data), 64)], []byte("OpusHead")) {
		return "audio/ogg"
	}
	return kind
}

// safeName removes from a file name the characters that do not belong there.
func safeName(name string) string {
	var out []rune
	for _, r := range strings.ToValidUTF8(name, "") {
		switch {
		case r < ' ' || r == 0x7f || r == '/' || r == '\\' || r == '"' || 0x202a <= r && r <= 0x202e || 0x2066 <= r && r <= 0x2069:
		case r == '.' && len(out) == 0:
		case len(out) < 100:
			out = append(out, r)
		}
	}
	return string(out)
}

// withExt gives a name another extension.
func withExt(name, ext string) string {
	if name == "" {
		return ""
	}
	return strings.TrimSuffix(name, path.Ext(name)) + ext
}
