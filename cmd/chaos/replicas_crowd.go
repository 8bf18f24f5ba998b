package main

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"time"

	"llave/bot/enginetest"
)

// crowd is people who are in the way of a fault, each in a chat of their own.
type crowd struct {
	writing sync.WaitGroup
	mu      sync.Mutex
	people  []*telegramUser
	errs    []error
	took    []time.Duration // from what somebody wrote to the answer
}

// asks has somebody write, and notes how long the answer took. It does not wait.
func (c *crowd) asks(u *telegramUser, text string) {
	c.writing.Go(func() {
		began := time.Now()
		err := u.ask(text, enginetest.Answer)
		c.note(time.Since(began), err)
	})
}

// gone waits until all are answered, and records what came besides.
func (c *crowd) gone() error {
	c.writing.Wait()
	for _, u := range c.people {
		u.reads()
	}
	return errors.Join(c.errs...)
}

// reads records what has come, and does not wait.
func (c *telegramUser) reads() {
	over, cancel := context.WithCancel(c.ctx)
	cancel()
	for {
		m, err := c.Next(over)
		if err != nil {
			return
		}
		c.seesMessage(m.Text)
	}
}

// burstSize is how many people write at the moment at which a process is held up: some turns are under way then.
const burstSize = 60

// burst has people write who have not written before. Every second one asks for a link, which may be sent once.
func (r *replicas) burst() {
	for range burstSize {
		c := r.person(int64(20_000 + len(r.crowd.people)))
		r.crowd.people = append(r.crowd.people, c)
		r.crowd.asks(c, []string{"hola", "vincular"}[len(r.crowd.people)%2])
	}
}

// What the people of the load write, one after the other: who writes the same again and again is taken for a machine.
var loadTexts = []string{"menú", "hola", "ayuda"}

// loadPause is how long each of them waits.
const loadPause = 4 * time.Second

// load has so many messages a second written, by people who are nobody's affiliates, until done is closed.
func (r *replicas) load(done <-chan struct{}, perSecond int, rng *rand.Rand) {
	for i := range perSecond * int(loadPause/time.Second) {
		c := r.person(int64(40_000 + i))
		first := time.Duration(rng.Int64N(int64(loadPause)))
		r.loading.writing.Go(func() {
			wait := time.NewTimer(first)
			defer wait.Stop()
			for n := 0; ; n++ {
				select {
				case <-done:
					return
				case <-wait.C:
				}
				wait.Reset(loadPause)
				began := time.Now()
				err := c.ask(loadTexts[n%len(loadTexts)], enginetest.Answer)
				r.loading.note(time.Since(began), err)
				if err != nil {
					return
				}
			}
		})
	}
}

func (c *crowd) note(took time.Duration, err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.took = append(c.took, took)
	if err != nil {
		c.errs = append(c.errs, err)
	}
}

// String is how long the answers took.
func (c *crowd) String() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.took) == 0 {
		return ""
	}
	return fmt.Sprintf(" messages_of_others=%d answered %s", len(c.took), quantiles(c.took))
}
