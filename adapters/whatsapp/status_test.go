//go:build !race

package whatsapp_test

import (
	"errors"
	"strconv"
	"testing"
	"time"

	"llave/adapters/whatsapp"
	"llave/adapters/whatsapp/whatsapptest"
	"llave/bot"
)

// Each way to be refused, thrown out or cut off is a state of its own, says what to do, and stays if it has to.
func TestEnds(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		does  func(r *harness)
		want  whatsapp.State
		code  int
		stays bool
	}{
		"401":            {login(whatsapptest.Fault{Failure: 401}), whatsapp.LoggedOut, 401, true},
		"403":            {login(whatsapptest.Fault{Failure: 403}), whatsapp.LoggedOut, 403, true},
		"406":            {login(whatsapptest.Fault{Failure: 406}), whatsapp.LoggedOut, 406, true},
		"405":            {login(whatsapptest.Fault{Failure: 405, Times: 1}), whatsapp.Outdated, 405, true},
		"banned":         {login(whatsapptest.Fault{Failure: 402, Code: 101, Expire: time.Hour, Times: 1}), whatsapp.Banned, 101, true},
		"409":            {login(whatsapptest.Fault{Failure: 409, Times: 1}), whatsapp.Refused, 409, false},
		"429":            {login(whatsapptest.Fault{Failure: 429, Times: 1}), whatsapp.Refused, 429, false},
		"500":            {login(whatsapptest.Fault{Failure: 500, Times: 1}), whatsapp.Reconnecting, 0, false},
		"503":            {login(whatsapptest.Fault{Failure: 503, Times: 1}), whatsapp.Reconnecting, 0, false},
		"cut":            {func(r *harness) { r.srv.Cut(office) }, whatsapp.Reconnecting, 0, false},
		"replaced":       {func(r *harness) { r.srv.Replace(office) }, whatsapp.Replaced, 0, false},
		"unlinked":       {func(r *harness) { r.srv.Unlink(office) }, whatsapp.LoggedOut, 401, true},
		"stream 401":     {logsOut(401), whatsapp.LoggedOut, 401, true},
		"stream 403":     {logsOut(403), whatsapp.LoggedOut, 403, true},
		"stream 503":     {func(r *harness) { r.srv.StreamError(office, "503") }, whatsapp.Reconnecting, 0, false},
		"stream unknown": {func(r *harness) { r.srv.StreamError(office, "999") }, whatsapp.Reconnecting, 0, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r, chat, to := conversation(t, nil)
			c.does(r)
			s := r.is(c.want)
			if s.Code != c.code || s.Todo == "" || s.Since.IsZero() || s.Up() {
				t.Errorf("stands %+v", s)
			}
			if !c.stays {
				r.is(whatsapp.Connected)
				r.until("it is given its messages", func() bool { return r.srv.Online(office) })
				must(t, r.sends(to, "de vuelta"))
				chat.Expects("de vuelta")
				return
			}
			var later *bot.RetryAfter
			if err := r.sends(to, "x"); !errors.As(err, &later) {
				t.Errorf("sending: %v", err)
			}
			r.down()
			r.opens()
			r.runs()
			switch c.want {
			case whatsapp.Outdated: // another start, maybe of another version, tries again
				r.is(whatsapp.Connected)
			default:
				if s := r.is(c.want); s.Code != c.code {
					t.Errorf("after a restart it stands %s/%d, want the reason %d", s.State, s.Code, c.code)
				}
				if s := r.wa.Status(); s.State != c.want || s.Code != c.code {
					t.Errorf("after a restart: %+v", s)
				}
			}
		})
	}
}

// logsOut ends the connection for a reason that the next login is told as well.
func logsOut(code int) func(r *harness) {
	return func(r *harness) {
		r.srv.Fault(whatsapptest.Fault{On: "login", From: office, Failure: code})
		r.srv.StreamError(office, strconv.Itoa(code))
	}
}

// login is a fault of the next login, which is made to come soon.
func login(f whatsapptest.Fault) func(r *harness) {
	return func(r *harness) {
		f.On, f.From = "login", office
		r.srv.Fault(f)
		r.srv.Cut(office)
	}
}

// Taken over again and again, it comes back later each time, and never at once.
func TestReplacedAgain(t *testing.T) {
	t.Parallel()
	r := newHarness(t, func(o *whatsapp.Options) { o.Timing.Again = 100 * time.Millisecond })
	var before time.Duration
	for range 3 {
		r.srv.Replace(office)
		at := r.is(whatsapp.Replaced).Since
		away := r.is(whatsapp.Connected).Since.Sub(at)
		if away < 2*before*8/10 || away < 100*time.Millisecond {
			t.Errorf("back after %v, and %v before", away, before)
		}
		before = max(2*before, 100*time.Millisecond)
		r.until("it is given its messages", func() bool { return r.srv.Online(office) })
	}
	if n := r.wa.Stats().Replaced.Load(); n != 3 {
		t.Errorf("counted %d", n)
	}
}

// A ban ends at its hour, and then it connects by itself.
func TestABanEnds(t *testing.T) {
	t.Parallel()
	clock := &clock{}
	r := newHarness(t, func(o *whatsapp.Options) { o.Now = clock.now })
	login(whatsapptest.Fault{Failure: 402, Code: 104, Expire: 2 * time.Hour, Times: 1})(r)
	if s := r.is(whatsapp.Banned); s.Until.Sub(clock.now()) < time.Hour {
		t.Errorf("until %v", s.Until)
	}
	r.down()
	clock.passes(3 * time.Hour)
	r.opens()
	r.up()
}

// A phone that was not seen for ten days is said, while all still works; word from it is enough.
func TestThePhoneIsOff(t *testing.T) {
	t.Parallel()
	clock := &clock{}
	r, chat, to := conversationAt(t, clock)
	r.phone.Off()
	clock.passes(9 * 24 * time.Hour)
	if s := r.wa.Status(); s.State != whatsapp.Connected {
		t.Errorf("after nine days: %+v", s)
	}
	clock.passes(48 * time.Hour)
	s := r.wa.Status()
	if s.State != whatsapp.PhoneOffline || !s.Up() || s.Todo == "" {
		t.Errorf("after eleven days: %+v", s)
	}
	must(t, r.sends(to, "anda igual"))
	chat.Expects("anda igual")
	if s := r.wa.Status(); s.State != whatsapp.PhoneOffline {
		t.Errorf("after a message: %+v", s)
	}
	r.phone.On() // and confirms what was sent
	r.until("the phone is seen", func() bool { return r.wa.Status().State == whatsapp.Connected })
}
