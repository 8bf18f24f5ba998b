package main

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"llave/adapters/telegram/telegramtest"
	"llave/bot/enginetest"
)

const (
	floodRate    = 1000
	floodChat    = 5800
	floodPosters = 32 // Telegram pushes to a webhook by several connections
)

// inAFlood has one chat write a thousand times a second, and others ask for tokens meanwhile.
func inAFlood(ctx context.Context, h *enginetest.History, long time.Duration, seed uint64, binary string) (sum sightings, err error) {
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
	k := &killedRedis{service: &service{ctx: ctx, srv: srv, binary: binary, data: filepath.Join(dir, "flood"), webhook: true, rng: rand.New(rand.NewPCG(seed, 98))}}
	if err := k.start(); err != nil {
		return sum, err
	}
	defer k.kill()
	var people []*telegramUser
	for i := range userCount {
		c := person(ctx, h, srv.User(int64(5000+i), "Mari", ""))
		if err := k.link(c.User); err != nil {
			return sum, fmt.Errorf("linking: %w", err)
		}
		people = append(people, c)
	}
	srv.User(floodChat, "Mari", "")
	h.Add(enginetest.Record{What: enginetest.Begun})
	if err := people[0].ask("token", enginetest.Token); err != nil { // the one that the first "otro token" replaces
		return sum, err
	}
	over, end := context.WithTimeout(ctx, long)
	defer end()
	flooded := k.flood(over)
	took, err := askUntil(over, people)
	for _, c := range people {
		sum.add(c.sightings)
	}
	accepted, held := flooded(), peak(fmt.Sprint(k.pid.Load()))
	taken(h, srv)
	k.kill()
	tokens, _, failed := readBooks(ctx, h, k.data)
	sum.Tokens = tokens - 1
	if len(took) == 0 {
		return sum, errors.Join(err, failed, errors.New("nobody was answered"))
	}
	sum.Others = fmt.Sprintf(" flood=%d in %s others_two_answers %s memory_at_most=%d MiB", accepted, long, quantiles(took), held>>20)
	return sum, errors.Join(err, failed, missed(took, held))
}

// flood posts updates of one chat until ctx ends. What it returns waits for that, and says how many were taken.
func (k *killedRedis) flood(ctx context.Context) (taken func() int64) {
	url, secret := k.srv.Webhook()
	var next, accepted atomic.Int64
	var posting sync.WaitGroup
	began := time.Now()
	for range floodPosters {
		posting.Go(func() {
			for ctx.Err() == nil {
				n := next.Add(1)
				time.Sleep(time.Until(began.Add(time.Duration(n) * time.Second / floodRate)))
				if ctx.Err() == nil && k.posted(url, secret, postedUpdate(firstPosted+n, floodChat, fmt.Sprint("hola ", n))) {
					accepted.Add(1)
				}
			}
		})
	}
	return func() int64 {
		posting.Wait()
		return accepted.Load()
	}
}

// askUntil has people ask for another token, and say yes, until ctx ends. It returns how long both answers took together.
func askUntil(ctx context.Context, people []*telegramUser) (took []time.Duration, err error) {
	var mu sync.Mutex
	var asking sync.WaitGroup
	for _, c := range people {
		asking.Go(func() {
			for ctx.Err() == nil {
				time.Sleep(unhurried)
				began := time.Now()
				failed := c.conversation()
				mu.Lock()
				took, err = append(took, time.Since(began)), errors.Join(err, failed)
				mu.Unlock()
				if failed != nil {
					return
				}
				c.Conversations++
			}
		})
	}
	asking.Wait()
	return took, err
}
