package webchat

import (
	"bufio"
	"context"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"llave/bot"
)

// Refusals of a file.
var (
	errLargeFile = &requestError{status: http.StatusRequestEntityTooLarge, why: "large_file"}
	errKind      = &requestError{status: http.StatusUnsupportedMediaType, why: "bad_file"}
	errManyFiles = &requestError{status: http.StatusTooManyRequests, why: "many_files", after: 10 * time.Minute}
	errNoRoom    = &requestError{status: http.StatusServiceUnavailable, why: "no_room", after: 10 * time.Minute}
	errBusy      = &requestError{status: http.StatusServiceUnavailable, why: "busy_files", after: 5 * time.Second}
	errForm      = &requestError{status: http.StatusBadRequest, why: "bad_form"}
)

// How long a piece of a file may take to come, and how much the form around the file may add.
const (
	pieceTime = time.Minute
	formMax   = 64 << 10
)

// receiveFile is the handler of a message with a file: a form with the fields of a [pageMessage] and one file. It answers as
// the handler of a message does.
func (w *Web) receiveFile(to bot.Accepter) http.HandlerFunc {
	return func(rw http.ResponseWriter, r *http.Request) {
		chat, err := w.admitFile(r)
		if err == nil {
			err = w.receiveForm(rw, r, to, chat)
		}
		if err != nil {
			// What was not read would be taken for the next request.
			rw.Header().Set("Connection", "close")
			w.refuse(rw, r, err)
			return
		}
		w.accepted(rw, chat)
	}
}

// admitFile checks a request before its file is read.
func (w *Web) admitFile(r *http.Request) (bot.ChatID, error) {
	if kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || kind != "multipart/form-data" {
		return "", &requestError{status: http.StatusUnsupportedMediaType, why: "bad_type"}
	}
	chat, _, err := w.chatOf(r)
	if err != nil {
		return "", err
	}
	if r.ContentLength > uploadMax+formMax {
		return "", errLargeFile
	}
	if ok, wait := w.chats.Allow(string(chat)); !ok {
		return "", &requestError{status: http.StatusTooManyRequests, why: "slow_down", after: wait}
	}
	release, err := w.history.question(r.Context(), w.keys.name(chat))
	if err != nil {
		return "", err
	}
	defer release()
	return chat, w.admitNewChat(r, chat)
}

// receiveForm reads a form, keeps its file and hands the message over.
func (w *Web) receiveForm(rw http.ResponseWriter, r *http.Request, to bot.Accepter, chat bot.ChatID) error {
	leave, ok := w.uploads.enter(string(chat), w.opt.Address(r))
	if !ok {
		return errBusy
	}
	defer leave()
	control := http.NewResponseController(rw)
	each := func() {
		_ = control.SetReadDeadline(time.Now().Add(pieceTime)) // not all writers can: then the server's own holds
		_ = control.SetWriteDeadline(time.Now().Add(pieceTime + writeTime))
	}
	r.Body = http.MaxBytesReader(rw, r.Body, uploadMax+formMax)
	form, err := r.MultipartReader()
	if err != nil {
		return errForm
	}
	f := fileForm{w: w, chat: w.keys.name(chat), address: w.keys.address(w.opt.Address(r))}
	defer f.close()
	if err := f.read(r.Context(), form, each); err != nil {
		return readError(err)
	}
	ref, err := f.upload.finish(r.Context(), f.address, f.m.ID)
	if err != nil {
		return err
	}
	f.kept = true
	u, e := w.fileUpdate(r, chat, &f, ref)
	return w.handOver(r, to, chat, u, e)
}

// readError is the answer to a form that cannot be read.
func readError(err error) error {
	var large *http.MaxBytesError
	var no *requestError
	switch {
	case errors.As(err, &large):
		return errLargeFile
	case errors.As(err, &no):
		return err
	case errors.Is(err, multipart.ErrMessageTooLarge), errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, io.EOF):
		return errForm
	}
	return err
}

// fileForm is a message with a file, as it is read.
type fileForm struct {
	w             *Web
	chat, address name
	m             pageMessage
	upload        *upload
	info          fileInfo
	subtype       string
	kept          bool
}

// close forgets a file that did not become a message, also if the page has gone.
func (f *fileForm) close() {
	if f.upload == nil || f.kept {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), writeTime)
	defer cancel()
	if err := f.upload.drop(ctx); err != nil {
		f.w.opt.Log.Warn("webchat: a file that was not wanted stays until it is swept", "err", err)
	}
}

// read reads the parts of a form, in any order.
func (f *fileForm) read(ctx context.Context, form *multipart.Reader, each func()) error {
	for parts := 0; ; parts++ {
		each()
		p, err := form.NextPart()
		switch {
		case errors.Is(err, io.EOF) && parts > 0:
			return f.check()
		case err != nil:
			return err
		case parts == 8:
			return errForm
		case p.FormName() == "file" && f.upload == nil:
			err = f.file(ctx, p, each)
		default:
			err = f.field(p)
		}
		if err != nil {
			return err
		}
	}
}

// field reads a field of a message.
func (f *fileForm) field(p *multipart.Part) error {
	value, err := io.ReadAll(io.LimitReader(p, bodyMax+1))
	if err != nil {
		return err
	}
	if len(value) > bodyMax || !utf8.Valid(value) {
		return errForm
	}
	switch p.FormName() {
	case "id":
		f.m.ID = string(value)
	case "text":
		f.m.Text = string(value)
	case "ago":
		f.m.Ago, err = strconv.ParseInt(string(value), 10, 64)
	default:
		err = errForm
	}
	if err != nil || f.m.Ago < 0 {
		return errForm
	}
	return nil
}

// file keeps the file, if it is one that is accepted.
func (f *fileForm) file(ctx context.Context, p *multipart.Part, each func()) (err error) {
	in := bufio.NewReader(p)
	head, err := in.Peek(magicMax)
	if err != nil && !errors.Is(err, io.EOF) {
		return err
	}
	if len(head) == 0 {
		return &requestError{status: http.StatusBadRequest, why: "empty_file"}
	}
	f.info = fileInfo{Name: f.w.opt.Mask(safeName(p.FileName()))}
	if f.info.Type, f.subtype = fileKind(head, p.Header.Get("Content-Type")); f.info.Type == "" {
		return errKind
	}
	if f.upload, err = newUpload(ctx, f.w.history, f.w.keys, f.chat, f.address); err != nil {
		return err
	}
	if err = f.upload.take(ctx, in, each); err != nil {
		return err
	}
	f.info.Size = int(f.upload.size)
	return nil
}

// check reports whether it is one message.
func (f *fileForm) check() error {
	if f.upload == nil || !isID(f.m.ID) {
		return errForm
	}
	return nil
}

// fileUpdate is the message as an update for the bot and as an entry of the history. What the person writes to it is a text as any
// other.
func (w *Web) fileUpdate(r *http.Request, chat bot.ChatID, f *fileForm, ref []byte) (bot.Update, entry) {
	u, e := w.newUpdate(r, chat, f.m)
	u.Kind, u.Subtype = bot.Other, f.subtype
	u.Media = &bot.Media{Type: f.info.Type, Name: f.info.Name, Size: int64(f.info.Size), Ref: ref}
	if text := strings.TrimSpace(f.m.Text); text != "" {
		u.Kind, u.Text, e.Text = bot.Message, text, w.opt.Mask(cut(text))
	}
	e.Sent = &f.info
	return u, e
}

// How many files may be on their way at a time: of a chat, of an address, and in all.
const (
	uploadsOfChat    = 2
	uploadsOfAddress = 8
	uploadsOfAll     = 32
)

// uploadCount counts the files that are on their way.
type uploadCount struct {
	mu sync.Mutex
	m  map[string]int
	n  int
}

// enter counts one more, unless there are too many, and returns what ends it.
func (c *uploadCount) enter(chat, address string) (leave func(), ok bool) {
	chat, address = "chat "+chat, "address "+address
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.m == nil {
		c.m = map[string]int{}
	}
	if c.n >= uploadsOfAll || c.m[chat] >= uploadsOfChat || c.m[address] >= uploadsOfAddress {
		return nil, false
	}
	c.n, c.m[chat], c.m[address] = c.n+1, c.m[chat]+1, c.m[address]+1
	return func() {
		c.mu.Lock()
		defer c.mu.Unlock()
		c.n--
		for _, key := range []string{chat, address} {
			if c.m[key]--; c.m[key] == 0 {
				delete(c.m, key)
			}
		}
	}, true
}
