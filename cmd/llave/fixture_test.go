package main

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"llave/adapters/autogestion"
	"llave/bot"
	"llave/bot/engine"
	"llave/bot/keyring"
	"llave/flows"
	"llave/flows/backend"
	"llave/store"
)

// fixture is the program of one transcript.
type fixture struct {
	t      *testing.T
	engine *engine.Engine
	script *flows.Script
	back   *recordedBackend
	driver channelDriver
	start  time.Time // of the bubble
	n      int       // updates so far
	ago    time.Duration
	fault  atomic.Pointer[string] // of the channel's next sends
	paced  atomic.Bool            // who answers faster than a person is no person
	// skipped is the time by which the clocks were put forward.
	skipped atomic.Int64
	url     string
	code    string
	tokens  []string
	padron  map[string][]byte
	files   renderedFiles
	linked  backend.Credential // of the chat that was linked last
	desk    *transcriptDesk
	cancel  context.CancelFunc
}

// opening is the hour at which transcripts begin: a Monday morning in Buenos Aires.
var opening = time.Date(2026, 11, 23, 13, 0, 0, 0, time.UTC)

// seldom is how often a transcript's engine looks for timers and for what is old: days pass in some transcripts.
func seldom(s bot.Store) engine.Timing {
	if _, server := s.(*store.Redis); server { // each look asks a real server
		return engine.Timing{Tick: time.Minute, Sweep: time.Hour}
	}
	return engine.Timing{Tick: 10 * time.Second, Sweep: time.Hour}
}

func newFixture(t *testing.T, s bot.Store, d channelDriver, can backend.Capabilities, covered *moves) *fixture {
	w := &fixture{t: t, driver: d, padron: map[string][]byte{}, start: time.Now()}
	ctx, cancel := context.WithCancel(t.Context())
	w.cancel = cancel
	log := slog.New(slog.DiscardHandler)
	start := shared(t)
	path := filepath.Join(t.TempDir(), "autogestion.db")
	if err := os.WriteFile(path, start.demo, 0o600); err != nil {
		t.Fatal(err)
	}
	service, err := openDemo(ctx, path, w.now)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { service.Close() })
	w.back = &recordedBackend{Service: service, calls: map[string]int{}, retried: map[string]bool{}, tokens: map[string]map[string]bool{}, names: map[backend.MemberID]string{}, paper: map[string]string{}, mints: !can.CurrentWithoutMinting}
	moved := func(flow, on, from, to string) { covered.add(fmt.Sprintf("%s: %s, %s → %s", flow, on, from, to)) }
	w.script, err = flows.New(flows.Config{Phone: "221-351-0282", Can: can, Moved: moved, Verify: "https://llave.test/autogestion/verificar"})
	if err != nil {
		t.Fatal(err)
	}
	w.files.Renderer = start.renderer
	ring, _ := keyring.New(bytes.Repeat([]byte{1}, keyring.KeySize))
	w.desk = newTranscriptDesk(w)
	performer := &flows.Effects{Tokens: w.back, Links: w.back, Sheets: w.back}
	w.engine, err = engine.New(engine.Config{Store: s, Script: w.script, Effects: performer, Channels: w.faulty(d.channels(w)), Renderer: &w.files, Keys: ring, Log: log, Now: w.now, Timing: seldom(s), Desk: w.desk.now})
	if err != nil {
		t.Fatal(err)
	}
	performer.Chats = w.engine
	if err := w.engine.Start(ctx); err != nil {
		t.Fatal(err)
	}
	go w.engine.Feed(ctx, w.desk)
	d.open()
	return w
}

func (w *fixture) stop() {
	w.back.set("up")
	w.driver.close()
	if err := w.engine.Stop(w.t.Context()); err != nil {
		w.t.Error(err)
	}
	w.cancel()
}

func (w *fixture) now() time.Time {
	return opening.Add(time.Since(w.start) + time.Duration(w.skipped.Load()))
}

// play runs the lines of people and of the world outside, and writes down the replies.
func (w *fixture) play(script string) string {
	var out strings.Builder
	for _, line := range strings.Split(strings.TrimSuffix(script, "\n"), "\n") {
		who, text, ok := strings.Cut(line, "> ")
		switch {
		case strings.HasPrefix(line, "* "):
			out.WriteString(line + "\n")
			w.perform(&out, strings.TrimPrefix(line, "* "))
		case strings.HasPrefix(line, ">> "):
			out.WriteString(line + "\n")
			w.driver.repeat()
		case ok && (who == "" || regexp.MustCompile(`^\w+$`).MatchString(who)):
			out.WriteString(line + "\n")
			w.say(who, text)
		case line == "" || strings.HasPrefix(line, "#"):
			out.WriteString(line + "\n")
			continue
		default:
			continue // what the bot said last time
		}
		w.collectReplies(&out)
	}
	w.desk.check(out.String())
	return out.String()
}

// say does what a line of a chat says.
func (w *fixture) say(who, text string) {
	if who == "" {
		who = "yo"
	}
	w.n++
	w.driver.say(who, strings.NewReplacer("{code}", w.code, "{largo}", strings.Repeat("a", bot.MaxText+1)).Replace(text))
}

func (w *fixture) accept(u bot.Update) {
	if err := w.engine.Accept(w.t.Context(), u); err != nil {
		w.t.Fatal(err)
	}
}

// collectReplies waits until the bot has no more replies for now, at most a little longer than a turn may take.
func (w *fixture) collectReplies(out *strings.Builder) {
	for range 33 {
		synctest.Wait()
		replied := false
		for _, h := range w.driver.newMessages() {
			w.write(out, h)
			replied = true
		}
		done, cancel := context.WithCancel(w.t.Context())
		cancel()
		if replied || w.engine.Drain(done) == nil {
			return
		}
		time.Sleep(100 * time.Millisecond)
	}
}

// write writes down a message as its reader sees it.
func (w *fixture) write(out *strings.Builder, h shownMessage) {
	if h.who == "yo" {
		h.who = ""
	}
	text := strings.ReplaceAll(w.normalize(h.text), "\n", "\n  ")
	text = regexp.MustCompile(`(?m)^ +$`).ReplaceAllString(text, "  ·")
	fmt.Fprintf(out, "%s< %s\n", h.who, text)
}

var (
	urlShape   = regexp.MustCompile(`http://llave\.test\S+`)
	tokenShape = regexp.MustCompile(`(?m)(: |^|Token |copy |Copiar )(\d{3}) ?(\d{3})(,|\)|\]|$)`)
)

// normalize replaces random parts of a text by stable names.
func (w *fixture) normalize(text string) string {
	text = urlShape.ReplaceAllStringFunc(text, func(u string) string {
		w.url = u
		return "{url}"
	})
	return tokenShape.ReplaceAllStringFunc(text, func(m string) string {
		p := tokenShape.FindStringSubmatch(m)
		d := p[2] + p[3]
		at := slices.Index(w.tokens, d)
		if at < 0 {
			w.tokens = append(w.tokens, d)
			at = len(w.tokens) - 1
		}
		return fmt.Sprintf("%s{token %d}%s", p[1], at+1, p[4])
	})
}

// perform does what happens outside of the chats.
func (w *fixture) perform(out *strings.Builder, what string) {
	ctx := w.t.Context()
	words := strings.Fields(what)
	say := func(s string) { fmt.Fprintf(out, "  %s\n", s) }
	switch {
	case words[0] == "linked":
		w.link("yo", words[1])
	case words[0] == "otro" && words[1] == "linked":
		w.link("otro", words[2])
	case words[0] == "signs" || words[0] == "somebody":
		code, err := w.back.SignIn(ctx, w.url, words[len(words)-1], autogestion.DemoPassword, true)
		if err != nil {
			say(err.Error())
			return
		}
		w.code = code
	case words[0] == "elsewhere": // the link ends, and the chat is not told
		if err := w.back.Service.Unlink(ctx, w.linked, ""); err != nil {
			w.t.Fatal(err)
		}
	case words[0] == "declines":
		if err := w.back.Decline(ctx, w.url); err != nil {
			say(err.Error())
		}
	case words[0] == "autogestion":
		w.back.set(words[1])
	case what == "channel paced":
		w.paced.Store(true)
	case words[0] == "channel":
		w.fault.Store(&words[1])
		if words[1] == "works" {
			time.Sleep(3 * time.Minute) // what waits is tried again by then
		}
	case words[0] == "said":
		d, err := time.ParseDuration(words[1])
		if err != nil {
			w.t.Fatal(err)
		}
		w.ago = d
	case words[len(words)-1] == "later":
		d, err := time.ParseDuration(words[0])
		if err != nil {
			w.t.Fatal(err)
		}
		w.skipped.Add(int64(d))
		time.Sleep(time.Minute)
	case words[len(words)-1] == "pass":
		d, err := time.ParseDuration(words[0])
		if err != nil {
			w.t.Fatal(err)
		}
		time.Sleep(d)
	case words[0] == "pharmacy":
		say(w.pharmacy(strings.TrimPrefix(what, "pharmacy ")))
	case strings.HasPrefix(words[0], "padron"):
		if r, err := w.back.Import(ctx, bytes.NewReader(w.padron[words[0]])); err != nil || len(r.Bad) > 0 {
			w.t.Fatalf("padrón: %v %v", r, err)
		}
	case words[0] == "desk":
		if err := w.desk.set(words[1:]); err != nil {
			w.t.Fatal(err)
		}
	case agents[words[0]].ID != "":
		refused, err := w.desk.act(agents[words[0]], words[1:])
		if err != nil {
			w.t.Fatal(err)
		}
		if refused != "" {
			say("refused: " + string(refused))
		}
	default:
		w.t.Fatalf("what is: * %s", what)
	}
}

func (w *fixture) link(who, cuil string) {
	chat, via, label := w.driver.chat(who)
	g, err := w.back.LinkDirect(w.t.Context(), cuil, backend.Invitation{Chat: w.engine.ChatRef(chat), Channel: via, Label: label})
	if err != nil {
		w.t.Fatal(err)
	}
	w.linked = g.Credential
	w.n++
	u, err := flows.Linked(chat, fmt.Sprint("linked/", w.n), g)
	if err != nil {
		w.t.Fatal(err)
	}
	w.accept(u)
}

// pharmacy validates: "N for NAME", the Nth token seen or "wrong digits".
func (w *fixture) pharmacy(what string) string {
	token, name, _ := strings.Cut(what, " for ")
	digits := "000000"
	var n int
	if _, err := fmt.Sscanf(token, "token %d", &n); err == nil && n <= len(w.tokens) {
		digits = w.tokens[n-1]
	}
	if _, err := fmt.Sscanf(token, "sheet %d", &n); err == nil {
		if digits = w.back.onPaper(name, n); digits == "" {
			digits = "000000" // there is no such token on paper
		}
	}
	w.n++
	v, err := w.back.Validate(w.t.Context(), autogestion.DemoProviderKey, autogestion.Validation{RequestID: fmt.Sprint("r", w.n), AffiliateNumber: numbers[name], Token: digits})
	switch {
	case err != nil:
		return err.Error()
	case v.Accepted:
		return "accepted, " + v.Affiliate
	}
	return "denied, " + string(v.Reason)
}

var numbers = map[string]string{"María Elena Gómez": "9-4071852/00", "Juana Ruiz": "9-4071852/02", "Tomás Ruiz": "9-4071852/03", "Rosa Peralta": "9-4071852/04", "Jorge Acosta": "9-5130664/00"}
