package telegram

import (
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"time"

	tgbotapi "github.com/go-telegram-bot-api/telegram-bot-api/v5"

	"llave/adapters/besteffort"
	"llave/bot"
)

// sent is a file in a message. One of another form than today is there, without what is not understood of it.
type sent struct {
	present
	fileFields
}

type fileFields struct {
	ID      string `json:"file_id"`
	Size    int64  `json:"file_size"`
	Type    string `json:"mime_type"`
	Name    string `json:"file_name"`
	Seconds int    `json:"duration"`
	Width   int    `json:"width"`
	Height  int    `json:"height"`
}

// UnmarshalJSON implements json.Unmarshaler.
func (s *sent) UnmarshalJSON(b []byte) error {
	_ = json.Unmarshal(b, &s.fileFields) // decodes the fields that it understands
	return s.present.UnmarshalJSON(b)
}

// sizes is a photo in several sizes. The largest one is the photo.
type sizes struct{ sent }

// UnmarshalJSON implements json.Unmarshaler.
func (s *sizes) UnmarshalJSON(b []byte) error {
	var all []sent
	_ = json.Unmarshal(b, &all)
	for _, one := range all {
		if one.Width*one.Height >= s.Width*s.Height {
			s.sent = one
		}
	}
	return s.present.UnmarshalJSON(b)
}

// file is the file of a message of this kind; nil if it has none of use.
func (m *media) file(kind string) *sent {
	f, usual := (*sent)(nil), ""
	switch kind {
	case "photo":
		f, usual = &m.Photo.sent, "image/jpeg"
	case "voice":
		f, usual = &m.Voice, "audio/ogg"
	case "audio":
		f = &m.Audio
	case "video":
		f = &m.Video
	case "video_note":
		f, usual = &m.VideoNote, "video/mp4"
	case "animation":
		f = &m.Animation
	case "document":
		f = &m.Document
	}
	if f == nil || f.ID == "" {
		return nil
	}
	if f.Type == "" {
		f.Type = usual
	}
	return f
}

// describeFile is the description of a file for the bot. The file itself is not fetched.
func (t *Telegram) describeFile(chat bot.ChatID, f *sent) *bot.Media {
	if f == nil {
		return nil
	}
	m := &bot.Media{Type: besteffort.Tidy(f.Type, 100), Size: max(f.Size, 0), Seconds: min(max(f.Seconds, 0), math.MaxInt32), Ref: t.refs.seal(chat, f)}
	if f.Name != "" {
		m.Name = fileName(f.Name)
	}
	return m
}

// refSealer seals references of files, each for one chat: no other chat can fetch the file.
type refSealer struct{ aead cipher.AEAD }

// newRefSealer derives the key from the bot's token: a file's id is of use to this bot alone.
func newRefSealer(token string) refSealer {
	key, err := hkdf.Key(sha256.New, []byte(token), nil, "llave telegram file 1", 32)
	if err != nil {
		panic(err) // 32 bytes are always to be had
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		panic(err) // the key has the length of one
	}
	aead, err := cipher.NewGCMWithRandomNonce(block)
	if err != nil {
		panic(err) // AES has the block size that GCM wants
	}
	return refSealer{aead}
}

// fileRef is what a download needs.
type fileRef struct {
	ID   string `json:"i"`
	Size int64  `json:"n,omitempty"`
}

func aboutFile(chat bot.ChatID) []byte { return []byte("file\x00" + string(chat)) }

// seal returns nil for a file whose reference is too long to be kept.
func (s refSealer) seal(chat bot.ChatID, f *sent) []byte {
	plain, err := json.Marshal(fileRef{f.ID, max(f.Size, 0)})
	if err != nil {
		return nil
	}
	if sealed := s.aead.Seal(nil, nil, plain, aboutFile(chat)); len(sealed) <= bot.MaxMediaRef {
		return sealed
	}
	return nil
}

func (s refSealer) open(chat bot.ChatID, sealed []byte) (r fileRef, err error) {
	plain, err := s.aead.Open(nil, nil, sealed, aboutFile(chat))
	if err == nil {
		err = json.Unmarshal(plain, &r)
	}
	return r, err
}

// At most maxDownloads run at a time, each for at most fetchTime.
const (
	maxDownloads = 4
	fetchTime    = 2 * time.Minute
)

// Refusals of a file.
var (
	errLarge   = &bot.PermanentFailure{Reason: "the file is larger than allowed, or than announced"}
	errGone    = &bot.PermanentFailure{Reason: "Telegram does not have the file any more"}
	errForeign = &bot.PermanentFailure{Reason: "a file of another chat, or of none"}
	errPath    = &bot.PermanentFailure{Reason: "the Bot API server gives no path to download from"}
)

// Fetch implements [bot.Fetcher].
func (t *Telegram) Fetch(ctx context.Context, chat bot.ChatID, ref []byte, limit int64) ([]byte, error) {
	r, err := t.refs.open(chat, ref)
	if err != nil || r.ID == "" {
		return nil, errForeign
	}
	if limit < 0 || r.Size > limit {
		return nil, errLarge
	}
	if r.Size > 0 {
		limit = r.Size
	}
	select {
	case t.downloads <- struct{}{}:
		defer func() { <-t.downloads }()
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	ctx, cancel := context.WithTimeout(ctx, fetchTime)
	defer cancel()
	data, err := t.fetch(ctx, r.ID, limit)
	if err != nil {
		return nil, classifyFetch(err)
	}
	return data, nil
}

// pathShape matches a path on the server. A server of one's own may give a path on its own disk, or anything else.
var pathShape = regexp.MustCompile(`^[A-Za-z0-9_-]+(/[A-Za-z0-9_-][A-Za-z0-9_.-]*)*$`)

// fetch asks where the file is, and downloads it.
func (t *Telegram) fetch(ctx context.Context, id string, limit int64) ([]byte, error) {
	var at struct {
		Path string `json:"file_path"`
		Size int64  `json:"file_size"`
	}
	if err := t.callInto(ctx, &at, "getFile", tgbotapi.Params{"file_id": id}); err != nil {
		return nil, err
	}
	switch {
	case at.Size > limit:
		return nil, errLarge
	case !pathShape.MatchString(at.Path):
		return nil, errPath
	}
	data, err := t.api.Client.(*transport).download(ctx, strings.TrimRight(t.opt.API, "/")+"/file/bot"+t.opt.Token+"/"+at.Path, limit)
	if err == nil && at.Size > 0 && int64(len(data)) != at.Size {
		return nil, errors.New("the file was cut short")
	}
	return data, err
}

// classifyFetch turns an error of a download into one of the port.
func classifyFetch(err error) error {
	var never *bot.PermanentFailure
	var status *statusError
	switch e := refusalIn(err); {
	case errors.As(err, &never):
		return never
	case errors.As(err, &status) && (status.status == http.StatusNotFound || status.status == http.StatusGone):
		return errGone
	case errors.As(err, &status) && status.after > 0:
		return &bot.RetryAfter{After: status.after}
	case e != nil && e.code == 429:
		return &bot.RetryAfter{After: e.after}
	case e != nil && e.code == 400 && strings.Contains(strings.ToLower(e.description), "too big"):
		return errLarge
	case e != nil && e.code == 400 && !strings.Contains(strings.ToLower(e.description), "temporarily"):
		return errGone
	}
	return fmt.Errorf("telegram: a file was not got: %w", err)
}

// Address implements [bot.Addresser]: the user name, if the person has one.
func (t *Telegram) Address(ctx context.Context, to bot.ChatID) (string, error) {
	chat, err := t.number(to)
	if err != nil {
		return "", err
	}
	var u struct {
		Name string `json:"username"`
	}
	if err := t.callInto(ctx, &u, "getChat", tgbotapi.Params{"chat_id": strconv.FormatInt(chat, 10)}); err != nil {
		return "", classify(err, false)
	}
	if !nameShape.MatchString(u.Name) {
		return "", nil
	}
	return "@" + u.Name, nil
}
