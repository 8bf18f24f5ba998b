package engine_test

import (
	"cmp"
	"context"
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"llave/bot"
	"llave/bot/engine"
	"llave/bot/enginetest"
	"llave/bot/rate"
)

// clerk is a conversation whose every answer begins with the id of the update that it answers.
type clerk struct{}

func (clerk) NewData() any { return new(struct{}) }

func (clerk) Mask(text string) bot.Masked { return bot.Masked{Text: text} }

func (clerk) Decide(s bot.Session, in bot.Input) (d bot.Decision, err error) {
	say := func(id, words string) { d.Replies = []bot.Reply{{Kind: bot.Say, Text: id + " " + words}} }
	switch {
	case in.Result != nil:
		got, _ := in.Result.Data.MarshalJSON()
		say(in.Result.Op, fmt.Sprintf("got #%s late=%t", got, in.Result.Late))
		s.Pending = nil
	case in.Kind == bot.Broken:
		say(in.ID, "sorry")
	case in.Kind == bot.Undelivered:
		say(in.Choice.Question, "unsure")
	case in.Text == "effect" && s.Pending == nil:
		d.Effect = &bot.Effect{Op: in.ID, Asked: in.ID, N: 1}
	case in.Text == "secret":
		say(in.ID, "secret")
		d.Replies[0].Kind, d.Replies[0].Question, d.Replies[0].Expires, d.Replies[0].Else = bot.Secret, in.ID, in.Now.Add(time.Hour), in.ID+" unsure"
	default:
		say(in.ID, "echo")
	}
	d.Session = s
	return d, nil
}

// scenario is what people do, and what happens to the processes meanwhile.
type scenario struct {
	chats, each int
	texts       []string      // that they write
	pause       int           // at most, between two of them, in milliseconds; every other time a hundredth
	lingers     time.Duration // how long things happen to the processes after all is written
	troubles    []trouble     // none: nothing happens to the processes
	effect      time.Duration // the back end takes that
	keeps       time.Duration // the store takes up to that to keep an update
	refusals    float64       // how often the channel asks for a pause
	rate        rate.Limit    // of a chat's turns
	patience    time.Duration // of people; zero: any
}

const (
	quiet           = "quiet"
	killed          = "killed"
	heldUp          = "held up"
	stopped         = "stopped in order"
	aFlood          = "a flood"
	killedAndHeldUp = "killed, and held up"
)

var scenarios = map[string]scenario{
	quiet:  {chats: 12, each: 6, texts: []string{"echo", "effect"}, pause: 1000, effect: 30 * time.Millisecond, keeps: 20 * time.Millisecond, patience: time.Second},
	killed: {chats: 24, each: 8, texts: []string{"echo", "secret", "effect"}, pause: 1500, troubles: []trouble{kills}, effect: time.Second, keeps: 400 * time.Millisecond, refusals: 0.1},
	heldUp: {chats: 24, each: 10, texts: []string{"echo"}, pause: 2000, troubles: []trouble{pauses}, keeps: 20 * time.Millisecond, refusals: 0.4},
	killedAndHeldUp: {chats: 24, each: 8, texts: []string{"echo", "effect", "secret"}, pause: 3000, troubles: []trouble{kills, pauses}, effect: time.Second,
		keeps: 100 * time.Millisecond, refusals: 0.2},
	stopped: {chats: 24, each: 10, texts: []string{"echo", "secret"}, pause: 2000, troubles: []trouble{stops}, keeps: 20 * time.Millisecond, patience: time.Second},
	// More is written at once than is answered in a minute, so that what waits changes hands again and again.
	aFlood: {chats: 6, each: 50, texts: []string{"echo"}, pause: 2, lingers: 2 * time.Minute, troubles: []trouble{stops}, keeps: 20 * time.Millisecond,
		rate: rate.Limit{Burst: 1, Every: 5 * time.Second}},
}

// watch is replicas whose every side is recorded.
type watch struct {
	*group
	scenario
	bug     bug
	history enginetest.History
	shards  map[bot.ChatID]string
	mu      sync.Mutex // of alive, and of the dice
	dice    *rand.Rand
}

// play has people write while something happens to the replicas, and returns what was recorded.
func (s scenario) play(t *testing.T, seed uint64, planted bug) (list []enginetest.Record) {
	t.Helper()
	bubble(t, func(t *testing.T) {
		w := &watch{group: newGroup(t, 0), scenario: s, bug: planted, dice: rand.New(rand.NewPCG(seed, 3))}
		w.loses = func(bot.WakeKind) bool { return w.chance(0.5) }
		w.findShards()
		w.history.Add(enginetest.Record{What: enginetest.Begun, Lease: groupLease, Patience: s.patience})
		for range 3 {
			w.join()
		}
		var writing sync.WaitGroup
		for n := range s.chats {
			own := rand.New(rand.NewPCG(seed, uint64(100+n)))
			writing.Go(func() { w.person(own, numbered(n)) })
		}
		w.trouble(&writing)
		w.end()
		w.history.Add(enginetest.Record{What: enginetest.Done})
		list = w.history.Records()
	})
	return list
}

// chance is true that often.
func (w *watch) chance(of float64) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.dice.Float64() < of
}

// upTo is a random time.
func (w *watch) upTo(d time.Duration) time.Duration {
	w.mu.Lock()
	defer w.mu.Unlock()
	return time.Duration(w.dice.Int64N(int64(d)))
}

// person writes in a chat, one text after the other.
func (w *watch) person(own *rand.Rand, chat bot.ChatID) {
	for i := range w.each {
		u := bot.Update{Chat: chat, ID: fmt.Sprint("u", i), Kind: bot.Message, Text: w.texts[own.IntN(len(w.texts))]}
		w.history.Add(enginetest.Record{What: enginetest.Said, Chat: string(chat), ID: u.ID})
		w.take(own, u)
		pause := w.pause
		if i%2 == 0 {
			pause = max(pause/100, 2) // shorter than a beat: what came before may not have been found yet
		}
		time.Sleep(time.Duration(own.IntN(pause)) * time.Millisecond)
	}
	time.Sleep(w.lingers)
}

// one is a replica that lives.
func (w *watch) one(own *rand.Rand) *process {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.alive[own.IntN(len(w.alive))]
}

// take gives an update to some replica until one has kept it, as a channel does.
func (w *watch) take(own *rand.Rand, u bot.Update) {
	kept := enginetest.Record{What: enginetest.Acknowledged, Chat: string(u.Chat), ID: u.ID}
	if w.bug == ackBeforeKeep {
		w.history.Add(kept)
	}
	for {
		p := w.one(own)
		ctx, cancel := context.WithTimeout(w.Context(), 5*time.Second)
		err := p.Accept(ctx, u)
		cancel()
		switch {
		case err == nil:
			kept.By = p.id
			w.history.Add(kept)
			return
		case w.bug == ackBeforeKeep:
			return
		}
		time.Sleep(time.Duration(1+own.IntN(50)) * time.Millisecond)
	}
}

// trouble has things happen to the replicas until everything is written.
func (w *watch) trouble(writing *sync.WaitGroup) {
	for !idle(writing) {
		if len(w.troubles) == 0 {
			time.Sleep(time.Second)
			continue
		}
		time.Sleep(w.upTo(3 * time.Second))
		w.mu.Lock()
		at, what := w.dice.IntN(len(w.alive)), w.troubles[w.dice.IntN(len(w.troubles))]
		p := w.alive[at]
		if what != pauses {
			w.leave(at)
		}
		w.mu.Unlock()
		w.happens(p, what)
	}
}

// happens does it to one replica, and has another take its place if it ends.
func (w *watch) happens(p *process, what trouble) {
	note := func(class string) {
		w.history.Add(enginetest.Record{What: enginetest.Fault, Class: class, By: p.id})
	}
	switch what {
	case pauses:
		note(enginetest.Stop)
		p.stopFor(groupLease + w.upTo(3*time.Second))
		note(enginetest.Continue)
		return
	case kills:
		note(enginetest.Kill)
		p.kill()
	case stops:
		note(enginetest.Term)
		if err := p.Stop(w.Context()); err != nil {
			w.Error(err)
		}
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.join()
}

// join starts one more replica.
func (w *watch) join() {
	w.born++
	p := &process{id: fmt.Sprint("replica ", w.born)}
	h := &harness{t: w.T, store: &watchedStore{&through{w.store, p, w.group}, w}}
	h.start(func(c *engine.Config) {
		c.Script, c.Effects, c.Channels = clerk{}, watchedOutside{p, w}, map[string]bot.Channel{"fake": watchedChannel{p, w}}
		c.Timing.InTime, c.Rates = time.Minute, map[string]rate.Limit{"fake": w.rate}
		c.Replica = &engine.ReplicaConfig{Replica: bot.Replica{ID: p.id}, Lease: groupLease, Beat: groupLease / 10}
		if w.bug == noLookAtLease {
			c.Replica.Lease = time.Hour // it is sure for as long as that; the store grants what it always does
		}
	})
	p.Engine = h.Engine
	w.alive = append(w.alive, p)
}

// end waits until nothing is pending, and ends all.
func (w *watch) end() {
	time.Sleep(3 * groupLease)
	for _, p := range w.alive {
		ctx, cancel := context.WithTimeout(w.Context(), 10*time.Minute)
		err := cmp.Or(p.Drain(ctx), p.Stop(ctx))
		cancel()
		if err != nil && w.bug == "" {
			w.Error(err)
		}
	}
	for _, p := range w.gone { // their goroutines end with them
		ctx, cancel := context.WithTimeout(w.Context(), time.Second)
		_ = p.Stop(ctx)
		cancel()
	}
	synctest.Wait()
}
