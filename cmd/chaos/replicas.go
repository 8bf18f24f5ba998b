package main

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"syscall"
	"time"

	"llave/adapters/telegram/telegramtest"
)

// replicas are two processes on one Redis, with a back end beside them.
type replicas struct {
	ctx     context.Context
	fault   string // what happens to the one that holds the chats: kill, stop or term
	both    [2]*service
	srv     *telegramtest.Server
	backend *exec.Cmd
	probe   *telegramUser // writes when something has happened
	rng     *rand.Rand

	faults  int
	longest time.Duration // from a fault to the next answer
}

// unhurried is how long a user waits before the next question: each takes two turns, and a chat is answered one a second.
const unhurried = 2500 * time.Millisecond

// stopped is how long a process is held up: longer than its lease.
const stopped = 12 * time.Second

// onReplicas lets users ask for another token, n times in all, while the process that holds the chats is killed, held up for
// longer than its lease, or told to stop.
func onReplicas(ctx context.Context, n int, seed uint64, binary, fault string) (sum sightings, err error) {
	dir, binary, remove, err := prepare(ctx, binary)
	if err != nil {
		return sum, err
	}
	defer func() {
		if err != nil {
			err = fmt.Errorf("%w (logs in %s)", err, dir)
		} else {
			remove()
		}
	}()
	srv, err := telegramtest.New(telegramtest.Options{Seed: seed, Now: clock.now})
	if err != nil {
		return sum, err
	}
	defer srv.Close()
	r := &replicas{ctx: ctx, fault: fault, rng: rand.New(rand.NewPCG(seed, 7))}
	defer r.end()
	if err := r.start(dir, binary, srv); err != nil {
		return sum, err
	}
	users := make([]*telegramtest.User, userCount)
	for i := range users {
		users[i] = srv.User(int64(5000+i), "Mari", "")
		if err := r.both[0].link(users[i]); err != nil {
			return sum, fmt.Errorf("linking: %w", err)
		}
	}
	r.srv, r.probe = srv, &telegramUser{User: users[0], ctx: ctx}
	if err := r.ask(); err != nil { // the token that the first "otro token" replaces
		return sum, err
	}
	return r.run(users[1:], n, filepath.Join(dir, "backend"))
}

// start starts the back end and both processes.
func (r *replicas) start(dir, binary string, srv *telegramtest.Server) error {
	const key = "chaos-chaos-chaos-chaos-chaos-32"
	at, err := freeAddress()
	if err != nil {
		return err
	}
	r.backend = exec.CommandContext(r.ctx, binary, "autogestion")
	r.backend.Env = append(environment(filepath.Join(dir, "backend")), "LLAVE_ADDR="+at, "LLAVE_AUTOGESTION_KEY="+key)
	if err := r.backend.Start(); err != nil {
		return err
	}
	for i := range r.both {
		r.both[i] = &service{ctx: r.ctx, srv: srv, binary: binary, data: filepath.Join(dir, fmt.Sprint("replica", i))}
		if r.both[i].log, err = os.Create(r.both[i].data + ".log"); err != nil {
			return err
		}
		r.both[i].env = append(conversationsIn.environment("replicas"), "LLAVE_AUTOGESTION=", "LLAVE_DEMO=", "LLAVE_AUTOGESTION_URL=http://"+at+"/autogestion/", "LLAVE_AUTOGESTION_KEY="+key)
		if err := r.both[i].start(); err != nil {
			return err
		}
		if i == 0 {
			r.both[0].waitReady(r.ctx)
		}
	}
	return nil
}

// end ends all processes.
func (r *replicas) end() {
	for _, p := range r.both {
		if p != nil && p.cmd != nil && p.cmd.ProcessState == nil {
			p.kill()
		}
	}
	if r.backend != nil && r.backend.Process != nil {
		r.backend.Process.Kill()
		r.backend.Wait()
	}
}

// freeAddress is an address on this machine that nobody listens on.
func freeAddress() (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	defer l.Close()
	return l.Addr().String(), nil
}

// run lets the users write while things happen, and counts.
func (r *replicas) run(users []*telegramtest.User, n int, books string) (sightings, error) {
	done := make(chan struct{})
	var mu sync.Mutex
	var sum sightings
	var errs []error
	var wg sync.WaitGroup
	for i, u := range users {
		wg.Go(func() {
			c := &telegramUser{User: u, ctx: r.ctx, pause: unhurried}
			err := c.all((n + i) / len(users))
			mu.Lock()
			defer mu.Unlock()
			sum.add(c.sightings)
			if err != nil {
				errs = append(errs, fmt.Errorf("chat %d: %w", i, err))
			}
		})
	}
	go func() {
		wg.Wait()
		close(done)
	}()
	err := r.faultsUntil(done, 1+n/10)
	<-done
	sum.Kills, sum.Longest = r.faults, r.longest
	w := worker{ctx: r.ctx, data: books}
	errs = append(errs, err, w.count(sum.Answered))
	sum.Tokens = w.Tokens
	return sum, errors.Join(errs...)
}

// faultsUntil has something happen to one of the processes, again and again until the users have done.
func (r *replicas) faultsUntil(done chan struct{}, most int) error {
	for r.faults < most {
		if err := r.faultOnce(); err != nil {
			return err
		}
		select {
		case <-done:
			return nil
		case <-time.After(time.Duration(r.rng.Int64N(int64(2 * time.Second)))):
		}
	}
	return nil
}

// probeFaults is after how many faults another chat is the probe: one that writes on and on is taken for a machine.
const probeFaults = 3

// faultOnce does it to one of the two, asks for a token at once, and starts the process again when that is answered.
func (r *replicas) faultOnce() error {
	p, err := r.victim()
	if err != nil {
		return err
	}
	if r.faults > 0 && r.faults%probeFaults == 0 {
		r.probe = &telegramUser{User: r.srv.User(int64(6000+r.faults), "Mari", ""), ctx: r.ctx}
		if err := p.link(r.probe.User); err != nil {
			return err
		}
	}
	began := time.Now()
	switch r.fault {
	case "kill":
		p.kill()
	case "term":
		p.cmd.Process.Signal(syscall.SIGTERM)
	case "stop":
		p.cmd.Process.Signal(syscall.SIGSTOP)
	}
	if err := r.ask(); err != nil {
		return err
	}
	r.faults++
	r.longest = max(r.longest, time.Since(began))
	if r.fault == "stop" {
		time.Sleep(stopped - time.Since(began))
		p.cmd.Process.Signal(syscall.SIGCONT) // it finds that the other one has its chats, and goes on beside it
		return nil
	}
	if r.fault != "kill" {
		p.cmd.Wait()
	}
	return p.start()
}

// ask has the probe ask for the token and waits for it.
func (r *replicas) ask() error {
	r.probe.Says("token")
	_, err := r.probe.expect("Token de")
	return err
}

// victim is one of the two, once both are ready.
func (r *replicas) victim() (*service, error) {
	for range 600 {
		if r.both[0].isReady() && r.both[1].isReady() {
			return r.both[r.rng.IntN(2)], nil
		}
		time.Sleep(50 * time.Millisecond)
	}
	return nil, errors.New("there are no two processes that are ready")
}

// isReady reports whether the process answers that it is ready.
func (s *service) isReady() bool {
	res, err := http.Get("http://" + s.addr + "/readyz")
	if err != nil {
		return false
	}
	res.Body.Close()
	return res.StatusCode == http.StatusOK
}
