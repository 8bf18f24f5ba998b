package flows

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"

	"github.com/looplab/fsm"

	"llave/bot"
)

// machines is the table, ready for use: its rows by name, and a machine a flow that says which moves are legal.
//
// A machine is taken from the pool for one move: it has no callbacks, so that it holds nothing of an earlier move, and
// its context never ends, because a cancelled context leaves a machine stuck (looplab/fsm #115).
type machines struct {
	flows  map[string]flow
	states map[string]state
	events map[string]moves // by flow: the state that each event leads to
	pools  map[string]*sync.Pool
}

// newMachines checks the table and builds a pool for each flow.
func newMachines(table []flow) (machines, error) {
	ms := machines{map[string]flow{}, map[string]state{home: homeState()}, map[string]moves{}, map[string]*sync.Pool{}}
	for _, f := range table {
		if err := f.check(); err != nil {
			return ms, fmt.Errorf("flow %s: %w", f.name, err)
		}
		events := f.events()
		for _, s := range f.states {
			ms.states[s.name] = s
		}
		ms.flows[f.name], ms.events[f.name] = f, moves{}
		for _, m := range f.moves() {
			ms.events[f.name][m.event] = m.to
		}
		ms.pools[f.name] = &sync.Pool{New: func() any { return fsm.NewFSM(home, events, nil) }}
	}
	return ms, nil
}

// valid reports whether a session can be in a state with a request: the state has a row, and the request is one of its
// flow, if the flow grants requests.
func (ms machines) valid(state string, r Request) bool {
	_, known := ms.states[state]
	f := ms.flows[flowOf(state)]
	return known && (!f.grants || r != nil && (r.flow() == f.name || f.grantsOthers))
}

// leads returns the state that an event of a flow leads to.
func (ms machines) leads(flow, event string) string { return ms.events[flow][event] }

// move is a legal move, with all states that it may be made from.
type move struct {
	event string
	from  []string
	to    string
}

// moves are the moves of a flow, sorted by event.
func (f flow) moves() []move {
	by := map[string]*move{}
	add := func(from string, out moves) {
		for event, to := range out {
			if by[event] == nil {
				by[event] = &move{event: event, to: to}
			}
			by[event].from = append(by[event].from, from)
		}
	}
	add(home, f.begin)
	for _, s := range f.states {
		add(s.name, s.moves)
		add(s.name, moves{"leave": home})
	}
	var out []move
	for _, event := range slices.Sorted(maps.Keys(by)) {
		out = append(out, *by[event])
	}
	return out
}

func (f flow) events() fsm.Events {
	var out fsm.Events
	for _, m := range f.moves() {
		out = append(out, fsm.EventDesc{Name: m.event, Src: m.from, Dst: m.to})
	}
	return out
}

// check finds defects in the rows of a flow, also those that the library accepts in silence.
func (f flow) check() error {
	rows, to := map[string]bool{home: true}, map[string]string{"leave": home}
	for _, s := range f.states {
		if rows[s.name] {
			return fmt.Errorf("%s has two rows", s.name)
		}
		rows[s.name] = true
		if err := f.checkRow(s); err != nil {
			return fmt.Errorf("%s %w", s.name, err)
		}
	}
	reach := map[string]bool{}
	for _, out := range append([]state{{name: home, moves: f.begin}}, f.states...) {
		for event, next := range out.moves {
			switch {
			case !rows[next]:
				return fmt.Errorf("%s from %s leads to %s, which has no row", event, out.name, next)
			case next == out.name:
				return fmt.Errorf("%s from %s goes nowhere", event, out.name)
			case to[event] != "" && to[event] != next:
				return fmt.Errorf("%s leads to %s and to %s", event, to[event], next)
			}
			to[event], reach[next] = next, true
		}
	}
	for _, s := range f.states {
		if !reach[s.name] {
			return fmt.Errorf("%s cannot be reached", s.name)
		}
	}
	return nil
}

// checkRow finds a state without a way out: one that waits for neither the person nor the back end, or for both, and one
// that has no handler for a failure of the back end.
func (f flow) checkRow(s state) error {
	switch {
	case !strings.HasPrefix(s.name, f.name+"."):
		return errors.New("is not a state of this flow")
	case s.onText == nil && s.results == nil:
		return errors.New("waits for nothing: there is no way out")
	case s.onText != nil && s.results != nil:
		return errors.New("waits for the person and for the back end")
	case s.results != nil && (len(s.results) == 0 || s.onFailed == nil):
		return errors.New("has no way out if the back end fails")
	case s.results != nil && (s.onOption != nil || s.back != nil || s.yes != nil):
		return errors.New("waits for the back end and takes answers")
	case s.yes != nil && s.onOption == nil:
		return errors.New("has a yes that cannot be chosen")
	}
	for op := range s.results {
		if _, ok := effects[op]; !ok {
			return fmt.Errorf("awaits %q, which is no effect", op)
		}
	}
	return nil
}

// errIllegal is a move that the table does not allow: a defect of the flow.
var errIllegal = errors.New("illegal move")

// fire returns where a move leads.
func (ms machines) fire(flow, event, from string) (string, error) {
	pool := ms.pools[flow]
	if pool == nil {
		return "", fmt.Errorf("%w: no flow %q", errIllegal, flow)
	}
	m := pool.Get().(*fsm.FSM)
	m.SetState(from)
	if err := m.Event(context.Background(), event); err != nil {
		return "", fmt.Errorf("%w: %s in %s: %w", errIllegal, event, from, err)
	}
	to := m.Current()
	pool.Put(m)
	return to, nil
}

// Diagram is a flow drawn in Mermaid.
type Diagram struct {
	Name, About, Mermaid string
}

// Diagrams draws the table.
func Diagrams() ([]Diagram, error) {
	var out []Diagram
	for _, f := range table() {
		text, err := fsm.VisualizeForMermaidWithGraphType(fsm.NewFSM(home, f.events(), nil), fsm.StateDiagram)
		if err != nil {
			return nil, fmt.Errorf("diagram of %s: %w", f.name, err)
		}
		out = append(out, Diagram{f.name, f.about, text})
	}
	return append(out, caseDiagram()), nil
}

// caseDiagram draws the moves of a case of Mesa de Ayuda, from the table in package bot. Those that stay in their state are
// left out.
func caseDiagram() Diagram {
	var b strings.Builder
	b.WriteString("stateDiagram-v2\n    [*] --> none\n")
	for _, m := range bot.CaseMoves() {
		for _, from := range m.From {
			if m.To == "" || m.To == from {
				continue
			}
			fmt.Fprintf(&b, "    %s --> %s: %s\n", cmp.Or(from, "none"), m.To, m.Event)
		}
	}
	return Diagram{"case", "a case of Mesa de Ayuda, from the table in bot/case_moves.go; it is a part of the session beside the state of the conversation", b.String()}
}

// Page is the diagrams as one Markdown page.
func Page(all []Diagram) string {
	var b strings.Builder
	b.WriteString("# The conversations\n\nDrawn from the table in flows/states.go by `llave flows`. From every state, *leave* goes home.\n")
	for _, d := range all {
		fmt.Fprintf(&b, "\n## %s\n\n%s\n\n```mermaid\n%s```\n", d.Name, d.About, d.Mermaid)
	}
	return b.String()
}

// flowOf is the flow that a state belongs to.
func flowOf(state string) string {
	name, _, _ := strings.Cut(state, ".")
	return name
}

// Moves lists every move of the table, as "flow: event, from → to".
func Moves() []string {
	var out []string
	for _, f := range table() {
		for _, m := range f.moves() {
			for _, from := range m.from {
				out = append(out, fmt.Sprintf("%s: %s, %s → %s", f.name, m.event, from, m.to))
			}
		}
	}
	return out
}
