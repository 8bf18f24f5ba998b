package desk

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
)

// event is one event of a stream.
type event struct {
	name, id string
	data     map[string]any
}

// listens opens a stream behind a change and returns its events.
func (b *browser) listens(after string) <-chan event {
	b.f.t.Helper()
	ctx, stop := context.WithCancel(context.Background())
	b.f.t.Cleanup(stop)
	r, _ := http.NewRequestWithContext(ctx, "GET", b.f.url+"/mesa/eventos", nil)
	if after != "" {
		r.Header.Set("Last-Event-ID", after)
	}
	resp, err := b.Do(r)
	if err != nil {
		b.f.t.Fatal(err)
	}
	if resp.StatusCode != 200 || resp.Header.Get("Content-Type") != "text/event-stream" {
		b.f.t.Fatalf("stream: %d %s", resp.StatusCode, resp.Header)
	}
	events := make(chan event, 1000)
	go func() {
		defer close(events)
		defer resp.Body.Close()
		in := bufio.NewScanner(resp.Body)
		in.Buffer(nil, 1<<20)
		e := event{}
		for in.Scan() {
			switch name, value, _ := strings.Cut(in.Text(), ": "); {
			case name == "event":
				e.name = value
			case name == "id":
				e.id = value
			case name == "data":
				_ = json.Unmarshal([]byte(value), &e.data)
			case in.Text() == "":
				if e.name != "" && e.name != "beat" {
					events <- e
				}
				e = event{}
			}
		}
	}()
	return events
}

// until reads events up to one of a name.
func until(t *testing.T, events <-chan event, name string) (all []event) {
	t.Helper()
	for e := range events {
		all = append(all, e)
		if e.name == name {
			return all
		}
	}
	t.Fatalf("the stream ended before %s: %v", name, all)
	return nil
}

func named(all []event, name string) (out []event) {
	for _, e := range all {
		if e.name == name {
			out = append(out, e)
		}
	}
	return out
}

// The stream says which case has changed and how far, whose row and count that is, and for whom it rings.
func TestStream(t *testing.T) {
	f := newFixture(t)
	ana, beto := f.signedIn("ana"), f.signedIn("beto")
	atAna, atBeto := ana.listens(""), beto.listens("")
	until(t, atAna, "counts")
	until(t, atBeto, "counts")
	id := f.engine.Opens(maria(), "asked", nil)
	got := until(t, atAna, "counts")
	row, rings := named(got, "row"), named(got, "ring")
	if len(row) != 1 || fmt.Sprint(row[0].data["tabs"]) != "[all free]" || !strings.Contains(row[0].data["html"].(string), fmt.Sprintf(`data-caso="%d"`, id)) || len(rings) != 1 || rings[0].data["why"] != "new" {
		t.Errorf("a new case: %v", got)
	}
	until(t, atBeto, "counts")
	ana.acts(id, "tomar")
	if got := until(t, atBeto, "counts"); fmt.Sprint(named(got, "row")[0].data["tabs"]) != "[all]" || named(got, "ring")[0].data["stop"] != true {
		t.Errorf("taken by another: %v", got)
	}
	if got := until(t, atAna, "counts"); fmt.Sprint(named(got, "row")[0].data["tabs"]) != "[all mine]" || named(got, "counts")[0].data["mine"] != 1.0 {
		t.Errorf("taken: %v", got)
	}
	f.engine.Says(maria().Chat, "hola")
	got = until(t, atAna, "counts")
	of := named(got, "case")
	if len(of) != 1 || of[0].data["case"] != float64(id) || of[0].data["n"] != 3.0 || of[0].id == "" || named(got, "ring")[0].data["why"] != "mine" {
		t.Errorf("said: %v", got)
	}
	if got := until(t, atBeto, "counts"); len(named(got, "ring")) > 0 && named(got, "ring")[0].data["why"] != nil {
		t.Errorf("it rings for another: %v", got)
	}
	ana.acts(id, "cerrar", "why", "resolved")
	if got := until(t, atAna, "gone"); got[len(got)-1].data["id"] != float64(id) {
		t.Errorf("closed: %v", got)
	}
}

// Who comes back is told all cases that have changed behind the last event that they have, and nothing of before.
func TestReplay(t *testing.T) {
	f := newFixture(t)
	ana := f.signedIn("ana")
	first := f.engine.Opens(jorge(), "asked", nil)
	second := f.opens()
	last, err := f.db.LastChange(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	for i := range 100 {
		f.engine.Says(maria().Chat, fmt.Sprint("mensaje ", i))
	}
	got := until(t, ana.listens(fmt.Sprint(last)), "counts")
	of := named(got, "case")
	if len(of) != 1 || of[0].data["case"] != float64(second) || of[0].data["n"] != 3.0 || of[0].data["last"] != 102.0 {
		t.Errorf("after %d: %v", last, of)
	}
	pulled := ana.gets(fmt.Sprintf("%s/hilo?since=2", caseURL(second)))
	if list, _ := pulled.json["entries"].([]any); len(list) != 100 {
		t.Errorf("%d entries behind 2", len(list))
	}
	if got := until(t, ana.listens(of[0].id), "counts"); len(named(got, "case")) > 0 {
		t.Errorf("told again: %v", got)
	}
	if got := until(t, ana.listens("0"), "counts"); len(named(got, "case")) != 2 {
		t.Errorf("from the beginning: %v (%d)", got, first)
	}
	if got := until(t, ana.listens("999999"), "counts"); got[0].name != "reset" || got[0].id == "" {
		t.Errorf("behind a number that never was: %v", got)
	}
}

// Events of several cases come in the order of their numbers, so that one who is cut off in between misses none.
func TestEventsRise(t *testing.T) {
	f := newFixture(t)
	ana := f.signedIn("ana")
	f.opens()
	f.engine.Opens(jorge(), "asked", nil)
	f.engine.Says(maria().Chat, "otra")
	before := 0
	for _, e := range until(t, ana.listens(""), "counts") {
		var id int
		if _, err := fmt.Sscan(e.id, &id); err == nil {
			if id <= before {
				t.Errorf("event %d after %d", id, before)
			}
			before = id
		}
	}
	if before == 0 {
		t.Error("no event has a number")
	}
}

func TestAStreamEndsWithItsSession(t *testing.T) {
	f := newFixture(t)
	ana := f.signedIn("ana")
	events := ana.listens("")
	until(t, events, "counts")
	if err := f.db.DisableAgent(context.Background(), "ana", true, "op"); err != nil {
		t.Fatal(err)
	}
	f.engine.Opens(maria(), "asked", nil)
	for e := range events {
		t.Fatalf("told after the end: %v", e)
	}
	beto := f.signedIn("beto")
	events = beto.listens("")
	until(t, events, "counts")
	f.desk.Leave()
	for range events {
	}
}
