package storetest

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"llave/bot"
)

// reporter is what both a test and a run of a property can do.
type reporter interface {
	Helper()
	Errorf(format string, args ...any)
	Fatalf(format string, args ...any)
	Context() context.Context
}

// world is a store under test, with words for what checks do over and over.
type world struct {
	reporter
	store bot.Store
	held  map[bot.Shard]bot.Fence // claimed on the way, by the first commit in a shard
}

func enter(t reporter, s bot.Store) *world {
	return &world{reporter: t, store: s, held: make(map[bot.Shard]bot.Fence)}
}

// key is a chat of a shard. Keys look random, as they do in life, but those of one shard are ordered by n.
func key(s bot.Shard, n uint64) bot.ChatKey {
	k := bot.ChatKey{byte(s)}
	binary.BigEndian.PutUint32(k[1:], uint32(n))
	r := rand.New(rand.NewPCG(uint64(s), n))
	for i := 5; i < len(k); i++ {
		k[i] = byte(r.Uint32())
	}
	return k
}

// id is the hash of an update's id; nothing sorts them.
func id(n uint64) (h [16]byte) {
	r := rand.New(rand.NewPCG(n, 17))
	binary.BigEndian.PutUint64(h[:8], r.Uint64())
	binary.BigEndian.PutUint64(h[8:], r.Uint64())
	return h
}

// hour is a time, n milliseconds after noon: stores need not keep anything finer.
func hour(n int) time.Time {
	return time.Date(2026, 11, 5, 12, 0, 0, 0, time.UTC).Add(time.Duration(n) * time.Millisecond)
}

func bytesOf(format string, args ...any) []byte { return fmt.Appendf(nil, format, args...) }

// must stops the check when the store refuses what it must not refuse.
func (w *world) must(err error, what string) {
	w.Helper()
	if err != nil {
		w.Fatalf("%s: %v", what, err)
	}
}

func (w *world) equal(got, want any, what string) {
	w.Helper()
	if d := diff(got, want); d != "" {
		w.Errorf("%s (-got +want):\n%s", what, d)
	}
}

// diff compares by meaning: times by the moment, and nothing is the same as empty. The numbers of dead letters are the
// store's own. Most are equal in every bit, which is found at a tenth of the price.
func diff(got, want any) string {
	if reflect.DeepEqual(got, want) {
		return ""
	}
	return cmp.Diff(got, want, cmpopts.EquateEmpty(), cmpopts.IgnoreFields(bot.DeadLetter{}, "ID"))
}

// orNil returns nil for an empty list: so what is the same by meaning is mostly equal in every bit, too.
func orNil[T any](list []T) []T {
	if len(list) == 0 {
		return nil
	}
	return list
}

// accept accepts the update n of a chat, whose body names it.
func (w *world) accept(k bot.ChatKey, n uint64) bot.Receipt {
	w.Helper()
	return w.acceptAt(k, n, hour(0))
}

func (w *world) acceptAt(k bot.ChatKey, n uint64, at time.Time) bot.Receipt {
	w.Helper()
	r, err := w.store.Accept(w.Context(), bot.Arrival{Chat: k, ID: id(n), At: at, Body: bytesOf("update %d", n)})
	w.must(err, "accept")
	return r
}

// fresh is accept of something that is no duplicate; it returns the Seq.
func (w *world) fresh(k bot.ChatKey, n uint64) uint64 {
	w.Helper()
	r := w.accept(k, n)
	if r.Seq == 0 {
		w.Fatalf("update %d is taken for a duplicate", n)
	}
	return r.Seq
}

// held is what a store holds of a chat: what Load returns, and the first page of its outbox.
type held struct {
	bot.Chat
	Outbox []bot.OutboxMessage
}

func (w *world) load(k bot.ChatKey) held {
	w.Helper()
	c, err := w.store.Load(w.Context(), k)
	w.must(err, "load")
	c.Waiting = orNil(c.Waiting)
	return held{c, w.messages(k, 0, bot.PageSize)}
}

func (w *world) messages(k bot.ChatKey, from uint64, limit int) []bot.OutboxMessage {
	w.Helper()
	page, err := w.store.Messages(w.Context(), k, from, limit)
	w.must(err, "messages")
	return orNil(page)
}

// turn begins a turn on the chat as it is, under the fence that this world holds.
func (w *world) turn(k bot.ChatKey) bot.Turn {
	w.Helper()
	base := w.load(k).Version
	return bot.Turn{Chat: k, Base: base, Fence: w.fence(k.Shard()), Session: bytesOf("session %d", base+1)}
}

// fence is the fence of a shard, claimed when it is first asked for.
func (w *world) fence(s bot.Shard) bot.Fence {
	w.Helper()
	if _, ok := w.held[s]; !ok {
		w.claim(s)
	}
	return w.held[s]
}

func (w *world) claim(shards ...bot.Shard) bot.Fence {
	w.Helper()
	f, err := w.store.AcquireShards(w.Context(), shards)
	w.must(err, "claim")
	for _, s := range shards {
		w.held[s] = f
	}
	return f
}

func (w *world) commit(t bot.Turn) {
	w.Helper()
	w.must(w.store.Commit(w.Context(), t), "commit")
}

// say commits a turn that writes these replies and nothing else.
func (w *world) say(k bot.ChatKey, replies ...string) bot.Turn {
	w.Helper()
	t := w.turn(k)
	for _, r := range replies {
		t.Replies = append(t.Replies, []byte(r))
	}
	w.commit(t)
	return t
}

// refused commits a turn and wants this refusal.
func (w *world) refused(t bot.Turn, want error, why string) {
	w.Helper()
	if err := w.store.Commit(w.Context(), t); !errors.Is(err, want) {
		w.Errorf("%s: commit = %v, want %v", why, err, want)
	}
}

// mark records results under the fences that this world holds.
func (w *world) mark(marks ...bot.DeliveryResult) {
	w.Helper()
	for i := range marks {
		marks[i].Fence = w.fence(marks[i].Chat.Shard())
	}
	w.must(w.store.RecordDelivery(w.Context(), marks), "mark")
}

// AllShards are all there are.
func AllShards() (all []bot.Shard) {
	for n := range bot.Shards {
		all = append(all, bot.Shard(n))
	}
	return all
}

// sweep sweeps once: a sweep runs until it is done.
func (w *world) sweep(now time.Time) {
	w.Helper()
	w.must(w.store.Sweep(w.Context(), AllShards(), now), "sweep")
}

// picture is all that can be seen of some chats and their shards.
type snapshot struct {
	Chats   map[bot.ChatKey]held
	Pending map[bot.Shard][]bot.ChatKey
	Events  map[bot.Shard][]bot.Event
	Due     []bot.TimerDue
	Dead    []bot.DeadLetter
}

const everything = 100_000

// look takes a picture.
func (w *world) look(chats ...bot.ChatKey) snapshot {
	w.Helper()
	p := snapshot{map[bot.ChatKey]held{}, map[bot.Shard][]bot.ChatKey{}, map[bot.Shard][]bot.Event{}, nil, nil}
	for _, k := range chats {
		p.Chats[k] = w.load(k)
		p.Pending[k.Shard()] = w.pendingChats(k.Shard())
		p.Events[k.Shard()] = w.events(k.Shard())
	}
	p.Due = w.due(hour(everything))
	dead, err := w.store.Dead(w.Context(), everything)
	w.must(err, "dead")
	p.Dead = slices.Clone(dead)
	for i := range p.Dead {
		p.Dead[i].ID = 0 // the store's own
	}
	return p
}

func (w *world) pendingChats(s bot.Shard) []bot.ChatKey {
	w.Helper()
	keys, err := w.store.PendingChats(w.Context(), s, bot.ChatKey{}, everything)
	w.must(err, "pending")
	return orNil(keys)
}

func (w *world) events(s bot.Shard) []bot.Event {
	w.Helper()
	events, err := w.store.Events(w.Context(), s, 0, everything)
	w.must(err, "events")
	return orNil(events)
}

// due lists the timers due at now, those of one hour in an order that does not depend on the store.
func (w *world) due(now time.Time) []bot.TimerDue {
	w.Helper()
	due, err := w.store.Due(w.Context(), AllShards(), now, bot.TimerDue{}, everything)
	w.must(err, "due")
	if !slices.IsSortedFunc(due, func(a, b bot.TimerDue) int { return a.Due.Compare(b.Due) }) {
		w.Errorf("due: the earliest is not first: %v", due)
	}
	slices.SortFunc(due, compareTimers)
	return orNil(due)
}

func compareTimers(a, b bot.TimerDue) int {
	if c := a.Due.Compare(b.Due); c != 0 {
		return c
	}
	if c := bytes.Compare(a.Chat[:], b.Chat[:]); c != 0 {
		return c
	}
	return bytes.Compare([]byte(a.Name), []byte(b.Name))
}
