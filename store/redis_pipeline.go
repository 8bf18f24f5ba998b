package store

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/redis/go-redis/v9"

	"llave/bot"
)

const (
	redisSenders = 2   // pipelines on their way at once
	redisBatch   = 128 // commands in one: as many as SQLite takes into a transaction
	redisTime    = 5 * time.Second
)

// redisOp is one command on its way to the server.
type redisOp struct {
	cmd     *redis.Cmd
	script  *redisScript // nil: a plain command
	replica bool         // it is answered when a replica has it
	taken   atomic.Bool  // by a sender, or by a caller that gave up waiting: the first has it
	err     error        // set before done is closed, as is cmd
	done    chan struct{}
}

// redisPipeline gathers commands: what waits goes out together, which costs one round trip, and while that is on its way
// the next ones gather. Commands are not in order with one another; a caller that needs order sends one script.
type redisPipeline struct {
	client        redis.UniversalClient
	timeout       time.Duration // of a batch; zero: none
	confirmations confirmations
	queue         chan *redisOp
	stop          chan struct{}
	once          sync.Once
	senders       sync.WaitGroup
	finished      chan struct{}
}

func newRedisPipeline(client redis.UniversalClient, timeout time.Duration) *redisPipeline {
	p := &redisPipeline{client: client, timeout: timeout, queue: make(chan *redisOp, 256), stop: make(chan struct{}), finished: make(chan struct{})}
	for range redisSenders {
		p.senders.Go(p.run)
	}
	return p
}

// close answers what was taken in. Later commands fail with [bot.ErrClosed].
func (p *redisPipeline) close() {
	p.once.Do(func() {
		close(p.stop)
		p.senders.Wait()
		close(p.finished)
	})
	<-p.finished
}

// plain makes a plain command.
func plain(args ...any) *redisOp {
	return &redisOp{cmd: redis.NewCmd(context.Background(), args...), done: make(chan struct{})}
}

// send gives a command to the senders.
func (p *redisPipeline) send(ctx context.Context, o *redisOp) error {
	if err := p.ready(ctx); err != nil {
		return err
	}
	select {
	case p.queue <- o:
		return nil
	case <-p.stop:
		return bot.ErrClosed
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (p *redisPipeline) ready(ctx context.Context) error {
	select {
	case <-p.stop:
		return bot.ErrClosed
	default:
		return ctx.Err()
	}
}

// wait returns the answer of a command that was sent. A caller that gives up before it went out has changed nothing; after
// that it waits, since the outcome would not be known.
func (p *redisPipeline) wait(ctx context.Context, o *redisOp) (any, error) {
	select {
	case <-o.done:
		return o.result()
	case <-ctx.Done():
		if o.taken.CompareAndSwap(false, true) {
			return nil, ctx.Err()
		}
	case <-p.finished:
	}
	select {
	case <-o.done:
		return o.result()
	case <-p.finished:
	}
	select {
	case <-o.done: // answered by the very last batch
		return o.result()
	default:
		return nil, bot.ErrClosed // it came into the queue after the last batch
	}
}

// result is what the server answered. Nothing is nil.
func (o *redisOp) result() (any, error) {
	if o.err != nil {
		return nil, o.err
	}
	v, err := o.cmd.Result()
	if errors.Is(err, redis.Nil) {
		return nil, nil
	}
	return v, err
}

// do sends a command and waits for its answer.
func (p *redisPipeline) do(ctx context.Context, o *redisOp) (any, error) {
	if err := p.send(ctx, o); err != nil {
		return nil, err
	}
	return p.wait(ctx, o)
}

// all sends commands together and waits for all answers. It returns the first error.
func (p *redisPipeline) all(ctx context.Context, ops []*redisOp) (answers []any, first error) {
	sent := 0
	for _, o := range ops {
		if first = p.send(ctx, o); first != nil {
			break
		}
		sent++
	}
	answers = make([]any, len(ops))
	for i, o := range ops[:sent] {
		v, err := p.wait(ctx, o)
		if err != nil && first == nil {
			first = err
		}
		answers[i] = v
	}
	return answers, first
}

// run is a sender.
func (p *redisPipeline) run() {
	batch := make([]*redisOp, 0, redisBatch)
	for {
		select {
		case o := <-p.queue:
			batch = p.gather(batch[:0], o)
			p.exchange(batch)
			clear(batch)
		case <-p.stop:
			if len(p.queue) == 0 {
				return
			}
		}
	}
}

// gather takes the commands that wait, without those whose callers gave up.
func (p *redisPipeline) gather(batch []*redisOp, o *redisOp) []*redisOp {
	for {
		if o.taken.CompareAndSwap(false, true) {
			batch = append(batch, o)
		}
		if len(batch) == cap(batch) {
			return batch
		}
		select {
		case o = <-p.queue:
		default:
			return batch
		}
	}
}

// exchange sends a batch and answers its callers. A script that the server does not know goes out again with its text.
func (p *redisPipeline) exchange(batch []*redisOp) {
	if len(batch) == 0 {
		return
	}
	ctx, cancel := context.Background(), func() {}
	if p.timeout > 0 {
		ctx, cancel = context.WithTimeout(ctx, p.timeout)
	}
	defer cancel()
	p.roundTrip(ctx, batch)
	var unknown []*redisOp
	for _, o := range batch {
		if err := o.cmd.Err(); o.script != nil && o.err == nil && err != nil && redis.HasErrorPrefix(err, "NOSCRIPT") {
			args := o.cmd.Args()
			args[0], args[1] = "eval", o.script.text
			o.cmd = redis.NewCmd(ctx, args...)
			unknown = append(unknown, o)
		}
	}
	if len(unknown) > 0 {
		p.roundTrip(ctx, unknown)
	}
	for _, o := range batch {
		close(o.done)
	}
}

// roundTrip sends commands and reads their answers. In a cluster those that a replica has to confirm go to each master apart,
// because a server waits for what came on the same connection.
func (p *redisPipeline) roundTrip(ctx context.Context, batch []*redisOp) {
	cluster, ok := p.client.(*redis.ClusterClient)
	if !ok || !slices.ContainsFunc(batch, func(o *redisOp) bool { return o.replica }) {
		p.confirmed(ctx, p.client, batch)
		return
	}
	masters := map[*redis.Client][]*redisOp{}
	for _, o := range batch {
		master, err := cluster.MasterForKey(ctx, o.key())
		if err != nil {
			o.err = err
			continue
		}
		masters[master] = append(masters[master], o)
	}
	var all sync.WaitGroup
	for master, part := range masters {
		all.Go(func() { p.confirmed(ctx, master, part) })
	}
	all.Wait()
	for _, o := range batch {
		if err := o.cmd.Err(); o.err == nil && redis.HasErrorPrefix(err, "MOVED") {
			cluster.ReloadState(ctx) // nothing was done: who asked asks again
			return
		}
	}
}

// key is a key that a command touches; empty for one that has none.
func (o *redisOp) key() string {
	args, at := o.cmd.Args(), 1
	if o.script != nil {
		at = 3
	}
	if at >= len(args) {
		return ""
	}
	k, _ := args[at].(string)
	return k
}

// confirmed sends commands as one pipeline. Behind what must not be lost it waits for the replicas.
func (p *redisPipeline) confirmed(ctx context.Context, client redis.Cmdable, batch []*redisOp) {
	pipe := client.Pipeline()
	confirm := false
	for _, o := range batch {
		_ = pipe.Process(ctx, o.cmd) // it is only put into the pipeline
		confirm = confirm || o.replica
	}
	var waited *redis.IntCmd
	var want int64
	if confirm {
		want = p.confirmations.of(ctx, client)
	}
	if want > 0 {
		waited = redis.NewIntCmd(ctx, "wait", want, replicaTime.Milliseconds())
		_ = pipe.Process(ctx, waited)
	}
	_, _ = pipe.Exec(ctx) // each command has its own error
	if waited == nil {
		return
	}
	got, err := waited.Result()
	if err == nil && got < want {
		p.confirmations.missed(ctx, client)
	}
	if err != nil || got < want {
		for _, o := range batch {
			if o.replica && o.cmd.Err() == nil {
				o.err = errNotReplicated
			}
		}
	}
}

// replicaTime is how long a replica may take. What is not confirmed by then is an error: it may have been kept.
const replicaTime = time.Second

var errNotReplicated = errors.New("store: no replica has confirmed it")

// redisFailed adds the operation to an error of the server. No error of the client says more than an address.
func redisFailed(what string, err error) error {
	switch {
	case err == nil || isPortError(err) || errors.Is(err, bot.ErrClosed):
		return err
	case isRedisFull(err):
		return failed(what, errors.Join(ErrFull, err))
	}
	return failed(what, err)
}

// isRedisFull says that the server has no memory left for what is new.
func isRedisFull(err error) bool {
	var e redis.Error
	return errors.As(err, &e) && strings.HasPrefix(e.Error(), "OOM ")
}
