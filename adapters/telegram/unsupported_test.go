package telegram

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"llave/adapters/telegram/telegramtest"
	"llave/bot"
)

// tokenReply is a token as the bot says it.
func tokenReply() bot.Reply {
	return bot.Reply{Kind: bot.Show, Text: "Token de *Ana*: 482 913", Copy: "482913", Question: "Q", Choices: board, ID: "1"}
}

// shown is what stands on a screen, in a line each.
func shown(m telegramtest.Message) string {
	out := m.Text
	if m.Photo != nil {
		out = "(photo) " + out
	}
	if m.Document != nil {
		out = "(document) " + out
	}
	for _, row := range m.Rows {
		for _, b := range row {
			out += " [" + b.Text + "]"
		}
	}
	if len(m.Bold) > 0 {
		out += " bold"
	}
	return strings.ReplaceAll(out, "\n", " / ")
}

// Whatever decoration a server refuses, and however it says so, the rest arrives.
func TestARefusedDecorationIsLeftOut(t *testing.T) {
	pic, sheet := &bot.File{Name: "c.png", Type: "image/png", Data: picture(t)}, &bot.File{Name: "h.pdf", Type: "application/pdf", Data: []byte("%PDF")}
	with := func(f *bot.File, text string) bot.Reply {
		r := tokenReply()
		r.File, r.Text = f, text
		return r
	}
	long := strings.Repeat("ñ", 1025)
	const all = "Token de Ana: 482 913 [Copiar 482 913] [Solo el número] [Me lo rechazaron] bold"
	for _, c := range []struct {
		name  string
		fault telegramtest.Fault
		reply bot.Reply
		want  string
	}{
		{"nothing", telegramtest.Fault{Chat: 5, Code: 400}, tokenReply(), all},
		{"a server older than the copy button", telegramtest.Fault{With: "copy_text", Text: "Bad Request: can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard"}, tokenReply(), "Token de Ana: 482 913 [Solo el número] [Me lo rechazaron] bold"},
		{"the copy button, by its name", telegramtest.Fault{With: "copy_text", Text: "Bad Request: BUTTON_COPY_TEXT_INVALID"}, tokenReply(), "Token de Ana: 482 913 [Solo el número] [Me lo rechazaron] bold"},
		{"the copy button, without a word", telegramtest.Fault{With: "copy_text", Text: "Bad Request"}, tokenReply(), "Token de Ana: 482 913 [Solo el número] [Me lo rechazaron] bold"},
		{"the other buttons", telegramtest.Fault{With: "callback_data", Text: "Bad Request: BUTTON_DATA_INVALID"}, tokenReply(), "Token de Ana: 482 913 / [1] Solo el número / [2] Me lo rechazaron [Copiar 482 913] bold"},
		{"any keyboard", telegramtest.Fault{With: "reply_markup", Text: "Bad Request: object expected as reply markup"}, tokenReply(), "Token de Ana: 482 913 / [1] Solo el número / [2] Me lo rechazaron bold"},
		{"a keyboard that is too long", telegramtest.Fault{With: "callback_data", Text: "Bad Request: reply markup is too long"}, tokenReply(), "Token de Ana: 482 913 / [1] Solo el número / [2] Me lo rechazaron bold"},
		{"bold", telegramtest.Fault{With: "entities", Text: "Bad Request: can't parse entities: secreto"}, tokenReply(), strings.TrimSuffix(all, " bold")},
		{"what previews are switched off by", telegramtest.Fault{With: "link_preview_options", Text: "Bad Request: can't parse link preview options"}, tokenReply(), all},
		{"everything", telegramtest.Fault{With: "_", Method: "sendMessage", Text: "Bad Request"}, bot.Reply{Text: "Token"}, ""},

		{"a photo", telegramtest.Fault{Method: "sendPhoto", Text: "Bad Request: IMAGE_PROCESS_FAILED"}, with(pic, "x"), "(document) x [Copiar 482 913] [Solo el número] [Me lo rechazaron]"},
		{"a photo and documents", telegramtest.Fault{With: "caption", Text: "Bad Request: wrong file identifier"}, with(pic, "*x*"), "x /  / La imagen no te la pude mandar: Telegram no la aceptó. [Copiar 482 913] [Solo el número] [Me lo rechazaron] bold"},
		{"a photo, without a word", telegramtest.Fault{Method: "sendPhoto", Text: "Bad Request"}, with(pic, "x"), "(document) x / [1] Solo el número / [2] Me lo rechazaron"},
		{"a document", telegramtest.Fault{Method: "sendDocument", Text: "Bad Request: DOCUMENT_INVALID"}, with(sheet, "x"), "x /  / El archivo no te lo pude mandar: Telegram no lo aceptó. Pedilo de nuevo en un rato, o escribí persona. [Copiar 482 913] [Solo el número] [Me lo rechazaron] bold"},
		{"a document that is too large for a proxy", telegramtest.Fault{Method: "sendDocument", Code: 413, HTML: true}, with(sheet, "x"), "x /  / El archivo no te lo pude mandar: Telegram no lo aceptó. Pedilo de nuevo en un rato, o escribí persona. [Copiar 482 913] [Solo el número] [Me lo rechazaron] bold"},
		{"files altogether", telegramtest.Fault{With: "o", Method: "sendDocument", Text: "Bad Request: not enough rights to send documents to the chat"}, with(sheet, "x"), "x /  / El archivo no te lo pude mandar: Telegram no lo aceptó. Pedilo de nuevo en un rato, o escribí persona. [Copiar 482 913] [Solo el número] [Me lo rechazaron] bold"},
		{"a caption", telegramtest.Fault{With: "caption", Text: "Bad Request: message caption is too long"}, with(sheet, "x"), "x | (document)  [Copiar 482 913] [Solo el número] [Me lo rechazaron]"},
		{"a document behind a long text", telegramtest.Fault{Method: "sendDocument", Text: "Bad Request: DOCUMENT_INVALID"}, with(sheet, long), long + " | El archivo no te lo pude mandar: Telegram no lo aceptó. Pedilo de nuevo en un rato, o escribí persona. [Copiar 482 913] [Solo el número] [Me lo rechazaron] bold"},
	} {
		bubble(t, func(t *testing.T, r *harness) {
			ana := r.ana()
			if c.fault.Code == 0 {
				c.fault.Code = 400
			}
			r.srv.Fault(c.fault)
			err := r.send(ana, c.reply)
			var never *bot.PermanentFailure
			var got []string
			for _, m := range ana.Screen()[1:] {
				got = append(got, shown(m))
				if m.Preview && m.Photo == nil && m.Document == nil {
					t.Errorf("%s: links are looked up", c.name)
				}
			}
			if text := strings.Join(got, " | "); c.want == "" && !errors.As(err, &never) || c.want != "" && err != nil || text != c.want {
				t.Errorf("%s: %v\nshown %s\nwant  %s", c.name, err, text, c.want)
			}
			if strings.Contains(r.logged(), "Ana") {
				t.Errorf("%s: the log says too much", c.name)
			}
		})
	}
}

// A refusal that the bare text would meet, too, is no reason to ask again.
func TestARefusalForSomethingElseIsNotAskedAgain(t *testing.T) {
	for _, text := range []string{"chat not found", "PEER_ID_INVALID", "user not found", "message is too long", "MESSAGE_TOO_LONG", "message text is empty", "have no rights to send a message"} {
		bubble(t, func(t *testing.T, r *harness) {
			ana := r.ana()
			r.srv.Fault(telegramtest.Fault{Code: 400, Text: "Bad Request: " + text, Times: 1})
			var never *bot.PermanentFailure
			if err := r.send(ana, tokenReply()); !errors.As(err, &never) || len(r.srv.Calls("sendMessage")) != 1 {
				t.Errorf("%s: %d calls, %v", text, len(r.srv.Calls("sendMessage")), err)
			}
		})
	}
}

// What a server refuses it is not asked every time, and is asked again after a while.
func TestARefusedDecorationIsRemembered(t *testing.T) {
	for _, c := range []struct {
		fault telegramtest.Fault
		most  int // calls for ten replies
	}{
		{telegramtest.Fault{With: "copy_text", Text: "Bad Request: BUTTON_COPY_TEXT_INVALID"}, 11},
		{telegramtest.Fault{With: "callback_data", Text: "Bad Request: BUTTON_DATA_INVALID"}, 12},
		{telegramtest.Fault{With: "reply_markup", Text: "Bad Request"}, 16},
		{telegramtest.Fault{With: "entities", Text: "Bad Request: can't parse entities"}, 12},
	} {
		bubble(t, func(t *testing.T, r *harness) {
			ana := r.ana()
			c.fault.Code = 400
			r.srv.Fault(c.fault)
			for range 10 {
				if err := r.send(ana, tokenReply()); err != nil {
					t.Error(err)
				}
			}
			if n := len(r.srv.Calls("sendMessage")); n > c.most {
				t.Errorf("%+v: %d calls for ten replies", c.fault, n)
			}
			r.srv.Heal()
			time.Sleep(unsupportedFor + time.Second)
			if r.send(ana, tokenReply()); shown(last(ana)) != "Token de Ana: 482 913 [Copiar 482 913] [Solo el número] [Me lo rechazaron] bold" {
				t.Errorf("%+v: after a while %s", c.fault, shown(last(ana)))
			}
		})
	}
}

// One reply that is refused for what it says takes nothing from the others.
func TestOneBadReplyTakesNothingFromOthers(t *testing.T) {
	bubble(t, func(t *testing.T, r *harness) {
		ana := r.ana()
		bad := tokenReply()
		bad.Choices = []bot.Option{{Text: "malo", Value: "bad"}}
		r.srv.Fault(telegramtest.Fault{With: `"text":"malo"`, Code: 400, Text: "Bad Request: BUTTON_DATA_INVALID"})
		for range 5 {
			if err := r.send(ana, bad); err != nil || !strings.Contains(last(ana).Text, "[1] malo") {
				t.Errorf("shown %s", shown(last(ana)))
			}
			if r.send(ana, tokenReply()); len(last(ana).Rows) != 2 {
				t.Errorf("shown %s", shown(last(ana)))
			}
		}
	})
}

// Parts that were sent before a decoration was refused are not sent again.
func TestARefusalInTheMiddleRepeatsNothing(t *testing.T) {
	for _, f := range []telegramtest.Fault{{With: "callback_data"}, {Method: "sendDocument"}, {With: "entities"}, {With: "reply_markup"}} {
		bubble(t, func(t *testing.T, r *harness) {
			ana := r.ana()
			f.Code, f.Text = 400, "Bad Request"
			r.srv.Fault(f)
			reply := bot.Reply{
				Text: strings.Repeat("a", 4096) + "\n" + strings.Repeat("b", 4000) + "\n*c*", ID: "5", Copy: "1", Choices: board, Question: "Q",
				File: &bot.File{Name: "h.pdf", Type: "application/pdf", Data: []byte("%PDF")},
			}
			if err := r.send(ana, reply); err != nil {
				t.Fatalf("%+v: %v", f, err)
			}
			var all string
			for _, m := range ana.Screen()[1:] {
				all += m.Text
			}
			if a, b := strings.Count(all, strings.Repeat("a", 4096)), strings.Count(all, strings.Repeat("b", 4000)); a != 1 || b != 1 || !strings.Contains(all, "c") {
				t.Errorf("%+v: the first part %d times, the second %d times", f, a, b)
			}
		})
	}
}

// A decoration that is refused while Telegram wants to be left alone leaves the reply to be sent later.
func TestARefusalAndThenTooMany(t *testing.T) {
	bubble(t, func(t *testing.T, r *harness) {
		ana := r.ana()
		r.srv.Fault(telegramtest.Fault{With: "copy_text", Code: 400, Times: 1})
		r.srv.Fault(telegramtest.Fault{Method: "sendMessage", Code: 429, RetryAfter: 20, Times: 1})
		var later *bot.RetryAfter
		if err := r.send(ana, tokenReply()); !errors.As(err, &later) || later.After != 20*time.Second {
			t.Errorf("%v", err)
		}
		time.Sleep(21 * time.Second)
		if err := r.send(ana, tokenReply()); err != nil || fmt.Sprint(len(ana.Screen())) != "2" {
			t.Errorf("%v, %d on the screen", err, len(ana.Screen()))
		}
	})
}
