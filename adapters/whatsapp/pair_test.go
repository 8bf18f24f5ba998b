//go:build !race

package whatsapp_test

import (
	"context"
	"database/sql"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"llave/adapters/whatsapp"
	"llave/adapters/whatsapp/whatsapptest"
	"llave/bot"
)

// clock is a clock that can be moved.
type clock struct {
	mu    sync.Mutex
	ahead time.Duration
}

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return time.Now().Add(c.ahead)
}

func (c *clock) passes(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.ahead += d
}

func conversationAt(t *testing.T, c *clock) (*harness, *whatsapptest.Chat, bot.ChatID) {
	t.Helper()
	return conversation(t, func(o *whatsapp.Options) { o.Now = c.now })
}

func TestPair(t *testing.T) {
	t.Parallel()
	for name, pairer := range map[string]func(t *testing.T, r *harness) whatsapp.Pairer{
		"QR": func(t *testing.T, r *harness) whatsapp.Pairer {
			return whatsapp.Pairer{QR: func(text string, until time.Time) {
				if err := r.phone.Scans(text); err != nil || time.Until(until) > time.Minute {
					t.Errorf("scanning: %v, until %v", err, until)
				}
			}}
		},
		"code": func(t *testing.T, r *harness) whatsapp.Pairer {
			return whatsapp.Pairer{Phone: office, Code: func(code string, until time.Time) {
				if err := r.phone.Types(code); err != nil || time.Until(until) <= 0 {
					t.Errorf("typing: %v, until %v", err, until)
				}
			}}
		},
		"passkey": func(t *testing.T, r *harness) whatsapp.Pairer {
			r.phone.NeedsPasskey()
			return whatsapp.Pairer{
				QR: func(text string, _ time.Time) { r.phone.Scans(text) },
				Passkey: func(_ context.Context, options []byte) ([]byte, error) {
					if !strings.Contains(string(options), `"challenge"`) {
						t.Errorf("asked %s", options)
					}
					return whatsapptest.PasskeyAnswer(), nil
				},
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := unpaired(t, nil)
			r.runs() // and waits
			r.is(whatsapp.Unpaired)
			if _, ok, err := r.wa.Paired(t.Context()); ok || err != nil {
				t.Errorf("paired before: %v", err)
			}
			must(t, r.wa.Pair(t.Context(), pairer(t, r)))
			r.is(whatsapp.Connected)
			if number, ok, err := r.wa.Paired(t.Context()); number != office || !ok || err != nil {
				t.Errorf("paired %q: %v", number, err)
			}
			chat := r.person(ana, "Ana Paz")
			chat.Says("hola")
			to := r.bot.gets(t).Chat
			must(t, r.sends(to, "hola, Ana"))
			chat.Expects("hola, Ana")
			if err := r.wa.Pair(t.Context(), whatsapp.Pairer{}); !errors.Is(err, whatsapp.ErrPaired) {
				t.Errorf("paired twice: %v", err)
			}
			must(t, r.wa.Logout(t.Context(), false))
			r.is(whatsapp.LoggedOut)
			must(t, r.wa.Pair(t.Context(), whatsapp.Pairer{QR: func(text string, _ time.Time) { r.phone.Scans(text) }, Passkey: func(context.Context, []byte) ([]byte, error) { return whatsapptest.PasskeyAnswer(), nil }}))
			r.is(whatsapp.Connected)
			chat.Says("seguís ahí")
			if again := r.bot.gets(t).Chat; again != to {
				t.Error("the same person is in another chat now")
			}
		})
	}
}

// A wrong code is not reported: a pairing ends by itself.
func TestPairingEnds(t *testing.T) {
	t.Parallel()
	r := unpaired(t, func(o *whatsapp.Options) { o.Timing.Pairing = 2 * time.Second })
	for name, c := range map[string]struct {
		p    whatsapp.Pairer
		want error
	}{
		"wrong code": {whatsapp.Pairer{Phone: office, Code: func(string, time.Time) { r.phone.Types("ABCD-EFGH") }}, whatsapp.ErrPairingOver},
		"no scan":    {whatsapp.Pairer{}, whatsapp.ErrPairingOver},
		"no number":  {whatsapp.Pairer{Phone: "0221-15-555-0100"}, whatsapp.ErrNumber},
	} {
		if err := r.wa.Pair(t.Context(), c.p); !errors.Is(err, c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
	r.phone.NeedsPasskey()
	if err := r.wa.Pair(t.Context(), whatsapp.Pairer{QR: func(text string, _ time.Time) { r.phone.Scans(text) }}); !errors.Is(err, whatsapp.ErrPasskey) {
		t.Errorf("a passkey that nobody has: %v", err)
	}
	r.srv.Fault(whatsapptest.Fault{On: "pairing", Failure: 405, Times: 1})
	if err := r.wa.Pair(t.Context(), whatsapp.Pairer{}); !errors.Is(err, whatsapp.ErrOutdated) {
		t.Errorf("outdated: %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	if err := r.wa.Pair(ctx, whatsapp.Pairer{QR: func(string, time.Time) { cancel() }}); !errors.Is(err, context.Canceled) {
		t.Errorf("given up: %v", err)
	}
}

// Keys that were kept, and of which WhatsApp never said that it knows them, are not in the way of the next pairing.
func TestAPairingThatEndsHalfWay(t *testing.T) {
	t.Parallel()
	r := unpaired(t, func(o *whatsapp.Options) { o.Timing.Pairing = 2 * time.Second })
	r.srv.Fault(whatsapptest.Fault{On: "paired", Silent: true, Times: 1})
	scan := whatsapp.Pairer{QR: func(text string, _ time.Time) { r.phone.Scans(text) }}
	if err := r.wa.Pair(t.Context(), scan); !errors.Is(err, whatsapp.ErrPairingOver) {
		t.Errorf("half way: %v", err)
	}
	if _, ok, err := r.wa.Paired(t.Context()); ok || err != nil {
		t.Errorf("it is said to be linked: %v, %v", ok, err)
	}
	if err := r.wa.Pair(t.Context(), scan); err != nil {
		t.Errorf("once more: %v", err)
	}
}

// Logging out works without the connection of a Run, too, and by force without any.
func TestLogout(t *testing.T) {
	t.Parallel()
	r := unpaired(t, nil)
	if err := r.wa.Logout(t.Context(), false); !errors.Is(err, whatsapp.ErrNotPaired) {
		t.Errorf("not linked: %v", err)
	}
	r.pairs()
	must(t, r.wa.Logout(t.Context(), false))
	if len(r.srv.Stanzas("iq md remove-companion-device")) != 1 {
		t.Error("WhatsApp was not told")
	}
	r.pairs()
	r.srv.Fault(whatsapptest.Fault{On: "iq md remove-companion-device", Error: 500})
	if err := r.wa.Logout(t.Context(), false); err == nil {
		t.Error("refused, and nobody said so")
	}
	if _, ok, _ := r.wa.Paired(t.Context()); !ok {
		t.Error("forgotten without WhatsApp's knowing")
	}
	must(t, r.wa.Logout(t.Context(), true))
	if _, ok, _ := r.wa.Paired(t.Context()); ok {
		t.Error("not forgotten")
	}
}

// The device store belongs to one process, and only its owner can read the file; no text in it is readable.
func TestTheDeviceStore(t *testing.T) {
	t.Parallel()
	r, chat, to := conversation(t, nil)
	if _, err := whatsapp.Open(t.Context(), r.opt); !errors.Is(err, whatsapp.ErrInUse) {
		t.Errorf("opened twice: %v", err)
	}
	must(t, r.sends(to, "Token de Ana: 482 913"))
	chat.Expects("482 913")
	r.bot.fails(-1)
	chat.Says("el token 482 913 no anda")
	r.until("it is there, and not kept", func() bool { return r.srv.Owed(office) == 1 && strings.Contains(r.log.String(), "not kept yet") })
	files, _ := filepath.Glob(r.opt.Store + "*")
	for _, f := range files {
		info, err := os.Stat(f)
		must(t, err)
		if info.Mode().Perm() != 0o600 {
			t.Errorf("%s: mode %v", filepath.Base(f), info.Mode())
		}
		data, err := os.ReadFile(f)
		must(t, err)
		for _, secret := range []string{"482 913", "Ana Paz", "Token de"} {
			if strings.Contains(string(data), secret) {
				t.Errorf("%q can be read in %s", secret, filepath.Base(f))
			}
		}
	}
	if len(files) < 2 {
		t.Errorf("looked at %v", files)
	}
}

// Keys that are older than what was sent with them, as after a loss of power or from a copy, are not used: what is sent with them
// would be ignored, and nobody would know.
func TestLossOfPower(t *testing.T) {
	t.Parallel()
	r, chat, to := conversation(t, nil)
	must(t, r.sends(to, "uno"))
	chat.Expects("uno")
	for name, older := range map[string]func() error{
		"a loss of power": func() error {
			db, err := sql.Open("sqlite", r.opt.Store)
			must(t, err)
			_, err = db.Exec(`UPDATE llave_whatsapp SET value = 'another' WHERE name IN ('boot', 'closed')`)
			return errors.Join(err, db.Close())
		},
		"a copy": func() error { return whatsapp.Restored(t.Context(), r.opt.Store) },
	} {
		r.down()
		old, err := os.ReadFile(r.opt.Store)
		must(t, err)
		r.opens()
		r.up()
		for range 3 {
			must(t, r.sends(to, "dos"))
			chat.Expects("dos")
		}
		r.down()
		must(t, os.WriteFile(r.opt.Store, old, 0o600))
		must(t, older())
		r.opens()
		r.up()
		must(t, r.sends(to, "tres"))
		chat.Expects("tres")
		chat.Says("cuatro")
		if u := r.bot.gets(t); u.Text != "cuatro" {
			t.Errorf("%s: got %+v", name, u)
		}
	}
}

// A message from before a restart can be sent again to a recipient that could not decrypt it.
func TestSentAgainAfterARestart(t *testing.T) {
	t.Parallel()
	r, chat, to := conversation(t, nil)
	must(t, r.sends(to, "hola"))
	chat.Expects("hola")
	chat.Phone.Off()
	must(t, r.sends(to, "mientras no estabas"))
	r.down()
	r.srv.Fault(whatsapptest.Fault{On: "deliver", To: ana, Times: 1, Garbled: true})
	r.opens()
	r.up()
	chat.Phone.On()
	chat.Expects("mientras no estabas")
}
