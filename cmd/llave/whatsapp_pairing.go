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

// pairings links a phone from the operator's page. There is one pairing at a time, and it belongs to the browser that began
// it: the first to see its code can link the insurer's number to a phone.
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

// pairing is a pairing under way.
type pairing struct {
	owner   string
	auto    bool
	giveUp  context.CancelFunc
	answers chan string // of the operator
	shown   pairingStep
}

// pairingStep is a step of a pairing, as the page shows it.
type pairingStep struct {
	step  string // stepWait, …
	text  string // of the QR code, the code to type or to compare, or the challenge for a passkey
	until time.Time
	auto  bool // the page reloads by itself
}

// The steps of a pairing.
const (
	stepWait    = "wait"
	stepQR      = "qr"
	stepCode    = "code"
	stepPasskey = "passkey"
	stepConfirm = "confirm"
)

// pairingResult is the result of the last action of a browser.
type pairingResult struct {
	owner, key string
	at         time.Time
}

func newPairings(wa *whatsapp.WhatsApp, log *slog.Logger) *pairings {
	d := &pairings{wa: wa, log: log, changed: make(chan struct{})}
	d.ctx, d.stop = context.WithCancel(context.Background())
	return d
}

// close cancels the pairing under way.
func (d *pairings) close(context.Context) error {
	d.stop()
	d.work.Wait()
	return nil
}

// change changes the state and wakes those that wait for a change.
func (d *pairings) change(f func()) {
	d.mu.Lock()
	defer d.mu.Unlock()
	f()
	close(d.changed)
	d.changed = make(chan struct{})
}

// view returns the state for one browser: the step of its pairing, whether another browser is pairing, and the result of its
// last action. Changed is closed at the next change.
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

// report keeps the result of an action.
func (d *pairings) report(owner, key string) {
	d.change(func() { d.result = pairingResult{owner, key, time.Now()} })
}

// begin begins a pairing, by QR code or, with a number, by a code that is typed on that phone. It does nothing if one is under
// way. The page reloads by itself only if the operator wants that: a reload interrupts a screen reader.
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

// pairer shows each step on the page and takes the answers from it.
func (d *pairings) pairer(p *pairing, number string) whatsapp.Pairer {
	show := func(s pairingStep) { d.change(func() { p.shown = s }) }
	await := func(ctx context.Context, s pairingStep) (string, error) {
		show(s)
		defer show(pairingStep{step: stepWait})
		select {
		case answer := <-p.answers:
			return answer, nil
		case <-ctx.Done():
			return "", ctx.Err()
		}
	}
	return whatsapp.Pairer{
		Phone: number,
		QR: func(text string, until time.Time) {
			d.change(func() {
				if s := p.shown.step; s == stepWait || s == stepQR { // a late one must not hide a question
					p.shown = pairingStep{step: stepQR, text: text, until: until}
				}
			})
		},
		Code: func(code string, until time.Time) { show(pairingStep{step: stepCode, text: code, until: until}) },
		Passkey: func(ctx context.Context, options []byte) ([]byte, error) {
			answer, err := await(ctx, pairingStep{step: stepPasskey, text: string(options)})
			return []byte(answer), err
		},
		Confirm: func(ctx context.Context, code string) error {
			_, err := await(ctx, pairingStep{step: stepConfirm, text: code})
			return err
		},
	}
}

// answer answers the step that is shown to the browser that began the pairing. Any other answer is dropped.
func (d *pairings) answer(owner, step, text string) {
	d.change(func() {
		if d.current == nil || d.current.owner != owner || d.current.shown.step != step {
			return
		}
		d.current.shown = pairingStep{step: stepWait}
		select {
		case d.current.answers <- text:
		default: // answered already
		}
	})
}

// cancel cancels the pairing of a browser.
func (d *pairings) cancel(owner string) {
	d.change(func() {
		if d.current != nil && d.current.owner == owner {
			d.current.shown = pairingStep{step: stepWait}
			d.current.giveUp()
		}
	})
}

// resultKey returns the key of the text for the end of a pairing. An error without a text goes to the log.
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

// logout ends the link. With force it deletes the keys even if WhatsApp does not answer.
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
