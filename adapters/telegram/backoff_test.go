package telegram

import (
	"strings"
	"testing"
	"time"

	"llave/adapters/telegram/telegramtest"
)

// How long it waits after each kind of failure of getUpdates.
func TestBackOff(t *testing.T) {
	for _, c := range []struct {
		name           string
		fault          telegramtest.Fault
		fewest, most   int // calls in ten minutes
		logged, absent string
	}{
		{"5xx", telegramtest.Fault{Code: 500}, 10, 60, "cannot be fetched", ""},
		{"a proxy's page", telegramtest.Fault{Code: 502, HTML: true}, 10, 60, "HTTP status 502", "<html>"},
		{"network", telegramtest.Fault{CutBefore: true}, 10, 60, "cannot be fetched", ""},
		{"somebody else", telegramtest.Fault{Code: 409}, 10, 60, "somebody else", ""},
		{"too many", telegramtest.Fault{Code: 429, RetryAfter: 100}, 5, 7, "", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			bubble(t, func(t *testing.T, r *harness) {
				c.fault.Method = "getUpdates"
				r.srv.Fault(c.fault)
				r.run()
				time.Sleep(10 * time.Minute)
				if n := len(r.srv.Calls("getUpdates")); n < c.fewest || n > c.most {
					t.Errorf("%d calls in ten minutes, want %d to %d", n, c.fewest, c.most)
				}
				if !strings.Contains(r.logged(), c.logged) || c.absent != "" && strings.Contains(r.logged(), c.absent) {
					t.Errorf("logged %s", r.logged())
				}
				if up := r.tg.Stats().Up.Load(); up != 0 {
					t.Error("it says that it hears")
				}
				r.srv.Heal()
				r.ana()
				time.Sleep(2 * time.Minute)
				if n := len(r.box.updates()); n != 1 || r.tg.Stats().Up.Load() != 1 {
					t.Errorf("heard %d after it was over", n)
				}
			})
		})
	}
}

func TestAServerThatDoesNotWaitIsNotRunAgainst(t *testing.T) {
	bubble(t, func(t *testing.T, r *harness) {
		r.srv.Impatient(true)
		r.run()
		time.Sleep(time.Minute)
		if n := len(r.srv.Calls("getUpdates")); n > 310 || n < 100 {
			t.Errorf("asked %d times in a minute", n)
		}
	})
}

// A poll lasts as long as it is let; the connection is given longer.
func TestALongPollIsWaitedFor(t *testing.T) {
	bubble(t, func(t *testing.T, r *harness) {
		r.srv.Fault(telegramtest.Fault{Method: "getUpdates", Delay: 8 * time.Second})
		r.run()
		time.Sleep(10 * time.Minute)
		if n := r.tg.Stats().failed("getUpdates").Load(); n != 0 {
			t.Errorf("%d polls failed though they came in time", n)
		}
	})
}
