package whatsapp

import (
	"context"
	"errors"
	"fmt"
	"time"

	"go.mau.fi/whatsmeow/types/events"
)

// Errors of Pair and Logout.
var (
	// ErrPaired: a phone has linked it already. Log out first.
	ErrPaired = errors.New("whatsapp: already linked")
	// ErrNotPaired: no phone has linked it.
	ErrNotPaired = errors.New("whatsapp: not linked")
	// ErrBusy: a pairing is under way.
	ErrBusy = errors.New("whatsapp: a pairing is under way")
	// ErrPairingOver: the code was not scanned or typed in time, or was typed wrongly, which WhatsApp does not report.
	ErrPairingOver = errors.New("whatsapp: the time for pairing is over")
	// ErrPasskey: the account has a passkey, and it was not used.
	ErrPasskey = errors.New("whatsapp: the account asks for a passkey")
	// ErrOutdated: WhatsApp refuses this version of the library.
	ErrOutdated = errors.New("whatsapp: this version is refused as outdated")
	// ErrNumber: not a number with its country code.
	ErrNumber = errors.New("whatsapp: want the number with its country code, digits only")
)

// Pairer is the person who pairs. A nil method is not offered.
type Pairer struct {
	// Phone is a number to be paired by a code that is typed on the phone; empty pairs by QR code.
	Phone string
	// QR shows a text as a QR code, again and again, each until a time. Code shows the code to type.
	QR   func(text string, until time.Time)
	Code func(code string, until time.Time)
	// Passkey signs a challenge with the account's passkey: it takes the options of navigator.credentials.get as JSON,
	// and returns the result. That works only in a browser on web.whatsapp.com, signed in to the passkey's provider.
	Passkey func(ctx context.Context, options []byte) ([]byte, error)
	// Confirm asks whether the phone shows the same code. Only pairing with a passkey needs it.
	Confirm func(ctx context.Context, code string) error
}

// How long a QR code is shown: the first longer, while the person looks for the phone.
const (
	firstQR = 60 * time.Second
	nextQR  = 20 * time.Second
)

// Pair links this program to a phone, which takes as long as people do and at most Timing.Pairing. A Run that waits for
// it goes on. A time-out is an error of its own ([ErrPairingOver]): WhatsApp does not report a code that was typed
// wrongly.
func (w *WhatsApp) Pair(ctx context.Context, p Pairer) error {
	if p.Phone != "" && !isNumber(p.Phone) {
		return ErrNumber
	}
	if err := w.beginPairing(ctx); err != nil {
		return err
	}
	defer func() {
		w.mu.Lock()
		w.pairing = false
		w.mu.Unlock()
	}()
	ctx, cancel := context.WithTimeoutCause(ctx, w.opt.Timing.Pairing, ErrPairingOver)
	defer cancel()
	err := w.pair(ctx, p)
	if err == nil {
		return nil
	}
	if ctx.Err() != nil {
		err = context.Cause(ctx)
	}
	return errors.Join(err, w.unkeep(ctx))
}

// unkeep forgets keys that were kept by a pairing that failed later: it is unknown whether WhatsApp knows them. If it
// does, the phone shows a device that never appears; with keys that it does not know no other could be linked.
func (w *WhatsApp) unkeep(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), callTime)
	defer cancel()
	return w.devices.forget(ctx)
}

func isNumber(s string) bool {
	for _, r := range s {
		if r < '0' || r > '9' {
			return false
		}
	}
	return len(s) >= 8 && len(s) <= 15 && s[0] != '0'
}

// beginPairing returns why nothing can be paired now.
func (w *WhatsApp) beginPairing(ctx context.Context) error {
	if dev, err := w.devices.paired(ctx); err != nil || dev != nil {
		return errors.Join(err, errIf(dev != nil, ErrPaired))
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.pairing {
		return ErrBusy
	}
	w.pairing = true
	return nil
}

func errIf(is bool, err error) error {
	if is {
		return err
	}
	return nil
}

// pair makes a client without an account, and waits until a phone has linked it.
func (w *WhatsApp) pair(ctx context.Context, p Pairer) error {
	cli := w.client(w.devices.all.NewDevice(), nil)
	// The device that is linked is opened anew: what is installed around its store has to be there before its client is.
	cli.DisableLoginAutoReconnect, cli.EnableAutoReconnect, cli.InitialAutoReconnect = true, false, false
	steps := make(chan any, 64)
	cli.AddEventHandler(func(event any) {
		select {
		case steps <- event:
		default: // nobody waits any more
		}
	})
	if err := cli.Connect(); err != nil {
		return fmt.Errorf("whatsapp: no connection: %w", withoutURL(err))
	}
	defer cli.Disconnect()
	g := pairingFlow{w: w, cli: cli, Pairer: p}
	defer g.over()
	for {
		select {
		case event := <-steps:
			if done, err := g.step(ctx, event); done || err != nil {
				return err
			}
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// linked records that a phone has linked it, and lets Run go on.
func (w *WhatsApp) linked(ctx context.Context) error {
	for _, name := range []string{"logged_out", "banned", "limited"} {
		if err := w.devices.note(ctx, name, ""); err != nil {
			return err
		}
	}
	w.mu.Lock()
	w.limit, w.limitFor, w.phone = time.Time{}, 0, time.Time{}
	close(w.paired)
	w.paired = make(chan struct{})
	w.mu.Unlock()
	w.phoneSeen()
	return nil
}

// Paired reports whether a phone has linked it, and its number.
func (w *WhatsApp) Paired(ctx context.Context) (number string, ok bool, err error) {
	dev, err := w.devices.paired(ctx)
	if err != nil || dev == nil {
		return "", false, err
	}
	return dev.ID.User, true, nil
}

// Logout ends the link at WhatsApp and forgets the keys. If WhatsApp cannot be reached nothing is forgotten, unless by
// force: then the phone goes on showing a device that is no more.
func (w *WhatsApp) Logout(ctx context.Context, force bool) error {
	dev, err := w.devices.paired(ctx)
	if err != nil || dev == nil {
		return errors.Join(err, errIf(dev == nil, ErrNotPaired))
	}
	err = w.leave(ctx)
	if err != nil && !force {
		return err
	}
	return w.devices.forget(ctx)
}

// leave logs out, over the present connection or one of its own.
func (w *WhatsApp) leave(ctx context.Context) error {
	if s := w.session(); s != nil {
		err := s.cli.Logout(ctx)
		if err == nil {
			s.end(Status{State: LoggedOut})
		}
		return errIf(err != nil, errors.New("whatsapp: logging out did not work"))
	}
	s, err := w.open(ctx, nil)
	if err != nil {
		return err
	}
	up := make(chan struct{}, 1)
	s.cli.AddEventHandler(func(event any) {
		if _, ok := event.(*events.Connected); ok {
			up <- struct{}{}
		}
	})
	if err := s.cli.Connect(); err != nil {
		return fmt.Errorf("whatsapp: no connection: %w", withoutURL(err))
	}
	defer s.work.close()
	defer s.cli.Disconnect()
	select {
	case <-up:
		return errIf(s.cli.Logout(ctx) != nil, errors.New("whatsapp: logging out did not work"))
	case end := <-s.ended:
		if end.State == LoggedOut {
			return nil
		}
		return fmt.Errorf("whatsapp: refused: %s", end.State)
	case <-ctx.Done():
		return ctx.Err()
	}
}
