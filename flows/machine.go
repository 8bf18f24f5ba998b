package flows

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/looplab/fsm"
)

// A flow is a table of legal moves. What decides is Go code; the table says whether it may.
type flow struct {
	name  string
	about string
	moves []move
}

// move is one row: in any of from, on leads to to.
type move struct {
	on   string
	from []string
	to   string
}

// home is the state in which nothing is open. Every flow begins and ends there.
const home = "menu"

// The states, flow by flow.
const (
	tokenPick = "token.pick"
	tokenWait = "token.wait"

	anotherPick    = "another.pick"
	anotherLook    = "another.look"
	anotherConfirm = "another.confirm"
	anotherWait    = "another.wait"

	rejectedPick  = "rejected.pick"
	rejectedWait  = "rejected.wait"
	rejectedOffer = "rejected.offer"

	linkInviting  = "link.inviting"
	linkCode      = "link.code"
	linkRedeeming = "link.redeeming"
	linkGranting  = "link.granting"
	linkWho       = "link.who"
	linkReplace   = "link.replace"
	linkReplacing = "link.replacing"

	chatsWait      = "chats.wait"
	chatsList      = "chats.list"
	chatsAsk       = "chats.ask"
	chatsUnlinking = "chats.unlinking"

	sheetPick    = "sheet.pick"
	sheetLook    = "sheet.look"
	sheetMonth   = "sheet.month"
	sheetCount   = "sheet.count"
	sheetConfirm = "sheet.confirm"
	sheetWait    = "sheet.wait"

	voidPick    = "void.pick"
	voidLook    = "void.look"
	voidWhich   = "void.which"
	voidNumber  = "void.number"
	voidConfirm = "void.confirm"
	voidWait    = "void.wait"

	staleAsk = "stale.ask"
)

// tables are the conversations. Asking the same question again is no move.
var tables = []flow{
	{"token", "the current token, of one person or several, in words or bare", []move{
		{"choose", []string{home, tokenWait}, tokenPick},
		{"ask", []string{home, tokenPick}, tokenWait},
		{"given", []string{tokenWait}, home},
		{"failed", []string{tokenWait}, home},
		{"leave", []string{tokenPick, tokenWait}, home},
	}},
	{"another", "a new token in the place of the live one", []move{
		{"look", []string{home, anotherPick}, anotherLook},
		{"choose", []string{home, anotherLook}, anotherPick},
		{"confirm", []string{home, anotherPick, anotherLook}, anotherConfirm},
		{"back", []string{anotherConfirm}, anotherPick},
		{"ask", []string{anotherConfirm}, anotherWait},
		{"given", []string{anotherWait}, home},
		{"unsure", []string{anotherWait}, anotherConfirm},
		{"failed", []string{anotherLook}, home},
		{"leave", []string{anotherPick, anotherLook, anotherConfirm, anotherWait}, home},
	}},
	{"rejected", "a token that was not accepted at the counter", []move{
		{"choose", []string{home, rejectedWait}, rejectedPick},
		{"ask", []string{home, rejectedPick}, rejectedWait},
		{"offer", []string{rejectedWait}, rejectedOffer},
		{"told", []string{rejectedWait}, home},
		{"failed", []string{rejectedWait}, home},
		{"leave", []string{rejectedPick, rejectedWait, rejectedOffer}, home},
	}},
	{"sheet", "preprinted tokens of one person for a month, on paper", []move{
		{"look", []string{home, sheetPick, sheetMonth, sheetCount, sheetConfirm, sheetWait}, sheetLook},
		{"choose", []string{sheetLook, sheetMonth, sheetCount}, sheetPick},
		{"month", []string{sheetLook, sheetCount, sheetConfirm}, sheetMonth},
		{"count", []string{sheetLook, sheetConfirm}, sheetCount},
		{"confirm", []string{home, sheetLook}, sheetConfirm},
		{"order", []string{sheetConfirm}, sheetWait},
		{"unsure", []string{sheetWait}, sheetConfirm},
		{"given", []string{sheetLook, sheetWait}, home},
		{"failed", []string{sheetLook, sheetWait}, home},
		{"leave", []string{sheetPick, sheetLook, sheetMonth, sheetCount, sheetConfirm, sheetWait}, home},
	}},
	{"void", "preprinted tokens that must not be used any more: a sheet was lost", []move{
		{"look", []string{home, voidPick, voidWhich, voidNumber, voidConfirm}, voidLook},
		{"choose", []string{voidLook, voidWhich, voidNumber, voidConfirm}, voidPick},
		{"which", []string{voidLook, voidNumber, voidConfirm}, voidWhich},
		{"number", []string{voidLook, voidConfirm}, voidNumber},
		{"confirm", []string{voidLook, voidWhich, voidNumber}, voidConfirm},
		{"do", []string{voidConfirm}, voidWait},
		{"unsure", []string{voidWait}, voidConfirm},
		{"done", []string{voidWait}, home},
		{"failed", []string{voidLook, voidNumber, voidWait}, home},
		{"leave", []string{voidPick, voidLook, voidWhich, voidNumber, voidConfirm, voidWait}, home},
	}},
	{"link", "linking this chat with an account", []move{
		{"invite", []string{home}, linkInviting},
		{"sent", []string{linkInviting}, linkCode},
		{"try", []string{linkCode}, linkRedeeming},
		{"wrong", []string{linkRedeeming}, linkCode},
		{"unsure", []string{linkRedeeming}, linkCode},
		{"dead", []string{linkRedeeming}, home},
		{"grant", []string{linkRedeeming}, linkGranting},
		{"linked", []string{linkRedeeming, linkGranting}, linkWho},
		{"answer", []string{linkWho}, home},
		{"others", []string{linkWho}, linkReplace},
		{"replace", []string{linkReplace}, linkReplacing},
		{"replaced", []string{linkReplacing}, home},
		{"failed", []string{linkInviting, linkReplacing}, home},
		{"leave", []string{linkInviting, linkCode, linkRedeeming, linkGranting, linkWho, linkReplace, linkReplacing}, home},
	}},
	{"chats", "the chats linked with the account, and unlinking", []move{
		{"look", []string{home}, chatsWait},
		{"listed", []string{chatsWait}, chatsList},
		{"doubt", []string{home}, chatsAsk},
		{"unlink", []string{home, chatsList, chatsAsk}, chatsUnlinking},
		{"done", []string{chatsUnlinking}, home},
		{"failed", []string{chatsWait, chatsUnlinking}, home},
		{"leave", []string{chatsWait, chatsList, chatsAsk, chatsUnlinking}, home},
	}},
	{"stale", "a wish that is too old to be granted unasked", []move{
		{"doubt", []string{home}, staleAsk},
		{"leave", []string{staleAsk}, home},
	}},
}

// machines fire moves. A machine is taken from the pool for one move: it has no callbacks, so that it can hold
// nothing of an earlier one, and its context never ends, because one that does leaves it stuck (looplab/fsm #115).
type machines struct {
	pools map[string]*sync.Pool
	known map[string]bool // states
}

// newMachines checks the tables and builds a pool for each.
func newMachines(flows []flow) (machines, error) {
	ms := machines{map[string]*sync.Pool{}, map[string]bool{}}
	for _, f := range flows {
		if err := f.check(); err != nil {
			return ms, fmt.Errorf("flow %s: %w", f.name, err)
		}
		events := f.events()
		for _, s := range f.states() {
			ms.known[s] = true
		}
		ms.pools[f.name] = &sync.Pool{New: func() any { return fsm.NewFSM(home, events, nil) }}
	}
	return ms, nil
}

func (f flow) events() fsm.Events {
	var out fsm.Events
	for _, m := range f.moves {
		out = append(out, fsm.EventDesc{Name: m.on, Src: m.from, Dst: m.to})
	}
	return out
}

// check finds what the library accepts in silence: the same move twice, a move that goes nowhere, a state that
// cannot be reached or cannot be left, and one that belongs to another flow.
func (f flow) check() error {
	seen := map[string]bool{}
	reach := map[string]bool{home: true}
	for _, m := range f.moves {
		for _, from := range m.from {
			if seen[m.on+" "+from] {
				return fmt.Errorf("%s from %s stands twice", m.on, from)
			}
			if from == m.to {
				return fmt.Errorf("%s from %s goes nowhere", m.on, from)
			}
			seen[m.on+" "+from] = true
		}
		reach[m.to] = true
	}
	for _, s := range f.states() {
		switch {
		case s != home && !strings.HasPrefix(s, f.name+"."):
			return fmt.Errorf("%s is not a state of this flow", s)
		case !reach[s]:
			return fmt.Errorf("%s cannot be reached", s)
		case s != home && !seen["leave "+s]:
			return fmt.Errorf("%s cannot be left", s)
		}
	}
	return nil
}

// states in the order in which they appear.
func (f flow) states() []string {
	out := []string{home}
	for _, m := range f.moves {
		for _, s := range append(slices.Clone(m.from), m.to) {
			if !slices.Contains(out, s) {
				out = append(out, s)
			}
		}
	}
	return out
}

// errIllegal is a move that the table does not allow: a defect of the flow.
var errIllegal = errors.New("illegal move")

// fire returns where a move leads.
func (ms machines) fire(flow, on, from string) (string, error) {
	pool := ms.pools[flow]
	if pool == nil {
		return "", fmt.Errorf("%w: no flow %q", errIllegal, flow)
	}
	m := pool.Get().(*fsm.FSM)
	m.SetState(from)
	if err := m.Event(context.Background(), on); err != nil {
		return "", fmt.Errorf("%w: %s in %s: %w", errIllegal, on, from, err)
	}
	to := m.Current()
	pool.Put(m)
	return to, nil
}

// Diagram is a flow drawn in Mermaid.
type Diagram struct {
	Name, About, Mermaid string
}

// Diagrams draws the tables.
func Diagrams() ([]Diagram, error) {
	var out []Diagram
	for _, f := range tables {
		text, err := fsm.VisualizeForMermaidWithGraphType(fsm.NewFSM(home, f.events(), nil), fsm.StateDiagram)
		if err != nil {
			return nil, fmt.Errorf("diagram of %s: %w", f.name, err)
		}
		out = append(out, Diagram{f.name, f.about, text})
	}
	return out, nil
}

// Page is the diagrams as one Markdown page.
func Page(all []Diagram) string {
	var b strings.Builder
	b.WriteString("# The conversations\n\nDrawn from the tables in flows/machine.go by `llave flows`. From every state, *leave* goes home.\n")
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

// Moves lists every move of the tables, as "flow: event, from → to".
func Moves() []string {
	var out []string
	for _, f := range tables {
		for _, m := range f.moves {
			for _, from := range m.from {
				out = append(out, fmt.Sprintf("%s: %s, %s → %s", f.name, m.on, from, m.to))
			}
		}
	}
	return out
}
