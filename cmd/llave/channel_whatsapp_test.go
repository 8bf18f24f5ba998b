//go:build !nowhatsapp && !race

package main

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"go.mau.fi/whatsmeow/proto/waE2E"

	"llave/adapters/telegram/telegramtest"
	"llave/adapters/whatsapp"
	"llave/adapters/whatsapp/whatsapptest"
	"llave/bot"
)

func init() { channelDrivers["whatsapp"] = newWhatsApps } // not in the table: there is a build without it

// whatsApps is WhatsApp: the real adapter, a server and two phones with real clients, on a network of its own. Everything
// is encrypted and decrypted as it will be.
type whatsApps struct {
	w      *fixture
	pipe   *telegramtest.Pipe
	server *whatsapptest.Server
	office *whatsapptest.Phone
	wa     *whatsapp.WhatsApp
	m      map[string]*whatsapptest.Chat
	lag    atomic.Int64
	missed map[string]int
	read   map[string]int
	last   map[string]string
	cancel context.CancelFunc
	done   sync.WaitGroup
}

func newWhatsApps(string) channelDriver {
	return &whatsApps{m: map[string]*whatsapptest.Chat{}, missed: map[string]int{}, read: map[string]int{}, last: map[string]string{}}
}

func (d *whatsApps) channels(w *fixture) map[string]bot.Channel {
	d.w, d.pipe = w, telegramtest.NewPipe()
	var err error
	d.server, err = whatsapptest.New(whatsapptest.Options{
		Listener: d.pipe, Dial: d.pipe.Dial, Now: func() time.Time { return w.now().Add(-time.Duration(d.lag.Load())) },
	})
	if err != nil {
		w.t.Fatal(err)
	}
	d.office = d.server.Phone(w.t, officeNumber, "IOMA")
	for who, end := range maskedIDs {
		d.m[who] = d.server.Phone(w.t, "549221555"+end, "Mari").Chat(officeNumber)
	}
	d.wa, err = whatsapp.Open(w.t.Context(), whatsapp.Options{
		Store: filepath.Join(w.t.TempDir(), "whatsapp.db"), Key: bytes.Repeat([]byte{3}, 32), Transport: d.server.Transport(), Now: w.now,
	})
	if err != nil {
		w.t.Fatal(err)
	}
	err = d.wa.Pair(w.t.Context(), whatsapp.Pairer{QR: func(text string, _ time.Time) { d.office.Scans(text) }})
	if err != nil {
		w.t.Fatal(err)
	}
	return map[string]bot.Channel{whatsapp.Channel: d.wa}
}

func (d *whatsApps) open() {
	ctx, cancel := context.WithCancel(context.Background())
	d.cancel = cancel
	d.done.Go(func() { d.wa.Run(ctx, d.w.engine) })
	d.waitUntil(func() bool { return d.server.Online(officeNumber) })
}

// waitUntil waits until something holds.
func (d *whatsApps) waitUntil(holds func() bool) {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	if err := d.server.Until(ctx, holds); err != nil {
		d.w.t.Fatal("whatsapp: it does not settle")
	}
}

func (d *whatsApps) close() {
	d.cancel()
	d.done.Wait()
	if err := d.wa.Close(context.Background()); err != nil {
		d.w.t.Error(err)
	}
	for _, c := range d.m {
		c.Off()
	}
	d.office.Off()
	d.server.Close()
	d.pipe.Close()
	http.DefaultTransport.(*http.Transport).CloseIdleConnections()
}

func (d *whatsApps) chat(who string) (bot.ChatID, string, string) {
	id, _ := bot.NewChatID(whatsapp.Channel, d.office.LID(), d.m[who].LID()+"@lid")
	return id, "WhatsApp", "···" + maskedIDs[who]
}

func (d *whatsApps) say(who, text string) {
	d.lag.Store(int64(d.w.ago))
	d.w.ago = 0
	if !d.does(who, text) {
		d.missed[who]++
	}
	d.waitUntil(func() bool { return d.server.Owed(officeNumber) == 0 }) // the bot has it
	d.lag.Store(0)
}

// does is what the person does; false if it cannot be done. A button is pressed by typing its number.
func (d *whatsApps) does(who, text string) bool {
	c := d.m[who]
	switch {
	case strings.HasPrefix(text, "[before: "), text == "(blocked)", text == "(closed)", text == "(group)", text == "/start", whoseDevice[text] != "":
		return false // WhatsApp reports no block, older menus have no numbers, and a link without a text writes none
	case text[0] == '[':
		number := d.number(c, strings.Trim(text, "[]"))
		if number == "" {
			return false
		}
		d.last[who] = c.Says(number)
	case text == "(edited)":
		if d.last[who] == "" {
			d.last[who] = c.Says("token")
		}
		c.Edits(d.last[who], "token")
	case text == "(voice)":
		c.SendsVoice([]byte("OggS"), 1)
	case text == "(photo)":
		c.SendsPhoto([]byte("jpeg"), "")
	case text == "(sticker)":
		c.Sends(&waE2E.Message{StickerMessage: &waE2E.StickerMessage{}})
	case text == "(document)":
		c.Sends(&waE2E.Message{DocumentMessage: &waE2E.DocumentMessage{}})
	case text == "(location)":
		c.Sends(&waE2E.Message{LocationMessage: &waE2E.LocationMessage{}})
	case text[0] == '(':
		return false
	default:
		d.last[who] = c.Says(strings.TrimSpace(strings.TrimPrefix(text, "/start ")))
	}
	return true
}

// number is the number of a choice in the last menu.
func (d *whatsApps) number(c *whatsapptest.Chat, choice string) string {
	screen := c.Screen()
	for i := len(screen) - 1; i >= 0; i-- {
		for _, line := range strings.Split(screen[i].Text, "\n") {
			if number, text, ok := strings.Cut(strings.TrimPrefix(line, "*"), "* "); ok && text == choice {
				return number
			}
		}
	}
	return ""
}

func (d *whatsApps) repeat() {}

func (d *whatsApps) newMessages() []shownMessage {
	var out []shownMessage
	for _, who := range []string{"otro", "yo"} {
		for range d.missed[who] {
			out = append(out, shownMessage{who, notOnThisChannel})
		}
		delete(d.missed, who)
		screen := d.m[who].Screen()
		for _, m := range screen[d.read[who]:] {
			if m.Mine {
				continue
			}
			text := m.Text
			for _, f := range []*whatsapptest.File{m.Document, m.Image} {
				if f != nil {
					d.w.files.wantRendered(d.w.t, f.Name, d.m[who].Downloads(f))
				}
			}
			if m.Image != nil {
				text = fmt.Sprintf("(photo, %s)\n%s", m.Image.Type, text)
			}
			if m.Document != nil {
				text = fmt.Sprintf("(document %s, %s)\n%s", m.Document.Name, m.Document.Type, text)
			}
			out = append(out, shownMessage{who, text})
		}
		d.read[who] = len(screen)
	}
	return out
}
