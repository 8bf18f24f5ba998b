package webchat

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"net/textproto"
	"os"
	"strings"
	"testing"
	"time"

	"llave/bot"
)

var (
	_ bot.Fetcher = (*Web)(nil)
	_ bot.Typist  = (*Web)(nil)
)

// formOf is a form as the page sends it. A field "file=name;type" is the file.
func formOf(t testing.TB, data []byte, fields ...string) (body *bytes.Buffer, kind string) {
	t.Helper()
	body = &bytes.Buffer{}
	form := multipart.NewWriter(body)
	for _, f := range fields {
		name, value, _ := strings.Cut(f, "=")
		if name != "file" {
			form.WriteField(name, value)
			continue
		}
		file, kind, _ := strings.Cut(value, ";")
		h := textproto.MIMEHeader{"Content-Disposition": {multipart.FileContentDisposition("file", file)}, "Content-Type": {kind}}
		part, err := form.CreatePart(h)
		if err != nil {
			t.Fatal(err)
		}
		part.Write(data)
	}
	form.Close()
	return body, form.FormDataContentType()
}

// attaches sends a form with a file.
func (p *person) attaches(data []byte, fields ...string) *http.Response {
	p.t.Helper()
	body, kind := formOf(p.t, data, fields...)
	return p.sendsForm(body, kind)
}

func (p *person) sendsForm(body io.Reader, kind string) *http.Response {
	p.t.Helper()
	req, _ := http.NewRequest(http.MethodPost, p.srv.URL+"/chat/files", body)
	req.Header.Set("Content-Type", kind)
	res, err := p.Do(req)
	if err != nil {
		p.t.Fatal(err)
	}
	p.t.Cleanup(func() { res.Body.Close() })
	return res
}

// sent sends a file, which is taken, and returns what the bot was told.
func (p *person) sent(n int, data []byte) bot.Update {
	p.t.Helper()
	if res := p.attaches(data, "id="+id(n), "ago=0", "text=", "file=a.jpg;image/jpeg"); res.StatusCode != http.StatusAccepted {
		p.t.Fatalf("file %d: %s", n, res.Status)
	}
	all := p.bot.updates()
	return all[len(all)-1]
}

// jpg is a picture by its first bytes, of n bytes.
func jpg(n int) []byte {
	data := make([]byte, n)
	for i := range data {
		data[i] = byte(i * i >> 3)
	}
	copy(data, "\xff\xd8\xff\xe0")
	return data
}

// A file is described to the bot and shown as sent, and is got whole by its reference, in its chat alone.
func TestAFileIsReceived(t *testing.T) {
	w := newFixture(t)
	p, other := w.person(), w.person()
	other.writes("hola")
	for n, c := range []struct {
		data    []byte
		file    string
		text    string
		kind    bot.Kind
		subtype string
		want    bot.Media
	}{
		{jpg(3*pieceSize + 17), `../..\re"ceta.jpg;image/jpeg`, "", bot.Other, "photo", bot.Media{Type: "image/jpeg", Name: "receta.jpg"}},
		{jpg(pieceSize), "a.jpg;", " mirá\n", bot.Message, "photo", bot.Media{Type: "image/jpeg", Name: "a.jpg"}},
		{[]byte("%PDF-1.7 de alguien"), "dni 27-99999001-6.pdf;application/pdf", "", bot.Other, "document", bot.Media{Type: "application/pdf"}},
		{[]byte("OggS de alguien"), "nota.ogg;audio/ogg", "", bot.Other, "audio", bot.Media{Type: "audio/ogg", Name: "nota.ogg"}},
		{[]byte("\x1a\x45\xdf\xa3 audio"), "nota.webm;audio/webm;codecs=opus", "", bot.Other, "audio", bot.Media{Type: "audio/webm", Name: "nota.webm"}},
	} {
		if res := p.attaches(c.data, "id="+id(100+n), "text="+c.text, "ago=5", "file="+c.file); res.StatusCode != http.StatusAccepted {
			t.Fatalf("%s: %s", c.file, res.Status)
		}
		all := w.bot.updates()
		u := all[len(all)-1]
		if u.Kind != c.kind || u.Subtype != c.subtype || u.Text != strings.TrimSpace(c.text) || u.ID != id(100+n) || u.Chat != p.chat() || u.Media == nil {
			t.Fatalf("%s: the bot is told %+v", c.file, u)
		}
		if u.Media.Type != c.want.Type || c.want.Name != "" && u.Media.Name != c.want.Name || u.Media.Size != int64(len(c.data)) || strings.Contains(u.Media.Name, "99999001") {
			t.Errorf("%s: described as %s %q of %d", c.file, u.Media.Type, u.Media.Name, u.Media.Size)
		}
		if got, err := w.web.Fetch(t.Context(), u.Chat, u.Media.Ref, int64(len(c.data))); err != nil || !bytes.Equal(got, c.data) {
			t.Errorf("%s: fetched %d bytes: %v", c.file, len(got), err)
		}
		var never *bot.PermanentFailure
		for name, call := range map[string]func() ([]byte, error){
			"another chat":   func() ([]byte, error) { return w.web.Fetch(t.Context(), other.chat(), u.Media.Ref, 1<<20) },
			"another ref":    func() ([]byte, error) { return w.web.Fetch(t.Context(), u.Chat, make([]byte, 16), 1<<20) },
			"no ref":         func() ([]byte, error) { return w.web.Fetch(t.Context(), u.Chat, nil, 1<<20) },
			"too large":      func() ([]byte, error) { return w.web.Fetch(t.Context(), u.Chat, u.Media.Ref, int64(len(c.data))-1) },
			"other channels": func() ([]byte, error) { return w.web.Fetch(t.Context(), "telegram/1/2", u.Media.Ref, 1<<20) },
		} {
			if _, err := call(); !errors.As(err, &never) {
				t.Errorf("%s: %v", name, err)
			}
		}
	}
	f := p.follows("", "")
	defer p.left(f)
	e := f.next()
	if e.Sent == nil || e.Sent.Name != "receta.jpg" || e.Sent.Size != 3*pieceSize+17 || e.Who != byPerson || e.File != nil {
		t.Errorf("the page is told %+v", e)
	}
	if e = f.next(); e.text() != "person: mirá" || e.Sent == nil {
		t.Errorf("the page is told %+v", e)
	}
}

// What is not taken is refused in words, and leaves nothing behind.
func TestFilesThatAreRefused(t *testing.T) {
	w := newFixture(t)
	p := w.person()
	pdf := []byte("%PDF-1.7")
	const file = "file=a.pdf;application/pdf"
	for _, c := range []struct {
		name   string
		data   []byte
		fields []string
		status int
		why    string
	}{
		{"too large", jpg(uploadMax + 1), []string{"id=" + id(1), file}, 413, "large_file"},
		{"far too large", jpg(uploadMax + 2*formMax), []string{"id=" + id(1), file}, 413, "large_file"},
		{"a film", []byte("\x00\x00\x00\x18ftypmp42 and more"), []string{"id=" + id(1), "file=a.mp4;video/mp4"}, 415, "bad_file"},
		{"a page", []byte("<html><script>alert(1)</script>"), []string{"id=" + id(1), "file=a.pdf;application/pdf"}, 415, "bad_file"},
		{"a program", []byte("MZ\x90\x00"), []string{"id=" + id(1), "file=a.jpg;image/jpeg"}, 415, "bad_file"},
		{"a drawing with scripts", []byte("<svg xmlns='x'>"), []string{"id=" + id(1), "file=a.svg;image/svg+xml"}, 415, "bad_file"},
		{"nothing in it", nil, []string{"id=" + id(1), file}, 400, "empty_file"},
		{"no file", nil, []string{"id=" + id(1), "text=x"}, 400, "bad_form"},
		{"no id", pdf, []string{file}, 400, "bad_form"},
		{"a bad id", pdf, []string{file, "id=x"}, 400, "bad_form"},
		{"two files", pdf, []string{"id=" + id(1), file, file}, 400, "bad_form"},
		{"a field of another form", pdf, []string{"id=" + id(1), file, "choice=x"}, 400, "bad_form"},
		{"a time to come", pdf, []string{"id=" + id(1), "ago=-1", file}, 400, "bad_form"},
		{"a time that is none", pdf, []string{"id=" + id(1), "ago=x", file}, 400, "bad_form"},
		{"too long a text", pdf, []string{"id=" + id(1), "text=" + strings.Repeat("x", bodyMax+1), file}, 400, "bad_form"},
		{"no text", pdf, []string{"id=" + id(1), "text=\xff", file}, 400, "bad_form"},
		{"many fields", pdf, strings.Fields(strings.Repeat("text=x ", 20)), 400, "bad_form"},
		{"no fields", nil, nil, 400, "bad_form"},
	} {
		t.Run(c.name, func(t *testing.T) { p.refused(p.attaches(c.data, c.fields...), c.status, c.why) })
	}
	p.refused(p.posts("/chat/files", formData{"id": id(1)}), 415, "bad_type")
	p.refused(p.sendsForm(strings.NewReader("what"), "multipart/form-data; boundary=x"), 400, "bad_form")
	p.refused(p.sendsForm(strings.NewReader("what"), "multipart/form-data"), 400, "bad_form")
	body, kind := formOf(t, jpg(2*pieceSize), "id="+id(1), "file=a.jpg;image/jpeg")
	p.refused(p.sendsForm(bytes.NewReader(body.Bytes()[:pieceSize]), kind), 400, "bad_form") // cut off
	stranger := &person{fixture: w}
	stranger.refused(stranger.attaches(pdf, "id="+id(1), file), 403, "no_chat")
	if n := w.kept(); n != 0 {
		t.Errorf("%d files are left behind", n)
	}
	if got := w.bot.updates(); len(got) != 0 {
		t.Errorf("the bot is told %+v", got)
	}
	if large, err := loadTexts(); err != nil || !strings.Contains(large.Get("large_file", nil), fmt.Sprint(uploadMax>>20, " MB")) {
		t.Errorf("the limit is not said: %q, %v", large.Get("large_file", nil), err)
	}
}

// kept is how many files the store has, whole or not, and their pieces must be theirs.
func (w *fixture) kept() (n int) {
	w.t.Helper()
	if w.opt.Redis != nil {
		return w.keptOnRedis()
	}
	var orphans int
	err := w.web.sqlite().Readers.QueryRow("SELECT (SELECT count(*) FROM upload), (SELECT count(*) FROM upload_piece WHERE upload NOT IN (SELECT id FROM upload))").Scan(&n, &orphans)
	if err != nil || orphans != 0 {
		w.t.Errorf("%d pieces of nothing, %v", orphans, err)
	}
	return n
}

// A message that comes again is one message and one file, also if the bot was not ready the first time.
func TestAFileSentAgain(t *testing.T) {
	w := newFixture(t)
	p := w.person()
	w.bot.does(func(bot.Update) error { return bot.ErrStopped })
	p.refused(p.attaches(jpg(10), "id="+id(1), "file=a.jpg;image/jpeg"), 503, "not_ready")
	w.bot.does(nil)
	for range hourOfChat + 2 {
		p.sent(1, jpg(10))
	}
	if n := w.kept(); n != 1 || len(w.bot.updates()) != 1 || len(p.history()) != 1 {
		t.Errorf("%d files, %d updates, history %v", n, len(w.bot.updates()), p.history())
	}
}

// A chat and an address may send so many files an hour, and all of them together fill only so much.
func TestFilesHaveAPrice(t *testing.T) {
	address := "a"
	w := newFixture(t, func(o *Options) { o.Address = func(*http.Request) string { return address } })
	full := func(p *person, why string) {
		t.Helper()
		p.refused(p.attaches(jpg(10), "id="+id(9999), "file=a.jpg;image/jpeg"), map[string]int{"many_files": 429, "no_room": 503}[why], why)
	}
	p := w.person()
	for n := range hourOfChat {
		p.sent(n, jpg(10))
	}
	full(p, "many_files")
	w.stop() // and a restart changes nothing
	w.start()
	full(p, "many_files")
	w.clock.pass(time.Hour)
	p.sent(100, jpg(10))
	for range hourOfAddress/hourOfChat - 1 {
		q := w.person()
		for n := range hourOfChat {
			q.sent(n, jpg(10))
		}
	}
	last := w.person()
	for n := range hourOfChat - 1 {
		last.sent(n, jpg(10))
	}
	full(last, "many_files")
	address = "b"
	last.sent(100, jpg(10))
	w.clock.pass(2 * time.Hour)
	w.fills(p, bytesOfChat)
	full(p, "many_files")
	q := w.person()
	q.sent(1, jpg(10))
	w.fills(q, bytesOfAll)
	full(w.person(), "no_room")
}

// fills makes one of a chat's files as large as n.
func (w *fixture) fills(p *person, n int) {
	w.t.Helper()
	if w.opt.Redis != nil {
		w.fillsOnRedis(p, n)
		return
	}
	chat := w.web.keys.name(p.chat())
	if _, err := w.web.sqlite().Writer.Exec("UPDATE upload SET size = ?, address = x'00' WHERE id = (SELECT max(id) FROM upload WHERE chat = ?)", n, chat[:]); err != nil {
		w.t.Fatal(err)
	}
}

// A file is kept until an hour after it was fetched, or for a day; what did not come whole for an hour; and nothing of a chat that is
// forgotten.
func TestHowLongFilesAreKept(t *testing.T) {
	w := newFixture(t)
	p := w.person()
	sweep := func(want int, when string) {
		t.Helper()
		if _, err := w.web.history.sweep(t.Context()); err != nil {
			t.Fatal(err)
		}
		if n := w.kept(); n != want {
			t.Errorf("%s: %d files, want %d", when, n, want)
		}
	}
	fetch := func(u bot.Update) error {
		_, err := w.web.Fetch(t.Context(), u.Chat, u.Media.Ref, 1<<20)
		return err
	}
	first, second := p.sent(1, jpg(10)), p.sent(2, jpg(10))
	half, err := newUpload(t.Context(), w.web.history, w.web.keys, w.web.keys.name(p.chat()), name{})
	if err != nil || half.keep(t.Context(), 1, jpg(10)) != nil {
		t.Fatal(err)
	}
	sweep(3, "at once")
	if err := fetch(first); err != nil {
		t.Fatal(err)
	}
	w.clock.pass(59 * time.Minute)
	sweep(3, "before an hour")
	if err := fetch(first); err != nil { // it may be asked for again
		t.Fatal(err)
	}
	w.clock.pass(time.Minute)
	sweep(2, "after an hour")
	w.clock.pass(time.Hour)
	sweep(1, "an hour after it was fetched")
	if err := fetch(second); err != nil {
		t.Errorf("one that nobody fetched: %v", err)
	}
	third := p.sent(3, jpg(10))
	w.clock.pass(keepUpload)
	var never *bot.PermanentFailure
	if err := fetch(third); !errors.As(err, &never) {
		t.Errorf("after a day, before it is swept: %v", err)
	}
	for n := range 3 * sweepFiles {
		p.sent(10+n, jpg(10))
	}
	w.clock.pass(keepUpload)
	sweep(0, "after a day")
	p.sent(50, jpg(10))
	other := w.person()
	other.sent(51, jpg(10))
	p.posts("/chat/forget", "{}")
	if n := w.kept(); n != 1 {
		t.Errorf("after the chat is closed: %d files, want the other chat's", n)
	}
}

// On the disk there is nothing to read, and what was changed or moved there is no file any more.
func TestFilesAreSealed(t *testing.T) {
	w := newFixture(t)
	p, other := w.person(), w.person()
	data := append([]byte("%PDF-1.7 "), bytes.Repeat([]byte("canario-del-archivo "), 30000)...)
	res := p.attaches(data, "id="+id(1), "file=canario-del-nombre.pdf;application/pdf", "text=canario-del-texto")
	u, mine := w.bot.updates()[0], other.sent(2, jpg(3*pieceSize))
	if res.StatusCode != http.StatusAccepted {
		t.Fatal(res.Status)
	}
	p.sent(3, jpg(3*pieceSize))
	for _, file := range []string{w.opt.Path, w.opt.Path + "-wal"} {
		raw, err := os.ReadFile(file)
		if err != nil && !os.IsNotExist(err) {
			t.Fatal(err)
		}
		if bytes.Contains(raw, []byte("canario")) {
			t.Errorf("%s can be read", file)
		}
	}
	var never *bot.PermanentFailure
	for name, change := range map[string]string{
		"swapped pieces": `UPDATE upload_piece SET body = (SELECT body FROM upload_piece x WHERE x.upload = 1 AND x.k = 3 - upload_piece.k)
			WHERE upload = 1 AND k IN (1, 2)`,
		"a repeated piece":  "UPDATE upload_piece SET body = (SELECT body FROM upload_piece WHERE upload = 1 AND k = 1) WHERE upload = 1 AND k = 2",
		"of another file":   "UPDATE upload_piece SET body = (SELECT body FROM upload_piece WHERE upload = 3 AND k = 1) WHERE upload = 1 AND k = 1",
		"a piece of others": "UPDATE upload_piece SET body = (SELECT body FROM upload_piece WHERE upload = 2 AND k = 1) WHERE upload = 1 AND k = 1",
		"a missing piece":   "DELETE FROM upload_piece WHERE upload = 1 AND k = (SELECT max(k) FROM upload_piece WHERE upload = 1)",
		"no beginning":      "DELETE FROM upload_piece WHERE upload = 1 AND k = 0",
		"another's file":    "UPDATE upload_piece SET upload = CASE upload WHEN 1 THEN 2 ELSE 1 END, k = k + 1000 WHERE upload < 3",
	} {
		tx, err := w.web.sqlite().Writer.Begin()
		if err != nil {
			t.Fatal(err)
		}
		if _, err := tx.Exec(change); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		var size int64
		if err := tx.QueryRow("SELECT size FROM upload WHERE id = 1").Scan(&size); err != nil {
			t.Fatal(err)
		}
		if _, err := w.web.sqlite().pieces(t.Context(), tx, w.web.keys.name(p.chat()), 1, size); !errors.As(err, &never) {
			t.Errorf("%s: %v", name, err)
		}
		tx.Rollback()
	}
	if _, err := w.web.Fetch(t.Context(), u.Chat, u.Media.Ref, 1<<20); err != nil {
		t.Error(err)
	}
	if _, err := w.web.Fetch(t.Context(), mine.Chat, mine.Media.Ref, 1<<20); err != nil {
		t.Error(err)
	}
}

// Few files are on their way at a time, and none of them holds up a message.
func TestFilesOnTheirWay(t *testing.T) {
	w := newFixture(t)
	p := w.person()
	p.writes("hola")
	began := make(chan *io.PipeWriter, uploadsOfChat)
	var ends []func()
	for n := range uploadsOfChat {
		in, out := io.Pipe()
		body, kind := formOf(t, jpg(2*pieceSize), "id="+id(10+n), "file=a.jpg;image/jpeg")
		whole, done := body.Bytes(), make(chan *http.Response, 1)
		go func() { done <- p.sendsForm(in, kind) }()
		go func() {
			out.Write(whole[:pieceSize+pieceSize/2])
			began <- out
		}()
		ends = append(ends, func() {
			out.Write(whole[pieceSize+pieceSize/2:])
			out.Close()
			if res := <-done; res.StatusCode != http.StatusAccepted {
				t.Errorf("a slow file: %s", res.Status)
			}
		})
	}
	for range uploadsOfChat {
		<-began
	}
	for w.web.uploads.count() < uploadsOfChat {
		time.Sleep(time.Millisecond)
	}
	p.writes("mientras tanto")
	p.refused(p.attaches(jpg(10), "id="+id(50), "file=a.jpg;image/jpeg"), 503, "busy_files")
	for _, end := range ends {
		end()
	}
	p.sent(51, jpg(10))
	if n := w.web.uploads.count(); n != 0 {
		t.Errorf("%d are still counted", n)
	}
	var c uploadCount
	for n := range uploadsOfAll {
		if _, ok := c.enter(fmt.Sprint(n), fmt.Sprint(n)); !ok {
			t.Fatal("too few in all")
		}
	}
	if _, ok := c.enter("x", "x"); ok {
		t.Error("too many in all")
	}
	c = uploadCount{}
	for n := range uploadsOfAddress {
		c.enter(fmt.Sprint(n), "one")
	}
	if _, ok := c.enter("x", "one"); ok {
		t.Error("too many of an address")
	}
}

func (c *uploadCount) count() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.n
}

// A person who goes away in the middle leaves nothing behind.
func TestAFileThatIsGivenUp(t *testing.T) {
	w := newFixture(t)
	p := w.person()
	p.writes("hola")
	in, out := io.Pipe()
	body, kind := formOf(t, jpg(3*pieceSize), "id="+id(1), "file=a.jpg;image/jpeg")
	ctx, cancel := context.WithCancel(t.Context())
	req, _ := http.NewRequestWithContext(ctx, http.MethodPost, p.srv.URL+"/chat/files", in)
	req.Header.Set("Content-Type", kind)
	done := make(chan bool)
	go func() {
		defer close(done)
		if res, err := p.Do(req); err == nil {
			res.Body.Close()
		}
	}()
	out.Write(body.Bytes()[:2*pieceSize])
	for w.kept() == 0 {
		time.Sleep(time.Millisecond)
	}
	cancel()
	out.CloseWithError(context.Canceled)
	<-done
	for w.web.uploads.count() > 0 {
		time.Sleep(time.Millisecond)
	}
	if n := w.kept(); n != 0 {
		t.Errorf("%d files are left", n)
	}
}

func FuzzFileForm(f *testing.F) {
	w := &Web{}
	for _, fields := range [][]string{{"id=" + id(1), "file=a.jpg;image/jpeg"}, {"file=x;", "id=", "text=hola"}, {"ago=9", "ago=-9"}, {}} {
		body, _ := formOf(f, jpg(40), fields...)
		_, boundary, _ := strings.Cut(body.String()+"--x", "--")
		f.Add([]byte(boundary))
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		form := fileForm{w: w}
		r := multipart.NewReader(bytes.NewReader(raw), "x")
		for range 10 {
			p, err := r.NextPart()
			if err != nil {
				return
			}
			if form.field(p) == nil && (form.m.Ago < 0 || len(form.m.Text) > bodyMax) {
				t.Errorf("took %+v", form.m)
			}
		}
	})
}

func FuzzFileKind(f *testing.F) {
	for _, m := range magics() {
		f.Add(append(make([]byte, m.at), m.bytes+" and more"...), m.onlyIfDeclared+"x")
	}
	f.Add([]byte("<html>"), "image/jpeg")
	f.Fuzz(func(t *testing.T, head []byte, declared string) {
		kind, subtype := fileKind(head, declared)
		if (kind == "") != (subtype == "") || bytes.HasPrefix(head, []byte("<")) && kind != "" && !bytes.Contains(head, []byte("ftyp")) && !bytes.Contains(head, []byte("WAVE")) && !bytes.Contains(head, []byte("WEBP")) {
			t.Errorf("%q is %s %s", head, kind, subtype)
		}
	})
}
