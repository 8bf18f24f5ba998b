// Command chaos uses the real program the way people do and kills it, kill -9, at random moments. What all sides said and saw is
// recorded, and judged when it is over: every update that was taken is answered, no answer differs from its repetition, and the
// back end's own books have exactly as many new tokens, and sheets of preprinted ones, as were shown.
//
//	go run ./cmd/chaos -conversations 500
//	go run ./cmd/chaos -conversations 500 -through poll      # Telegram, with a tenth of the replies lost
//	go run ./cmd/chaos -conversations 500 -through webhook
//	go run ./cmd/chaos -conversations 2000 -through desk -for 30m   # cases of Mesa de Ayuda; nobody comes after half an hour
//	go run ./cmd/chaos -conversations 500 -through screens   # how quick the desk is; nothing is killed
//	go run ./cmd/chaos -conversations 10000 -through poison  # a tenth of the updates cannot be dealt with
//	go run ./cmd/chaos -through flood                      # one chat writes 1,000 times a second
//	go run ./cmd/chaos -conversations 500 -store redis     # on a Redis of its own, also with -through
//	go run ./cmd/chaos -conversations 60 -replicas kill    # or stop, or term: two processes on one Redis; also -through webhook, -load 50
//	go run ./cmd/chaos -conversations 180 -redis kill      # the Redis is killed, and nothing else
//	go run ./cmd/chaos -conversations 60 -redis sentinel   # or cluster: a master is killed, and a replica that is behind has its place
//	go run ./cmd/chaos -conversations 500 -at 2026-12-31T23:58   # with the program's clock there, in Buenos Aires
//	go run ./cmd/chaos -conversations 500 -history h.jsonl       # keeps what was recorded
//	go run ./cmd/chaos -judge h.jsonl                            # judges it again
//
// It exits with 1 if a promise was broken. The figures are on the last line.
//
// Reading order: main.go, program.go (the program and its environment), record.go (what is recorded; the judge is package
// llave/bot/enginetest), terminal.go and sheet.go (one person at one terminal), telegram.go and telegram_link.go (the same through
// Telegram), desk.go (a day at Mesa de Ayuda; desk_people.go, who works there; desk_check.go, what is counted; screens.go, how quick
// it is), clock.go, redis.go (the Redis of a run), redis_kill.go (it is killed), redis_group.go
// (several, one of which has another's place) and redis_way.go (a replica that is behind), replicas.go (two processes on it) and
// replicas_faults.go (what happens to them), replicas_crowd.go (who writes meanwhile), front.go (one address of both), holders.go (who holds a chat), passage.go (the way of a process to a server), fenced.go
// (what a process says that it was refused), poison.go and flood.go (updates that cannot be dealt with, and too many of one chat).
package main

import (
	"cmp"
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"time"

	_ "modernc.org/sqlite"

	"llave/bot/enginetest"
)

// options are the flags.
type options struct {
	n                      int
	seed                   uint64
	channel, binary, store string
	kill, long, patience   time.Duration
	replicas, redis        string
	at, history, judge     string
	load                   int
	webhook                bool // with -replicas: -through webhook
}

func readFlags() (o options) {
	flag.IntVar(&o.n, "conversations", 500, "how many conversations")
	flag.Uint64Var(&o.seed, "seed", uint64(time.Now().UnixNano()), "seed of the moments at which it is killed")
	flag.StringVar(&o.channel, "through", "terminal", "terminal, or Telegram by poll or webhook; desk: Telegram with agents at Mesa de Ayuda, or screens: how quick they are; poison: a tenth of the updates cannot be dealt with; flood: one chat writes 1,000 a second")
	flag.StringVar(&o.binary, "binary", "", "the program; built from ./cmd/llave if not given")
	flag.DurationVar(&o.kill, "kill", time.Minute, "at the desk: how often it is killed, on average")
	flag.DurationVar(&o.long, "for", 0, "at the desk: nobody comes after this time; 0: all come; of a flood: how long; 0: a minute")
	flag.StringVar(&o.store, "store", "sqlite", "where the conversations are kept: sqlite, or redis")
	flag.StringVar(&o.replicas, "replicas", "", "two processes on a Redis: kill, stop (for longer than the lease) or term, to one of them; with -through webhook, too")
	flag.StringVar(&o.redis, "redis", "", "one process on a Redis: kill, to the Redis; sentinel or cluster: on several, to a master, with replicas that are 150 ms behind")
	flag.StringVar(&o.at, "at", "", "the day and hour at which the program begins, in Buenos Aires (2006-01-02T15:04); the machine's if not given")
	flag.DurationVar(&o.patience, "patience", 0, "with -replicas: how long an answer may take, besides the lease where a process was killed or held up; 0: any time")
	flag.IntVar(&o.load, "load", 0, "with -replicas: how many others write, a second")
	flag.StringVar(&o.history, "history", "", "the file that keeps what was recorded, one JSON object a line")
	flag.StringVar(&o.judge, "judge", "", "judges what such a file keeps, and does nothing else")
	flag.Parse()
	switch {
	case o.replicas != "":
		o.store, o.channel, o.webhook = "redis", "replicas", o.channel == "webhook"
	case o.redis != "":
		o.store, o.channel = "redis", "redis"
		if o.redis != "kill" {
			o.store = o.redis
		}
	}
	return o
}

func main() {
	o := readFlags()
	if o.judge != "" {
		os.Exit(judgeFile(o.judge))
	}
	if err := clock.begin(o.at); err != nil {
		fmt.Fprintln(os.Stderr, "chaos: -at:", err)
		os.Exit(2)
	}
	h := &enginetest.History{Now: clock.now}
	begin, ok := o.runs(context.Background(), h)[o.channel]
	if _, known := backAfter[o.redis]; !ok || o.redis != "" && !known {
		fmt.Fprintln(os.Stderr, "chaos: -through is terminal, poll, webhook, desk, screens, poison or flood; -redis is kill, sentinel or cluster")
		os.Exit(2)
	}
	if o.redis != "" {
		conversationsIn.fsync = "always"
	}
	stop, err := beginStore(o.store)
	if err != nil {
		fmt.Fprintln(os.Stderr, "chaos: -store:", err)
		os.Exit(2)
	}
	fmt.Fprintf(os.Stderr, "seed %d\n", o.seed)
	sum, err := begin()
	stop()
	err = errors.Join(err, judged(h), keepHistory(o.history, h))
	fmt.Println(sum)
	if err != nil {
		fmt.Fprintln(os.Stderr, "chaos:", err)
		os.Exit(1)
	}
}

// runs are what can be run, by name.
func (o options) runs(ctx context.Context, h *enginetest.History) map[string]func() (sightings, error) {
	return map[string]func() (sightings, error){
		"terminal": func() (sightings, error) { return atTerminals(ctx, h, o.n, o.seed, o.binary) },
		"poll":     func() (sightings, error) { return onTelegram(ctx, h, o.n, o.seed, o.binary, false) },
		"webhook":  func() (sightings, error) { return onTelegram(ctx, h, o.n, o.seed, o.binary, true) },
		"desk":     func() (sightings, error) { return atTheDesk(ctx, o.n, o.seed, o.binary, o.kill, o.long) },
		"poison":   func() (sightings, error) { return atPoison(ctx, o.n, o.seed) },
		"flood":    func() (sightings, error) { return inAFlood(ctx, h, cmp.Or(o.long, time.Minute), o.seed, o.binary) },
		"screens":  func() (sightings, error) { return sightings{}, measureScreens(ctx, o.n, o.seed, o.binary) },
		"replicas": func() (sightings, error) {
			return onReplicas(ctx, h, replicasRun{n: o.n, seed: o.seed, binary: o.binary, fault: o.replicas, webhook: o.webhook, patience: o.patience, load: o.load})
		},
		"redis": func() (sightings, error) {
			return onKilledRedis(ctx, h, max(1, o.n/userCount), o.seed, o.binary, o.redis)
		},
	}
}

// sightings is what happened.
type sightings struct {
	Conversations, Kills, Answered, Repeated, Retyped int
	Tokens, Sheets                                    int
	FencedTurns, FencedResults                        int           // writes of replicas that were refused
	Longest                                           time.Duration // from a fault of a replica to the next answer
	Redis                                             redisSightings
	Others                                            string // of those who only wrote
}

func (t sightings) String() string {
	text := fmt.Sprintf("conversations=%d kills=%d answered=%d answered_again_alike=%d retyped_because_never_taken=%d new_tokens_by_the_back_ends_books=%d sheets=%d",
		t.Conversations, t.Kills, t.Answered, t.Repeated, t.Retyped, t.Tokens, t.Sheets)
	if t.Longest > 0 {
		text += fmt.Sprintf(" longest_until_answered=%s fenced_turns=%d fenced_deliveries=%d", t.Longest.Round(time.Millisecond), t.FencedTurns, t.FencedResults)
	}
	return text + t.Redis.String() + t.Others
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
