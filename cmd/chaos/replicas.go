package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync/atomic"
	"time"

	"llave/adapters/telegram/telegramtest"
	"llave/bot"
	"llave/bot/enginetest"
)

// replicas are two processes on one Redis, with a back end beside them.
type replicas struct {
	ctx     context.Context
	fault   string // what happens to the one that holds the chats: kill, stop or term
	both    [2]*service
	ways    [2]*passage // of each process to the Bot API
	asking  *passage    // of both to the back end: that is to be the same for both
	srv     *telegramtest.Server
	backend *exec.Cmd
	history *enginetest.History
	senders senders
	holders *holders
	failed  atomic.Pointer[error] // of a look at who holds what
	probe   *telegramUser         // writes when something has happened
	rng     *rand.Rand
	aimed   atomic.Int64 // the process that is to be held up
	front   *front       // of both to the Bot API, with a webhook
	crowd   crowd        // who writes when a process is held up
	loading crowd        // who writes all the time

	faults  int
	longest time.Duration // from a fault to the next answer
}

// unhurried is how long a user waits before the next question: each takes two turns, and a chat is answered one a second.
const unhurried = 2500 * time.Millisecond

// stopped is how long a process is held up: longer than its lease.
const stopped = 12 * time.Second

// manyStops is after how many pauses a run must have seen that the fences are needed.
const manyStops = 100

// replicasRun is a run of two processes.
type replicasRun struct {
	n        int // conversations
	seed     uint64
	binary   string
	fault    string // kill, stop or term
	webhook  bool
	patience time.Duration // zero: any
	load     int           // messages a second of others
}

// onReplicas lets users ask for another token while the process that holds the chats is killed, held up for longer than its lease, or
// told to stop.
func onReplicas(ctx context.Context, h *enginetest.History, of replicasRun) (sum sightings, err error) {
	dir, binary, remove, err := prepare(ctx, of.binary)
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
	srv, err := telegramtest.New(telegramtest.Options{Seed: of.seed, Now: clock.now})
	if err != nil {
		return sum, err
	}
	defer srv.Close()
	r := &replicas{ctx: ctx, fault: of.fault, srv: srv, history: h, rng: rand.New(rand.NewPCG(of.seed, 7))}
	defer r.end()
	if of.webhook {
		if r.front, err = openFront(of.seed); err != nil {
			return sum, err
		}
	}
	if err := r.start(dir, binary, srv); err != nil {
		return sum, err
	}
	if r.holders, err = openHolders(ctx, h, r.both); err != nil {
		return sum, err
	}
	people := make([]*telegramUser, userCount)
	for i := range people {
		people[i] = r.person(int64(5000 + i))
		people[i].pause = unhurried
		if err := r.both[0].link(people[i].User); err != nil {
			return sum, fmt.Errorf("linking: %w", err)
		}
	}
	h.Add(enginetest.Record{What: enginetest.Begun, Lease: lease, Patience: of.patience})
	r.probe = people[0]
	if err := r.probe.ask("token", enginetest.Token); err != nil { // the one that the first "otro token" replaces
		return sum, err
	}
	over := make(chan struct{})
	r.load(over, of.load, rand.New(rand.NewPCG(of.seed, 8)))
	sum, err = r.run(people[1:], of.n, filepath.Join(dir, "backend"), over)
	return sum, err
}

// lease is the program's.
const lease = 10 * time.Second

// person is somebody with a chat of their own.
func (r *replicas) person(id int64) *telegramUser {
	c := person(r.ctx, r.history, r.srv.User(id, "Mari", ""))
	c.from = r.from
	return c
}

// from is which process sent a message to a chat, and the chat's shard. Who holds that by now is recorded.
func (r *replicas) from(chat int64, text string) (by, shard string) {
	account, _, _ := strings.Cut(r.srv.Token(), ":")
	shard, err := r.holders.look(r.ctx, bot.ChatID(fmt.Sprintf("telegram/%s/%d", account, chat)))
	if err != nil {
		r.failed.Store(&err)
	}
	return r.senders.of(chat, text), shard
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
	if r.asking, err = openPassage("http://"+at, r.noteAsked); err != nil {
		return err
	}
	for i := range r.both {
		name := fmt.Sprint("replica", i)
		if r.ways[i], err = openPassage(srv.URL, func(_, path string, body []byte) (bool, func()) { return r.senders.note(name, path, body) }); err != nil {
			return err
		}
		r.both[i] = &service{ctx: r.ctx, srv: srv, binary: binary, data: filepath.Join(dir, name), name: name, history: r.history, api: r.ways[i].url}
		if r.both[i].log, err = os.Create(r.both[i].data + ".log"); err != nil {
			return err
		}
		r.both[i].env = append(conversationsIn.environment("replicas"), "LLAVE_AUTOGESTION=", "LLAVE_DEMO=", "LLAVE_AUTOGESTION_URL="+r.asking.url+"/autogestion/", "LLAVE_AUTOGESTION_KEY="+key)
		if r.front != nil {
			r.both[i].webhook = true
			r.both[i].env = append(r.both[i].env, "LLAVE_PUBLIC_URL="+r.front.url)
		}
		if err := r.both[i].start(); err != nil {
			return err
		}
		r.front.to(r.both[i].addr)
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
	r.holders.close()
	r.front.close()
	for _, w := range append(r.ways[:], r.asking) {
		w.close()
	}
}

// noteAsked records what the back end is asked to make, and by which process. It is worth it that something happens to the one
// that is aimed at.
func (r *replicas) noteAsked(from, path string, body []byte) (bool, func()) {
	var asked struct{ Key string }
	if !strings.HasSuffix(path, "/tokens/another") || json.Unmarshal(body, &asked) != nil {
		return false, nil
	}
	who := ""
	for _, p := range r.both {
		if hasConnection(p.pid.Load(), from) {
			who = p.name
		}
	}
	r.history.Add(enginetest.Record{What: enginetest.Asked, By: who, Key: asked.Key})
	return who == r.both[r.aimed.Load()].name, nil
}

// run lets the users write while things happen.
func (r *replicas) run(people []*telegramUser, n int, books string, over chan struct{}) (sum sightings, err error) {
	done := make(chan struct{})
	var failed error
	go func() {
		defer close(done)
		sum, failed = together(people, n)
	}()
	err = r.faultsUntil(done, 1+n/10)
	<-done
	close(over)
	err = errors.Join(err, r.crowd.gone(), r.loading.gone())
	sum.Kills, sum.Longest, sum.Others = r.faults, r.longest, r.loading.String()
	taken(r.history, r.srv)
	err = errors.Join(err, failed, r.readFenced(&sum))
	if failed := r.failed.Load(); failed != nil {
		err = errors.Join(err, *failed)
	}
	tokens, _, failed := readBooks(r.ctx, r.history, books)
	sum.Tokens = tokens - 1
	return sum, errors.Join(err, failed)
}

// readFenced asks both processes which of their writes were refused. A long run in which none was has shown nothing.
func (r *replicas) readFenced(sum *sightings) error {
	for _, p := range r.both {
		turns, deliveries, err := p.fenced()
		if err != nil {
			return err
		}
		sum.FencedTurns, sum.FencedResults = sum.FencedTurns+turns, sum.FencedResults+deliveries
		for class, n := range map[string]int{"turn": turns, "delivery": deliveries} {
			if n > 0 {
				r.history.Add(enginetest.Record{What: enginetest.Refused, By: p.name, Class: class, Count: n})
			}
		}
	}
	if r.fault == "stop" && r.faults >= manyStops && (sum.FencedTurns == 0 || sum.FencedResults == 0) {
		return errors.New("no turn, or no delivery result, was ever refused because of its fence")
	}
	return nil
}
