package main

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"log/slog"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"golang.org/x/tools/txtar"

	"llave/adapters/autogestion"
	"llave/bot"
	"llave/flows"
	"llave/store"
)

var update = flag.Bool("update", false, "write what the bot says into the transcripts")

const transcripts = "../../flows/testdata"

// stores are what every transcript runs on.
var stores = map[string]func(t *testing.T) bot.Store{
	"memory": func(*testing.T) bot.Store { return store.NewMemory() },
	"sqlite": func(t *testing.T) bot.Store {
		s, err := store.OpenSQLite(filepath.Join(t.TempDir(), "llave.db"))
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { s.Close() })
		return s
	},
}

// A transcript is a conversation through the real engine, relay, store and back end. Its lines:
//
//	> text          the person says it; > [Text] presses a button of the last reply, > [before: Text] of the one before
//	> (photo)       something that is not text
//	>> text         the channel repeats the last update; text is for the reader
//	< text          the bot; lines that follow, indented, belong to it
//	otro> otro<     another chat
//	* …             the world: see world.act
//
// {code} is the code that the page showed last. Tokens are numbered in the order in which they are first seen.
func TestTranscripts(t *testing.T) {
	files, err := filepath.Glob(transcripts + "/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatalf("no transcripts: %v", err)
	}
	covered := moves{}
	for _, file := range files {
		for _, name := range slices.Sorted(maps.Keys(stores)) {
			t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar")+"/"+name, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) { runTranscript(t, file, stores[name](t), covered) })
			})
		}
	}
	if !t.Failed() && flag.Lookup("test.run").Value.String() == "" {
		covered.check(t)
	}
}

func runTranscript(t *testing.T, file string, s bot.Store, covered moves) {
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	a := txtar.Parse(text)
	w := newWorld(t, s, covered)
	defer w.stop()
	for _, f := range a.Files {
		if strings.HasPrefix(f.Name, "padron") {
			w.padron[f.Name] = f.Data
		}
	}
	for i := range a.Files {
		switch f := &a.Files[i]; f.Name {
		case "chat":
			f.Data = []byte(w.play(string(f.Data)))
		case "world":
			f.Data = []byte(w.back.summary())
		case "padron", "padron2":
		default:
			t.Fatalf("%s: no part %q", file, f.Name)
		}
	}
	if got := txtar.Format(a); !bytes.Equal(got, text) {
		if *update {
			os.WriteFile(file, got, 0o644)
			return
		}
		t.Errorf("%s: the conversation went another way; read the difference, then -update\n%s", filepath.Base(file), diff(string(text), string(got)))
	}
}

// diff shows the lines that differ.
func diff(want, got string) string {
	w, g := strings.Split(want, "\n"), strings.Split(got, "\n")
	var b strings.Builder
	for i := 0; i < max(len(w), len(g)); i++ {
		var x, y string
		if i < len(w) {
			x = w[i]
		}
		if i < len(g) {
			y = g[i]
		}
		if x != y {
			fmt.Fprintf(&b, "line %d\n  want %s\n  got  %s\n", i+1, x, y)
		}
	}
	return b.String()
}

// moves are the moves that some transcript made.
type moves map[string]bool

// check holds the tables against what was played: every move and so every state.
func (m moves) check(t *testing.T) {
	for _, want := range flows.Moves() {
		if !m[want] {
			t.Errorf("no transcript makes the move: %s", want)
		}
	}
	t.Logf("%d moves, each in a transcript", len(flows.Moves()))
}

// world is one transcript's program.
type world struct {
	t      *testing.T
	engine *bot.Engine
	back   *watched
	phones map[string]*phone
	start  time.Time // of the bubble
	n      int       // updates so far
	last   bot.Update
	ago    time.Duration
	url    string
	code   string
	tokens []string
	padron map[string][]byte
	linked flows.Credential // of the chat that was linked last
	cancel context.CancelFunc
}

// opening is the hour at which transcripts begin: a Monday morning in Buenos Aires.
var opening = time.Date(2026, 11, 23, 13, 0, 0, 0, time.UTC)

func newWorld(t *testing.T, s bot.Store, covered moves) *world {
	w := &world{t: t, phones: map[string]*phone{}, padron: map[string][]byte{}, start: time.Now()}
	ctx, cancel := context.WithCancel(t.Context())
	w.cancel = cancel
	log := slog.New(slog.DiscardHandler)
	service, err := autogestion.Open(ctx, autogestion.Options{
		Path: filepath.Join(t.TempDir(), "autogestion.db"), Key: bytes.Repeat([]byte{7}, 32), PublicURL: "http://llave.test",
		Demo: true, Now: w.now, Log: log, Cost: autogestion.Cost{MemoryKiB: 64, Time: 1, Threads: 1}, MesaPhone: "221-351-0282",
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { service.Close() })
	if err := service.SeedDemo(ctx); err != nil {
		t.Fatal(err)
	}
	w.back = &watched{Service: service, calls: map[string]int{}, retried: map[string]bool{}, tokens: map[string]map[string]bool{}, names: map[flows.MemberID]string{}}
	moved := func(flow, on, from, to string) { covered[fmt.Sprintf("%s: %s, %s → %s", flow, on, from, to)] = true }
	script, err := flows.New(flows.Config{Phone: "221-351-0282", Moved: moved})
	if err != nil {
		t.Fatal(err)
	}
	ring, _ := bot.NewRing(bytes.Repeat([]byte{1}, bot.KeySize))
	performer := &flows.Performer{Tokens: w.back, Links: w.back}
	w.engine, err = bot.New(bot.Config{Store: s, Script: script, Outside: performer, Channels: map[string]bot.Channel{"telegram": w}, Keys: ring, Log: log, Now: w.now})
	if err != nil {
		t.Fatal(err)
	}
	performer.Chats = w.engine
	if err := w.engine.Start(ctx); err != nil {
		t.Fatal(err)
	}
	return w
}

func (w *world) stop() {
	w.back.set("up")
	if err := w.engine.Stop(w.t.Context()); err != nil {
		w.t.Error(err)
	}
	w.cancel()
}

func (w *world) now() time.Time { return opening.Add(time.Since(w.start)) }

// phone is one chat's screen.
type phone struct {
	mu      sync.Mutex
	unread  []bot.Reply
	choices [][]bot.Option // of replies that had some, the last one last
	asked   []string
}

func (w *world) phone(name string) *phone {
	if w.phones[name] == nil {
		w.phones[name] = &phone{}
	}
	return w.phones[name]
}

// Send implements bot.Channel.
func (w *world) Send(_ context.Context, to bot.ChatID, r bot.Reply) error {
	p := w.phones[to.Native()]
	if p == nil {
		return &bot.Never{Reason: "nobody there"}
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.unread = append(p.unread, r)
	if len(r.Choices) > 0 {
		p.choices, p.asked = append(p.choices, r.Choices), append(p.asked, r.Question)
	}
	return nil
}

func (p *phone) read() []bot.Reply {
	p.mu.Lock()
	defer p.mu.Unlock()
	r := p.unread
	p.unread = nil
	return r
}

// play runs the lines that people and the world have, and writes down what the bot says.
func (w *world) play(script string) string {
	var out strings.Builder
	w.phone("yo")
	for _, line := range strings.Split(strings.TrimSuffix(script, "\n"), "\n") {
		who, text, ok := strings.Cut(line, "> ")
		switch {
		case strings.HasPrefix(line, "* "):
			out.WriteString(line + "\n")
			w.act(&out, strings.TrimPrefix(line, "* "))
		case strings.HasPrefix(line, ">> "):
			out.WriteString(line + "\n")
			w.accept(w.last)
		case ok && (who == "" || regexp.MustCompile(`^\w+$`).MatchString(who)):
			out.WriteString(line + "\n")
			w.says(who, text)
		case line == "" || strings.HasPrefix(line, "#"):
			out.WriteString(line + "\n")
			continue
		default:
			continue // what the bot said last time
		}
		w.listen(&out)
	}
	return out.String()
}

// says is something done in a chat.
func (w *world) says(who, text string) {
	if who == "" {
		who = "yo"
	}
	w.n++
	p := w.phone(who)
	chat, _ := bot.NewChatID("telegram", "llave", who)
	u := bot.Update{Chat: chat, ID: fmt.Sprint(w.n), Kind: bot.Message, Via: "Telegram", Label: "···" + map[string]string{"yo": "1234", "otro": "5678"}[who], Sender: "Mari", Said: w.now().Add(-w.ago)}
	w.ago = 0
	text = strings.NewReplacer("{code}", w.code, "{largo}", strings.Repeat("a", bot.MaxText+1)).Replace(text)
	switch {
	case strings.HasPrefix(text, "["):
		u.Kind, u.Choice = bot.Pressed, p.button(w.t, strings.Trim(text, "[]"))
	case strings.HasPrefix(text, "("):
		u.Kind, u.What = bot.Other, strings.Trim(text, "()")
	default:
		u.Text = text
	}
	w.last = u
	w.accept(u)
}

func (p *phone) button(t *testing.T, text string) bot.Choice {
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

func (w *world) accept(u bot.Update) {
	if err := w.engine.Accept(w.t.Context(), u); err != nil {
		w.t.Fatal(err)
	}
}

// listen waits until the bot has nothing more to say for now, at most a little beyond the time a turn may take.
func (w *world) listen(out *strings.Builder) {
	for range 33 {
		synctest.Wait()
		heard := false
		for _, who := range slices.Sorted(maps.Keys(w.phones)) {
			for _, r := range w.phones[who].read() {
				w.write(out, who, r)
				heard = true
			}
		}
		done, cancel := context.WithCancel(w.t.Context())
		cancel()
		if heard || w.engine.Drain(done) == nil {
			return
		}
		time.Sleep(100 * time.Millisecond)
	}
}

// write puts down a reply.
func (w *world) write(out *strings.Builder, who string, r bot.Reply) {
	if who == "yo" {
		who = ""
	}
	text := strings.ReplaceAll(w.tame(r.Text), "\n", "\n  ")
	text = regexp.MustCompile(`(?m)^ +$`).ReplaceAllString(text, "  ·")
	fmt.Fprintf(out, "%s< %s\n", who, text)
	var buttons []string
	for _, c := range r.Choices {
		buttons = append(buttons, "["+c.Text+"]")
	}
	if len(buttons) > 0 {
		fmt.Fprintf(out, "  %s\n", strings.Join(buttons, " "))
	}
	if r.Copy != "" {
		fmt.Fprintf(out, "  (copy %s)\n", w.tame(r.Copy))
	}
}

var (
	urlShape   = regexp.MustCompile(`http://llave\.test\S+`)
	tokenShape = regexp.MustCompile(`(?m)(: |^)(\d{3}) ?(\d{3})$`)
)

// tame replaces what is drawn at random by what stays the same.
func (w *world) tame(text string) string {
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
		return fmt.Sprintf("%s{token %d}", p[1], at+1)
	})
}

// act is what happens outside the chats.
func (w *world) act(out *strings.Builder, what string) {
	ctx := w.t.Context()
	words := strings.Fields(what)
	say := func(s string) { fmt.Fprintf(out, "  %s\n", s) }
	switch {
	case words[0] == "linked":
		w.link("yo", words[1])
	case words[0] == "otro" && words[1] == "linked":
		w.phone("otro")
		w.link("otro", words[2])
	case words[0] == "signs" || words[0] == "somebody":
		code, err := w.back.SignIn(ctx, w.url, words[len(words)-1], autogestion.DemoPassword, true)
		if err != nil {
			say(err.Error())
			return
		}
		w.code = code
	case words[0] == "elsewhere": // the link is ended, and nobody tells the chat
		if err := w.back.Service.Unlink(ctx, w.linked, ""); err != nil {
			w.t.Fatal(err)
		}
	case words[0] == "declines":
		if err := w.back.Decline(ctx, w.url); err != nil {
			say(err.Error())
		}
	case words[0] == "autogestion":
		w.back.set(words[1])
	case words[0] == "said":
		d, err := time.ParseDuration(words[1])
		if err != nil {
			w.t.Fatal(err)
		}
		w.ago = d
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
	default:
		w.t.Fatalf("what is: * %s", what)
	}
}

func (w *world) link(who, cuil string) {
	chat, _ := bot.NewChatID("telegram", "llave", who)
	label := "···" + map[string]string{"yo": "1234", "otro": "5678"}[who]
	g, err := w.back.LinkDirect(w.t.Context(), cuil, flows.Invitation{Chat: w.engine.ChatRef(chat), Channel: "Telegram", Label: label})
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
func (w *world) pharmacy(what string) string {
	token, name, _ := strings.Cut(what, " for ")
	digits := "000000"
	var n int
	if _, err := fmt.Sscanf(token, "token %d", &n); err == nil && n <= len(w.tokens) {
		digits = w.tokens[n-1]
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

var numbers = map[string]string{"María Elena Gómez": "9-4071852/00", "Juana Ruiz": "9-4071852/02", "Tomás Ruiz": "9-4071852/03", "Jorge Acosta": "9-5130664/00"}

// watched is the back end with faults and a record of what was asked of it.
type watched struct {
	*autogestion.Service
	mu      sync.Mutex
	mode    string        // up, down (does not act), lost (acts, its answer is lost), late (acts and answers when up again)
	again   chan struct{} // closed when a late one goes on
	calls   map[string]int
	retried map[string]bool
	tokens  map[string]map[string]bool
	names   map[flows.MemberID]string
}

func (b *watched) set(mode string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.mode = mode
	if b.again != nil {
		close(b.again)
		b.again = nil
	}
	if strings.HasSuffix(mode, "late") {
		b.again = make(chan struct{})
	}
}

var errFault = errors.New("fault")

// through passes a call on, as the mode says.
func through[T any](ctx context.Context, b *watched, f func() (T, error)) (T, error) {
	var zero T
	b.mu.Lock()
	mode, again := b.mode, b.again
	b.mu.Unlock()
	if _, tokens := any(zero).(flows.Given); mode == "tokens-late" && tokens {
		mode = "late"
	}
	switch mode {
	case "down":
		return zero, errFault
	case "late":
		v, err := f()
		select {
		case <-again:
			return v, err
		case <-ctx.Done():
			return zero, ctx.Err()
		}
	case "lost":
		f()
		return zero, errFault
	}
	return f()
}

func (b *watched) record(op string, g flows.Given) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, k := range g.Tokens {
		p := slices.IndexFunc(g.Group.Members, func(m flows.Member) bool { return m.ID == k.Member })
		key := op + " " + g.Group.Members[p].Name
		if b.mode != "up" && b.mode != "" {
			b.retried[key] = true // how often an effect is tried again is left to chance
		} else {
			b.calls[key]++
		}
		if b.tokens[key] == nil {
			b.tokens[key] = map[string]bool{}
		}
		b.tokens[key][k.Digits] = true
	}
}

// summary is the calls that gave tokens.
func (b *watched) summary() string {
	var out strings.Builder
	for _, k := range slices.Sorted(maps.Keys(b.tokens)) {
		again := ""
		if b.retried[k] {
			again = " and some tries"
		}
		fmt.Fprintf(&out, "%s: calls %d%s, tokens %d\n", k, b.calls[k], again, len(b.tokens[k]))
	}
	return out.String()
}

func (b *watched) Group(ctx context.Context, c flows.Credential) (flows.Group, error) {
	return through(ctx, b, func() (flows.Group, error) { return b.Service.Group(ctx, c) })
}

func (b *watched) Current(ctx context.Context, c flows.Credential, m []flows.MemberID) (flows.Given, error) {
	return through(ctx, b, func() (flows.Given, error) {
		g, err := b.Service.Current(ctx, c, m)
		b.record("Current", g)
		return g, err
	})
}

func (b *watched) Another(ctx context.Context, c flows.Credential, m flows.MemberID, key string) (flows.Given, error) {
	return through(ctx, b, func() (flows.Given, error) {
		g, err := b.Service.Another(ctx, c, m, key)
		b.record("Another", g)
		return g, err
	})
}

func (b *watched) State(ctx context.Context, c flows.Credential, m flows.MemberID) (flows.TokenState, error) {
	return through(ctx, b, func() (flows.TokenState, error) { return b.Service.State(ctx, c, m) })
}

func (b *watched) Invite(ctx context.Context, in flows.Invitation) (flows.Invite, error) {
	return through(ctx, b, func() (flows.Invite, error) { return b.Service.Invite(ctx, in) })
}

func (b *watched) Redeem(ctx context.Context, invite, code, key string) (flows.Grant, error) {
	return through(ctx, b, func() (flows.Grant, error) { return b.Service.Redeem(ctx, invite, code, key) })
}

func (b *watched) Chats(ctx context.Context, c flows.Credential) ([]flows.LinkedChat, error) {
	return through(ctx, b, func() ([]flows.LinkedChat, error) { return b.Service.Chats(ctx, c) })
}

func (b *watched) Unlink(ctx context.Context, c flows.Credential, link string) error {
	_, err := through(ctx, b, func() (struct{}, error) { return struct{}{}, b.Service.Unlink(ctx, c, link) })
	return err
}
