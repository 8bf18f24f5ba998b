package main

import (
	"bytes"
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"strconv"
	"sync"
	"testing"
	"time"

	"llave/adapters/desk/archive"
	"llave/bot"
	"llave/bot/engine"
	"llave/bot/keyring"
	"llave/flows"
	"llave/flows/backend"
	"llave/store"
)

// fastBackend answers at once with the same token, so that the benchmark measures the engine.
type fastBackend struct {
	backend.Links
	group backend.Group
}

func (i fastBackend) Group(context.Context, backend.Credential) (backend.Group, error) {
	return i.group, nil
}
func (i fastBackend) Another(context.Context, backend.Credential, backend.MemberID, string) (backend.Given, error) {
	return backend.Given{}, nil
}
func (i fastBackend) State(context.Context, backend.Credential, backend.MemberID) (backend.TokenState, error) {
	return backend.TokenState{}, nil
}
func (i fastBackend) Current(_ context.Context, _ backend.Credential, ids []backend.MemberID) (backend.Given, error) {
	return backend.Given{Group: i.group, Tokens: []backend.Token{{Member: ids[0], Digits: "482913", Until: time.Date(2026, 11, 24, 3, 0, 0, 0, time.UTC)}}}, nil
}

// null takes every reply and says so.
type nullChannel struct {
	mu      sync.Mutex
	waiting map[bot.ChatID]chan struct{}
}

func (n *nullChannel) Send(_ context.Context, to bot.ChatID, _ bot.Reply) error {
	n.mu.Lock()
	c := n.waiting[to]
	n.mu.Unlock()
	if c != nil {
		c <- struct{}{}
	}
	return nil
}

func benchEngine(b testing.TB, s bot.Store, n *nullChannel) *engine.Engine {
	return benchEngineWith(b, s, n, nil)
}

func benchEngineWith(b testing.TB, s bot.Store, n *nullChannel, desk func() bot.Desk) *engine.Engine {
	b.Helper()
	script, err := flows.New(flows.Config{Phone: "221-351-0282", Can: allCapabilities})
	if err != nil {
		b.Fatal(err)
	}
	group := backend.Group{Own: "m1", Members: []backend.Member{{ID: "m1", Name: "Jorge Acosta", Number: "9-5130664/00", Kinship: "titular", Standing: backend.Active}}}
	p := &flows.Effects{Tokens: fastBackend{group: group}}
	ring, _ := keyring.New(bytes.Repeat([]byte{1}, keyring.KeySize))
	now := time.Date(2026, 11, 23, 13, 0, 0, 0, time.UTC)
	e, err := engine.New(engine.Config{Store: s, Script: script, Effects: p, Channels: map[string]bot.Channel{"null": n}, Keys: ring, Now: func() time.Time { return now }, Desk: desk})
	if err != nil {
		b.Fatal(err)
	}
	p.Chats = e
	if err := e.Start(b.Context()); err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { e.Stop(context.Background()) })
	return e
}

// person is a linked chat that says "token" and waits for its answer.
type person struct {
	e    *engine.Engine
	chat bot.ChatID
	got  chan struct{}
	n    int
}

func (n *nullChannel) person(b testing.TB, e *engine.Engine, name string) *person {
	p := &person{e: e, chat: bot.ChatID("null/bot/" + name), got: make(chan struct{}, 1)}
	n.mu.Lock()
	n.waiting[p.chat] = p.got
	n.mu.Unlock()
	group := backend.Group{Own: "m1", Members: []backend.Member{{ID: "m1", Name: "Jorge Acosta", Number: "9-5130664/00", Kinship: "titular", Standing: backend.Active}}}
	u, err := flows.Linked(p.chat, "link", backend.Grant{Credential: "c", Group: group})
	if err != nil {
		b.Fatal(err)
	}
	if err := e.Accept(b.Context(), u); err != nil {
		b.Fatal(err)
	}
	return p
}

func (p *person) turn(b testing.TB) {
	p.n++
	if err := p.e.Accept(b.Context(), bot.Update{Chat: p.chat, ID: strconv.Itoa(p.n), Kind: bot.Message, Text: "token"}); err != nil {
		b.Error(err)
	}
	<-p.got
}

// A whole turn: accepted, understood, the effect run, committed, sent.
func BenchmarkTurnMemory(b *testing.B) {
	n := &nullChannel{waiting: map[bot.ChatID]chan struct{}{}}
	p := n.person(b, benchEngine(b, store.NewMemory(), n), "a")
	b.ReportAllocs()
	for b.Loop() {
		p.turn(b)
	}
}

// What Mesa de Ayuda costs a chat that has no case: the same turn without a desk and with one that has cases, a hundred turns of
// each in turn. It reports by how many parts of a hundred the second is slower.
func BenchmarkTurnBesideADesk(b *testing.B) {
	a, err := archive.Open(b.Context(), archive.Options{Path: filepath.Join(b.TempDir(), "mesa.db"), Key: bytes.Repeat([]byte{2}, keyring.KeySize), Now: time.Now})
	if err != nil {
		b.Fatal(err)
	}
	defer a.Close()
	if err := a.SeedDemo(b.Context()); err != nil {
		b.Fatal(err)
	}
	var people [2]*person
	for i, desk := range []func() bot.Desk{nil, a.Desk} {
		n := &nullChannel{waiting: map[bot.ChatID]chan struct{}{}}
		people[i] = n.person(b, benchEngineWith(b, store.NewMemory(), n, desk), "a")
		people[i].turn(b)
	}
	var took [2][]time.Duration
	for b.Loop() {
		for i, p := range people {
			began := time.Now()
			for range 100 {
				p.turn(b)
			}
			took[i] = append(took[i], time.Since(began))
		}
	}
	var median [2]float64
	for i, all := range took {
		slices.Sort(all)
		median[i] = float64(all[len(all)/2])
	}
	b.ReportMetric(100*(median[1]/median[0]-1), "%more")
}

// A turn allocates little, whatever is measured beside it: 112 times when this was written.
func TestATurnAllocatesLittle(t *testing.T) {
	n := &nullChannel{waiting: map[bot.ChatID]chan struct{}{}}
	p := n.person(t, benchEngine(t, store.NewMemory(), n), "a")
	const most = 140
	least := testing.AllocsPerRun(100, func() { p.turn(t) })
	for range 4 {
		least = min(least, testing.AllocsPerRun(100, func() { p.turn(t) }))
	}
	if least > most {
		t.Errorf("a turn allocates %.0f times, want at most %d", least, most)
	}
}

// A whole turn on SQLite with synchronous=FULL, 64 chats at once.
func BenchmarkTurnSQLite64(b *testing.B) {
	s, err := store.OpenSQLite(filepath.Join(b.TempDir(), "llave.db"))
	if err != nil {
		b.Fatal(err)
	}
	defer s.Close()
	n := &nullChannel{waiting: map[bot.ChatID]chan struct{}{}}
	e := benchEngine(b, s, n)
	var people []*person
	for i := range 64 {
		people = append(people, n.person(b, e, fmt.Sprint(i)))
	}
	b.ResetTimer()
	var wg sync.WaitGroup
	for i, p := range people {
		wg.Go(func() {
			for range b.N/64 + min(1, max(0, b.N%64-i)) {
				p.turn(b)
			}
		})
	}
	wg.Wait()
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "turns/s")
	b.StopTimer()
	e.Stop(b.Context())
}
