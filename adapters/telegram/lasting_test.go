package telegram

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"llave/adapters/telegram/telegramtest"
	"llave/bot"
)

// byPollAndPush runs f with each way of receiving.
func byPollAndPush(t *testing.T, f func(t *testing.T, r *harness)) {
	t.Run("poll", func(t *testing.T) { bubble(t, f) })
	t.Run("webhook", func(t *testing.T) { pushed(t, f) })
}

// A token that stays wrong is said and tried again, at long intervals, and is good again as soon as Telegram says so.
func TestAWrongTokenIsSaid(t *testing.T) {
	for _, code := range []int{401, 404} {
		byPollAndPush(t, func(t *testing.T, r *harness) {
			r.srv.Fault(telegramtest.Fault{Code: code, Text: "secreto"})
			r.ana()
			r.run()
			time.Sleep(10 * time.Second)
			if s := r.tg.Status(); s.State != Unreachable || s.Code != code {
				t.Errorf("%d: after a moment it is %+v", code, s)
			}
			if !strings.Contains(r.logged(), "telegram is off") || !strings.Contains(r.logged(), "token is refused") {
				t.Errorf("%d: no alarm: %s", code, r.logged())
			}
			time.Sleep(time.Hour)
			s := r.tg.Status()
			if s.State != Refused || s.Code != code || !strings.Contains(s.Todo, "@BotFather") || r.tg.Stats().Up.Load() != 0 {
				t.Errorf("%d: after an hour it is %+v", code, s)
			}
			before := len(r.srv.Calls())
			time.Sleep(time.Hour)
			if n := len(r.srv.Calls()) - before; n < 10 || n > 60 {
				t.Errorf("%d: %d calls in an hour", code, n)
			}
			r.srv.Heal()
			time.Sleep(8 * time.Minute)
			if n := len(r.box.updates()); n != 1 || r.tg.Status().State != Receiving || r.tg.Stats().Up.Load() != 1 {
				t.Errorf("%d: received %d after it was over, %+v", code, n, r.tg.Status())
			}
			if err := r.halt(); err != nil || r.tg.Status().State != Stopped {
				t.Errorf("stopped with %v, %+v", err, r.tg.Status())
			}
		})
	}
}

// One refusal, or several among answers, is waited out: it comes from every call in turn, at the start and later.
func TestALoneRefusalIsWaitedOut(t *testing.T) {
	for _, method := range []string{"", "getMe", "deleteWebhook", "setWebhook", "setMyCommands", "getUpdates", "getWebhookInfo"} {
		for _, fault := range []telegramtest.Fault{{Code: 401}, {Code: 404}, {Code: 403}, {Code: 400}, {Code: 409}, {Code: 418}} {
			byPollAndPush(t, func(t *testing.T, r *harness) {
				fault.Method, fault.Times = method, 1
				what := fmt.Sprintf("%d of %q", fault.Code, method)
				r.srv.Fault(fault)
				r.run()
				ana := r.ana()
				time.Sleep(90 * time.Second)
				r.srv.Fault(fault)
				time.Sleep(90 * time.Second)
				ana.Says("token")
				time.Sleep(90 * time.Second)
				if n := len(r.box.updates()); n != 2 || r.tg.Status().State != Receiving || r.srv.Owed() != 0 {
					t.Errorf("%s: received %d, %+v", what, n, r.tg.Status())
				}
				if len(r.srv.Commands()) == 0 || r.tg.userName() == "" {
					t.Errorf("%s: the introduction was given up", what)
				}
			})
		}
	}
}

// A server that refuses nine calls in ten, as one did for an afternoon, is no wrong token.
func TestRefusalsAmongAnswersAreNoWrongToken(t *testing.T) {
	bubble(t, func(t *testing.T, r *harness) {
		r.run()
		ana := r.ana()
		for i := range 20 {
			r.srv.Fault(telegramtest.Fault{Method: "getUpdates", Code: 401, Times: 4})
			ana.Says(fmt.Sprint(i))
			for range 240 {
				time.Sleep(250 * time.Millisecond)
				if s := r.tg.Status(); s.State == Refused {
					t.Fatalf("after %d minutes it is %+v", i, s)
				}
			}
		}
		if n := len(r.box.updates()); n != 21 {
			t.Errorf("received %d", n)
		}
	})
}

// A token whose calls are refused for what they say is no wrong token, whatever the other calls are answered.
func TestARefusalOfACallAcceptsTheToken(t *testing.T) {
	bubble(t, func(t *testing.T, r *harness) {
		r.srv.Fault(telegramtest.Fault{Method: "getUpdates", Code: 401})
		r.run()
		for i := range 60 {
			time.Sleep(time.Minute / 2)
			r.send(r.srv.User(5, "Beto", ""), bot.Reply{Text: "x"}) // 400: he never wrote to the bot
			if s := r.tg.Status(); s.State != Unreachable {
				t.Fatalf("after %d half minutes it is %+v", i, s)
			}
		}
	})
}

// A webhook that another process sets is taken away again, with what waits.
func TestAWebhookSetWhilePollingIsTakenAway(t *testing.T) {
	bubble(t, func(t *testing.T, r *harness) {
		r.run()
		ana := r.ana()
		time.Sleep(time.Minute)
		r.srv.OtherSetsWebhook("http://other.example/", "")
		ana.Says("token")
		time.Sleep(5 * time.Second)
		if n := len(r.box.updates()); n != 2 || r.tg.Status().State != Receiving {
			t.Errorf("received %d, %+v; log: %s", n, r.tg.Status(), r.logged())
		}
		if r.tg.Stats().Conflicts.Load() == 0 || !strings.Contains(r.logged(), "webhook that another process set is taken away") {
			t.Errorf("nobody is told: %s", r.logged())
		}
		calls := r.srv.Calls("deleteWebhook")
		if n := len(calls); n != 2 || calls[1].Params["drop_pending_updates"] != "false" {
			t.Errorf("%d times deleted", n)
		}
	})
}

// Two processes that undo each other's settings do it ever more rarely, and it is said.
func TestAWebhookThatIsSetAgainAndAgain(t *testing.T) {
	bubble(t, func(t *testing.T, r *harness) {
		r.run()
		for range 2 * 3600 {
			if url, _ := r.srv.Webhook(); url == "" {
				r.srv.OtherSetsWebhook("http://other.example/", "")
			}
			time.Sleep(time.Second)
		}
		if n := len(r.srv.Calls("deleteWebhook")); n < 10 || n > 25 {
			t.Errorf("deleted %d times in two hours", n)
		}
		if s := r.tg.Status(); s.State != Conflict || !strings.Contains(s.Todo, "webhook") {
			t.Errorf("it is %+v", s)
		}
		ana := r.ana()
		time.Sleep(20 * time.Minute)
		if n := len(r.box.updates()); n != 1 || r.tg.Status().State != Receiving {
			t.Errorf("received %d of %s after it was over, %+v", n, ana.First, r.tg.Status())
		}
	})
}

// A deleteWebhook that fails does not count as one of the rare attempts.
func TestAWebhookThatCannotBeTakenAwayAtOnce(t *testing.T) {
	bubble(t, func(t *testing.T, r *harness) {
		r.run()
		r.ana()
		time.Sleep(time.Minute)
		r.srv.Fault(telegramtest.Fault{Method: "deleteWebhook", Code: 502, HTML: true, Times: 3})
		r.srv.OtherSetsWebhook("http://other.example/", "")
		r.ana()
		time.Sleep(time.Minute)
		if n := len(r.box.updates()); n != 2 || r.tg.Status().State != Receiving {
			t.Errorf("received %d, %+v", n, r.tg.Status())
		}
	})
}

// Another poller has no webhook to take away: it is said, and tried again.
func TestAnotherPoller(t *testing.T) {
	bubble(t, func(t *testing.T, r *harness) {
		r.run()
		time.Sleep(time.Minute)
		r.srv.Fault(telegramtest.Fault{Method: "getUpdates", Code: 409, Text: "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running"})
		time.Sleep(10 * time.Minute)
		if s := r.tg.Status(); s.State != Conflict || s.Code != 409 || len(r.srv.Calls("deleteWebhook")) != 1 {
			t.Errorf("it is %+v after %d times deleting", s, len(r.srv.Calls("deleteWebhook")))
		}
		r.srv.Heal()
		r.ana()
		time.Sleep(time.Minute)
		if n := len(r.box.updates()); n != 1 || r.tg.Status().State != Receiving {
			t.Errorf("received %d, %+v", n, r.tg.Status())
		}
	})
}

// A webhook that another process takes away or replaces is set again.
func TestAWebhookThatIsTakenAwayIsSetAgain(t *testing.T) {
	for _, url := range []string{"", "http://other.example/hook", "ours"} {
		pushed(t, func(t *testing.T, r *harness) {
			r.run()
			ana := r.ana()
			time.Sleep(10 * time.Minute)
			sets := len(r.srv.Calls("setWebhook"))
			if sets != 1 || r.tg.Status().State != Receiving {
				t.Errorf("set %d times before anything happened, %+v", sets, r.tg.Status())
			}
			if url == "ours" { // the same address, another secret
				url = r.tg.hookURL()
			}
			r.srv.OtherSetsWebhook(url, "another-secret-of-another-process")
			ana.Says("token")
			time.Sleep(3 * time.Minute)
			now, secret := r.srv.Webhook()
			if now != r.tg.hookURL() || secret != r.tg.opt.Secret || len(r.box.updates()) != 2 || r.tg.Status().State != Receiving {
				t.Errorf("%q: webhook %q, received %d, %+v", url, now, len(r.box.updates()), r.tg.Status())
			}
			if r.tg.Stats().Conflicts.Load() == 0 || !strings.Contains(r.logged(), "took the webhook away") || strings.Contains(r.logged(), "other.example") {
				t.Errorf("%q: logged %s", url, r.logged())
			}
			time.Sleep(time.Hour)
			if n := len(r.srv.Calls("setWebhook")); n != sets+1 {
				t.Errorf("%q: set %d times more", url, n-sets)
			}
		})
	}
}

func TestAWebhookThatIsTakenAwayAgainAndAgain(t *testing.T) {
	pushed(t, func(t *testing.T, r *harness) {
		r.run()
		for range 2 * 3600 {
			if url, _ := r.srv.Webhook(); url != "" {
				r.srv.OtherSetsWebhook("", "")
			}
			time.Sleep(time.Second)
		}
		if n := len(r.srv.Calls("setWebhook")); n < 8 || n > 25 {
			t.Errorf("set %d times in two hours", n)
		}
	})
}

// A server that does not know how to tell of its webhook is told again where it is.
func TestAServerWithoutWebhookInfo(t *testing.T) {
	pushed(t, func(t *testing.T, r *harness) {
		r.srv.Fault(telegramtest.Fault{Method: "getWebhookInfo", Code: 404})
		r.run()
		time.Sleep(10 * time.Minute)
		r.srv.OtherSetsWebhook("", "")
		r.ana()
		time.Sleep(2 * time.Minute)
		if n := len(r.box.updates()); n != 1 || r.tg.Status().State != Receiving || r.tg.Stats().Conflicts.Load() != 0 {
			t.Errorf("received %d, %+v", n, r.tg.Status())
		}
	})
}

// Every state has a text of its own.
func TestEveryStateSaysWhatToDo(t *testing.T) {
	tg := reader(t)
	var texts []string
	for _, s := range States {
		tg.setStatus(s, 0)
		if text := tg.Status().Todo; text == "" || slices.Contains(texts, text) {
			t.Errorf("%s: %q", s, text)
		}
		texts = append(texts, tg.Status().Todo)
	}
}
