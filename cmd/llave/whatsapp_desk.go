//go:build !nowhatsapp

package main

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"

	"llave/adapters/whatsapp"
)

// pairingDesk is where a phone is linked from the operator's page. There is one pairing at a time, and it belongs to
// whoever began it: what it shows links the insurer's number to whoever sees it first.
type pairingDesk struct {
	wa   *whatsapp.WhatsApp
	log  *slog.Logger
	ctx  context.Context
	stop context.CancelFunc
	work sync.WaitGroup

	mu      sync.Mutex
	now     *pairing // nil: none is under way
	told    outcome
	changed chan struct{} // closed at every change
}

// pairing is one that is under way.
type pairing struct {
	owner  string
	auto   bool
	giveUp context.CancelFunc
	said   chan string // what the operator answers
	shown  stepShown
}

// stepShown is what the operator is shown, and has to do.
type stepShown struct {
	step  string // stepWait, …
	text  string // the QR code's, the code to be typed or compared, or what a passkey has to sign
	until time.Time
	auto  bool // the page is to look again by itself
}

// The steps of a pairing.
const (
	stepWait    = "wait"
	stepQR      = "qr"
	stepCode    = "code"
	stepPasskey = "passkey"
	stepConfirm = "confirm"
)

// outcome is how what somebody did last came out, for them.
type outcome struct {
	owner, key string
	at         time.Time
}

func newPairingDesk(wa *whatsapp.WhatsApp, log *slog.Logger) *pairingDesk {
	d := &pairingDesk{wa: wa, log: log, changed: make(chan struct{})}
	d.ctx, d.stop = context.WithCancel(context.Background())
	return d
}

// close gives up what is under way.
func (d *pairingDesk) close(context.Context) error {
	d.stop()
	d.work.Wait()
	return nil
}

// change changes something and tells who waits for that.
func (d *pairingDesk) change(f func()) {
	d.mu.Lock()
	defer d.mu.Unlock()
	f()
	close(d.changed)
	d.changed = make(chan struct{})
}

// look is what there is to see for somebody: their pairing's step, whether somebody else's is under way, and how what they
// did last came out. Changed is closed when that is different.
func (d *pairingDesk) look(owner string) (shown stepShown, busy bool, told outcome, changed <-chan struct{}) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.now != nil && d.now.owner == owner {
		shown = d.now.shown
		shown.auto = d.now.auto
	}
	if d.told.owner == owner && time.Since(d.told.at) < 10*time.Minute {
		told = d.told
	}
	return shown, d.now != nil && d.now.owner != owner, told, d.changed
}

// tell notes how something came out.
func (d *pairingDesk) tell(owner, key string) {
	d.change(func() { d.told = outcome{owner, key, time.Now()} })
}

// begin begins a pairing, by QR code or, with a number, by a code that is typed there. Nothing happens if one is under way.
// The page looks again by itself only for who wants that: it interrupts a screen reader.
func (d *pairingDesk) begin(owner, number string, auto bool) {
	ctx, cancel := context.WithCancel(d.ctx)
	p := &pairing{owner: owner, auto: auto, giveUp: cancel, said: make(chan string, 1), shown: stepShown{step: stepWait}}
	begun := false
	d.change(func() {
		if begun = d.now == nil && d.ctx.Err() == nil; begun {
			d.now, d.told = p, outcome{}
			d.work.Add(1)
		}
	})
	if !begun {
		cancel()
		return
	}
	go func() {
		defer d.work.Done()
		defer cancel()
		key := d.howItEnded(d.wa.Pair(ctx, d.guide(p, number)))
		d.change(func() { d.now, d.told = nil, outcome{owner, key, time.Now()} })
	}()
}

// guide shows each step on the page and takes the answers that come from it.
func (d *pairingDesk) guide(p *pairing, number string) whatsapp.Pairer {
	show := func(s stepShown) { d.change(func() { p.shown = s }) }
	asks := func(ctx context.Context, s stepShown) (string, error) {
		show(s)
		defer show(stepShown{step: stepWait})
		select {
		case said := <-p.said:
			return said, nil
		case <-ctx.Done():
			return "", ctx.Err()
		}
	}
	return whatsapp.Pairer{
		Phone: number,
		QR: func(text string, until time.Time) {
			d.change(func() {
				if s := p.shown.step; s == stepWait || s == stepQR { // one that comes late covers no question
					p.shown = stepShown{step: stepQR, text: text, until: until}
				}
			})
		},
		Code: func(code string, until time.Time) { show(stepShown{step: stepCode, text: code, until: until}) },
		Passkey: func(ctx context.Context, options []byte) ([]byte, error) {
			said, err := asks(ctx, stepShown{step: stepPasskey, text: string(options)})
			return []byte(said), err
		},
		Confirm: func(ctx context.Context, code string) error {
			_, err := asks(ctx, stepShown{step: stepConfirm, text: code})
			return err
		},
	}
}

// says answers a step of one's own pairing; what does not answer the step that is shown is not heard.
func (d *pairingDesk) says(owner, step, text string) {
	d.change(func() {
		if d.now == nil || d.now.owner != owner || d.now.shown.step != step {
			return
		}
		d.now.shown = stepShown{step: stepWait}
		select {
		case d.now.said <- text:
		default: // said already
		}
	})
}

// cancel gives up one's own pairing.
func (d *pairingDesk) cancel(owner string) {
	d.change(func() {
		if d.now != nil && d.now.owner == owner {
			d.now.shown = stepShown{step: stepWait}
			d.now.giveUp()
		}
	})
}

// howItEnded names the text that says how a pairing ended. What has no text of its own is in the log.
func (d *pairingDesk) howItEnded(err error) string {
	if err == nil {
		return "linked"
	}
	for _, e := range []struct {
		is  error
		key string
	}{
		{whatsapp.ErrPairingOver, "over"}, {context.Canceled, "given-up"}, {whatsapp.ErrPasskey, "passkey"},
		{whatsapp.ErrOutdated, "outdated"}, {whatsapp.ErrNumber, "number"}, {whatsapp.ErrPaired, "paired"},
	} {
		if errors.Is(err, e.is) {
			return e.key
		}
	}
	d.log.Warn("whatsapp: not paired", "err", err)
	return "failed"
}

// logout ends the link. By force the keys go even if WhatsApp cannot be told.
func (d *pairingDesk) logout(ctx context.Context, owner string, force bool) {
	ctx, cancel := context.WithTimeout(ctx, 20*time.Second)
	defer cancel()
	switch err := d.wa.Logout(ctx, force); {
	case err == nil, errors.Is(err, whatsapp.ErrNotPaired):
		d.tell(owner, "unlinked")
	default:
		d.log.Warn("whatsapp: not logged out", "err", err)
		d.tell(owner, "still-linked")
	}
}
