package main

import (
	"context"
	"errors"
	"fmt"
	"html"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"time"

	"llave/adapters/telegram/telegramtest"
)

// lossyNetwork is what Telegram and the network do while the program is killed again and again.
var lossyNetwork = telegramtest.Weather{CutBefore: 0.05, CutAfter: 0.1, Repeat: 0.1}

// userCount users write on Telegram at the same time, each in a chat of their own.
const userCount = 6

// onTelegram lets users ask for another token, n times in all. The program is killed at random moments, a tenth of the replies
// of the Bot API are lost, updates are repeated, and 429 comes now and then. The users repeat nothing: every question must be
// answered.
func onTelegram(ctx context.Context, n int, seed uint64, binary string, webhook bool) (sum sightings, err error) {
	dir, binary, remove, err := prepare(ctx, binary)
	if err != nil {
		return sum, err
	}
	defer remove()
	srv, err := telegramtest.New(telegramtest.Options{Seed: seed, Now: clock.now})
	if err != nil {
		return sum, err
	}
	defer srv.Close()
	p := &service{ctx: ctx, srv: srv, binary: binary, data: filepath.Join(dir, "telegram"), webhook: webhook, rng: rand.New(rand.NewPCG(seed, 99))}
	if err := p.start(); err != nil {
		return sum, err
	}
	defer p.kill()
	users := make([]*telegramtest.User, userCount)
	for i := range users {
		users[i] = srv.User(int64(5000+i), "Mari", "")
		if err := p.link(users[i]); err != nil {
			return sum, fmt.Errorf("linking: %w", err)
		}
	}
	users[0].Says("token") // the one that the first "otro token" replaces
	if _, err := (&telegramUser{User: users[0], ctx: ctx}).expect("Token de"); err != nil {
		return sum, err
	}
	return p.run(users, n)
}

// run lets the users write while the network is lossy, and counts.
func (p *service) run(users []*telegramtest.User, n int) (sightings, error) {
	p.srv.Weather(lossyNetwork)
	calm, weather := context.WithCancel(p.ctx)
	var killer sync.WaitGroup
	killer.Go(func() { p.killAtRandom(calm) })
	var mu sync.Mutex
	var sum sightings
	var errs []error
	var wg sync.WaitGroup
	for i, u := range users {
		wg.Go(func() {
			c := &telegramUser{User: u, ctx: p.ctx}
			err := c.all((n + i) / len(users))
			mu.Lock()
			defer mu.Unlock()
			sum.add(c.sightings)
			if err != nil {
				errs = append(errs, fmt.Errorf("chat %d: %w", i, err))
			}
		})
	}
	wg.Wait()
	weather()
	killer.Wait()
	sum.Kills = p.kills
	p.kill()
	w := worker{ctx: p.ctx, data: p.data}
	errs = append(errs, p.failed, w.count(sum.Answered))
	sum.Tokens = w.Tokens
	return sum, errors.Join(errs...)
}

func (t *sightings) add(o sightings) {
	t.Conversations += o.Conversations
	t.Kills += o.Kills
	t.Answered += o.Answered
	t.Sheets += o.Sheets
	t.Repeated += o.Repeated
	t.Retyped += o.Retyped
	t.Tokens += o.Tokens
	t.Longest = max(t.Longest, o.Longest)
}

// service is the program, which is killed and started again on the same port.
type service struct {
	ctx          context.Context
	srv          *telegramtest.Server
	binary, data string
	webhook      bool
	env          []string // besides
	log          io.Writer
	rng          *rand.Rand
	addr         string
	cmd          *exec.Cmd
	kills        int
	every        time.Duration // between two kills, on average; zero: 0.55 s
	failed       error
}

func (p *service) start() error {
	if p.addr == "" {
		var err error
		if p.addr, err = freeAddress(); err != nil {
			return err
		}
	}
	p.cmd = exec.CommandContext(p.ctx, p.binary)
	p.cmd.Env = append(environment(p.data), "LLAVE_ADDR="+p.addr, "LLAVE_AUTOGESTION=embedded", "LLAVE_DEMO=1",
		"LLAVE_TELEGRAM_TOKEN="+p.srv.Token(), "LLAVE_TELEGRAM_API="+p.srv.URL, "LLAVE_TELEGRAM_RATE=0")
	if p.webhook {
		p.cmd.Env = append(p.cmd.Env, "LLAVE_TELEGRAM_WEBHOOK=1")
	}
	p.cmd.Env = append(p.cmd.Env, p.env...)
	p.cmd.Stderr = p.log
	return p.cmd.Start()
}

func (p *service) kill() {
	p.cmd.Process.Kill()
	p.cmd.Wait()
}

// killAtRandom kills and starts the program until calm ends, and leaves it running.
func (p *service) killAtRandom(calm context.Context) {
	for {
		select {
		case <-calm.Done():
			return
		case <-time.After(p.pause()):
		}
		if p.rng.IntN(3) == 0 {
			p.srv.Fault(telegramtest.Fault{Method: "sendMessage", Code: 429, RetryAfter: 1, Times: 1})
		}
		p.kill()
		p.kills++
		if p.failed = p.start(); p.failed != nil {
			return
		}
		if p.every > 0 || p.kills%4 == 0 { // else also while it starts
			p.waitReady(calm)
		}
	}
}

// waitReady waits until the program answers, so that on a slow machine it is not killed before it has done anything.
func (p *service) waitReady(calm context.Context) {
	for calm.Err() == nil {
		res, err := http.Get("http://" + p.addr + "/readyz")
		if err == nil {
			res.Body.Close()
			if res.StatusCode == http.StatusOK {
				return
			}
		}
		time.Sleep(20 * time.Millisecond)
	}
}

// pause is the time until the next kill.
func (p *service) pause() time.Duration {
	every := p.every
	if every == 0 {
		every = 550 * time.Millisecond
	}
	return every/5 + time.Duration(p.rng.Int64N(int64(every*8/5)))
}

var (
	pageShape = regexp.MustCompile(`http://127\.0\.0\.1:\d+/autogestion/vincular/\S+`)
	backShape = regexp.MustCompile(`href="(https://t\.me/[^"]+)"`)
)

// linked is in the message that ends linking.
const linked = "quedó vinculado"

// link links a chat the way people do: a page, a sign-in, a tap back.
func (p *service) link(u *telegramtest.User) error {
	ctx, cancel := context.WithTimeout(p.ctx, time.Minute)
	defer cancel()
	u.Says("vincular")
	m, err := u.Next(ctx)
	if err != nil {
		return err
	}
	back, err := signIn(ctx, pageShape.FindString(m.Text))
	if err != nil {
		return err
	}
	if !strings.HasPrefix(back, "https://") { // the bot does not know its own name yet: there is only the code
		u.Says(back)
	} else if _, err := u.Opens(back); err != nil {
		return err
	}
	for !strings.Contains(m.Text, linked) {
		if m, err = u.Next(ctx); err != nil {
			return err
		}
	}
	return nil
}

// signIn goes through the pages and returns the link back into the chat, or else the code.
func signIn(ctx context.Context, page string) (string, error) {
	jar, _ := cookiejar.New(nil)
	client := &http.Client{Jar: jar}
	at, err := url.Parse(page)
	if err != nil || at.Host == "" {
		return "", fmt.Errorf("no page in the message")
	}
	var shown string
	for i, fields := range []url.Values{nil, {}, {"cuil": {"20-99999021-6"}, "password": {"llave-demo"}, "consent": {"on"}}} {
		req, _ := http.NewRequestWithContext(ctx, http.MethodGet, page, nil)
		if i > 0 {
			form := regexp.MustCompile(`<form[^>]*action="([^"]*/` + []string{"", "seguir", "entrar"}[i] + `)"`).FindStringSubmatch(shown)
			if form == nil {
				return "", fmt.Errorf("step %d: no form", i)
			}
			req, _ = http.NewRequestWithContext(ctx, http.MethodPost, at.Scheme+"://"+at.Host+html.UnescapeString(form[1]), strings.NewReader(fields.Encode()))
			req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		}
		res, err := client.Do(req)
		if err != nil {
			return "", err
		}
		body, err := io.ReadAll(res.Body)
		res.Body.Close()
		if err != nil {
			return "", err
		}
		shown = string(body)
	}
	back := backShape.FindStringSubmatch(shown)
	if back == nil {
		back = regexp.MustCompile(`<code>([^<]+)</code>`).FindStringSubmatch(shown)
	}
	if back == nil {
		return "", errors.New("no way back into the chat")
	}
	return html.UnescapeString(back[1]), nil
}

// telegramUser is a person on Telegram behind a lossy network.
type telegramUser struct {
	*telegramtest.User
	sightings
	ctx   context.Context
	shown map[string]bool
	last  string        // the digits shown last
	pause time.Duration // before each conversation: who writes too fast is told so
}

func (c *telegramUser) all(n int) error {
	c.shown = map[string]bool{}
	for range n {
		if err := c.conversation(); err != nil {
			return fmt.Errorf("conversation %d: %w", c.Conversations, err)
		}
		c.Conversations++
	}
	return nil
}

// conversation asks for another token and says yes, once each.
func (c *telegramUser) conversation() error {
	time.Sleep(c.pause)
	c.Says("otro token")
	if _, err := c.expect(question); err != nil {
		return err
	}
	if _, err := c.Presses("Sí, cambiarlo"); err != nil {
		return err
	}
	text, err := c.expect(renewed)
	if err != nil {
		return err
	}
	found := digits.FindStringSubmatch(text)
	switch {
	case found == nil:
		return errors.New("an answer without digits")
	case c.shown[found[1]]:
		return errors.New("a token that was shown before is shown as new")
	}
	c.shown[found[1]], c.last = true, found[1]
	c.Answered++
	return nil
}

// expect waits for a message with these words. Before it, only verbatim repetitions of earlier messages are allowed.
func (c *telegramUser) expect(words string) (string, error) {
	ctx, cancel := context.WithTimeout(c.ctx, 90*time.Second)
	defer cancel()
	for {
		m, err := c.Next(ctx)
		if err != nil {
			return "", fmt.Errorf("never hears %q: %w", words, err)
		}
		found := digits.FindStringSubmatch(m.Text)
		switch {
		case strings.Contains(m.Text, "Aviso de seguridad"): // another chat was linked
		case strings.Contains(m.Text, "Estoy pidi"): // it takes longer
		case found != nil && found[1] == c.last && c.last != "":
			c.Repeated++ // the answer before, once more
		case strings.Contains(m.Text, words):
			return m.Text, nil
		case strings.Contains(m.Text, question), strings.Contains(m.Text, linked):
			c.Repeated++
		default:
			return "", fmt.Errorf("hears %q where %q was due", m.Text, words)
		}
	}
}
