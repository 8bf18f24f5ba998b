package main

import (
	"bytes"
	"flag"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"

	"golang.org/x/tools/txtar"

	"llave/bot"
	"llave/flows"
	"llave/store"
	"llave/store/redistest"
)

var update = flag.Bool("update", false, "write what the bot says into the transcripts")

const transcripts = "../../flows/testdata"

// stores are what every transcript runs on, besides Redis: see [storesHere].
var stores = map[string]func(t *testing.T) bot.Store{
	"memory": func(*testing.T) bot.Store { return store.NewMemory() },
	"sqlite": func(t *testing.T) bot.Store {
		s, err := store.OpenSQLite(filepath.Join(t.TempDir(), "llave.db"))
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { s.Close() })
		return s
	},
}

// storesHere are the stores that there are on this machine. Redis is a real server: there are no deadlines on the way to it,
// because a transcript has a clock of its own.
func storesHere(t *testing.T) map[string]func(t *testing.T) bot.Store {
	all := maps.Clone(stores)
	if !redistest.Here(t) {
		return all
	}
	server := redistest.New(t)
	all["redis"] = func(t *testing.T) bot.Store {
		s, err := store.OpenRedis(t.Context(), store.RedisConfig{Address: server.Address(), Patient: true})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { s.Close() })
		return s
	}
	return all
}

// A transcript is a conversation through the real engine, dispatcher, store and back end. Its lines:
//
//	> text          the person says it; > [Text] presses a button of the last reply, > [before: Text] of the one before
//	> (photo)       something that is not text; > (blocked) and > (closed) end the chat
//	> (shared device) and > (own device) answer the web chat's question whose the device is
//	> /start X      the person came by a link that carries X
//	>> text         the channel repeats the last update; text is for the reader
//	< text          the bot; lines that follow, indented, belong to it
//	otro> otro<     another chat
//	* ana takes     an agent, in the last case: see transcriptDesk.act; "desk …" sets hours and waits: see transcriptDesk.set
//	* …             outside of the chats: see fixture.perform; "1h later" puts the clocks forward, "1h pass" lives through it
//
// A part "desk" shows the cases as Mesa de Ayuda has them. A part "without" names what the back end cannot do. {code} is the code that the page showed last. Tokens are numbered in the order in which they are first seen.
func TestTranscripts(t *testing.T) {
	files, err := filepath.Glob(transcripts + "/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatalf("no transcripts: %v", err)
	}
	t.Parallel()
	covered := new(moves)
	shared(t)
	t.Cleanup(func() { covered.check(t) })
	stores := storesHere(t)
	for _, file := range files {
		for _, name := range slices.Sorted(maps.Keys(stores)) {
			t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar")+"/"+name, func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) { runTranscript(t, file, stores[name](t), covered) })
			})
		}
	}
}

// prepare reads a transcript and builds its fixture.
func prepare(t *testing.T, file string, s bot.Store, d channelDriver, covered *moves) (*txtar.Archive, *fixture) {
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	a := txtar.Parse(text)
	w := newFixture(t, s, d, capabilitiesWithout(string(part(a, "without"))), covered)
	for _, f := range a.Files {
		if strings.HasPrefix(f.Name, "padron") {
			w.padron[f.Name] = f.Data
		}
	}
	return a, w
}

// part is one part of a transcript; empty if it has none of that name.
func part(a *txtar.Archive, name string) []byte {
	for _, f := range a.Files {
		if f.Name == name {
			return f.Data
		}
	}
	return nil
}

func runTranscript(t *testing.T, file string, s bot.Store, covered *moves) {
	a, w := prepare(t, file, s, newRecorder(), covered)
	defer w.stop()
	text := txtar.Format(a)
	for i := range a.Files {
		switch f := &a.Files[i]; f.Name {
		case "chat":
			f.Data = []byte(w.play(string(f.Data)))
		case "world":
			f.Data = []byte(w.back.summary())
		case "desk":
			f.Data = []byte(w.desk.summary())
		case "padron", "padron2", "without":
		default:
			t.Fatalf("%s: no part %q", file, f.Name)
		}
	}
	if got := txtar.Format(a); !bytes.Equal(got, text) {
		if *update {
			os.WriteFile(file, got, 0o644)
			return
		}
		t.Errorf("%s: the conversation went another way; read the difference, then -update\n%s", filepath.Base(file), diff(string(text), string(got)))
	}
}

// diff shows the lines that differ.
func diff(want, got string) string {
	w, g := strings.Split(want, "\n"), strings.Split(got, "\n")
	var b strings.Builder
	for i := 0; i < max(len(w), len(g)); i++ {
		var x, y string
		if i < len(w) {
			x = w[i]
		}
		if i < len(g) {
			y = g[i]
		}
		if x != y {
			fmt.Fprintf(&b, "line %d\n  want %s\n  got  %s\n", i+1, x, y)
		}
	}
	return b.String()
}

// moves are the moves that transcripts made. The zero value has none.
type moves struct {
	mu   sync.Mutex
	made map[string]bool
}

func (m *moves) add(move string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.made == nil {
		m.made = map[string]bool{}
	}
	m.made[move] = true
}

// check compares the tables with the transcripts: every move, and so every state, is in one of them. It is for all transcripts
// together, and so not for a choice of them by -run.
func (m *moves) check(t *testing.T) {
	if run := flag.Lookup("test.run").Value.String(); t.Failed() || run != "" && run != "TestTranscripts" {
		return
	}
	for _, want := range flows.Moves() {
		if !m.made[want] {
			t.Errorf("no transcript makes the move: %s", want)
		}
	}
	t.Logf("%d moves, each in a transcript", len(flows.Moves()))
}
