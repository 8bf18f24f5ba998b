package whatsapp

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"net/http"
	"strings"
	"time"

	"go.mau.fi/whatsmeow"
	"go.mau.fi/whatsmeow/proto/waE2E"

	"llave/adapters/besteffort"
	"llave/bot"
)

// attachment is a file in a message. WhatsApp keeps it, encrypted, for some weeks.
type attachment interface {
	whatsmeow.DownloadableMessage
	GetMimetype() string
	GetFileLength() uint64
}

// attachmentOf is the file of a message, in the order of mediaOf; nil if it has none of use.
func attachmentOf(m *waE2E.Message) attachment {
	switch {
	case m.GetAudioMessage() != nil:
		return m.GetAudioMessage()
	case m.GetImageMessage() != nil:
		return m.GetImageMessage()
	case m.GetVideoMessage() != nil:
		return m.GetVideoMessage()
	case m.GetPtvMessage() != nil:
		return m.GetPtvMessage()
	case m.GetDocumentMessage() != nil:
		return m.GetDocumentMessage()
	}
	return nil
}

// describeFile is the description of a file for the bot. The file itself is not fetched.
func (w *WhatsApp) describeFile(chat bot.ChatID, a attachment) *bot.Media {
	if a == nil {
		return nil
	}
	m := &bot.Media{Type: besteffort.Tidy(a.GetMimetype(), 100), Size: int64(min(a.GetFileLength(), math.MaxInt64)), Ref: w.sealRef(chat, a)}
	if d, ok := a.(interface{ GetFileName() string }); ok && d.GetFileName() != "" {
		m.Name = fileName(d.GetFileName())
	}
	if long, ok := a.(interface{ GetSeconds() uint32 }); ok {
		m.Seconds = int(min(long.GetSeconds(), math.MaxInt32))
	}
	return m
}

// fileRef is what a download needs. It holds the file's key, and is sealed.
type fileRef struct {
	Path string              `json:"p"`
	Kind whatsmeow.MediaType `json:"m"`
	Size uint64              `json:"n"`
	Key  []byte              `json:"k"`
	Enc  []byte              `json:"e"` // the hash of what is downloaded
	Sum  []byte              `json:"s"` // and of what it is decrypted to
}

// sealRef seals the reference of a file for one chat: no other chat can fetch the file. Nil is a file that cannot be
// fetched, since it is not encrypted or has no hash; no WhatsApp sends such a file.
func (w *WhatsApp) sealRef(chat bot.ChatID, a attachment) []byte {
	r := fileRef{a.GetDirectPath(), whatsmeow.GetMediaType(a), a.GetFileLength(), a.GetMediaKey(), a.GetFileEncSHA256(), a.GetFileSHA256()}
	if !strings.HasPrefix(r.Path, "/") || len(r.Key) != 32 || len(r.Enc) != 32 || len(r.Sum) != 32 {
		return nil
	}
	plain, err := json.Marshal(r)
	if err != nil {
		return nil
	}
	sealed := seal(w.seal, plain, aboutFile(chat))
	if len(sealed) > bot.MaxMediaRef {
		return nil
	}
	return sealed
}

func aboutFile(chat bot.ChatID) []byte { return []byte("file\x00" + string(chat)) }

// fetchTime is how long a download may take: a host that sends a byte now and then must not hold up others.
const fetchTime = 2 * time.Minute

// Fetch implements [bot.Fetcher].
func (w *WhatsApp) Fetch(ctx context.Context, chat bot.ChatID, ref []byte, limit int64) ([]byte, error) {
	var r fileRef
	plain, err := unseal(w.seal, ref, aboutFile(chat))
	if err != nil || json.Unmarshal(plain, &r) != nil {
		return nil, &bot.PermanentFailure{Reason: "a file of another chat, or of none"}
	}
	if limit < 0 || r.Size > uint64(limit) {
		return nil, errLarge
	}
	s := w.session()
	switch {
	case s == nil:
		return nil, &bot.RetryAfter{After: later}
	case !s.cli.IsConnected() || !s.cli.IsLoggedIn():
		return nil, &bot.RetryAfter{After: soon}
	}
	ctx, cancel := context.WithTimeout(ctx, fetchTime)
	defer cancel()
	return s.fetch(ctx, r, limit)
}

// fetch downloads a file and decrypts it. A file that is larger than announced is refused.
func (s *session) fetch(ctx context.Context, r fileRef, limit int64) ([]byte, error) {
	if r.Size > 0 {
		limit = int64(r.Size)
	}
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	data, err := s.cli.DownloadMediaWithPath(context.WithValue(ctx, limitKey{}, &ration{sealedSize(limit), cancel}), r.Path, r.Enc, r.Sum, r.Key, r.Kind, "", false)
	switch {
	case errors.Is(context.Cause(ctx), errLarge), err == nil && int64(len(data)) > limit:
		return nil, errLarge
	case err == nil:
		return data, nil
	}
	return nil, classifyDownload(err)
}

// errLarge refuses a file for its size.
var errLarge = &bot.PermanentFailure{Reason: "the file is larger than allowed, or than announced"}

// classifyDownload turns an error of a download into one of the port. The library's texts hold addresses.
func classifyDownload(err error) error {
	for _, gone := range []error{whatsmeow.ErrMediaDownloadFailedWith403, whatsmeow.ErrMediaDownloadFailedWith404, whatsmeow.ErrMediaDownloadFailedWith410} {
		if errors.Is(err, gone) {
			return &bot.PermanentFailure{Reason: "WhatsApp does not have the file any more"}
		}
	}
	for _, forged := range []error{whatsmeow.ErrInvalidMediaEncSHA256, whatsmeow.ErrInvalidMediaHMAC, whatsmeow.ErrInvalidMediaSHA256, whatsmeow.ErrTooShortFile} {
		if errors.Is(err, forged) {
			return errForged
		}
	}
	if strings.Contains(err.Error(), "failed to decrypt file") {
		return errForged
	}
	return fmt.Errorf("whatsapp: a file was not got (%T)", root(err))
}

var errForged = &bot.PermanentFailure{Reason: "the file is not what was sent"}

// sealedSize is the encrypted size of a file of n bytes: filled up to whole blocks of 16, and ten bytes that prove it.
func sealedSize(n int64) int64 {
	const tail = 10
	if n > math.MaxInt64-16-tail {
		return math.MaxInt64
	}
	return n - n%16 + 16 + tail
}

// boundedTransport gives up an answer as soon as it is larger than its ration. The library would read all of it.
type boundedTransport struct{ http.RoundTripper }

// ration is how much of an answer is read, and the reaction to more.
type ration struct {
	bytes  int64
	exceed context.CancelCauseFunc
}

type limitKey struct{}

// RoundTrip implements http.RoundTripper.
func (b boundedTransport) RoundTrip(req *http.Request) (*http.Response, error) {
	res, err := b.RoundTripper.RoundTrip(req)
	r, ok := req.Context().Value(limitKey{}).(*ration)
	if err != nil || !ok {
		return res, err
	}
	if res.ContentLength > r.bytes {
		r.exceed(errLarge)
	}
	res.Body = &countedBody{ReadCloser: res.Body, ration: r, left: r.bytes}
	return res, nil
}

// countedBody is read up to its ration. Another host would send the same, so the whole download is given up.
type countedBody struct {
	io.ReadCloser
	*ration
	left int64
}

// Read implements io.Reader.
func (c *countedBody) Read(p []byte) (int, error) {
	if int64(len(p)) > c.left {
		p = p[:c.left+1] // one more shows whether there is more
	}
	n, err := c.ReadCloser.Read(p)
	if c.left -= int64(n); c.left < 0 {
		c.exceed(errLarge)
		return 0, errLarge
	}
	return n, err
}
