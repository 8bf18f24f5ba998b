package whatsapp

import (
	"context"
	"strconv"
	"time"
)

// State is the state of the connection.
type State string

// The states. Of those from LoggedOut to Refused it does not come back by itself at once.
const (
	Stopped      State = "stopped"       // nobody is hearing: Run was not called, or has returned
	Unpaired     State = "unpaired"      // no phone has linked it
	Connecting   State = "connecting"    // for the first time
	Connected    State = "connected"     //
	Reconnecting State = "reconnecting"  // the library tries by itself
	LoggedOut    State = "logged_out"    // the phone or WhatsApp has ended the link: pair again
	Banned       State = "banned"        // for a time, Until
	Outdated     State = "outdated"      // WhatsApp refuses this version of the library: until another one is started
	Replaced     State = "replaced"      // another process has connected with the same keys
	Refused      State = "refused"       // for another reason: Code says which
	Limited      State = "limited"       // connected, and nothing is sent until Until
	PhoneOffline State = "phone_offline" // connected and working, and about to be unlinked: the phone was not seen for days
)

// States are all of them.
var States = []State{Stopped, Unpaired, Connecting, Connected, Reconnecting, LoggedOut, Banned, Outdated, Replaced, Refused, Limited, PhoneOffline}

// Status is the state of the channel, for its operator. It holds nothing personal.
type Status struct {
	State State
	// Since is the beginning of the state, and Until its end, if known.
	Since, Until time.Time
	// Code is WhatsApp's number for the reason, 0 if it gave none.
	Code int
	// Todo says what the operator has to do.
	Todo string
}

// Up reports whether messages are sent and received.
func (s Status) Up() bool { return s.State == Connected || s.State == PhoneOffline }

// phonePatience is how long a phone may be out of sight. WhatsApp unlinks after about 14 days.
const phonePatience = 10 * 24 * time.Hour

// Status returns the state of the channel.
func (w *WhatsApp) Status() Status {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.status()
}

// status is the state, with changes that only time makes. The lock is held.
func (w *WhatsApp) status() Status {
	s := w.base
	now := w.now()
	switch {
	case s.State != Connected:
	case w.limit.After(now):
		s.State, s.Since, s.Until, s.Code = Limited, w.limitedAt, w.limit, w.limitCode
	case !w.phone.IsZero() && now.Sub(w.phone) > phonePatience:
		s.State, s.Since = PhoneOffline, w.phone
	}
	s.Todo = w.texts.Get("todo."+string(s.State), nil)
	return s
}

// setStatus changes the state of the connection and notifies OnStatus.
func (w *WhatsApp) setStatus(s Status) {
	w.mu.Lock()
	if s.Since.IsZero() {
		s.Since = w.now()
	}
	if w.base.State == s.State && w.base.Code == s.Code && w.base.Until.Equal(s.Until) {
		s.Since = w.base.Since
	}
	w.base = s
	w.mu.Unlock()
	w.notify()
}

// notify reports a change once, in order.
func (w *WhatsApp) notify() {
	w.notifying.Lock()
	defer w.notifying.Unlock()
	s := w.Status()
	if s.State == w.notified.State && s.Code == w.notified.Code && s.Until.Equal(w.notified.Until) {
		return
	}
	w.notified = s
	if w.opt.OnStatus != nil {
		w.opt.OnStatus(s)
	}
}

// longestLimit bounds a pause of sending that grows with every refusal.
const (
	firstLimit   = 30 * time.Minute
	longestLimit = 24 * time.Hour
)

// limitSending stops all sending: until a time that WhatsApp gave, or for a while that grows each time. Nothing is
// tried before that, so that no loop makes it worse.
func (w *WhatsApp) limitSending(until time.Time, code int) {
	w.mu.Lock()
	now := w.now()
	if until.IsZero() {
		w.limitFor = min(max(2*w.limitFor, firstLimit), longestLimit)
		until = now.Add(w.limitFor)
	}
	if !w.limit.After(now) {
		w.limitedAt = now
	}
	if until.After(w.limit) {
		w.limit = until
	}
	w.limitCode = code
	until = w.limit
	w.mu.Unlock()
	w.stats.Limited.Add(1)
	w.rememberCode("limited", until, code)
	w.notify()
}

// endLimit ends the limit, after a message that WhatsApp accepted or by its own notice.
func (w *WhatsApp) endLimit() {
	w.mu.Lock()
	was := !w.limit.IsZero()
	w.limit, w.limitFor = time.Time{}, 0
	w.mu.Unlock()
	if was {
		w.remember("limited", time.Time{})
		w.notify()
	}
}

// cooldown is how long nothing may be sent.
func (w *WhatsApp) cooldown() time.Duration {
	w.mu.Lock()
	defer w.mu.Unlock()
	return max(w.limit.Sub(w.now()), 0)
}

// phoneSeen records that the phone is in use: it confirmed or sent something. It is stored once an hour.
func (w *WhatsApp) phoneSeen() {
	w.mu.Lock()
	now := w.now()
	stale := now.Sub(w.phone) > time.Hour
	if stale {
		w.phone = now
	}
	w.mu.Unlock()
	if stale {
		w.remember("phone", now)
		w.notify()
	}
}

// rememberCode stores a time beyond the process, and the code that WhatsApp gave as the reason.
func (w *WhatsApp) rememberCode(name string, t time.Time, code int) {
	w.note(name+"_code", strconv.Itoa(code))
	w.remember(name, t)
}

// remember stores a time beyond the process.
func (w *WhatsApp) remember(name string, t time.Time) {
	value := ""
	if !t.IsZero() {
		value = t.UTC().Format(time.RFC3339)
	}
	w.note(name, value)
}

func (w *WhatsApp) note(name, value string) {
	ctx, cancel := context.WithTimeout(context.Background(), callTime)
	defer cancel()
	if err := w.devices.note(ctx, name, value); err != nil {
		w.log.Warn("whatsapp: a state could not be kept", "state", name, "err", err)
	}
}
