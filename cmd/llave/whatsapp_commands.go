//go:build !nowhatsapp

package main

import (
	"bufio"
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"strings"
	"time"

	"rsc.io/qr"

	"llave/adapters/whatsapp"
)

// withWhatsApp opens the channel, which no service may be using, for a command.
func (p program) withWhatsApp(ctx context.Context, c config, do func(*whatsapp.WhatsApp) error) error {
	if err := os.MkdirAll(c.Data, 0o700); err != nil {
		return refuse("folder", err).because(err)
	}
	key, err := loadOrMakeKey(c.outerRing(), c.path("whatsapp.key"), c.path("whatsapp.db"))
	if err != nil {
		return err
	}
	w, err := c.newWhatsApp(ctx, p, p.logger(), key, nil)
	if err != nil {
		return err
	}
	defer w.Close(context.WithoutCancel(ctx))
	return do(w)
}

// whatsappStatus prints the state of the channel: as the service on this machine reports it or, if none runs, from the store.
func (p program) whatsappStatus(ctx context.Context, args []string) error {
	c, err := p.whatsappConfig("whatsapp status", args, func(*flag.FlagSet) {})
	if err != nil || p.runningStatus(ctx, c) {
		return err
	}
	return p.withWhatsApp(ctx, c, func(w *whatsapp.WhatsApp) error {
		number, ok, err := w.Paired(ctx)
		switch {
		case err != nil:
			return err
		case ok:
			return write(p.stdout, "whatsapp.paired_stopped", number)
		}
		return write(p.stdout, "whatsapp.not_paired", nil)
	})
}

// whatsappConfig reads the flags of a command, and the configuration.
func (p program) whatsappConfig(name string, args []string, define func(*flag.FlagSet)) (config, error) {
	if _, err := parseFlags(name, args, 0, 0, define); err != nil {
		return config{}, err
	}
	return readConfig(p.getenv)
}

// runningStatus prints the state that the service on this machine reports. It returns false if there is none.
func (p program) runningStatus(ctx context.Context, c config) bool {
	ctx, cancel := context.WithTimeout(ctx, 3*time.Second)
	defer cancel()
	res, err := c.askService(ctx)
	if err != nil {
		return false
	}
	defer res.Body.Close()
	for lines := bufio.NewScanner(res.Body); lines.Scan(); {
		if line, ok := strings.CutPrefix(lines.Text(), "whatsapp: "); ok {
			fmt.Fprintln(p.stdout, line)
			return true
		}
	}
	return false
}

// whatsappLogout ends the link with the phone.
func (p program) whatsappLogout(ctx context.Context, args []string) error {
	var force bool
	c, err := p.whatsappConfig("whatsapp logout", args, func(set *flag.FlagSet) { set.BoolVar(&force, "force", false, "") })
	if err != nil {
		return err
	}
	return p.withWhatsApp(ctx, c, func(w *whatsapp.WhatsApp) error {
		ctx, cancel := context.WithTimeout(ctx, time.Minute)
		defer cancel()
		switch err := w.Logout(ctx, force); {
		case errors.Is(err, whatsapp.ErrNotPaired):
			return refuse("whatsapp.not_linked", nil)
		case err != nil:
			return refuse("whatsapp.not_told", err).because(err)
		}
		return write(p.stdout, "whatsapp.unlinked", nil)
	})
}

// whatsappPair leads the operator through the linking of a phone.
func (p program) whatsappPair(ctx context.Context, args []string) error {
	var phone string
	c, err := p.whatsappConfig("whatsapp pair", args, func(set *flag.FlagSet) { set.StringVar(&phone, "phone", "", "") })
	if err != nil {
		return err
	}
	return p.withWhatsApp(ctx, c, func(w *whatsapp.WhatsApp) error {
		if err := w.Pair(ctx, p.pairer(phone)); err != nil {
			return pairingError(err)
		}
		number, _, err := w.Paired(ctx)
		if err != nil {
			return err
		}
		return write(p.stdout, "whatsapp.paired", number)
	})
}

// pairer prints each step of a pairing and reads the answers.
func (p program) pairer(phone string) whatsapp.Pairer {
	in := bufio.NewReader(p.stdin)
	return whatsapp.Pairer{
		Phone: phone,
		QR: func(text string, until time.Time) {
			write(p.stdout, "whatsapp.qr", values{"until": localTime(until, "15:04:05"), "code": drawQR(text)})
		},
		Code: func(code string, until time.Time) {
			write(p.stdout, "whatsapp.code", values{"until": localTime(until, "15:04:05"), "code": code})
		},
		Passkey: func(_ context.Context, options []byte) ([]byte, error) {
			write(p.stdout, "whatsapp.passkey", string(options))
			line, err := in.ReadString('\n')
			if err != nil && line == "" {
				return nil, whatsapp.ErrPasskey
			}
			return []byte(strings.TrimSpace(line)), nil
		},
		Confirm: func(_ context.Context, code string) error {
			write(p.stdout, "whatsapp.compare", code)
			line, _ := in.ReadString('\n')
			if answer := strings.ToLower(strings.TrimSpace(line)); answer != "sí" && answer != "si" {
				return refuse("whatsapp.codes_differ", nil)
			}
			return nil
		},
	}
}

// pairingRefusal explains to the operator why no phone was linked.
func pairingError(err error) error {
	for _, e := range []struct {
		is  error
		key string
	}{
		{whatsapp.ErrPaired, "whatsapp.pair.paired"},
		{whatsapp.ErrPairingOver, "whatsapp.pair.over"},
		{whatsapp.ErrPasskey, "whatsapp.pair.passkey"},
		{whatsapp.ErrOutdated, "whatsapp.pair.outdated"},
		{whatsapp.ErrNumber, "whatsapp.pair.number"},
	} {
		if errors.Is(err, e.is) {
			return refuse(e.key, nil)
		}
	}
	return err
}

// drawQR draws a code with half blocks, light on dark as terminals are: the light modules are drawn. A code that does not fit
// the lines is better enlarged than wrapped.
func drawQR(text string) string {
	code, err := qr.Encode(text, qr.L)
	if err != nil {
		return text // too long for any code: the operator can turn it into one elsewhere
	}
	const quiet = 4
	light := func(x, y int) bool { return !code.Black(x, y) } // outside of it all is light
	var b strings.Builder
	for y := -quiet; y < code.Size+quiet; y += 2 {
		for x := -quiet; x < code.Size+quiet; x++ {
			switch up, down := light(x, y), light(x, y+1); {
			case up && down:
				b.WriteRune('█')
			case up:
				b.WriteRune('▀')
			case down:
				b.WriteRune('▄')
			default:
				b.WriteRune(' ')
			}
		}
		b.WriteByte('\n')
	}
	return b.String()
}
