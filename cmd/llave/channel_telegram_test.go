package main

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"llave/adapters/telegram"
	"llave/adapters/telegram/telegramtest"
	"llave/bot"
)

// telegrams is Telegram: the real adapter polls a Bot API server over HTTP, on a network of its own. Every update comes
// twice.
type telegrams struct {
	w      *fixture
	pipe   *telegramtest.Pipe
	server *telegramtest.Server
	tg     *telegram.Telegram
	http   *http.Transport
	m      map[string]*telegramtest.User
	group  *telegramtest.User
	read   map[*telegramtest.User]int // messages of the screen that were read
	missed map[string]int             // what the transcript does and Telegram does not have
	lag    atomic.Int64               // how long ago it is said what is said next
	cancel context.CancelFunc
	done   sync.WaitGroup
}

func newTelegrams(string) channelDriver {
	return &telegrams{m: map[string]*telegramtest.User{}, read: map[*telegramtest.User]int{}, missed: map[string]int{}}
}

func (d *telegrams) channels(w *fixture) map[string]bot.Channel {
	d.w, d.pipe = w, telegramtest.NewPipe()
	var err error
	d.server, err = telegramtest.New(telegramtest.Options{Listener: d.pipe, Base: "http://telegram.test", Now: func() time.Time { return w.now().Add(-time.Duration(d.lag.Load())) }})
	if err != nil {
		w.t.Fatal(err)
	}
	d.server.Weather(telegramtest.Weather{Repeat: 1})
	for who, end := range maskedIDs {
		id, _ := strconv.ParseInt("700"+end, 10, 64)
		d.m[who] = d.server.User(id, "Mari", "")
	}
	d.group = d.server.Group(-100700, "Familia")
	d.http = d.pipe.Transport()
	d.tg, err = telegram.New(telegram.Options{Token: d.server.Token(), API: d.server.URL, Transport: d.http, Now: w.now})
	if err != nil {
		w.t.Fatal(err)
	}
	return map[string]bot.Channel{telegram.Channel: d.tg}
}

func (d *telegrams) open() {
	ctx, cancel := context.WithCancel(d.w.t.Context())
	d.cancel = cancel
	d.done.Go(func() { d.tg.Run(ctx, d.w.engine) })
}

func (d *telegrams) close() {
	d.cancel()
	d.done.Wait()
	d.tg.Close(d.w.t.Context())
	d.http.CloseIdleConnections()
	d.server.Close()
	d.pipe.Close()
}

func (d *telegrams) chat(who string) (bot.ChatID, string, string) {
	account, _, _ := strings.Cut(d.server.Token(), ":")
	id, _ := bot.NewChatID(telegram.Channel, account, fmt.Sprint(d.m[who].ID))
	return id, "Telegram", "···" + maskedIDs[who]
}

func (d *telegrams) say(who, text string) {
	d.lag.Store(int64(d.w.ago))
	d.w.ago = 0
	if !d.does(d.m[who], text) {
		d.missed[who]++
	}
	for d.server.Owed() > 0 { // until the bot has it
		time.Sleep(10 * time.Millisecond)
	}
	d.lag.Store(0)
}

// does is what the person does; false if it cannot be done.
func (d *telegrams) does(u *telegramtest.User, text string) bool {
	if text != "(blocked)" && u.Blocked() {
		u.Unblocks()
	}
	switch {
	case strings.HasPrefix(text, "[before: "):
		return d.pressesOld(u, strings.TrimSuffix(strings.TrimPrefix(text, "[before: "), "]"))
	case text[0] == '[':
		_, err := u.Presses(strings.Trim(text, "[]"))
		return err == nil
	case text == "(blocked)":
		u.Blocks()
	case text == "(closed)", whoseDevice[text] != "":
		return false
	case text == "(group)":
		u.RepliesIn(d.group, "token")
	case text == "(edited)":
		u.Edits("token")
	case text[0] == '(' && fetched[strings.Trim(text, "()")]:
		u.SendsFile(strings.Trim(text, "()"), []byte("data"), "", nil)
	case text[0] == '(':
		u.Sends(strings.Trim(text, "()"))
	default:
		u.Says(text)
	}
	return true
}

// pressesOld presses a button of an older message, if it still has it.
func (d *telegrams) pressesOld(u *telegramtest.User, text string) bool {
	found := 0
	for _, m := range slices.Backward(u.Screen()) {
		for _, row := range m.Rows {
			for _, b := range row {
				if b.Text != text {
					continue
				}
				if found++; found == 2 {
					_, err := u.PressesData(m.ID, b.Data)
					return err == nil
				}
			}
		}
	}
	return false
}

func (d *telegrams) repeat() {}

func (d *telegrams) newMessages() []shownMessage {
	var out []shownMessage
	for _, who := range []string{"otro", "yo"} {
		for range d.missed[who] {
			out = append(out, shownMessage{who, notOnThisChannel})
		}
		delete(d.missed, who)
		out = append(out, d.news(who, d.m[who])...)
	}
	return append(out, d.news("grupo", d.group)...)
}

// news returns the new messages of a chat.
func (d *telegrams) news(who string, u *telegramtest.User) (out []shownMessage) {
	screen := u.Screen()
	for _, m := range screen[d.read[u]:] {
		if !m.Mine {
			for _, f := range []*telegramtest.File{m.Document, m.Photo} {
				if f != nil {
					d.w.files.wantRendered(d.w.t, f.Name, f.Data)
				}
			}
			out = append(out, shownMessage{who, shownOn(m)})
		}
	}
	d.read[u] = len(screen)
	return out
}

// shownOn is a message as a phone shows it: bold words, buttons in rows, a picture above its text.
func shownOn(m telegramtest.Message) string {
	var b strings.Builder
	if m.Document != nil {
		fmt.Fprintf(&b, "(document %s)\n", m.Document.Name)
	}
	if m.Photo != nil {
		fmt.Fprintf(&b, "(photo %s)\n", m.Photo.Name)
	}
	if m.Protected {
		b.WriteString("(cannot be forwarded)\n")
	}
	rest := m.Text
	for _, w := range m.Bold {
		before, after, _ := strings.Cut(rest, w)
		b.WriteString(before + "*" + w + "*")
		rest = after
	}
	b.WriteString(rest)
	for _, row := range m.Rows {
		b.WriteString("\n")
		for i, k := range row {
			if i > 0 {
				b.WriteString(" ")
			}
			b.WriteString("[" + k.Text + "]")
			if k.Copy != "" {
				b.WriteString(" (copy " + k.Copy + ")")
			}
		}
	}
	return b.String()
}
