package telegram

import (
	"fmt"
	"runtime"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"llave/adapters/telegram/telegramtest"
	"llave/bot"
)

func ask(question string) bot.Reply {
	return bot.Reply{Kind: bot.Ask, Text: "¿" + question + "?", Question: question, Choices: []bot.Option{{Text: "Sí", Value: "yes"}, {Text: "No", Value: "no"}}}
}

func TestAPress(t *testing.T) {
	bubble(t, func(t *testing.T, r *harness) {
		ana := r.ana()
		r.run()
		r.receives()
		r.send(ana, ask("Q"))
		r.srv.Fault(telegramtest.Fault{Method: "answerCallbackQuery", Times: 1, Delay: time.Second})
		r.srv.Fault(telegramtest.Fault{Method: "editMessageReplyMarkup", Times: 1, Delay: time.Second})
		began := time.Now()
		if _, err := ana.Presses("Sí"); err != nil {
			t.Fatal(err)
		}
		if u := r.receives(); u.Kind != bot.Pressed || u.Choice != (bot.Choice{Question: "Q", Value: "yes"}) || !u.OccurredAt.IsZero() {
			t.Errorf("heard %+v", u)
		}
		r.until("the spinner stops and the keyboard goes", func() bool { return r.srv.Spinning() == 0 && len(last(ana).Rows) == 0 })
		if took := time.Since(began); took > 1100*time.Millisecond {
			t.Errorf("one after the other: %s", took)
		}
		if p := r.srv.Calls("editMessageReplyMarkup")[0].Params; p["reply_markup"] != noKeyboard {
			t.Errorf("edited with %v", p)
		}
	})
}

// A button whose press was not kept keeps turning: the person sees that nothing came of it yet.
func TestAPressIsAnsweredOnlyOnceItIsKept(t *testing.T) {
	bubble(t, func(t *testing.T, r *harness) {
		ana := r.ana()
		r.run()
		r.receives()
		r.send(ana, ask("Q"))
		r.box.refuse(func(bot.Update) error { return errFull })
		ana.Presses("Sí")
		time.Sleep(10 * time.Second)
		if n := len(r.srv.Calls("answerCallbackQuery", "editMessageReplyMarkup")); n != 0 || r.srv.Spinning() != 1 {
			t.Errorf("%d calls before it is kept", n)
		}
		r.box.refuse(nil)
		time.Sleep(10 * time.Second)
		if r.srv.Spinning() != 0 {
			t.Error("it turns for ever")
		}
	})
}

// Foreign buttons, and those of a message that is gone, reach the bot, so that it can answer.
func TestOddPresses(t *testing.T) {
	bubble(t, func(t *testing.T, r *harness) {
		ana := r.ana()
		r.run()
		r.receives()
		for _, data := range []string{"token", "2/Q/yes", "1/Q/", "\x00"} {
			ana.PressesData(999, data)
			if u := r.receives(); u.Kind != bot.Pressed || u.Choice != (bot.Choice{}) {
				t.Errorf("%q: heard %+v", data, u)
			}
		}
		r.srv.Inject(func(id int64) string {
			return fmt.Sprintf(`{"update_id":%d,"callback_query":{"id":"900000","from":{"id":5},"inline_message_id":"x","data":"1/Q/yes"}}`, id)
		})
		r.until("every spinner stops", func() bool { return r.srv.Spinning() == 0 })
		r.until("the inline one too", func() bool { return len(r.srv.Calls("answerCallbackQuery")) == 5 })
		if strings.Contains(r.logged(), "left undone") {
			t.Errorf("what is as good as done is logged: %s", r.logged())
		}
	})
}

// An old keyboard goes when the next one comes: a press on it would only be "from before".
func TestOldKeyboardsGo(t *testing.T) {
	bubble(t, func(t *testing.T, r *harness) {
		ana := r.ana()
		boards := func() string {
			synctest.Wait()
			time.Sleep(time.Second)
			out := ""
			for _, m := range ana.Screen()[1:] {
				out += fmt.Sprint(len(m.Rows))
			}
			return out
		}
		r.send(ana, ask("A"))
		r.send(ana, bot.Reply{Text: "no keyboard"})
		if got := boards(); got != "10" {
			t.Errorf("keyboards %s", got)
		}
		r.send(ana, ask("B"))
		if got := boards(); got != "001" {
			t.Errorf("keyboards %s", got)
		}
		r.send(ana, bot.Reply{Text: "token", Copy: "482913", Question: "C", Choices: board})
		if got := boards(); got != "0002" {
			t.Errorf("keyboards %s", got)
		}
		beto := r.srv.User(5, "Beto", "")
		beto.Says("hola")
		r.send(beto, ask("D"))
		if got := boards(); got != "0002" {
			t.Errorf("another's message takes the keyboard: %s", got)
		}
	})
}

// A press has taken its keyboard away: the next reply does not do it again.
func TestAKeyboardIsTakenAwayOnce(t *testing.T) {
	bubble(t, func(t *testing.T, r *harness) {
		ana := r.ana()
		r.run()
		r.receives()
		r.send(ana, ask("A"))
		ana.Presses("Sí")
		r.receives()
		synctest.Wait() // until the press is done with
		r.send(ana, ask("B"))
		time.Sleep(time.Second)
		if n := len(r.srv.Calls("editMessageReplyMarkup")); n != 1 {
			t.Errorf("%d edits", n)
		}
	})
}

func TestSmallCallsAreBounded(t *testing.T) {
	bubble(t, func(t *testing.T, r *harness) {
		ana := r.ana()
		r.srv.Fault(telegramtest.Fault{Method: "editMessageReplyMarkup", Delay: 5 * time.Second})
		synctest.Wait()
		before := runtime.NumGoroutine()
		for i := range 5000 {
			r.tg.removeKeyboard(ana.ID, i)
		}
		synctest.Wait()
		if n := runtime.NumGoroutine() - before; n > 10*maxWorkers {
			t.Errorf("%d goroutines", n)
		}
		if n := len(r.srv.Calls("editMessageReplyMarkup")); n > maxWorkers {
			t.Errorf("%d at a time", n)
		}
		if n := r.tg.Stats().Dropped.Load(); n < 5000-maxWaiting-maxWorkers || n > 5000-maxWaiting {
			t.Errorf("%d left out", n)
		}
		r.srv.Heal()
	})
}
