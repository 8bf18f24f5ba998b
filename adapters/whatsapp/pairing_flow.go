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

// pairingFlow handles the events of a pairing.
type pairingFlow struct {
	Pairer
	w              *WhatsApp
	cli            *whatsmeow.Client
	shown          context.CancelFunc // ends the showing of codes
	linked         bool               // the keys are kept
	loginRequested bool               // WhatsApp has said to log in with them
}

func (g *pairingFlow) over() {
	if g.shown != nil {
		g.shown()
	}
}

// step handles an event, and reports whether the pairing is done.
func (g *pairingFlow) step(ctx context.Context, event any) (done bool, err error) {
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
		g.loginRequested = true
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
	if g.linked && g.loginRequested { // in either order
		return true, g.w.linked(ctx)
	}
	return false, nil
}

// offer shows codes: for a camera one after the other, or one to type.
func (g *pairingFlow) offer(ctx context.Context, codes []string) error {
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

func (g *pairingFlow) show(ctx context.Context, codes []string) {
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

// sign has the person use the account's passkey.
func (g *pairingFlow) sign(ctx context.Context, options *types.WebAuthnPublicKey) error {
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

func (g *pairingFlow) confirm(ctx context.Context, e *events.PairPasskeyConfirmation) error {
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
