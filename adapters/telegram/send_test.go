package telegram

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	"image/png"
	"strings"
	"testing"
	"testing/synctest"
	"time"
	"unicode/utf8"

	"llave/adapters/telegram/telegramtest"
	"llave/bot"
)

var board = []bot.Option{{Text: "Solo el número", Value: "number"}, {Text: "Me lo rechazaron", Value: "rejected"}}

func picture(t testing.TB) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, image.NewGray(image.Rect(0, 0, 40, 30))); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestSend(t *testing.T) {
	r := open(t)
	ana := r.ana()
	err := r.send(ana, bot.Reply{Kind: bot.Show, Text: "👵 Token: 482 913. Escribí *otro* o <b>*ayuda*</b> [x](http://y) _z_", Copy: "482913", Question: "ABCDEFGH", Choices: board, ID: "1"})
	if err != nil {
		t.Fatal(err)
	}
	m := last(ana)
	if m.Text != "👵 Token: 482 913. Escribí otro o <b>ayuda</b> [x](http://y) _z_" || fmt.Sprint(m.Bold) != "[otro ayuda]" || m.Preview || m.Protected {
		t.Errorf("shown: %+v", m)
	}
	if got := fmt.Sprint(m.Rows); got != "[[{Copiar 482 913  482913 }] [{Solo el número 1/ABCDEFGH/number  } {Me lo rechazaron 1/ABCDEFGH/rejected  }]]" {
		t.Errorf("keyboard %s", got)
	}
	if p := r.srv.Calls("sendMessage")[0].Params; p["parse_mode"] != "" {
		t.Errorf("parse mode %q: what people write would be markup", p["parse_mode"])
	}
	if _, err := ana.Presses("Copiar 482 913"); err != nil || ana.Clipboard() != "482913" {
		t.Errorf("copied %q: %v", ana.Clipboard(), err)
	}
	if r.tg.Stats().Sent.Load() != 1 {
		t.Error("not counted")
	}
}

func TestALinkIsProtected(t *testing.T) {
	r := open(t)
	ana := r.ana()
	r.send(ana, bot.Reply{Kind: bot.Secret, Text: "http://x"})
	if m := last(ana); !m.Protected || m.Preview {
		t.Errorf("%+v", m)
	}
	r.send(ana, bot.Reply{Kind: bot.Secret, Text: "http://x", File: &bot.File{Name: "a.png", Type: "image/png", Data: picture(t)}})
	if m := last(ana); !m.Protected {
		t.Errorf("%+v", m)
	}
}

func TestKeyboards(t *testing.T) {
	tg := reader(t)
	options := func(texts ...string) (out []bot.Option) {
		for i, s := range texts {
			out = append(out, bot.Option{Text: s, Value: fmt.Sprint("p", i)})
		}
		return out
	}
	for _, c := range []struct {
		name string
		r    bot.Reply
		want string // buttons in each row
		text string
	}{
		{"two short", bot.Reply{Choices: options("Sí", "No")}, "2", ""},
		{"three short", bot.Reply{Choices: options("Sí", "No", "Menú")}, "21", ""},
		{"four short", bot.Reply{Choices: options("a", "b", "c", "d")}, "22", ""},
		{"five", bot.Reply{Choices: options("a", "b", "c", "d", "e")}, "11111", ""},
		{"eighteen letters", bot.Reply{Choices: options("ññññññññññññññññññ", "No")}, "2", ""},
		{"nineteen letters", bot.Reply{Choices: options("ñññññññññññññññññññ", "No")}, "11", ""},
		{"copy", bot.Reply{Copy: "x"}, "1", ""},
		{"copy and choices", bot.Reply{Copy: "x", Choices: options("Sí", "No")}, "12", ""},
		{"too much to copy", bot.Reply{Copy: strings.Repeat("x", 257)}, "", ""},
		{"a value that no button can carry", bot.Reply{Text: "¿Cuál?", Question: "Q", Choices: []bot.Option{{Text: "Sí", Value: strings.Repeat("v", 61)}, {Text: "No", Value: "n"}}}, "", "¿Cuál?\n[1] Sí\n[2] No"},
		{"the longest that one can", bot.Reply{Question: "Q", Choices: []bot.Option{{Text: "Sí", Value: strings.Repeat("v", 60)}}}, "1", ""},
		{"a question that no button can carry", bot.Reply{Text: "¿?", Question: "a/b", Choices: options("Sí")}, "", "¿?\n[1] Sí"},
		{"a button without a text", bot.Reply{Text: "¿?", Choices: options(" ")}, "", "¿?\n[1]"},
	} {
		rows, _ := tg.keyboard(c.r)
		_, text := tg.keyboard(c.r)
		got := ""
		if rows != "" {
			for _, row := range strings.Split(rows, "],[") {
				got += fmt.Sprint(strings.Count(row, `{"text":`) - strings.Count(row, `"copy_text":{"text":`))
			}
		}
		if c.text == "" {
			c.text = c.r.Text
		}
		if got != c.want || strings.TrimSpace(text) != c.text {
			t.Errorf("%s: rows %q, want %q; text %q", c.name, got, c.want, text)
		}
	}
}

func TestSplitting(t *testing.T) {
	for _, c := range []struct {
		text string
		n    int
		want string
	}{
		{"a\nb", 10, "a|b?"}, {"", 10, ""}, {"  \n ", 10, ""},
		{"aaaa\nbbbb\ncccc", 9, "aaaa~bbbb|cccc"}, {"aaaa\nbbbb", 4, "aaaa|bbbb"}, {"aaaa bbbb", 5, "aaaa|bbbb"},
		{"aaaabbbb", 4, "aaaa|bbbb"}, {"👵👵👵", 4, "👵👵|👵"}, {"👵👵👵", 5, "👵👵|👵"},
	} {
		got := strings.ReplaceAll(strings.Join(split(c.text, c.n), "|"), "\n", "~")
		if c.want == "a|b?" {
			c.want = "a~b"
		}
		if got != c.want {
			t.Errorf("%q by %d: %s, want %s", c.text, c.n, got, c.want)
		}
	}
}

func TestFiles(t *testing.T) {
	r := open(t)
	ana := r.ana()
	pic := picture(t)
	send := func(reply bot.Reply) []telegramtest.Message {
		t.Helper()
		before := len(ana.Screen())
		if err := r.send(ana, reply); err != nil {
			t.Error(err)
		}
		return ana.Screen()[before:]
	}
	m := send(bot.Reply{Text: "Credencial de *Ana*", Copy: "482913", File: &bot.File{Name: "../datos/credencial.png", Type: "image/png", Data: pic}})
	if len(m) != 1 || m[0].Photo == nil || m[0].Photo.Name != "credencial.png" || m[0].Text != "Credencial de Ana" || fmt.Sprint(m[0].Bold) != "[Ana]" || len(m[0].Rows) != 1 || !bytes.Equal(m[0].Photo.Data, pic) {
		t.Errorf("%+v", m)
	}
	m = send(bot.Reply{Text: "La hoja", File: &bot.File{Name: "hoja.pdf", Type: "application/pdf", Data: []byte("%PDF")}})
	if len(m) != 1 || m[0].Document == nil || m[0].Document.Name != "hoja.pdf" || m[0].Text != "La hoja" {
		t.Errorf("%+v", m)
	}
	// A caption may be shorter than a text: then the text comes first, and the buttons stay at the end.
	m = send(bot.Reply{Text: strings.Repeat("ñ", 1025), Copy: "1", File: &bot.File{Name: "c.png", Type: "image/png", Data: pic}})
	if len(m) != 2 || m[0].Photo != nil || m[0].Rows != nil || m[1].Photo == nil || m[1].Text != "" || len(m[1].Rows) != 1 {
		t.Errorf("%d messages", len(m))
	}
	m = send(bot.Reply{Text: strings.Repeat("ñ", 1024), File: &bot.File{Name: "c.png", Type: "image/png", Data: pic}})
	if len(m) != 1 {
		t.Errorf("%d messages", len(m))
	}
	m = send(bot.Reply{Text: "grande", File: &bot.File{Name: "c.png", Type: "image/png", Data: append(pic, make([]byte, maxPhoto)...)}})
	if len(m) != 1 || m[0].Document == nil {
		t.Error("a picture beyond what a photo may be is no document")
	}
	var never *bot.Never
	if err := r.send(ana, bot.Reply{Text: "x", File: &bot.File{Data: make([]byte, maxFile+1)}}); !errors.As(err, &never) {
		t.Errorf("more than Telegram takes: %v", err)
	}
}

func TestALongText(t *testing.T) {
	r := open(t)
	ana := r.ana()
	var lines []string
	for i := range 300 {
		lines = append(lines, fmt.Sprintf("renglón %d, *con algo* en negrita 👵", i))
	}
	if err := r.send(ana, bot.Reply{Text: strings.Join(lines, "\n"), Question: "Q", Choices: board, ID: "5"}); err != nil {
		t.Fatal(err)
	}
	screen := ana.Screen()[1:]
	var all []string
	bold := 0
	for i, m := range screen {
		all = append(all, m.Text)
		bold += len(m.Bold)
		if (len(m.Rows) > 0) != (i == len(screen)-1) {
			t.Errorf("message %d of %d has %d rows", i, len(screen), len(m.Rows))
		}
	}
	if got := strings.Join(all, "\n"); got != strings.ReplaceAll(strings.Join(lines, "\n"), "*", "") || bold != 300 || len(screen) < 3 {
		t.Errorf("%d messages, %d bold", len(screen), bold)
	}
}

// What was sent of a reply is not sent again when the rest failed.
func TestALongTextThatFailsInTheMiddle(t *testing.T) {
	for _, f := range []telegramtest.Fault{{Code: 500}, {CutBefore: true}, {Code: 429, RetryAfter: 7}, {HTML: true, Code: 502}} {
		bubble(t, func(t *testing.T, r *rig) {
			ana := r.ana()
			reply := bot.Reply{Text: strings.Repeat("a", 4096) + "\n" + strings.Repeat("b", 4096) + "\nc", Copy: "1", ID: "5"}
			r.srv.Fault(telegramtest.Fault{Method: "sendMessage", Times: 1, Delay: time.Millisecond}) // the first works
			f.Method, f.Times = "sendMessage", 1
			r.srv.Fault(f)
			err := r.send(ana, reply)
			var later *bot.Later
			if err == nil || errors.As(err, &later) {
				t.Errorf("%+v: half a reply gives %v", f, err)
			}
			time.Sleep(time.Minute)
			if err := r.send(ana, reply); err != nil {
				t.Error(err)
			}
			var shown []string
			for _, m := range ana.Screen()[1:] {
				shown = append(shown, m.Text[:1])
			}
			if got := strings.Join(shown, ""); got != "abc" {
				t.Errorf("%+v: shown %s", f, got)
			}
			// The next time it is another reply.
			reply.ID = "6"
			r.send(ana, reply)
			// And so is what is said instead of the one that has expired meanwhile.
			if n := len(ana.Screen()); n != 7 {
				t.Errorf("%d on the screen", n)
			}
		})
	}
}

func TestWhatIsSaidInsteadIsAnotherReply(t *testing.T) {
	r := open(t)
	ana := r.ana()
	long := bot.Reply{Text: strings.Repeat("a", 4096) + "\nb", ID: "5"}
	r.srv.Fault(telegramtest.Fault{Times: 1, Delay: time.Millisecond})
	r.srv.Fault(telegramtest.Fault{Times: 1, Code: 500})
	if r.send(ana, long) == nil {
		t.Fatal("it worked")
	}
	long.Text = strings.Repeat("c", 4096) + "\nd"
	if err := r.send(ana, long); err != nil || len(ana.Screen()) != 4 {
		t.Errorf("%d on the screen: %v", len(ana.Screen()), err)
	}
}

// What becomes of each refusal.
func TestRefusals(t *testing.T) {
	for _, c := range []struct {
		name        string
		fault       telegramtest.Fault
		later       time.Duration
		never, gone bool
	}{
		{"too many", telegramtest.Fault{Code: 429, RetryAfter: 17}, 17 * time.Second, false, false},
		{"too many, and no word on how long", telegramtest.Fault{Code: 429}, time.Second, false, false},
		{"too many, by a proxy", telegramtest.Fault{Code: 429, HTML: true}, time.Second, false, false},
		{"blocked", telegramtest.Fault{Code: 403, Text: "Forbidden: bot was blocked by the user"}, 0, true, true},
		{"deactivated", telegramtest.Fault{Code: 403, Text: "Forbidden: user is deactivated"}, 0, true, true},
		{"unknown", telegramtest.Fault{Code: 400, Text: "Bad Request: chat not found"}, 0, true, true},
		{"bad", telegramtest.Fault{Code: 400, Text: "Bad Request: secreto"}, 0, true, false},
		{"bad buttons", telegramtest.Fault{Code: 400, Text: "Bad Request: BUTTON_DATA_INVALID secreto"}, 0, true, false},
		{"too large", telegramtest.Fault{Code: 413, HTML: true}, 0, true, false},
		{"wrong token", telegramtest.Fault{Code: 401}, 0, false, false},
		{"server", telegramtest.Fault{Code: 500, Text: "secreto"}, 0, false, false},
		{"a proxy's page", telegramtest.Fault{Code: 502, HTML: true}, 0, false, false},
		{"cut before", telegramtest.Fault{CutBefore: true}, 0, false, false},
		{"cut after", telegramtest.Fault{CutAfter: true}, 0, false, false},
		{"no answer", telegramtest.Fault{Delay: time.Hour}, 0, false, false},
	} {
		for _, file := range []bool{false, true} { // the library answers otherwise for uploads
			bubble(t, func(t *testing.T, r *rig) {
				ana := r.ana()
				r.srv.Fault(c.fault)
				reply := bot.Reply{Text: "secreto"}
				if file {
					reply.File = &bot.File{Name: "x.pdf", Data: []byte("x")}
				}
				err := r.send(ana, reply)
				var later *bot.Later
				var never *bot.Never
				switch {
				case err == nil:
					t.Fatalf("%s: no error", c.name)
				case errors.As(err, &later):
					if later.After != c.later {
						t.Errorf("%s: later, after %s", c.name, later.After)
					}
				case errors.As(err, &never):
					if !c.never || never.Gone != c.gone {
						t.Errorf("%s, file %v: never, gone %v", c.name, file, never.Gone)
					}
				case c.never || c.later > 0:
					t.Errorf("%s, file %v: %v", c.name, file, err)
				}
				if text := err.Error(); strings.Contains(text, "secreto") || strings.Contains(text, "TEST_token") || strings.Contains(text, "pipe.test") {
					t.Errorf("%s: the error says too much: %s", c.name, text)
				}
				r.srv.Heal()
			})
		}
	}
}

func TestTheContextEndsASend(t *testing.T) {
	bubble(t, func(t *testing.T, r *rig) {
		ana := r.ana()
		r.srv.Fault(telegramtest.Fault{Delay: time.Hour})
		ctx, cancel := context.WithTimeout(context.Background(), 3*time.Second)
		defer cancel()
		began := time.Now()
		err := r.tg.Send(ctx, chatOf(ana.ID), bot.Reply{Text: "x"})
		var later *bot.Later
		var never *bot.Never
		if !errors.Is(err, context.DeadlineExceeded) || errors.As(err, &later) || errors.As(err, &never) || time.Since(began) > 3*time.Second {
			t.Errorf("after %s: %v", time.Since(began), err)
		}
	})
}

func TestOtherBotsChats(t *testing.T) {
	r := open(t)
	for _, chat := range []bot.ChatID{"telegram/5/7", "whatsapp/70001/7", "telegram/70001/ana", "x"} {
		var never *bot.Never
		if err := r.tg.Send(t.Context(), chat, bot.Reply{Text: "x"}); !errors.As(err, &never) || never.Gone {
			t.Errorf("%s: %v", chat, err)
		}
	}
	var never *bot.Never
	if err := r.send(r.ana(), bot.Reply{Text: " "}); !errors.As(err, &never) {
		t.Errorf("nothing to say: %v", err)
	}
	if n := len(r.srv.Calls()); n != 0 {
		t.Errorf("%d calls", n)
	}
}

// Whoever asks to be left alone is, and so is everybody once two chats ask.
func TestRetryAfterIsObeyed(t *testing.T) {
	bubble(t, func(t *testing.T, r *rig) {
		ana, beto, carla := r.ana(), r.srv.User(2, "Beto", ""), r.srv.User(3, "Carla", "")
		beto.Says("hola")
		carla.Says("hola")
		say := func(u *telegramtest.User) time.Duration {
			var later *bot.Later
			if errors.As(r.send(u, bot.Reply{Text: "x"}), &later) {
				return later.After
			}
			return 0
		}
		r.srv.Fault(telegramtest.Fault{Code: 429, RetryAfter: 30, Chat: ana.ID, Times: 1})
		if d := say(ana); d != 30*time.Second {
			t.Errorf("later, after %s", d)
		}
		time.Sleep(10 * time.Second)
		calls := len(r.srv.Calls("sendMessage"))
		if d := say(ana); d != 20*time.Second || len(r.srv.Calls("sendMessage")) != calls {
			t.Errorf("asked again after %s", d)
		}
		if d := say(beto); d != 0 {
			t.Error("one chat's limit is another's")
		}
		r.srv.Fault(telegramtest.Fault{Code: 429, RetryAfter: 40, Chat: beto.ID, Times: 1})
		say(beto)
		if d := say(carla); d != 40*time.Second {
			t.Errorf("two chats asked: a third waits for %s", d)
		}
		time.Sleep(41 * time.Second)
		for _, u := range []*telegramtest.User{ana, beto, carla} {
			if d := say(u); d != 0 {
				t.Errorf("still %s", d)
			}
		}
	})
}

func TestPaces(t *testing.T) {
	now := time.Unix(1e9, 0)
	paced := func(rate float64) *Telegram {
		tg, err := New(Options{Token: "70001:TEST_token-of-a-bot-that-is-not-there", Rate: rate, Now: func() time.Time { return now }})
		if err != nil {
			t.Fatal(err)
		}
		return tg
	}
	tg, last := paced(1000), time.Duration(0)
	for range 5 {
		last = tg.Slot(chatOf(1))
	}
	if last > 100*time.Millisecond {
		t.Errorf("the fifth letter waits for %s", last)
	}
	if d := tg.Slot(chatOf(1)); d < 900*time.Millisecond {
		t.Errorf("the sixth letter waits for %s", d)
	}
	tg = paced(10)
	tg.Slot(chatOf(1))
	if d := tg.Slot(chatOf(2)); d != 100*time.Millisecond {
		t.Errorf("ten a second, and the second waits for %s", d)
	}
	tg = paced(0)
	for range 1000 {
		if d := tg.Slot(chatOf(1)); d != 0 {
			t.Fatalf("without a limit a letter waits for %s", d)
		}
	}
	var _ bot.Paced = tg
}

// Edits, answers and later parts take room from letters; "typing…" waits for room.
func TestEveryCallCounts(t *testing.T) {
	bubble(t, func(t *testing.T, r *rig) {
		ana := r.ana()
		r.send(ana, bot.Reply{Text: strings.Repeat("a", 4096) + "\nb"})
		if d := r.tg.Slot(chatOf(7)); d != time.Second {
			t.Errorf("after a call a letter waits for %s", d)
		}
		time.Sleep(time.Minute)
		r.tg.clear(ana.ID, 5)
		synctest.Wait()
		if d := r.tg.Slot(chatOf(7)); d != time.Second {
			t.Errorf("after an edit a letter waits for %s", d)
		}
		r.tg.types(t.Context(), ana.ID)
		if n := len(ana.Typed()); n != 0 {
			t.Error("typing is shown where there is no room")
		}
	}, func(o *Options) { o.Rate = 1 })
}

func FuzzFileName(f *testing.F) {
	for _, s := range []string{"", "hoja.pdf", "../../etc/passwd", `C:\x\y.pdf`, "a\r\nX: y", `a"b.pdf`, strings.Repeat("ñ", 500) + ".pdf", "..", ".pdf", "\u202egpj.exe"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got := fileName(s)
		if got == "" || len(got) > 120 || !utf8.ValidString(got) || strings.ContainsAny(got, "/\\\"\r\n\x00:") || got == "." || got == ".." {
			t.Errorf("%q becomes %q", s, got)
		}
	})
}

func BenchmarkSendPlan(b *testing.B) {
	tg := reader(b)
	r := bot.Reply{Kind: bot.Show, Text: "Token de María Elena Gómez: 482 913\nN.º de afiliación: 9-4071852/00\nVale hasta las 23:59 de hoy, lunes 23 de noviembre, o hasta que se use. *otro token*", Copy: "482913", Question: "ABCDEFGH", Choices: board}
	b.ReportAllocs()
	for b.Loop() {
		if len(tg.plan(7, r)) != 1 {
			b.Fatal()
		}
	}
}
