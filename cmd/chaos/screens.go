package main

import (
	"bufio"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	mrand "math/rand/v2"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"llave/adapters/telegram/telegramtest"
)

// Nothing is killed here, and the network loses nothing: it is measured how long it takes until what an affiliate says on
// Telegram is on the screens of the agents, and until an act has its outcome, with many open cases and many screens.

const (
	screenCount = 50
	rounds      = 200
)

// screens are the browsers that look, and what they were told last of each case.
type screens struct {
	mu    sync.Mutex
	waits uint64 // the case that is waited for
	since time.Time
	left  map[int]bool // the screens that have not been told yet
	took  []time.Duration
	all   chan struct{} // the last one has been told
}

// measureScreens opens n cases and prints the figures.
func measureScreens(ctx context.Context, n int, seed uint64, binary string) error {
	dir, binary, remove, err := prepare(ctx, binary)
	if err != nil {
		return err
	}
	defer remove()
	srv, err := telegramtest.New(telegramtest.Options{Seed: seed, Now: clock.now})
	if err != nil {
		return err
	}
	defer srv.Close()
	p := &service{ctx: ctx, srv: srv, binary: binary, data: filepath.Join(dir, "screens"), rng: mrand.New(mrand.NewPCG(seed, 99))}
	if err := p.start(); err != nil {
		return err
	}
	defer p.kill()
	p.waitReady(ctx)
	d := &deskDay{service: p}
	if err := d.begin(); err != nil {
		return err
	}
	cases, err := d.openCases(n)
	if err != nil {
		return err
	}
	s := &screens{all: make(chan struct{}, 1)}
	looking, leave := context.WithCancel(ctx)
	defer leave()
	for i := range screenCount {
		if err := d.agents[i%len(d.agents)].watches(looking, s, i); err != nil {
			return err
		}
	}
	return errors.Join(d.sayAndLook(s, cases), d.actAndWait(cases), d.listAll(), p.memory())
}

// openCases has n people ask for a person, and returns the numbers of their cases.
func (d *deskDay) openCases(n int) ([]uint64, error) {
	cases, errs := make([]uint64, n), make([]error, n)
	for i := range n {
		u := d.srv.User(int64(9000+i), fmt.Sprint("Vecino", i), "")
		d.users = append(d.users, &deskUser{User: u, ctx: d.ctx, name: fmt.Sprint("vecino", i)})
	}
	var people sync.WaitGroup
	for first := range 2 * agentCount {
		people.Go(func() {
			for i := first; i < n; i += 2 * agentCount {
				d.users[i].says("persona")
				errs[i] = d.users[i].until(func(text string) bool {
					m := regexp.MustCompile(`tu caso es el \D*(\d+)`).FindStringSubmatch(text)
					if m != nil {
						cases[i], _ = strconv.ParseUint(m[1], 10, 64)
					}
					return m != nil
				})
			}
		})
	}
	people.Wait()
	return cases, errors.Join(errs...)
}

// watches opens one stream of a browser, and reads it until ctx ends.
func (a *deskAgent) watches(ctx context.Context, s *screens, number int) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, a.base()+"/mesa/eventos?after=9007199254740991", nil) // lost: it begins with what is new
	if err != nil {
		return err
	}
	res, err := (&http.Client{Jar: a.client.Jar}).Do(req)
	if err != nil {
		return err
	}
	if res.StatusCode != http.StatusOK {
		return fmt.Errorf("a stream: status %d", res.StatusCode)
	}
	go func() {
		defer res.Body.Close()
		lines, event := bufio.NewScanner(res.Body), ""
		lines.Buffer(nil, 1<<20)
		for lines.Scan() {
			name, value, _ := strings.Cut(lines.Text(), ": ")
			switch name {
			case "event":
				event = value
			case "data":
				var of struct {
					Case uint64 `json:"case"`
				}
				if event == "case" && json.Unmarshal([]byte(value), &of) == nil {
					s.told(number, of.Case)
				}
			}
		}
	}()
	return nil
}

func (s *screens) told(number int, id uint64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if id != s.waits || !s.left[number] {
		return
	}
	delete(s.left, number)
	if s.took = append(s.took, time.Since(s.since)); len(s.left) == 0 {
		s.all <- struct{}{}
	}
}

// sayAndLook has people write, one after the other, and waits each time until every screen knows.
func (d *deskDay) sayAndLook(s *screens, cases []uint64) error {
	for round := range rounds {
		i := round % len(cases)
		s.mu.Lock()
		s.waits, s.since, s.left = cases[i], time.Now(), map[int]bool{}
		for n := range screenCount {
			s.left[n] = true
		}
		s.mu.Unlock()
		d.users[i].Says(fmt.Sprint("La farmacéutica dice que el token no es de hoy ", round))
		select {
		case <-s.all:
		case <-time.After(time.Minute):
			return fmt.Errorf("case %d: %d screens are told nothing", cases[i], len(s.left))
		}
	}
	fmt.Printf("%d open cases, %d screens: an affiliate's message to each screen %s\n", len(cases), screenCount, quantiles(s.took))
	return nil
}

// actAndWait takes cases, and writes in them.
func (d *deskDay) actAndWait(cases []uint64) error {
	var took []time.Duration
	for i := range rounds / 2 {
		a, id := d.agents[i%len(d.agents)], cases[i%len(cases)]
		for _, step := range []struct {
			what string
			form url.Values
		}{{"tomar", url.Values{}}, {"mensajes", url.Values{"text": {"Ya lo miro."}}}} {
			c, err := a.looks(id)
			if err != nil {
				return err
			}
			step.form.Set("act", rand.Text())
			step.form.Set("epoch", fmt.Sprint(c.Epoch))
			step.form.Set("seen", fmt.Sprint(c.Last))
			began := time.Now()
			if status, err := a.do(http.MethodPost, fmt.Sprintf("/mesa/casos/%d/%s", id, step.what), step.form, nil); err != nil || status != http.StatusOK {
				return fmt.Errorf("%s: status %d: %w", step.what, status, err)
			}
			took = append(took, time.Since(began))
		}
	}
	fmt.Printf("an act to its outcome %s\n", quantiles(took))
	return nil
}

// listAll reads the list of all open cases.
func (d *deskDay) listAll() error {
	var took []time.Duration
	for range rounds / 4 {
		began := time.Now()
		if status, err := d.agents[0].do(http.MethodGet, "/mesa/casos?tab=all", nil, nil); err != nil || status != http.StatusOK {
			return fmt.Errorf("the list: status %d: %w", status, err)
		}
		took = append(took, time.Since(began))
	}
	fmt.Printf("the list of all open cases, as JSON %s\n", quantiles(took))
	return nil
}

// memory prints what the program holds.
func (p *service) memory() error {
	raw, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", p.cmd.Process.Pid))
	for line := range strings.Lines(string(raw)) {
		if strings.HasPrefix(line, "VmRSS") || strings.HasPrefix(line, "VmHWM") {
			fmt.Println(strings.Join(strings.Fields(line), " "))
		}
	}
	return err
}

// quantiles are the middle, the 99th of a hundred and the last.
func quantiles(list []time.Duration) string {
	slices.Sort(list)
	at := func(of int) time.Duration {
		return list[min(len(list)-1, len(list)*of/100)].Round(time.Millisecond / 10)
	}
	return fmt.Sprintf("p50 %s, p99 %s, max %s", at(50), at(99), at(100))
}
