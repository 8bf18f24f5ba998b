package whatsapp

import (
	"context"
	"sync"
	"time"
)

// jobs do what is worth doing and not worth waiting for: "read", "typing". One goroutine, for as long as there is any.
type jobs struct {
	ctx    context.Context
	cancel context.CancelFunc

	mu      sync.Mutex
	queue   []func(context.Context)
	running bool
	closed  bool
	idle    sync.WaitGroup
}

// maxJobs is how many may wait.
const maxJobs = 1024

func newJobs() *jobs {
	j := &jobs{}
	j.ctx, j.cancel = context.WithCancel(context.Background())
	return j
}

// do has f done soon, and returns false if there is too much to do.
func (j *jobs) do(f func(context.Context)) bool {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.closed || len(j.queue) >= maxJobs {
		return false
	}
	if j.queue = append(j.queue, f); !j.running {
		j.running = true
		j.idle.Go(j.work)
	}
	return true
}

func (j *jobs) work() {
	for {
		j.mu.Lock()
		if len(j.queue) == 0 || j.ctx.Err() != nil {
			j.queue, j.running = nil, false
			j.mu.Unlock()
			return
		}
		f := j.queue[0]
		j.queue = j.queue[1:]
		j.mu.Unlock()
		ctx, cancel := context.WithTimeout(j.ctx, callTime)
		f(ctx)
		cancel()
	}
}

// close takes no more, and gives what is being done until ctx's end.
func (j *jobs) close(ctx context.Context) error {
	j.mu.Lock()
	j.closed = true
	j.mu.Unlock()
	defer context.AfterFunc(ctx, j.cancel)()
	j.idle.Wait()
	j.cancel()
	return nil
}

// typing shows "typing…" to whoever has waited for a while. A chat that waits costs a timer and no goroutine.
type typing[K comparable] struct {
	after time.Duration
	show  func(K)
	mu    sync.Mutex
	m     map[K]*time.Timer
	over  bool
}

func newTyping[K comparable](after time.Duration, show func(K)) *typing[K] {
	return &typing[K]{after: after, show: show, m: map[K]*time.Timer{}}
}

// expect begins to wait for the answer to what was said in a chat.
func (ty *typing[K]) expect(chat K) {
	ty.mu.Lock()
	defer ty.mu.Unlock()
	if ty.over || ty.m[chat] != nil {
		return
	}
	ty.m[chat] = time.AfterFunc(ty.after, func() {
		ty.answered(chat)
		ty.show(chat)
	})
}

// answered ends the waiting of a chat.
func (ty *typing[K]) answered(chat K) {
	ty.mu.Lock()
	defer ty.mu.Unlock()
	if t := ty.m[chat]; t != nil {
		t.Stop()
		delete(ty.m, chat)
	}
}

func (ty *typing[K]) stop() {
	ty.mu.Lock()
	defer ty.mu.Unlock()
	ty.over = true
	for chat, t := range ty.m {
		t.Stop()
		delete(ty.m, chat)
	}
}

// group is goroutines that somebody waits for. Once it is closed it takes no more.
type group struct {
	mu     sync.Mutex
	all    sync.WaitGroup
	closed bool
}

// start runs f beside the caller.
func (g *group) start(f func()) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if !g.closed {
		g.all.Go(f)
	}
}

// close waits for all that was started.
func (g *group) close() {
	g.mu.Lock()
	g.closed = true
	g.mu.Unlock()
	g.all.Wait()
}
