package telegramtest

import (
	"bytes"
	"context"
	"encoding/json"
	"image"
	"image/png"
	"mime/multipart"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"
)

// caller calls the server as a program would.
type caller struct {
	t *testing.T
	s *Server
}

func serve(t *testing.T) (caller, *User) {
	t.Helper()
	s, err := New(Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	u := s.User(5, "Ana", "Gil")
	u.Says("hola")
	return caller{t, s}, u
}

// does makes a call from "key=value" pairs and returns the description of a refusal, "" if there is none.
func (c caller) does(method string, pairs ...string) string {
	v := url.Values{}
	for _, p := range pairs {
		k, x, _ := strings.Cut(p, "=")
		v.Set(k, x)
	}
	res, err := http.PostForm(c.s.URL+"/bot"+c.s.Token()+"/"+method, v)
	return c.said(res, err)
}

func (c caller) said(res *http.Response, err error) string {
	c.t.Helper()
	if err != nil {
		return "cut"
	}
	defer res.Body.Close()
	var a struct {
		Description string
		Parameters  struct {
			RetryAfter int `json:"retry_after"`
		}
	}
	if err := json.NewDecoder(res.Body).Decode(&a); err != nil {
		return "no JSON"
	}
	return a.Description
}

// A server that takes everything proves nothing.
func TestItRefusesWhatTelegramRefuses(t *testing.T) {
	c, ana := serve(t)
	c.s.User(6, "Beto", "")
	blocked := c.s.User(7, "Carla", "")
	blocked.Says("hola")
	blocked.Blocks()
	long := strings.Repeat("👵", 2049)
	for _, x := range []struct{ method, pairs, want string }{
		{"sendMessage", "chat_id=5|text=hola", ""},
		{"sendMessage", "chat_id=5|text=" + long[:len(long)-4], ""},
		{"sendMessage", "chat_id=5|text=" + long, "too long"},
		{"sendMessage", "chat_id=5|text= \n", "empty"},
		{"sendMessage", "chat_id=5", "empty"},
		{"sendMessage", "chat_id=6|text=hola", "chat not found"}, // has never written
		{"sendMessage", "chat_id=99|text=hola", "chat not found"},
		{"sendMessage", "chat_id=7|text=hola", "Forbidden: bot was blocked"},
		{"sendMessage", `chat_id=5|text=hola|entities=[{"type":"bold","offset":0,"length":4}]`, ""},
		{"sendMessage", `chat_id=5|text=hola|entities=[{"type":"bold","offset":1,"length":4}]`, "ENTITY"},
		{"sendMessage", `chat_id=5|text=hola|entities=[{"type":"bold","offset":-1,"length":2}]`, "ENTITY"},
		{"sendMessage", `chat_id=5|text=hola|entities=null`, "entities"},
		{"sendMessage", `chat_id=5|text=👵a|entities=[{"type":"bold","offset":1,"length":1}]`, "ENTITY"},
		{"sendMessage", `chat_id=5|text=a|reply_markup={"inline_keyboard":[[{"text":"x","callback_data":"` + strings.Repeat("d", 64) + `"}]]}`, ""},
		{"sendMessage", `chat_id=5|text=a|reply_markup={"inline_keyboard":[[{"text":"x","callback_data":"` + strings.Repeat("d", 65) + `"}]]}`, "BUTTON_DATA"},
		{"sendMessage", `chat_id=5|text=a|reply_markup={"inline_keyboard":[[{"text":"x","callback_data":""}]]}`, "unallowed"},
		{"sendMessage", `chat_id=5|text=a|reply_markup={"inline_keyboard":[[{"text":"x"}]]}`, "unallowed"},
		{"sendMessage", `chat_id=5|text=a|reply_markup={"inline_keyboard":[[{"text":"x","callback_data":"d","url":"http://x"}]]}`, "unallowed"},
		{"sendMessage", `chat_id=5|text=a|reply_markup={"inline_keyboard":[[{"text":" ","callback_data":"d"}]]}`, "text is empty"},
		{"sendMessage", `chat_id=5|text=a|reply_markup={"inline_keyboard":[[{"text":"x","copy_text":{"text":"` + strings.Repeat("c", 257) + `"}}]]}`, "COPY"},
		{"sendMessage", `chat_id=5|text=a|reply_markup={"inline_keyboard":[[{"text":"x","copy_text":{"text":""}}]]}`, "COPY"},
		{"sendMessage", `chat_id=5|text=a|reply_markup={"inline_keyboard":null}`, "object expected"},
		{"sendPhoto", "chat_id=5|photo=x", "no photo"},
		{"editMessageReplyMarkup", `chat_id=5|message_id=1|reply_markup={"inline_keyboard":[]}`, "not found"},
		{"answerCallbackQuery", "callback_query_id=1", "too old"},
		{"sendChatAction", "chat_id=5|action=typing", ""},
		{"sendChatAction", "chat_id=5|action=dancing", "action"},
		{"setMyCommands", `commands=[{"command":"Token","description":"x"}]`, "COMMAND"},
		{"setWebhook", "url=ftp://x", "bad webhook"},
		{"setWebhook", "url=https://x|secret_token=ñ", "secret"},
		{"setWebhook", "url=https://x|max_connections=101", "max_connections"},
		{"deleteMessage", "chat_id=5|message_id=1", "not found"},
		{"sendFax", "chat_id=5", "Not Found"},
	} {
		got := c.does(x.method, strings.Split(x.pairs, "|")...)
		if (got == "") != (x.want == "") || !strings.Contains(got, x.want) {
			t.Errorf("%s %.80s: %q, want %q", x.method, x.pairs, got, x.want)
		}
	}
	if res, err := http.Post(c.s.URL+"/bot1:x/getMe", "", nil); c.said(res, err) != "Unauthorized" {
		t.Error("another bot's token works")
	}
	if n := len(ana.Typed()); n != 1 {
		t.Errorf("typing shown %d times", n)
	}
}

func (c caller) uploads(method, field, caption string, data []byte) string {
	var b bytes.Buffer
	m := multipart.NewWriter(&b)
	m.WriteField("chat_id", "5")
	m.WriteField("caption", caption)
	w, _ := m.CreateFormFile(field, "x.png")
	w.Write(data)
	m.Close()
	res, err := http.Post(c.s.URL+"/bot"+c.s.Token()+"/"+method, m.FormDataContentType(), &b)
	return c.said(res, err)
}

func TestUploads(t *testing.T) {
	c, _ := serve(t)
	shot := func(w, h int) []byte {
		var b bytes.Buffer
		png.Encode(&b, image.NewGray(image.Rect(0, 0, w, h)))
		return b.Bytes()
	}
	for _, x := range []struct {
		method, field, caption string
		data                   []byte
		want                   string
	}{
		{"sendPhoto", "photo", "hola", shot(40, 30), ""},
		{"sendPhoto", "photo", strings.Repeat("a", 1025), shot(40, 30), "caption is too long"},
		{"sendPhoto", "document", "", shot(40, 30), "no photo"},
		{"sendPhoto", "photo", "", []byte("%PDF"), "IMAGE"},
		{"sendPhoto", "photo", "", shot(100, 2), "DIMENSIONS"},
		{"sendPhoto", "photo", "", append(shot(40, 30), make([]byte, 10<<20)...), "too big"},
		{"sendDocument", "document", "", []byte("%PDF"), ""},
		{"sendDocument", "document", "", nil, "non-empty"},
		{"sendDocument", "document", "", make([]byte, maxUpload+1), "Too Large"},
	} {
		if got := c.uploads(x.method, x.field, x.caption, x.data); (got == "") != (x.want == "") || !strings.Contains(got, x.want) {
			t.Errorf("%s %s, %d bytes: %q, want %q", x.method, x.field, len(x.data), got, x.want)
		}
	}
}

// A press is answered once, an edit changes something, a poll ends another poll.
func TestStates(t *testing.T) {
	c, ana := serve(t)
	c.does("sendMessage", "chat_id=5", "text=¿Sí?", `reply_markup={"inline_keyboard":[[{"text":"Sí","callback_data":"d"}]]}`)
	if _, err := ana.Presses("No"); err == nil {
		t.Error("a button that is not there was pressed")
	}
	if _, err := ana.Presses("Sí"); err != nil || c.s.Spinning() != 1 {
		t.Error(err)
	}
	if got := c.does("answerCallbackQuery", "callback_query_id=900000") + c.does("answerCallbackQuery", "callback_query_id=900000"); !strings.HasPrefix(got, "Bad Request: query is too old") {
		t.Errorf("answered twice: %s", got)
	}
	const away = `reply_markup={"inline_keyboard":[]}`
	if got := c.does("editMessageReplyMarkup", "chat_id=5", "message_id=102", away) + c.does("editMessageReplyMarkup", "chat_id=5", "message_id=102", away); !strings.HasPrefix(got, "Bad Request: message is not modified") {
		t.Errorf("edited twice: %s", got)
	}
	if _, err := ana.Opens("https://t.me/otro_bot?start=x"); err == nil {
		t.Error("a link to another bot leads here")
	}
	if _, err := ana.Opens("https://t.me/llave_bot?start=a%20b"); err == nil {
		t.Error("a link carries a space")
	}
	first := make(chan string, 1)
	go func() { first <- c.does("getUpdates", "offset=2000", "timeout=50") }()
	if err := c.s.Until(t.Context(), func() bool { return c.s.Owed() == 0 }); err != nil {
		t.Fatal(err)
	}
	go c.does("getUpdates", "timeout=50")
	if got := <-first; !strings.Contains(got, "Conflict") {
		t.Errorf("two poll: %q", got)
	}
	c.does("setWebhook", "url=http://127.0.0.1:1/")
	if got := c.does("getUpdates"); !strings.Contains(got, "webhook is active") {
		t.Errorf("polled beside a webhook: %q", got)
	}
}

func TestFaults(t *testing.T) {
	c, ana := serve(t)
	say := func() string { return c.does("sendMessage", "chat_id=5", "text=x") }
	for _, x := range []struct {
		f     Fault
		want  string
		shown int
	}{
		{Fault{CutBefore: true}, "cut", 0}, {Fault{CutAfter: true}, "cut", 1}, {Fault{Code: 502, HTML: true}, "no JSON", 0},
		{Fault{Code: 429, RetryAfter: 3, Text: "Too Many Requests"}, "Too Many Requests", 0}, {Fault{Chat: 99, Code: 500}, "", 1}, {Fault{Method: "getMe", Code: 500}, "", 1},
	} {
		before := len(ana.Screen())
		x.f.Times = 1
		c.s.Fault(x.f)
		if got := say(); got != x.want || len(ana.Screen())-before != x.shown {
			t.Errorf("%+v: %q, %d shown", x.f, got, len(ana.Screen())-before)
		}
		c.s.Heal()
		if got := say(); got != "" {
			t.Errorf("%+v goes on: %q", x.f, got)
		}
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
	defer cancel()
	for ctx.Err() == nil {
		ana.Next(ctx)
	}
	if _, err := ana.Next(ctx); err == nil {
		t.Error("there is always another message")
	}
}
