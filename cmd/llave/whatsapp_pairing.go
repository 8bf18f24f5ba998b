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
type pairings struct {
	wa   *whatsapp.WhatsApp
	log  *slog.Logger
	ctx  context.Context
	stop context.CancelFunc
	work sync.WaitGroup

	mu      sync.Mutex
	current *pairing // nil: none is under way
	result  pairingResult
	changed chan struct{} // closed at every change
}

// pairing is one that is under way.
type pairing struct {
	owner   string
	auto    bool
	giveUp  context.CancelFunc
	answers chan string // what the operator answers
	shown   pairingStep
}

// stepShown is what the operator is shown, and has to do.
type pairingStep struct {
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
type pairingResult struct {
	owner, key string
	at         time.Time
}

func newPairings(wa *whatsapp.WhatsApp, log *slog.Logger) *pairings {
	d := &pairings{wa: wa, log: log, changed: make(chan struct{})}
	d.ctx, d.stop = context.WithCancel(context.Background())
	return d
}

// close gives up what is under way.
func (d *pairings) close(context.Context) error {
	d.stop()
	d.work.Wait()
	return nil
}

// change changes something and tells who waits for that.
func (d *pairings) change(f func()) {
	d.mu.Lock()
	defer d.mu.Unlock()
	f()
	close(d.changed)
	d.changed = make(chan struct{})
}

// look is what there is to see for somebody: their pairing's step, whether somebody else's is under way, and how what they
// did last came out. Changed is closed when that is different.
func (d *pairings) view(owner string) (shown pairingStep, busy bool, told pairingResult, changed <-chan struct{}) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.current != nil && d.current.owner == owner {
		shown = d.current.shown
		shown.auto = d.current.auto
	}
	if d.result.owner == owner && time.Since(d.result.at) < 10*time.Minute {
		told = d.result
	}
	return shown, d.current != nil && d.current.owner != owner, told, d.changed
}

// tell notes how something came out.
func (d *pairings) report(owner, key string) {
	d.change(func() { d.result = pairingResult{owner, key, time.Now()} })
}

// begin begins a pairing, by QR code or, with a number, by a code that is typed there. Nothing happens if one is under way.
// The page looks again by itself only for who wants that: it interrupts a screen reader.
func (d *pairings) begin(owner, number string, auto bool) {
	ctx, cancel := context.WithCancel(d.ctx)
	p := &pairing{owner: owner, auto: auto, giveUp: cancel, answers: make(chan string, 1), shown: pairingStep{step: stepWait}}
	begun := false
	d.change(func() {
		if begun = d.current == nil && d.ctx.Err() == nil; begun {
			d.current, d.result = p, pairingResult{}
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
		key := d.resultKey(d.wa.Pair(ctx, d.pairer(p, number)))
		d.change(func() { d.current, d.result = nil, pairingResult{owner, key, time.Now()} })
	}()
}

// guide shows each step on the page and takes the answers that come from it.
func (d *pairings) pairer(p *pairing, number string) whatsapp.Pairer {
	show := func(s pairingStep) { d.change(func() { p.shown = s }) }
	asks := func(ctx context.Context, s pairingStep) (string, error) {
		show(s)
		defer show(pairingStep{step: stepWait})
		select {
		case said := <-p.answers:
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
					p.shown = pairingStep{step: stepQR, text: text, until: until}
				}
			})
		},
		Code: func(code string, until time.Time) { show(pairingStep{step: stepCode, text: code, until: until}) },
		Passkey: func(ctx context.Context, options []byte) ([]byte, error) {
			said, err := asks(ctx, pairingStep{step: stepPasskey, text: string(options)})
			return []byte(said), err
		},
		Confirm: func(ctx context.Context, code string) error {
			_, err := asks(ctx, pairingStep{step: stepConfirm, text: code})
			return err
		},
	}
}

// says answers a step of one's own pairing; what does not answer the step that is shown is not heard.
func (d *pairings) answer(owner, step, text string) {
	d.change(func() {
		if d.current == nil || d.current.owner != owner || d.current.shown.step != step {
			return
		}
		d.current.shown = pairingStep{step: stepWait}
		select {
		case d.current.answers <- text:
		default: // said already
		}
	})
}

// cancel gives up one's own pairing.
func (d *pairings) cancel(owner string) {
	d.change(func() {
		if d.current != nil && d.current.owner == owner {
			d.current.shown = pairingStep{step: stepWait}
			d.current.giveUp()
		}
	})
}

// howItEnded names the text that says how a pairing ended. What has no text of its own is in the log.
func (d *pairings) resultKey(err error) string {
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
func (d *pairings) logout(ctx context.Context, owner string, force bool) {
	ctx, cancel := context.WithTimeout(ctx, 20*time.Second)
	defer cancel()
	switch err := d.wa.Logout(ctx, force); {
	case err == nil, errors.Is(err, whatsapp.ErrNotPaired):
		d.report(owner, "unlinked")
	default:
		d.log.Warn("whatsapp: not logged out", "err", err)
		d.report(owner, "still-linked")
	}
}
