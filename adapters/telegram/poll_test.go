package telegram

import (
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"llave/adapters/telegram/telegramtest"
	"llave/bot"
)

func TestPollReceivesAndConfirms(t *testing.T) {
	r := open(t)
	ana := r.ana()
	r.run()
	u := r.receives()
	if u.Kind != bot.Message || u.Text != "hola" || u.Sender != "Ana Gil" || u.ChannelName != "Telegram" || u.MaskedID != "···1234" || u.Chat != chatOf(ana.ID) {
		t.Errorf("heard %+v", u)
	}
	if u.DeepLink != "https://t.me/llave_bot?start=%s" || u.OccurredAt.IsZero() {
		t.Errorf("heard %+v", u)
	}
	r.until("the update is confirmed", func() bool { return r.srv.Owed() == 0 })
	for _, c := range r.srv.Calls("getUpdates") {
		if c.Params["allowed_updates"] != allowed || c.Params["timeout"] != "30" {
			t.Errorf("asked %v", c.Params)
		}
	}
	if c := r.srv.Calls("deleteWebhook"); len(c) != 1 || c[0].Params["drop_pending_updates"] != "false" {
		t.Errorf("webhook deleted with %v", c)
	}
	began := time.Now()
	if err := r.halt(); err != nil || time.Since(began) > 5*time.Second {
		t.Errorf("stopping took %s: %v", time.Since(began), err)
	}
}

// Nothing is confirmed that is not kept, and nothing behind it either; what can be kept is.
func TestTheOffsetWaitsForTheBot(t *testing.T) {
	bubble(t, func(t *testing.T, r *harness) {
		ana, beto := r.srv.User(1, "Ana", ""), r.srv.User(2, "Beto", "")
		r.box.refuse(func(u bot.Update) error {
			if u.Chat == chatOf(1) {
				return errFull
			}
			return nil
		})
		r.run()
		first := ana.Says("uno")
		ana.Says("dos")
		beto.Says("tres")
		time.Sleep(time.Minute)
		if got := r.box.updates(); len(got) != 1 || got[0].Text != "tres" {
			t.Fatalf("heard %+v", got)
		}
		if n := r.srv.Owed(); n != 3 {
			t.Errorf("%d updates are still Telegram's to deliver, want all 3", n)
		}
		for _, c := range r.srv.Calls("getUpdates") {
			var offset int64
			if fmt.Sscan(c.Params["offset"], &offset); offset > first {
				t.Errorf("offset %d passes update %d, which was not kept", offset, first)
			}
		}
		if n := r.box.repeated(); n != 0 {
			t.Errorf("what was kept was handed over %d times more", n)
		}
		if n := len(r.srv.Calls("getUpdates")); n > 120 {
			t.Errorf("asked %d times in a minute", n)
		}
		beto.Says("cuatro") // the chat that is full holds up no other
		time.Sleep(5 * time.Second)
		if n := len(r.box.updates()); n != 2 {
			t.Errorf("heard %d updates, want Beto's two", n)
		}
		r.box.refuse(nil)
		time.Sleep(time.Minute)
		var texts []string
		for _, u := range r.box.updates() {
			texts = append(texts, u.Text)
		}
		if got := strings.Join(texts, " "); got != "tres cuatro uno dos" || r.srv.Owed() != 0 {
			t.Errorf("heard %s, %d owed", got, r.srv.Owed())
		}
	})
}

// The offset is confirmed only once Accept has returned.
func TestNothingIsConfirmedWhileTheBotStillKeepsIt(t *testing.T) {
	bubble(t, func(t *testing.T, r *harness) {
		open := make(chan struct{})
		r.box.refuse(func(bot.Update) error { <-open; return nil })
		r.run()
		r.ana()
		time.Sleep(5 * time.Second)
		if n := r.srv.Owed(); n != 1 {
			t.Errorf("%d owed while the update is being kept", n)
		}
		close(open)
		time.Sleep(time.Second)
		if n := r.srv.Owed(); n != 0 {
			t.Errorf("%d owed after it was kept", n)
		}
	})
}

// What a chat says keeps its order, also when the first of it cannot be kept for a moment.
func TestAChatWaitsForItsFirst(t *testing.T) {
	bubble(t, func(t *testing.T, r *harness) {
		tries := 0
		r.box.refuse(func(u bot.Update) error {
			if u.Text == "uno" {
				if tries++; tries < 4 {
					return errFull
				}
			}
			return nil
		})
		ana := r.srv.User(1, "Ana", "")
		for _, text := range []string{"cero", "uno", "dos", "tres"} {
			ana.Says(text)
		}
		r.run()
		time.Sleep(time.Minute)
		var texts []string
		for _, u := range r.box.updates() {
			texts = append(texts, u.Text)
		}
		if got := strings.Join(texts, " "); got != "cero uno dos tres" {
			t.Errorf("heard %s", got)
		}
	})
}

func TestPoisonIsQuarantined(t *testing.T) {
	for _, poison := range []string{
		`{"update_id":%d,"message":{"message_id":"x","secreto":1}}`,
		`{"update_id":%d,"message":{"message_id":1,"chat":{"type":"private","id":0},"from":{"id":0},"text":"secreto"}}`,
		`{"update_id":%d,"message":7}`,
		`{"update_id":%d,"callback_query":{"id":""}}`,
		`{"update_id":%d,"callback_query":{"id":"5","data":7}}`,
	} {
		bubble(t, func(t *testing.T, r *harness) {
			r.srv.Inject(func(id int64) string { return fmt.Sprintf(poison, id) })
			r.ana()
			r.run()
			time.Sleep(time.Minute)
			if n := len(r.box.updates()); n != 1 || r.srv.Owed() != 0 {
				t.Errorf("%s: heard %d, %d owed", poison, n, r.srv.Owed())
			}
			if n := r.tg.Stats().Unreadable.Load(); n != 1 {
				t.Errorf("%s: %d set aside", poison, n)
			}
			if n := strings.Count(r.logged(), "set aside"); n != 1 {
				t.Errorf("%s: said %d times: %s", poison, n, r.logged())
			}
		})
	}
}

// An update without an id cannot be confirmed: later ones are received all the same, without a busy loop.
func TestAnUpdateWithoutAnID(t *testing.T) {
	bubble(t, func(t *testing.T, r *harness) {
		r.srv.Inject(func(int64) string { return `{"message":{}}` })
		r.run()
		time.Sleep(time.Minute)
		if n := len(r.srv.Calls("getUpdates")); n > 120 {
			t.Errorf("asked %d times in a minute", n)
		}
		r.ana()
		time.Sleep(10 * time.Second)
		if n := len(r.box.updates()); n != 1 || r.srv.Owed() != 0 {
			t.Errorf("heard %d, %d owed", n, r.srv.Owed())
		}
	})
}

func TestWhatTheBotWillNeverTakeIsQuarantined(t *testing.T) {
	bubble(t, func(t *testing.T, r *harness) {
		r.box.refuse(func(u bot.Update) error {
			if u.Text == "malo" {
				return fmt.Errorf("accept: %w", bot.ErrUpdate)
			}
			return nil
		})
		ana := r.srv.User(1, "Ana", "")
		ana.Says("malo")
		ana.Says("bueno")
		r.run()
		time.Sleep(time.Second)
		if got := r.box.updates(); len(got) != 1 || got[0].Text != "bueno" || r.srv.Owed() != 0 || r.tg.Stats().Unreadable.Load() != 1 {
			t.Errorf("heard %+v, %d owed", got, r.srv.Owed())
		}
	})
}

func TestABotThatPanicsIsAskedAgain(t *testing.T) {
	bubble(t, func(t *testing.T, r *harness) {
		times := 0
		r.box.refuse(func(bot.Update) error {
			if times++; times < 3 {
				panic("x")
			}
			return nil
		})
		r.ana()
		r.run()
		time.Sleep(10 * time.Second)
		if n := len(r.box.updates()); n != 1 || times != 3 {
			t.Errorf("heard %d after %d tries", n, times)
		}
	})
}

// The updates of a lost answer, and those that come again after they were confirmed, are received once.
func TestRedelivery(t *testing.T) {
	bubble(t, func(t *testing.T, r *harness) {
		r.srv.Weather(telegramtest.Weather{CutAfter: 0.2, CutBefore: 0.1, Repeat: 0.3})
		r.run()
		ana := r.srv.User(1, "Ana", "")
		for i := range 50 {
			ana.Says(fmt.Sprint(i))
			time.Sleep(time.Second)
		}
		time.Sleep(10 * time.Minute)
		got := r.box.updates()
		for i, u := range got {
			if u.Text != fmt.Sprint(i) {
				t.Fatalf("update %d is %q", i, u.Text)
			}
		}
		if len(got) != 50 || r.srv.Owed() != 0 || r.box.repeated() == 0 {
			t.Errorf("heard %d, %d owed, %d again", len(got), r.srv.Owed(), r.box.repeated())
		}
	})
}

// After a quiet week Telegram's ids begin somewhere else, perhaps lower.
func TestIDsThatBeginAnew(t *testing.T) {
	r := open(t)
	in := pollState{t: r.tg, to: r.box, done: map[int64]bool{}, offset: 5000}
	if err := in.move([]item{{incoming: incoming{id: 17}, done: true}, {incoming: incoming{id: 18}, done: true}}); err != nil || in.offset != 19 {
		t.Errorf("offset %d: %v", in.offset, err)
	}
	if err := in.move([]item{{incoming: incoming{id: 19}, done: true}, {incoming: incoming{id: 20}}, {incoming: incoming{id: 21}, done: true}}); err == nil || in.offset != 20 || len(in.done) != 1 {
		t.Errorf("offset %d, %d done: %v", in.offset, len(in.done), err)
	}
}

// Stopping in the middle of a batch loses nothing and starts nothing new.
func TestStoppingWhileUpdatesArrive(t *testing.T) {
	bubble(t, func(t *testing.T, r *harness) {
		slow := make(chan struct{})
		r.box.refuse(func(bot.Update) error { <-slow; return nil })
		ana := r.srv.User(1, "Ana", "")
		for i := range 5 {
			ana.Says(fmt.Sprint(i))
		}
		r.run()
		synctest.Wait()
		r.stop()
		synctest.Wait()
		select {
		case <-r.over:
			t.Error("Run has ended while an update is being kept")
		default:
		}
		close(slow)
		<-r.over
		r.stop = nil
		if got := r.box.updates(); len(got) != 1 {
			t.Errorf("kept %d while stopping, want the one that had begun", len(got))
		}
		if r.srv.Owed() != 5 {
			t.Errorf("%d owed, want all: nothing was confirmed", r.srv.Owed())
		}
	})
}
