package storetest

import (
	"bytes"
	"errors"
	"maps"
	"slices"

	"pgregory.net/rapid"

	"llave/bot"
)

func modelChecks() []Check {
	return []Check{{ModelCheck, Property}}
}

// ModelCheck is the name of the check that runs [Property].
const ModelCheck = "Model/any sequence of calls leaves what the model says"

// Property drives random sequences of calls against a store and a model of it, and compares what can be seen.
func Property(t TB, open func() bot.Store) {
	rapid.Check(t, func(rt *rapid.T) {
		s := open()
		defer closeIt(s)
		p := &pair{world: enter(rt, s), rt: rt, model: newModel()}
		for _, shard := range []bot.Shard{0, 7, 255} {
			p.chats = append(p.chats, key(shard, 1), key(shard, 2))
		}
		p.model.claim(p.world.claim(0, 7, 255), []bot.Shard{0, 7, 255})
		rt.Repeat(map[string]func(*rapid.T){
			"accept": p.accept, "accept again": p.accept, "commit": p.commit, "commit more": p.commit,
			"mark": p.mark, "claim": p.claim, "trim": p.trim, "sweep": p.sweep, "due": p.dueAt, "look": p.lookAll,
			"ping": p.ping, "events": p.page, "begin": p.beginTurn, "idle": p.idle,
		})
		p.lookAll(rt)
	})
}

// pair is a store and its model, side by side.
type pair struct {
	*world
	rt    *rapid.T
	model *model
	chats []bot.ChatKey
	count int // makes every body a different one
}

func (p *pair) body() []byte {
	p.count++
	return bytesOf("body %04d", p.count)
}

func (p *pair) chat(t *rapid.T) bot.ChatKey { return rapid.SampledFrom(p.chats).Draw(t, "chat") }

func (p *pair) shard(t *rapid.T) bot.Shard { return p.chat(t).Shard() }

// hours are few, so that they meet.
func (p *pair) hour(t *rapid.T) int { return rapid.IntRange(0, 9).Draw(t, "hour") }

func (p *pair) accept(t *rapid.T) {
	a := bot.Arrival{Chat: p.chat(t), ID: id(rapid.Uint64Range(1, 6).Draw(t, "id")), At: hour(p.hour(t)), Body: p.body()}
	r, err := p.store.Accept(p.Context(), a)
	p.must(err, "accept")
	c := p.model.chat(a.Chat)
	p.equal(bot.Receipt{Seq: r.Seq, Version: r.Version, Session: r.Session},
		bot.Receipt{Seq: r.Seq, Version: c.Version, Session: c.Session}, "receipt")
	_, dup := p.model.seen[a.Chat][a.ID]
	switch last := p.model.lastSeq[a.Chat.Shard()]; {
	case dup != (r.Seq == 0):
		t.Fatalf("accept: Seq %d, is a duplicate: %t", r.Seq, dup)
	case !dup && r.Seq <= last:
		t.Fatalf("accept: Seq %d after %d", r.Seq, last)
	case !dup:
		p.model.accept(a, r.Seq)
	}
}

func (p *pair) draw(t *rapid.T) bot.Turn {
	k := p.chat(t)
	c := p.model.chat(k)
	turn := bot.Turn{Chat: k, Base: c.Version, Fence: p.model.fences[k.Shard()], Session: p.body()}
	switch rapid.IntRange(0, 9).Draw(t, "wrong") {
	case 0:
		turn.Base += rapid.SampledFrom([]uint64{1, 2, ^uint64(0) >> 12}).Draw(t, "off")
	case 1:
		turn.Fence = rapid.SampledFrom(p.model.issued).Draw(t, "fence")
	case 2:
		turn.Update = rapid.Uint64Range(1, 40).Draw(t, "update")
	}
	if len(c.Waiting) > 0 && turn.Update == 0 && rapid.Bool().Draw(t, "answers") {
		turn.Update = rapid.SampledFrom(c.Waiting).Draw(t, "waiting").Seq
		if rapid.Bool().Draw(t, "aside") {
			turn.Quarantine, turn.QuarantinedBody = "reason", p.body()
		}
	}
	turn.Purge = rapid.IntRange(0, 3).Draw(t, "purge") == 0
	for range rapid.IntRange(0, 3).Draw(t, "replies") {
		turn.Replies = append(turn.Replies, p.body())
	}
	turn.Keep = rapid.Uint64Range(0, 7).Draw(t, "keep")
	for range rapid.IntRange(0, 2).Draw(t, "events") {
		turn.Events = append(turn.Events, p.body())
	}
	for range rapid.IntRange(0, 2).Draw(t, "timers") {
		set := bot.TimerSet{Name: rapid.SampledFrom([]string{"a", "b"}).Draw(t, "name")}
		if rapid.Bool().Draw(t, "set") {
			set.Due, set.Body = hour(p.hour(t)), p.body()
		}
		turn.Timers = append(turn.Timers, set)
	}
	switch rapid.IntRange(0, 5).Draw(t, "dates") {
	case 0, 1:
		turn.Forget = hour(p.hour(t)).Add(bot.DedupWindow) // so that a sweep comes before it, or after
	case 2:
		turn.Review = hour(p.hour(t)).Add(bot.DedupWindow)
	}
	if rapid.IntRange(0, 9).Draw(t, "unread") == 0 {
		turn.Unreadable = []bot.Unreadable{{Kind: bot.DeadSession, Reason: "lost", At: hour(p.hour(t)), Body: p.body()}}
	}
	if rapid.IntRange(0, 2).Draw(t, "effect") == 0 {
		turn.Effect = p.body()
	}
	return turn
}

func (p *pair) commit(t *rapid.T) {
	turn := p.draw(t)
	allowed := p.model.judge(turn)
	err := p.store.Commit(p.Context(), turn)
	switch {
	case len(allowed) == 0 && err == nil:
		p.model.commit(turn)
	case !slices.ContainsFunc(allowed, func(want error) bool { return errors.Is(err, want) }):
		t.Fatalf("commit = %v, want one of %v", err, allowed)
	}
	p.equal(p.load(turn.Chat), p.model.chat(turn.Chat).held, "the chat after a commit")
}

func (p *pair) mark(t *rapid.T) {
	var marks []bot.DeliveryResult
	for range rapid.IntRange(1, 3).Draw(t, "marks") {
		k := bot.DeliveryResult{Chat: p.chat(t), N: rapid.Uint64Range(0, 3).Draw(t, "n"), Reason: "given up"}
		if messages := p.model.chat(k.Chat).Outbox; len(messages) > 0 {
			k.N = rapid.SampledFrom(messages).Draw(t, "message").N
		}
		k.State = rapid.SampledFrom([]bot.DeliveryState{bot.Delivered, bot.Attempting, bot.DeadLettered}).Draw(t, "state")
		k.Tries, k.Due, k.At = p.hour(t), hour(p.hour(t)), hour(p.hour(t))
		if rapid.Bool().Draw(t, "event") {
			k.Event = p.body()
		}
		if k.Fence = p.model.fences[k.Chat.Shard()]; rapid.IntRange(0, 9).Draw(t, "wrong") == 0 {
			k.Fence = rapid.SampledFrom(p.model.issued).Draw(t, "fence")
		}
		marks = append(marks, k)
	}
	err := p.store.RecordDelivery(p.Context(), marks)
	fenced := 0
	for _, k := range marks {
		if p.model.fences[k.Chat.Shard()] != k.Fence {
			fenced++
		} else {
			p.model.mark(k)
		}
	}
	if fenced == 0 {
		p.must(err, "mark")
	} else if !errors.Is(err, bot.ErrFenced) {
		t.Fatalf("mark = %v, want that %d are fenced", err, fenced)
	}
}

func (p *pair) claim(t *rapid.T) {
	shards := []bot.Shard{p.shard(t)}
	f := p.world.claim(shards...)
	if f <= slices.Max(p.model.issued) {
		t.Fatalf("claim: fence %d after %d", f, slices.Max(p.model.issued))
	}
	p.model.claim(f, shards)
}

func (p *pair) trim(t *rapid.T) {
	s, upto := p.shard(t), rapid.Uint64Range(0, 12).Draw(t, "upto")
	p.must(p.store.Trim(p.Context(), s, upto), "trim")
	p.model.trimmed[s] = max(p.model.trimmed[s], min(upto, uint64(len(p.model.events[s]))))
}

func (p *pair) sweep(t *rapid.T) {
	now := hour(p.hour(t)).Add(bot.DedupWindow)
	p.world.sweep(now)
	p.model.sweep(now)
}

func (p *pair) dueAt(t *rapid.T) {
	now := hour(p.hour(t))
	all := p.model.picture(p.chats).Due
	p.equal(p.due(now), orNil(slices.DeleteFunc(all, func(d bot.TimerDue) bool { return d.Due.After(now) })), "due")
}

func (p *pair) beginTurn(t *rapid.T) {
	k := p.chat(t)
	seq, f := rapid.Uint64Range(1, 40).Draw(t, "update"), p.model.fences[k.Shard()]
	if waiting := p.model.chat(k).Waiting; len(waiting) > 0 && rapid.Bool().Draw(t, "waits") {
		seq = rapid.SampledFrom(waiting).Draw(t, "waiting").Seq
	}
	if rapid.IntRange(0, 5).Draw(t, "wrong") == 0 {
		f = rapid.SampledFrom(p.model.issued).Draw(t, "fence")
	}
	if want, err := p.model.begin(k, seq, f), p.store.BeginTurn(p.Context(), f, k, seq); !errors.Is(err, want) {
		t.Fatalf("begin = %v, want %v", err, want)
	}
}

func (p *pair) idle(t *rapid.T) {
	now := hour(p.hour(t)).Add(bot.DedupWindow)
	got, err := p.store.Idle(p.Context(), now, 0, everything)
	p.must(err, "idle")
	want := p.model.idle(now)
	for _, keys := range [][]bot.ChatKey{got, want} {
		slices.SortFunc(keys, func(a, b bot.ChatKey) int { return bytes.Compare(a[:], b[:]) })
	}
	p.equal(got, want, "idle")
}

func (p *pair) ping(*rapid.T) { p.must(p.store.Ping(p.Context()), "ping") }

// page reads a log from somewhere on.
func (p *pair) page(t *rapid.T) {
	s, after := p.shard(t), rapid.Uint64Range(0, 8).Draw(t, "after")
	got, err := p.store.Events(p.Context(), s, after, everything)
	p.must(err, "events")
	from := min(max(after, p.model.trimmed[s]), uint64(len(p.model.events[s])))
	p.equal(orNil(got), orNil(p.model.events[s][from:]), "events behind a number")
}

func (p *pair) lookAll(t *rapid.T) {
	got := p.look(p.chats...)
	if !slices.IsSortedFunc(got.Dead, func(a, b bot.DeadLetter) int { return b.At.Compare(a.At) }) {
		t.Fatalf("dead: the newest is not first: %v", got.Dead)
	}
	slices.SortStableFunc(got.Dead, newestFirst)
	p.equal(got, p.model.picture(p.chats), "what can be seen")
	for _, s := range slices.Sorted(maps.Keys(p.model.fences)) {
		first, err := p.store.PendingChats(p.Context(), s, key(s, 1), everything)
		p.must(err, "pending")
		p.equal(slices.Contains(first, key(s, 1)), false, "pending behind a key names the key")
	}
}
