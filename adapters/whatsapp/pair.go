package whatsapp

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"go.mau.fi/whatsmeow"
	"go.mau.fi/whatsmeow/types"
	"go.mau.fi/whatsmeow/types/events"

	"llave/adapters/besteffort"
)

// Errors of Pair and Logout.
var (
	// ErrPaired: a phone has linked it already. Log out first.
	ErrPaired = errors.New("whatsapp: already linked")
	// ErrNotPaired: no phone has linked it.
	ErrNotPaired = errors.New("whatsapp: not linked")
	// ErrBusy: somebody is pairing it already.
	ErrBusy = errors.New("whatsapp: a pairing is under way")
	// ErrPairingOver: nobody scanned or typed the code in time, or it was typed wrongly, of which WhatsApp says nothing.
	ErrPairingOver = errors.New("whatsapp: the time for pairing is over")
	// ErrPasskey: the account has a passkey, and nobody was there to use it.
	ErrPasskey = errors.New("whatsapp: the account asks for a passkey")
	// ErrOutdated: WhatsApp refuses this version of the library.
	ErrOutdated = errors.New("whatsapp: this version is refused as outdated")
	// ErrNumber: not a number with its country code.
	ErrNumber = errors.New("whatsapp: want the number with its country code, digits only")
)

// Pairer is the person who pairs, and what they are shown. What is nil is not offered.
type Pairer struct {
	// Phone is a number to be paired by a code that is typed on the phone; empty pairs by QR code.
	Phone string
	// QR is shown a text to be drawn as a QR code, again and again, each until a time. Code is shown what is to be typed.
	QR   func(text string, until time.Time)
	Code func(code string, until time.Time)
	// Passkey has the account's passkey sign a challenge: options for navigator.credentials.get in, as JSON, and what that
	// gives out. It works only in a browser that is on web.whatsapp.com, signed in to where the passkey is.
	Passkey func(ctx context.Context, options []byte) ([]byte, error)
	// Confirm asks whether the phone shows the same code, which it is asked only in the passkey's way.
	Confirm func(ctx context.Context, code string) error
}

// qrTime is how long a QR code is shown: the first longer, because somebody has to find the phone.
const (
	firstQR = 60 * time.Second
	nextQR  = 20 * time.Second
)

// Pair links this program to a phone, which takes as long as people do and at most Timing.Pairing. A Run that waits for
// it goes on. A time-out is an error of its own ([ErrPairingOver]): of a code that was typed wrongly nobody tells.
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

// unkeep forgets keys that were kept by a pairing that came to nothing after that: nobody knows whether WhatsApp knows them.
// If it does, the phone shows a device that never appears; with keys that it does not know no other could be linked.
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

// beginPairing says why nothing can be paired now.
func (w *WhatsApp) beginPairing(ctx context.Context) error {
	if dev, err := w.devices.paired(ctx); err != nil || dev != nil {
		return errors.Join(err, either(dev != nil, ErrPaired))
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.pairing {
		return ErrBusy
	}
	w.pairing = true
	return nil
}

func either(is bool, err error) error {
	if is {
		return err
	}
	return nil
}

// pair makes a client that nobody is logged in on, and waits until a phone has linked it.
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
		return fmt.Errorf("whatsapp: no connection: %w", plain(err))
	}
	defer cli.Disconnect()
	g := guide{w: w, cli: cli, Pairer: p}
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

// guide leads through a pairing.
type guide struct {
	Pairer
	w      *WhatsApp
	cli    *whatsmeow.Client
	shown  context.CancelFunc // ends the showing of codes
	linked bool               // the keys are kept
	told   bool               // WhatsApp has said to log in with them
}

func (g *guide) over() {
	if g.shown != nil {
		g.shown()
	}
}

// step deals with what came next, and says whether that was all.
func (g *guide) step(ctx context.Context, event any) (done bool, err error) {
	switch e := event.(type) {
	case *events.QR:
		return false, g.offer(ctx, e.Codes)
	case *events.PairPasskeyRequest:
		return false, g.sign(ctx, e.PublicKey)
	case *events.PairPasskeyConfirmation:
		return false, g.confirm(ctx, e)
	case *events.PairPasskeyError:
		return true, fmt.Errorf("%w, and its answer was not taken", ErrPasskey)
	case *events.PairSuccess:
		g.linked = true
	case *events.ManualLoginReconnect:
		g.told = true
	case *events.PairError:
		return true, errors.New("whatsapp: the phone's answer is not genuine")
	case *events.ClientOutdated:
		return true, ErrOutdated
	case *events.QRScannedWithoutMultidevice:
		return true, errors.New("whatsapp: the phone's WhatsApp is too old to link devices")
	case *events.ConnectFailure:
		return true, fmt.Errorf("whatsapp: refused with %d", e.Reason)
	case *events.TemporaryBan:
		return true, fmt.Errorf("whatsapp: refused with 402: the account is suspended for a time")
	case *events.LoggedOut:
		return true, fmt.Errorf("whatsapp: refused with %d", e.Reason)
	case *events.Disconnected:
		if !g.linked {
			return true, ErrPairingOver // WhatsApp waits no longer
		}
	}
	if g.linked && g.told { // in either order
		return true, g.w.linked(ctx)
	}
	return false, nil
}

// offer shows codes: those for a camera one after the other, or one to be typed.
func (g *guide) offer(ctx context.Context, codes []string) error {
	if g.Phone == "" {
		ctx, g.shown = context.WithCancel(ctx)
		go g.show(ctx, codes)
		return nil
	}
	code, err := g.cli.PairPhone(ctx, g.Phone, true, whatsmeow.PairClientChrome, "Chrome (Linux)") // WhatsApp knows no other names
	if err != nil {
		return fmt.Errorf("whatsapp: no code for this number (%T)", root(err))
	}
	if g.Code != nil {
		until, _ := ctx.Deadline()
		g.Code(code, until)
	}
	return nil
}

func (g *guide) show(ctx context.Context, codes []string) {
	for i, code := range codes {
		d := nextQR
		if i == 0 {
			d = firstQR
		}
		if g.QR != nil {
			g.QR(code, time.Now().Add(d))
		}
		if !besteffort.Sleep(ctx, d) {
			return
		}
	}
}

// sign has somebody use the account's passkey.
func (g *guide) sign(ctx context.Context, options *types.WebAuthnPublicKey) error {
	g.over()
	if g.Passkey == nil {
		return ErrPasskey
	}
	ask, err := json.Marshal(options)
	if err != nil {
		return fmt.Errorf("whatsapp: passkey: %w", err)
	}
	said, err := g.Passkey(ctx, ask)
	if err != nil {
		return err
	}
	var answer types.WebAuthnResponse
	if err := json.Unmarshal(said, &answer); err != nil || len(answer.RawID) == 0 {
		return fmt.Errorf("%w, and this is not its answer", ErrPasskey)
	}
	if err := g.cli.SendPasskeyResponse(ctx, &answer); err != nil {
		return fmt.Errorf("%w, and its answer was not taken", ErrPasskey)
	}
	return nil
}

func (g *guide) confirm(ctx context.Context, e *events.PairPasskeyConfirmation) error {
	if !e.SkipHandoffUX {
		if g.Confirm == nil {
			return ErrPasskey
		}
		if err := g.Confirm(ctx, e.Code); err != nil {
			return err
		}
	}
	if err := g.cli.SendPasskeyConfirmation(ctx); err != nil {
		return fmt.Errorf("%w, and the last step was not taken", ErrPasskey)
	}
	return nil
}

// linked notes that a phone has linked it, and has Run go on.
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

// Paired says whether a phone has linked it, and the number it has.
func (w *WhatsApp) Paired(ctx context.Context) (number string, ok bool, err error) {
	dev, err := w.devices.paired(ctx)
	if err != nil || dev == nil {
		return "", false, err
	}
	return dev.ID.User, true, nil
}

// Logout has WhatsApp end the link and forgets the keys. If WhatsApp cannot be reached nothing is forgotten, unless by
// force: then the phone goes on showing a device that is no more.
func (w *WhatsApp) Logout(ctx context.Context, force bool) error {
	dev, err := w.devices.paired(ctx)
	if err != nil || dev == nil {
		return errors.Join(err, either(dev == nil, ErrNotPaired))
	}
	err = w.leave(ctx)
	if err != nil && !force {
		return err
	}
	return w.devices.forget(ctx)
}

// leave tells WhatsApp, over the connection that there is or one of its own.
func (w *WhatsApp) leave(ctx context.Context) error {
	if s := w.session(); s != nil {
		err := s.cli.Logout(ctx)
		if err == nil {
			s.ends(Status{State: LoggedOut})
		}
		return either(err != nil, errors.New("whatsapp: logging out did not work"))
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
		return fmt.Errorf("whatsapp: no connection: %w", plain(err))
	}
	defer s.work.close()
	defer s.cli.Disconnect()
	select {
	case <-up:
		return either(s.cli.Logout(ctx) != nil, errors.New("whatsapp: logging out did not work"))
	case end := <-s.ended:
		if end.State == LoggedOut {
			return nil
		}
		return fmt.Errorf("whatsapp: refused: %s", end.State)
	case <-ctx.Done():
		return ctx.Err()
	}
}
