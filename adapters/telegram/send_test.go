package telegram

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	"image/png"
	"strings"
	"testing"
	"time"

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
	m = send(bot.Reply{Text: "x", File: &bot.File{Data: make([]byte, maxFile+1)}})
	if len(m) != 1 || m[0].Document != nil || !strings.HasPrefix(m[0].Text, "x\n\nEl archivo no te lo pude mandar") {
		t.Errorf("more than Telegram takes: %+v", m)
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
		bubble(t, func(t *testing.T, r *harness) {
			ana := r.ana()
			reply := bot.Reply{Text: strings.Repeat("a", 4096) + "\n" + strings.Repeat("b", 4096) + "\nc", Copy: "1", ID: "5"}
			r.srv.Fault(telegramtest.Fault{Method: "sendMessage", Times: 1, Delay: time.Millisecond}) // the first works
			f.Method, f.Times = "sendMessage", 1
			r.srv.Fault(f)
			err := r.send(ana, reply)
			var later *bot.RetryAfter
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
			// Once it was sent whole nothing of it is remembered: sent again, it is sent whole.
			if err := r.send(ana, reply); err != nil || len(ana.Screen()) != 7 || r.tg.sentCalls.Len() != 0 {
				t.Errorf("%d on the screen: %v", len(ana.Screen()), err)
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
