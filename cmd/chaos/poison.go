package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"llave/bot"
	"llave/bot/engine"
	"llave/bot/keyring"
	"llave/store"
)

// The program's own conversations know no update that they cannot deal with. Here the script does, in an engine of this process, on
// the store of the run.

const (
	poisonChats = 100
	poison      = "poison"
)

// The aims of a run with poison, or with a flood.
const (
	othersWithin = time.Second
	memoryWithin = 256 << 20
)

// poisoned is a script that panics at every update that is poison, and echoes the others.
type poisoned struct{}

func (poisoned) NewData() any { return new(int) }

func (poisoned) Decide(s bot.Session, in bot.Input) (bot.Decision, error) {
	if in.Text == poison {
		panic(poison)
	}
	return bot.Decision{Session: s, Replies: []bot.Reply{{Kind: bot.Say, Text: in.Text}}}, nil
}

func (poisoned) Run(context.Context, bot.ChatID, bot.Effect) (bot.Value, error) {
	return bot.Value{}, errors.New("no effect is known")
}

// echo is the channel: it tells who waits for an answer.
type echo map[bot.ChatID]chan string

func (e echo) Send(_ context.Context, to bot.ChatID, r bot.Reply) error {
	e[to] <- r.Text
	return nil
}

// atPoison has n updates written, a tenth of them poison.
func atPoison(ctx context.Context, n int, seed uint64) (sum sightings, err error) {
	dir, err := os.MkdirTemp("", "llave-chaos")
	if err != nil {
		return sum, err
	}
	defer os.RemoveAll(dir)
	s, stop, err := openStore(ctx, dir)
	if err != nil {
		return sum, err
	}
	defer stop()
	keys, err := keyring.New(bytes.Repeat([]byte{1}, keyring.KeySize))
	if err != nil {
		return sum, err
	}
	people := echo{}
	for i := range poisonChats {
		people[bot.ChatID(fmt.Sprint("echo/bot/", i))] = make(chan string, 16)
	}
	e, err := engine.New(engine.Config{Store: s, Script: poisoned{}, Effects: poisoned{}, Keys: keys, Channels: map[string]bot.Channel{"echo": people},
		Log: slog.New(slog.NewTextHandler(io.Discard, nil))})
	if err != nil {
		return sum, err
	}
	if err := e.Start(ctx); err != nil {
		return sum, err
	}
	took, poisons, err := people.write(ctx, e, n, seed)
	err = errors.Join(err, e.Drain(ctx), e.Stop(ctx))
	dead, failed := s.Dead(ctx, 2*n)
	sum.Conversations, sum.Answered = n, len(took)
	sum.Others = fmt.Sprintf(" poison=%d dead_letters=%d others %s memory_at_most=%d MiB", poisons, len(dead), quantiles(took), peak("self")>>20)
	if len(dead) != poisons {
		failed = errors.Join(failed, fmt.Errorf("%d are poison, and %d are dead letters", poisons, len(dead)))
	}
	return sum, errors.Join(err, failed, missed(took, peak("self")))
}

// openStore is the store of the run.
func openStore(ctx context.Context, dir string) (bot.Store, func(), error) {
	if conversationsIn.addr != "" {
		s, err := store.OpenRedis(ctx, store.RedisConfig{Address: conversationsIn.address(dir)})
		if err != nil {
			return nil, nil, err
		}
		return s, func() { s.Close() }, nil
	}
	s, err := store.OpenSQLite(filepath.Join(dir, "llave.db"))
	if err != nil {
		return nil, nil, err
	}
	return s, func() { s.Close() }, nil
}

// write has everybody write their part, one after the other, and returns how long those waited who wrote no poison.
func (e echo) write(ctx context.Context, to bot.Accepter, n int, seed uint64) (took []time.Duration, poisons int, err error) {
	var mu sync.Mutex
	var all sync.WaitGroup
	of := 0
	for chat, answers := range e {
		rng := rand.New(rand.NewPCG(seed, uint64(of)))
		of++
		all.Go(func() {
			for i := range n / poisonChats {
				text := fmt.Sprint("text ", i)
				if i%10 == 9 {
					text = poison
				}
				time.Sleep(time.Duration(rng.Int64N(int64(20 * time.Millisecond))))
				began := time.Now()
				failed := to.Accept(ctx, bot.Update{Chat: chat, ID: fmt.Sprint(i), Kind: bot.Message, Text: text})
				answer := ""
				if failed == nil {
					answer = <-answers
				}
				mu.Lock()
				switch {
				case failed != nil:
					err = failed
				case text == poison:
					poisons++
				case answer != text:
					err = fmt.Errorf("%s: %q is answered by %q", chat, text, answer)
				default:
					took = append(took, time.Since(began))
				}
				mu.Unlock()
			}
		})
	}
	all.Wait()
	return took, poisons, err
}

// missed says which aim was missed.
func missed(took []time.Duration, memory int64) error {
	var errs []error
	if late := len(took) - len(within(took, othersWithin)); late*100 > len(took) {
		errs = append(errs, fmt.Errorf("%d of %d answers took longer than %s", late, len(took), othersWithin))
	}
	if memory > memoryWithin {
		errs = append(errs, fmt.Errorf("it held %d MiB, and may hold %d", memory>>20, memoryWithin>>20))
	}
	return errors.Join(errs...)
}

func within(took []time.Duration, bound time.Duration) (in []time.Duration) {
	for _, t := range took {
		if t <= bound {
			in = append(in, t)
		}
	}
	return in
}

// peak is the memory that a process has held at most, in bytes, where the system tells.
func peak(pid string) (bytes int64) {
	raw, _ := os.ReadFile("/proc/" + pid + "/status")
	for line := range strings.Lines(string(raw)) {
		if rest, ok := strings.CutPrefix(line, "VmHWM:"); ok {
			fmt.Sscan(rest, &bytes)
		}
	}
	return bytes << 10
}
