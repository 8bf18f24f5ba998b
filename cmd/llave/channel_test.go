package main

import (
	"context"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"

	"llave/bot"
	"llave/store"
)

// channelDriver is a channel and the people who use it. It does what the lines of a transcript say.
type channelDriver interface {
	// channels are what the engine is given; open comes before the first line, close after the last.
	channels(w *fixture) map[string]bot.Channel
	open()
	close()
	// chat is the chat of a person, with the name of the channel and the masked id.
	chat(who string) (id bot.ChatID, via, label string)
	// say is one line of a transcript; repeat is the channel saying the last one again.
	say(who, text string)
	repeat()
	// newMessages returns the messages since the last call, as the channel shows them.
	newMessages() []shownMessage
}

// shownMessage is a message as its reader sees it.
type shownMessage struct{ who, text string }

// collectUnread takes the messages that were not read yet.
func collectUnread(screen func(who string) (*sync.Mutex, *[]string)) []shownMessage {
	var out []shownMessage
	for _, who := range slices.Sorted(maps.Keys(maskedIDs)) {
		mu, unread := screen(who)
		mu.Lock()
		for _, text := range *unread {
			out = append(out, shownMessage{who, text})
		}
		*unread = nil
		mu.Unlock()
	}
	return out
}

// maskedIDs are the last digits of the people's numbers.
var maskedIDs = map[string]string{"yo": "1234", "otro": "5678"}

// recorder is a driver without a channel: it shows replies as the conversations give them.
type recorder struct {
	w      *fixture
	mu     sync.Mutex
	phones map[string]*phone
	last   bot.Update
}

// phone is the screen of one chat.
type phone struct {
	unread  []bot.Reply
	choices [][]bot.Option // of replies that had some, the last one last
	asked   []string
}

func newRecorder() *recorder { return &recorder{phones: map[string]*phone{"yo": {}, "otro": {}}} }

func (d *recorder) channels(w *fixture) map[string]bot.Channel {
	d.w = w
	return map[string]bot.Channel{"telegram": d}
}

func (d *recorder) open()  {}
func (d *recorder) close() {}

func (d *recorder) chat(who string) (bot.ChatID, string, string) {
	id, _ := bot.NewChatID("telegram", "llave", who)
	return id, "Telegram", "···" + maskedIDs[who]
}

// Send implements bot.Channel.
func (d *recorder) Send(_ context.Context, to bot.ChatID, r bot.Reply) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	p := d.phones[to.Native()]
	if p == nil {
		return &bot.PermanentFailure{Reason: "nobody there"}
	}
	p.unread = append(p.unread, r)
	if len(r.Choices) > 0 {
		p.choices, p.asked = append(p.choices, r.Choices), append(p.asked, r.Question)
	}
	return nil
}

func (d *recorder) say(who, text string) {
	chat, via, label := d.chat(who)
	u := bot.Update{Chat: chat, ID: fmt.Sprint(d.w.n), Kind: bot.Message, ChannelName: via, MaskedID: label, Sender: "Mari", OccurredAt: d.w.now().Add(-d.w.ago)}
	d.w.ago = 0
	switch {
	case strings.HasPrefix(text, "["):
		u.Kind, u.Choice = bot.Pressed, d.button(d.w.t, who, strings.Trim(text, "[]"))
	case text == "(closed)":
		u.Kind, u.Subtype = bot.Gone, bot.Closed
	case text == "(blocked)":
		u.Kind = bot.Gone
	case whoseDevice[text] != "":
		u.Kind, u.Subtype = bot.Notice, map[string]string{"shared": bot.DeviceShared, "own": bot.DeviceOwn}[whoseDevice[text]]
	case strings.HasPrefix(text, "("):
		u.Kind, u.Subtype = bot.Other, strings.Trim(text, "()")
		if fetched[u.Subtype] {
			u.Media = &bot.Media{Type: "application/octet-stream", Ref: []byte(u.Subtype)}
		}
	case strings.HasPrefix(text, "/start"):
		u.Kind, u.Text = bot.Started, strings.TrimSpace(strings.TrimPrefix(text, "/start"))
	default:
		u.Text = text
	}
	d.last = u
	d.w.accept(u)
}

// whoseDevice are the answers to the web chat's question whose the device is. Other channels do not ask.
var whoseDevice = map[string]string{"(shared device)": "shared", "(own device)": "own"}

// fetched are the things of which the recorder gets the bytes, as a channel may.
var fetched = map[string]bool{"photo": true, "voice": true, "document": true}

func (d *recorder) repeat() { d.w.accept(d.last) }

func (d *recorder) button(t *testing.T, who, text string) bot.Choice {
	d.mu.Lock()
	defer d.mu.Unlock()
	p := d.phones[who]
	at := len(p.choices) - 1
	if old, ok := strings.CutPrefix(text, "before: "); ok {
		text, at = old, at-1
	}
	if at >= 0 {
		for _, o := range p.choices[at] {
			if o.Text == text {
				return bot.Choice{Question: p.asked[at], Value: o.Value}
			}
		}
	}
	t.Errorf("no button %q", text)
	return bot.Choice{Value: "nothing"}
}

func (d *recorder) newMessages() []shownMessage {
	d.mu.Lock()
	defer d.mu.Unlock()
	var out []shownMessage
	for _, who := range slices.Sorted(maps.Keys(d.phones)) {
		for _, r := range d.phones[who].unread {
			out = append(out, shownMessage{who, formatReply(r)})
		}
		d.phones[who].unread = nil
	}
	return out
}

// formatReply is a reply with all that it carries.
func formatReply(r bot.Reply) string {
	lines := []string{r.Text}
	if r.From != "" {
		lines[0] = r.From + " (agent): " + r.Text
	}
	var buttons []string
	for _, c := range r.Choices {
		buttons = append(buttons, "["+c.Text+"]")
	}
	if len(buttons) > 0 {
		lines = append(lines, strings.Join(buttons, " "))
	}
	if r.File != nil {
		lines = append(lines, fmt.Sprintf("(%s, %s: %s)", r.File.Name, r.File.Type, strings.ReplaceAll(r.File.Alt, "\n", " ")))
	}
	if r.Copy != "" {
		lines = append(lines, "(copy "+r.Copy+")")
	}
	for _, digits := range r.Copies {
		lines = append(lines, "(copy "+digits+")")
	}
	return strings.Join(lines, "\n")
}

// notOnThisChannel stands for a line of a transcript that a channel cannot do.
const notOnThisChannel = "(this channel has no such thing)"

// channelDrivers are the real channels, each with the adapter that the program runs.
var channelDrivers = map[string]func(string) channelDriver{"terminal": newTTYs, "web": newTabs, "telegram": newTelegrams}

// Every transcript goes through every channel. What people see there is in testdata/doors: where a channel differs
// (numbers, buttons, what can be copied) it shows.
func TestChannels(t *testing.T) {
	t.Parallel()
	shared(t)
	files, err := filepath.Glob(transcripts + "/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatalf("no transcripts: %v", err)
	}
	for _, file := range files {
		for _, name := range slices.Sorted(maps.Keys(channelDrivers)) {
			base := strings.TrimSuffix(filepath.Base(file), ".txtar")
			t.Run(base+"/"+name, func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					a, w := prepare(t, file, store.NewMemory(), channelDrivers[name](name), new(moves))
					defer w.stop()
					golden(t, filepath.Join(transcripts, "doors", name, base+".txt"), w.play(string(part(a, "chat")))+"\n"+w.back.summary())
				})
			})
		}
	}
}

// golden holds what was said against what was said before.
func golden(t *testing.T, path, got string) {
	want, err := os.ReadFile(path)
	if err != nil && !*update {
		t.Fatal(err)
	}
	if string(want) == got {
		return
	}
	if *update {
		os.MkdirAll(filepath.Dir(path), 0o755)
		os.WriteFile(path, []byte(got), 0o644)
		return
	}
	t.Errorf("%s: the conversation went another way; read the difference, then -update\n%s", path, diff(string(want), got))
}
