package telegram

import (
	"bytes"
	"errors"
	"image"
	"image/jpeg"
	"strings"
	"testing"
	"time"

	"llave/adapters/telegram/telegramtest"
	"llave/bot"
)

var (
	_ bot.Fetcher   = (*Telegram)(nil)
	_ bot.Typist    = (*Telegram)(nil)
	_ bot.Addresser = (*Telegram)(nil)
)

// A file is described at once and downloaded only on request, and then it is the file that was sent. A caption is the text.
func TestFetch(t *testing.T) {
	bubble(t, func(t *testing.T, r *harness) {
		ana := r.ana()
		r.run()
		r.receives()
		for _, c := range []struct {
			kind    string
			caption string
			fields  map[string]any
			want    bot.Media
		}{
			{"photo", "mirá 27-99999001-6", nil, bot.Media{Type: "image/jpeg"}},
			{"voice", "", map[string]any{"duration": 12, "mime_type": "audio/ogg"}, bot.Media{Type: "audio/ogg", Seconds: 12}},
			{"document", "", map[string]any{"file_name": `..\receta "Ana".pdf`, "mime_type": "application/pdf"}, bot.Media{Type: "application/pdf", Name: "receta Ana.pdf"}},
			{"audio", "", map[string]any{"file_name": "a.mp3", "mime_type": "audio/mpeg", "duration": 3}, bot.Media{Type: "audio/mpeg", Name: "a.mp3", Seconds: 3}},
			{"video", "", map[string]any{"mime_type": "video/mp4"}, bot.Media{Type: "video/mp4"}},
			{"video_note", "", map[string]any{"duration": 2}, bot.Media{Type: "video/mp4", Seconds: 2}},
		} {
			data := []byte("los bytes de " + c.kind)
			ana.SendsFile(c.kind, data, c.caption, c.fields)
			u := r.receives()
			if u.Subtype != c.kind || u.Text != c.caption || u.Media == nil {
				t.Fatalf("%s: got %+v", c.kind, u)
			}
			m := *u.Media
			if m.Type != c.want.Type || m.Name != c.want.Name || m.Seconds != c.want.Seconds || m.Size != int64(len(data)) || bytes.Contains(m.Ref, []byte("AgAC")) {
				t.Errorf("%s: described as %s %q, %d bytes, %d s, by %q", c.kind, m.Type, m.Name, m.Size, m.Seconds, m.Ref)
			}
			if n := len(r.srv.Calls("file", "getFile")); n != 0 && c.kind == "photo" {
				t.Errorf("%d downloads before anybody asked", n)
			}
			if got, err := r.tg.Fetch(t.Context(), u.Chat, m.Ref, int64(len(data))); err != nil || !bytes.Equal(got, data) {
				t.Errorf("%s: got %q: %v", c.kind, got, err)
			}
		}
		ana.Sends("sticker")
		if u := r.receives(); u.Media != nil || u.Subtype != "sticker" {
			t.Errorf("a sticker is %+v", u)
		}
	})
}

// What cannot be had is refused, for good only where another try would find the same. No error holds the token or an address.
func TestFetchRefuses(t *testing.T) {
	data := []byte("los bytes de la receta")
	size := int64(len(data))
	for _, c := range []struct {
		name  string
		limit int64
		bend  func(*harness, string, *bot.Update)
		want  string // of a permanent failure; "again" or "wait" of another
		calls int    // of both methods
	}{
		{"larger than the limit, as announced", size - 1, nil, "larger", 0},
		{"no limit worth the name", -1, nil, "larger", 0},
		{"another chat's", size, func(_ *harness, _ string, u *bot.Update) { u.Chat = chatOf(9) }, "another chat", 0},
		{"no reference", size, func(_ *harness, _ string, u *bot.Update) { u.Media.Ref = nil }, "another chat", 0},
		{"a reference that was changed", size, func(_ *harness, _ string, u *bot.Update) { u.Media.Ref[20] ^= 1 }, "another chat", 0},
		{"the server says that it is larger", size, func(r *harness, id string, _ *bot.Update) { r.srv.Announces(id, size+1) }, "larger", 1},
		{"beyond the limit of the Bot API", size, func(r *harness, id string, _ *bot.Update) { r.srv.Announces(id, 21<<20) }, "larger", 1},
		{"it is larger than it was said to be", size, func(r *harness, id string, _ *bot.Update) { r.srv.Replaces(id, append(data, 'x')) }, "larger", 2},
		{"and the server says no size", size, func(r *harness, id string, _ *bot.Update) {
			r.srv.Announces(id, -1)
			r.srv.Replaces(id, bytes.Repeat(data, 9000))
		}, "larger", 2},
		{"it is shorter", size, func(r *harness, id string, _ *bot.Update) { r.srv.Replaces(id, data[:5]) }, "again", 2},
		{"it is gone", size, func(r *harness, id string, _ *bot.Update) { r.srv.Loses(id) }, "any more", 2},
		{"its id is gone", size, func(r *harness, _ string, _ *bot.Update) {
			r.srv.Fault(telegramtest.Fault{Method: "getFile", Code: 400, Text: "Bad Request: wrong file identifier/HTTP URL specified"})
		}, "any more", 1},
		{"it may be there later", size, func(r *harness, _ string, _ *bot.Update) {
			r.srv.Fault(telegramtest.Fault{Method: "getFile", Code: 400, Text: "Bad Request: wrong file_id or the file is temporarily unavailable"})
		}, "again", 1},
		{"a path of the server's own disk", size, func(r *harness, id string, _ *bot.Update) { r.srv.Keeps(id, "/var/lib/secreto") }, "no path", 1},
		{"a path out of the house", size, func(r *harness, id string, _ *bot.Update) { r.srv.Keeps(id, "a/../../secreto") }, "no path", 1},
		{"a path with a question", size, func(r *harness, id string, _ *bot.Update) { r.srv.Keeps(id, "a?b=secreto") }, "no path", 1},
		{"too many calls", size, func(r *harness, _ string, _ *bot.Update) {
			r.srv.Fault(telegramtest.Fault{Method: "getFile", Code: 429, RetryAfter: 7})
		}, "wait", 1},
		{"trouble at Telegram", size, func(r *harness, _ string, _ *bot.Update) {
			r.srv.Fault(telegramtest.Fault{Method: "file", Code: 502})
		}, "again", 2},
		{"cut off", size, func(r *harness, _ string, _ *bot.Update) {
			r.srv.Fault(telegramtest.Fault{Method: "file", CutAfter: true})
		}, "again", 2},
		{"a token that is refused", size, func(r *harness, _ string, _ *bot.Update) {
			r.srv.Fault(telegramtest.Fault{Method: "getFile", Code: 401, Text: "Unauthorized"})
		}, "again", 1},
		{"and nothing is wrong", size, nil, "", 2},
	} {
		bubble(t, func(t *testing.T, r *harness) {
			ana := r.ana()
			r.run()
			r.receives()
			id := ana.SendsFile("document", data, "", nil)
			u := r.receives()
			if c.bend != nil {
				c.bend(r, id, &u)
			}
			got, err := r.tg.Fetch(t.Context(), u.Chat, u.Media.Ref, c.limit)
			var never *bot.PermanentFailure
			var wait *bot.RetryAfter
			switch {
			case c.want == "" && (err != nil || !bytes.Equal(got, data)):
				t.Errorf("%s: %q, %v", c.name, got, err)
			case c.want == "again" && (err == nil || errors.As(err, &never) || errors.As(err, &wait)):
				t.Errorf("%s: %v", c.name, err)
			case c.want == "wait" && (!errors.As(err, &wait) || wait.After != 7*time.Second):
				t.Errorf("%s: %v", c.name, err)
			case c.want != "" && c.want != "again" && c.want != "wait" && (!errors.As(err, &never) || never.Gone || !strings.Contains(never.Reason, c.want)):
				t.Errorf("%s: %v", c.name, err)
			}
			if n := len(r.srv.Calls("getFile", "file")); n != c.calls {
				t.Errorf("%s: %d calls, want %d", c.name, n, c.calls)
			}
			if err != nil && (strings.Contains(err.Error(), "TEST_token") || strings.Contains(err.Error(), "http") || strings.Contains(err.Error(), "secreto") || strings.Contains(err.Error(), id)) {
				t.Errorf("%s: the error says too much: %v", c.name, err)
			}
		})
	}
}

// A server that cannot be reached is no reason to show its address.
func TestFetchOfNobody(t *testing.T) {
	for _, api := range []string{"http://127.0.0.1:1", "http://nowhere.invalid"} {
		tg, err := New(Options{Token: "70001:TEST_token-of-a-bot-that-is-not-there", API: api})
		if err != nil {
			t.Fatal(err)
		}
		_, err = tg.fetch(t.Context(), "x", 10)
		if err == nil || strings.Contains(err.Error(), "TEST_token") {
			t.Errorf("%v", err)
		}
		_, err = tg.api.Client.(*transport).download(t.Context(), api+"/file/bot"+tg.opt.Token+"/a", 10)
		if err == nil || strings.Contains(err.Error(), "TEST_token") {
			t.Errorf("%v", err)
		}
	}
}

// No more than a few files are held in memory at a time, and a caller that gives up waits no longer.
func TestFewDownloadsAtATime(t *testing.T) {
	bubble(t, func(t *testing.T, r *harness) {
		ana := r.ana()
		r.run()
		r.receives()
		ana.SendsFile("document", []byte("x"), "", nil)
		u := r.receives()
		r.srv.Fault(telegramtest.Fault{Method: "file", Delay: time.Second})
		done, began := make(chan time.Duration, 3*maxDownloads), time.Now()
		for range cap(done) {
			go func() {
				if _, err := r.tg.Fetch(t.Context(), u.Chat, u.Media.Ref, 1); err != nil {
					t.Errorf("one of many: %v", err)
				}
				done <- time.Since(began)
			}()
		}
		count := map[time.Duration]int{}
		for range cap(done) {
			count[(<-done).Round(time.Second)]++
		}
		for i := range 3 {
			if n := count[time.Duration(i+1)*time.Second]; n != maxDownloads {
				t.Errorf("%d downloads took %d s: %v", n, i+1, count)
			}
		}
	})
}

func TestTypes(t *testing.T) {
	bubble(t, func(t *testing.T, r *harness) {
		ana := r.ana()
		if err := r.tg.Types(t.Context(), chatOf(ana.ID)); err != nil || len(ana.Typed()) != 1 {
			t.Errorf("shown %d times: %v", len(ana.Typed()), err)
		}
		var never *bot.PermanentFailure
		var wait *bot.RetryAfter
		if err := r.tg.Types(t.Context(), "telegram/5/7"); !errors.As(err, &never) {
			t.Errorf("another bot's chat: %v", err)
		}
		r.srv.Fault(telegramtest.Fault{Method: "sendChatAction", Code: 429, RetryAfter: 9, Times: 1})
		if err := r.tg.Types(t.Context(), chatOf(ana.ID)); !errors.As(err, &wait) || wait.After != 9*time.Second {
			t.Errorf("too many: %v", err)
		}
		calls := len(r.srv.Calls("sendChatAction"))
		if err := r.tg.Types(t.Context(), chatOf(ana.ID)); !errors.As(err, &wait) || len(r.srv.Calls("sendChatAction")) != calls {
			t.Errorf("while nothing is taken: %v", err)
		}
		time.Sleep(10 * time.Second)
		ana.Blocks()
		if err := r.tg.Types(t.Context(), chatOf(ana.ID)); !errors.As(err, &never) || !never.Gone {
			t.Errorf("blocked: %v", err)
		}
	})
}

func TestAddress(t *testing.T) {
	bubble(t, func(t *testing.T, r *harness) {
		ana := r.ana()
		if at, err := r.tg.Address(t.Context(), chatOf(ana.ID)); at != "" || err != nil {
			t.Errorf("no user name: %q, %v", at, err)
		}
		ana.Name = "ana_gil"
		if at, err := r.tg.Address(t.Context(), chatOf(ana.ID)); at != "@ana_gil" || err != nil {
			t.Errorf("a user name: %q, %v", at, err)
		}
		ana.Name = "<b>"
		if at, err := r.tg.Address(t.Context(), chatOf(ana.ID)); at != "" || err != nil {
			t.Errorf("none that Telegram gives: %q, %v", at, err)
		}
		if at, err := r.tg.Address(t.Context(), chatOf(8)); at != "" || err == nil || strings.Contains(err.Error(), "8") {
			t.Errorf("a stranger: %q, %v", at, err)
		}
	})
}

// An agent's words begin with who says them, and a picture of theirs is shown as one.
func TestAnAgentsWords(t *testing.T) {
	var jpg bytes.Buffer
	if err := jpeg.Encode(&jpg, image.NewGray(image.Rect(0, 0, 8, 8)), nil); err != nil {
		t.Fatal(err)
	}
	pdf := &bot.File{Name: "h.pdf", Type: "application/pdf", Data: []byte("%PDF")}
	pic := &bot.File{Name: "c.jpg", Type: "image/jpeg", Data: jpg.Bytes()}
	for _, c := range []struct {
		name string
		r    bot.Reply
		want string
		bold string
	}{
		{"words", bot.Reply{Text: "Hola. Decime *tu nombre*.", From: "Ana"}, "Ana, de Mesa de Ayuda / Hola. Decime tu nombre. bold", "Ana, de Mesa de Ayuda|tu nombre"},
		{"a name with marks", bot.Reply{Text: "Hola", From: "A*n*a\u202e"}, "Ana, de Mesa de Ayuda / Hola bold", "Ana, de Mesa de Ayuda"},
		{"a picture", bot.Reply{Text: "Mirá", From: "Ana", File: pic}, "(photo) Ana, de Mesa de Ayuda / Mirá bold", "Ana, de Mesa de Ayuda"},
		{"a picture alone", bot.Reply{From: "Ana", File: pic}, "(photo) Ana, de Mesa de Ayuda bold", "Ana, de Mesa de Ayuda"},
		{"a file", bot.Reply{Text: "La receta", From: "Ana", File: pdf}, "(document) Ana, de Mesa de Ayuda / La receta bold", "Ana, de Mesa de Ayuda"},
		{"the bot", bot.Reply{Text: "Hola"}, "Hola", ""},
	} {
		bubble(t, func(t *testing.T, r *harness) {
			ana := r.ana()
			c.r.Kind, c.r.ID = bot.Spoken, "1"
			if err := r.send(ana, c.r); err != nil {
				t.Fatal(err)
			}
			if got := last(ana); shown(got) != c.want || strings.Join(got.Bold, "|") != c.bold {
				t.Errorf("%s: shown as %q, bold %q", c.name, shown(got), got.Bold)
			}
		})
	}
}

// A picture that Telegram does not take as one comes as a file.
func TestAPictureThatIsNone(t *testing.T) {
	bubble(t, func(t *testing.T, r *harness) {
		ana := r.ana()
		if err := r.send(ana, bot.Reply{ID: "1", Kind: bot.Spoken, From: "Ana", File: &bot.File{Name: "c.jpg", Type: "image/jpeg", Data: []byte("no picture")}}); err != nil {
			t.Fatal(err)
		}
		if got := last(ana); got.Document == nil || got.Document.Name != "c.jpg" {
			t.Errorf("shown as %q", shown(got))
		}
	})
}

func FuzzMedia(f *testing.F) {
	for _, raw := range []string{
		`"photo":[{"file_id":"a","width":1,"height":2},{"file_id":"b","width":9,"height":9,"file_size":7}],"caption":"x"`,
		`"photo":{"file_id":"a"}`, `"voice":{"file_id":7}`, `"voice":{"file_id":"v","duration":-3,"file_size":-1,"mime_type":"\u202eaudio"}`,
		`"document":{"file_id":"d","file_name":"../../x","file_size":"many"}`, `"video_note":{"file_id":"n","duration":1e99}`, `"audio":null`, `"animation":[1]`,
	} {
		f.Add(raw)
	}
	tg := reader(f)
	f.Fuzz(func(t *testing.T, raw string) {
		h, err := tg.parse([]byte(inPrivate(raw)))
		if err != nil && strings.Contains(err.Error(), "panic") {
			t.Fatal(err)
		}
		m := h.u.Media
		if err != nil || m == nil {
			return
		}
		if m.Size < 0 || m.Seconds < 0 || len(m.Ref) > bot.MaxMediaRef || len([]rune(m.Type)) > 100 || len(m.Name) > 120 {
			t.Errorf("described as %s %q, %d bytes, %d s", m.Type, m.Name, m.Size, m.Seconds)
		}
		if r, err := tg.refs.open(h.u.Chat, m.Ref); m.Ref != nil && (err != nil || r.ID == "") {
			t.Errorf("a reference that opens nothing: %v", err)
		}
	})
}
