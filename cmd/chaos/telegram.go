package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"os/exec"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"llave/adapters/telegram/telegramtest"
	"llave/bot/enginetest"
)

// lossyNetwork is what Telegram and the network do while the program is killed again and again.
var lossyNetwork = telegramtest.Weather{CutBefore: 0.05, CutAfter: 0.1, Repeat: 0.1}

// userCount users write on Telegram at the same time, each in a chat of their own.
const userCount = 6

// onTelegram lets users ask for another token, n times in all. The program is killed at random moments, a tenth of the replies
// of the Bot API are lost, updates are repeated, and 429 comes now and then. The users repeat nothing: every question must be
// answered.
func onTelegram(ctx context.Context, h *enginetest.History, n int, seed uint64, binary string, webhook bool) (sum sightings, err error) {
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
	people := make([]*telegramUser, len(users))
	h.Add(enginetest.Record{What: enginetest.Begun})
	for i, u := range users {
		people[i] = person(ctx, h, u)
	}
	if err := people[0].ask("token", enginetest.Token); err != nil { // the one that the first "otro token" replaces
		return sum, err
	}
	return p.run(h, people, n)
}

// run lets the users write while the network is lossy, and counts.
func (p *service) run(h *enginetest.History, people []*telegramUser, n int) (sightings, error) {
	h.Add(enginetest.Record{What: enginetest.Fault, Class: enginetest.Lossy})
	p.history = h
	p.srv.Weather(lossyNetwork)
	calm, weather := context.WithCancel(p.ctx)
	var killer sync.WaitGroup
	killer.Go(func() { p.killAtRandom(calm) })
	sum, err := together(people, n)
	weather()
	killer.Wait()
	sum.Kills = p.kills
	taken(h, p.srv)
	p.kill()
	tokens, _, failed := readBooks(p.ctx, h, p.data)
	sum.Tokens = tokens - 1
	return sum, errors.Join(err, p.failed, failed)
}

// together lets all of them converse at once, n times in all.
func together(people []*telegramUser, n int) (sum sightings, err error) {
	errs := make([]error, len(people))
	var all sync.WaitGroup
	for i, c := range people {
		all.Go(func() {
			if err := c.all((n + i) / len(people)); err != nil {
				errs[i] = fmt.Errorf("%s: %w", c.chat, err)
			}
		})
	}
	all.Wait()
	for _, c := range people {
		sum.add(c.sightings)
	}
	return sum, errors.Join(errs...)
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
	pid          atomic.Int64 // of cmd, for those who ask meanwhile
	kills        int
	every        time.Duration // between two kills, on average; zero: 0.55 s
	failed       error
	history      *enginetest.History // where kills are recorded; nil: they are not
	name         string              // of the process, there
	api          string              // where it believes the Bot API to be; empty: where it is
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
		"LLAVE_TELEGRAM_TOKEN="+p.srv.Token(), "LLAVE_TELEGRAM_API="+cmp.Or(p.api, p.srv.URL), "LLAVE_TELEGRAM_RATE=0")
	if p.webhook {
		p.cmd.Env = append(p.cmd.Env, "LLAVE_TELEGRAM_WEBHOOK=1")
	}
	p.cmd.Env = append(p.cmd.Env, p.env...)
	p.cmd.Stderr = p.log
	if err := p.cmd.Start(); err != nil {
		return err
	}
	p.pid.Store(int64(p.cmd.Process.Pid))
	return nil
}

func (p *service) kill() {
	p.cmd.Process.Kill()
	p.cmd.Wait()
}

// records notes what is done to the process.
func (p *service) records(class string) {
	if p.history != nil {
		p.history.Add(enginetest.Record{What: enginetest.Fault, Class: class, By: p.name})
	}
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
		p.records(enginetest.Kill)
		p.kill()
		p.kills++
		if p.failed = p.start(); p.failed != nil {
			return
		}
		if p.every > 0 || p.kills%4 != 0 { // else while it starts
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

// telegramUser is a person on Telegram behind a lossy network.
type telegramUser struct {
	*telegramtest.User
	sightings
	notes
	ctx   context.Context
	from  func(chat int64, text string) (by, shard string) // which process sent a message, in which shard; nil: there is one
	shown map[string]bool
	pause time.Duration // before each conversation: who writes too fast is told so
}

// person is a user whose every word is recorded.
func person(ctx context.Context, h *enginetest.History, u *telegramtest.User) *telegramUser {
	return &telegramUser{User: u, ctx: ctx, notes: notes{history: h, chat: fmt.Sprint("telegram ", u.ID)}, shown: map[string]bool{}}
}

func (c *telegramUser) all(n int) error {
	for range n {
		if err := c.conversation(); err != nil {
			return fmt.Errorf("conversation %d: %w", c.Conversations, err)
		}
		c.Conversations++
	}
	return nil
}

// ask writes a text, once.
func (c *telegramUser) ask(text, class string) error {
	c.reads() // what comes again after a fault, so that nobody presses an old button
	c.says(text, class)
	c.Says(text)
	return c.expect(class)
}

// conversation asks for another token and says yes, once each.
func (c *telegramUser) conversation() error {
	time.Sleep(c.pause)
	if err := c.ask("otro token", enginetest.Question); err != nil {
		return err
	}
	c.says("sí", enginetest.Token)
	if _, err := c.Presses("Sí, cambiarlo"); err != nil {
		return err
	}
	if err := c.expect(enginetest.Token); err != nil {
		return err
	}
	c.Answered++
	return nil
}

// expect waits for a message of a class, and records what comes until then.
func (c *telegramUser) expect(class string) error {
	ctx, cancel := context.WithTimeout(c.ctx, 90*time.Second)
	defer cancel()
	for {
		m, err := c.Next(ctx)
		if err != nil {
			return fmt.Errorf("no %s comes: %w", class, err)
		}
		r := c.seesMessage(m.Text)
		again := r.New && c.shown[r.Value]
		if r.New {
			c.shown[r.Value] = true
		}
		switch {
		case r.Class == class && !again:
			return nil
		case r.Class == enginetest.Question, r.Class == enginetest.Token:
			c.Repeated++
		}
	}
}

// seesMessage records a message, and by whom it was sent, and says what it was taken for.
func (c *telegramUser) seesMessage(text string) enginetest.Record {
	r := classified(text)
	if c.from != nil {
		r.By, r.Shard = c.from(c.ID, text)
	}
	c.sees(r)
	return r
}
