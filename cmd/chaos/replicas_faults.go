package main

import (
	"errors"
	"net/http"
	"syscall"
	"time"

	"llave/bot/enginetest"
)

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
	at, err := r.victim()
	if err != nil {
		return err
	}
	p := r.both[at]
	if r.faults > 0 && r.faults%probeFaults == 0 {
		r.probe = r.person(int64(6000 + r.faults))
		if err := p.link(r.probe.User); err != nil {
			return err
		}
	}
	if r.fault == "stop" {
		r.holdUp(at)
	} else {
		r.kill(p)
	}
	began := time.Now()
	if err := r.probe.ask("token", enginetest.Token); err != nil {
		return err
	}
	r.faults++
	r.longest = max(r.longest, time.Since(began))
	if r.fault == "stop" {
		time.Sleep(stopped - time.Since(began))
		p.records(enginetest.Continue)
		p.cmd.Process.Signal(syscall.SIGCONT) // it finds that the other one has its chats, and goes on beside it
		return nil
	}
	if r.fault != "kill" {
		p.cmd.Wait()
	}
	return p.start()
}

// kill ends a process, at once or in order.
func (r *replicas) kill(p *service) {
	if r.fault == "kill" {
		p.records(enginetest.Kill)
		p.kill()
		return
	}
	p.records(enginetest.Term)
	p.cmd.Process.Signal(syscall.SIGTERM)
}

// holdUp stops a process where fences are needed, between what was done and the record of that: while many write at once, when it has
// sent something, or the back end has made something for it.
func (r *replicas) holdUp(at int) {
	r.aimed.Store(int64(at))
	p := r.both[at]
	stop := func() {
		p.records(enginetest.Stop)
		p.cmd.Process.Signal(syscall.SIGSTOP)
	}
	switch r.faults % 4 {
	case 0:
		r.burst()
		time.Sleep(time.Duration(r.rng.Int64N(int64(40 * time.Millisecond))))
		stop()
	case 1:
		r.burst()
		r.ways[at].next(r.ctx, stop)
	case 2:
		r.asking.next(r.ctx, stop)
	case 3: // it has the answer, and is about to commit
		r.asking.next(r.ctx, func() {})
		time.Sleep(time.Duration(r.rng.Int64N(int64(2 * time.Millisecond))))
		stop()
	}
}

// victim is one of the two, once both are ready.
func (r *replicas) victim() (int, error) {
	for range 600 {
		if r.both[0].isReady() && r.both[1].isReady() {
			return r.rng.IntN(2), nil
		}
		time.Sleep(50 * time.Millisecond)
	}
	return 0, errors.New("there are no two processes that are ready")
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
