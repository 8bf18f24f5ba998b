package bot

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

// The model is a small world around the case machine, searched exhaustively: one chat, whose person asks for a person, asks
// for a token and presses a button; a back end that answers when it likes; two agents whose screens are drawn at
// any moment; updates and acts that come twice; and a process that may crash between two commits. The case moves by the real
// functions. Each of the twelve rules of the path of an update can be switched off, and is then shown to be necessary.

// rule is one of the twelve rules.
type rule int

// The rules, and what is seen without each.
const (
	dropsRepeats    rule = iota // an update that comes twice is dealt with once
	filesInCommit               // the engine files, in the commit of the turn
	hushes                      // the bot says nothing while an agent has the case
	allKinds                    // a button goes the way of a text
	owesLateAnswers             // an answer that comes while an agent has the case is filed
	takeComparesEpoch
	onlyOwnerWrites
	screenHasSeen
	actsOnce
	noticeInCommit // Mesa is promised in the commit that holds the case
	timerInCommit
	answersAfterClose
	rules
)

var withoutRule = [rules]string{
	"dealt with twice", "neither answer nor case", "the bot talks over", "the bot talks over", "neither answer nor case",
	"a second take", "a stranger wrote", "a blind answer", "said twice", "a promise without a case", "an open case without a timer",
	"neither answer nor case",
}

// What the person does, each at most once, in any order.
const (
	asksPerson = iota
	asksToken
	presses
	said // how many
)

// What the agents do: each act is drawn up once, from what its screen shows, and may come twice.
const (
	anaTakes = iota
	betoTakes
	anaSays
	betoSays
	anaCloses
	acts
)

type outcome struct{ came, dealt, answered, filed int }

type drawnUp struct {
	sent, seen int // how often it came; 0 or 1 + the last entry that its screen had shown
	epoch      uint64
	done       int
}

// model is a state of the world.
type model struct {
	c        *Case
	person   [said]outcome
	act      [acts]drawnUp
	pending  bool // the back end has not answered asksToken
	screens  [2]struct{ epoch, seen uint64 }
	after    []string
	promised bool
	timer    bool
	wrong    string
}

// key is what tells a state from others: what can still make a difference.
func (m *model) key() string {
	b := make([]byte, 0, 64)
	flag := func(is bool) {
		if is {
			b = append(b, 1)
		} else {
			b = append(b, 0)
		}
	}
	b = append(b, m.c.state()...)
	b = append(b, m.owner()...)
	b = append(b, byte(m.epoch()), byte(m.received()))
	for _, f := range m.person {
		b = append(b, byte(f.came))
		flag(f.answered+f.filed > 0)
	}
	for n, d := range m.act {
		b = append(b, byte(d.sent))
		if n == anaSays && d.sent == 1 { // it may come again
			b = append(b, byte(d.seen), byte(d.epoch), byte(d.done))
		}
	}
	for _, s := range m.screens {
		b = append(b, byte(s.epoch), byte(s.seen))
	}
	flag(m.pending)
	flag(m.promised)
	flag(m.timer)
	return string(b) + strings.Join(m.after, ",") + m.wrong
}

func (m *model) epoch() uint64 {
	if m.c == nil {
		return 0
	}
	return m.c.Epoch
}

func (m *model) owner() AgentID {
	if m.c == nil {
		return ""
	}
	return m.c.Owner.ID
}

func (m *model) received() uint64 {
	if m.c == nil {
		return 0
	}
	return m.c.Received
}

func (m *model) violates(what string) {
	if m.wrong == "" {
		m.wrong = what
	}
}

// commit takes what a turn made of the case. Without its rule the timer is set by a step of its own.
func (m *model) commit(on [rules]bool, next *Case) {
	m.c = next
	if on[timerInCommit] || !next.Open() {
		m.timer = next.Open()
	} else if !m.timer {
		m.after = append(m.after, "timer")
	}
	if m.c.Open() && !m.timer && len(m.after) == 0 {
		m.violates("an open case without a timer")
	}
}

// later does a step that a broken rule has left outside the commit.
func (m *model) later(what string) {
	switch {
	case what == "timer":
		m.timer = m.c.Open()
	case what == "open":
		if s := m.c.OpenCase("", noon, desk); s.Refused == "" {
			m.c, m.timer = s.Case, true
		}
	default: // files an update
		var n int
		fmt.Sscan(what, &n)
		m.person[n].filed++
	}
}

// personTurn is the turn of what a person did.
func (m *model) personTurn(on [rules]bool, n int) {
	f := &m.person[n]
	if f.came++; f.came > 1 && on[dropsRepeats] {
		return
	}
	if f.dealt++; f.dealt > 1 {
		m.violates("dealt with twice")
	}
	gated := n != presses || on[allKinds]
	switch {
	case n == asksPerson && !m.c.Open():
		m.promised = true
		if !on[noticeInCommit] {
			m.after = append(m.after, "open")
			f.answered++
			return
		}
		m.commit(on, m.c.OpenCase("", noon, desk).Case)
	}
	if m.c.Open() && gated {
		m.file(on, n)
	}
	switch {
	case m.c.Assigned() && gated && on[hushes]:
	case m.c.Assigned():
		m.violates("the bot talks over")
	case m.c != nil && !m.c.Open() && !on[answersAfterClose]:
	case n == asksToken:
		m.pending = true
	default:
		f.answered++
	}
}

// file makes an entry of what a person did.
func (m *model) file(on [rules]bool, n int) {
	next := *m.c.Said(noon, desk).Case
	next.Last++
	next.Received = next.Last
	m.commit(on, &next)
	if on[filesInCommit] {
		m.person[n].filed++
	} else {
		m.after = append(m.after, fmt.Sprint(n))
	}
}

// answer is the turn of the back end's answer.
func (m *model) answer(on [rules]bool) {
	m.pending = false
	switch {
	case !m.c.Assigned() || !on[hushes]:
		m.person[asksToken].answered++
	case on[owesLateAnswers]:
		m.person[asksToken].filed++
	}
}

// draws draws up an act from what its screen shows.
func (m *model) draws(n int) Act {
	by := ana
	if n == betoTakes || n == betoSays {
		by = beto
	}
	do := map[int]Deed{anaTakes: DeedTake, betoTakes: DeedTake, anaSays: DeedSay, betoSays: DeedSay, anaCloses: DeedClose}[n]
	d := &m.act[n]
	if d.sent == 0 {
		s := m.screens[0]
		if by == beto {
			s = m.screens[1]
		}
		d.epoch, d.seen = s.epoch, int(s.seen)
	}
	d.sent++
	return Act{ID: fmt.Sprint(n), Do: do, By: by, Case: desk.Next, Epoch: d.epoch, Seen: uint64(d.seen), Why: WhyResolved}
}

// actTurn is the turn of an act. A rule that is off is left out of the comparison, by giving the machine what it wants.
func (m *model) actTurn(on [rules]bool, n int) {
	a := m.draws(n)
	if m.act[n].sent > 1 && on[actsOnce] {
		return
	}
	asked, c := a, m.c
	writes := a.Do == DeedSay || a.Do == DeedClose
	if !on[takeComparesEpoch] && a.Do == DeedTake && c.Assigned() {
		free := *c
		free.State = CaseQueued
		c, asked.Epoch = &free, free.Epoch
	}
	if !on[onlyOwnerWrites] && writes && c != nil {
		asked.By, asked.Epoch = c.Owner, c.Epoch
	}
	if !on[screenHasSeen] {
		asked.Seen = m.received()
	}
	s := c.Do(asked, noon, 0, desk)
	if s.Refused != "" {
		return
	}
	if m.act[n].done++; m.act[n].done > 1 && writes {
		m.violates("said twice")
	}
	switch {
	case a.Do == DeedTake && m.c.Assigned():
		m.violates("a second take")
	case writes && (!m.c.Assigned() || m.c.Owner.ID != a.By.ID):
		m.violates("a stranger wrote")
	case writes && a.Seen < m.received():
		m.violates("a blind answer")
	}
	m.commit(on, s.Case)
}

// successors are the states that may follow.
func (m *model) successors(on [rules]bool) (next []*model) {
	do := func(f func(*model)) {
		n := *m
		n.after = slices.Clone(m.after)
		f(&n)
		next = append(next, &n)
	}
	for n := range m.person {
		if m.person[n].came == 0 || n == asksToken && m.person[n].came == 1 {
			do(func(w *model) { w.personTurn(on, n) })
		}
	}
	if m.pending {
		do(func(w *model) { w.answer(on) })
	}
	for n := range m.act {
		if d := m.act[n]; m.c != nil && (d.sent == 0 || d.sent == 1 && n == anaSays) {
			do(func(w *model) { w.actTurn(on, n) })
		}
	}
	for n := range m.screens {
		if s := m.screens[n]; m.c != nil && (s.epoch != m.epoch() || s.seen != m.received()) {
			do(func(w *model) { w.screens[n].epoch, w.screens[n].seen = w.epoch(), w.received() })
		}
	}
	if len(m.after) > 0 {
		do(func(w *model) {
			w.later(w.after[0])
			w.after = w.after[1:]
		})
		do(func(w *model) { w.after = nil }) // the process is killed
	}
	return next
}

// check is what must hold in every state, and more where nothing is under way.
func (m *model) check() string {
	if m.wrong != "" {
		return m.wrong
	}
	if len(m.after) > 0 {
		return ""
	}
	if m.c.Open() && !m.timer {
		return "an open case without a timer"
	}
	if m.promised && m.c == nil {
		return "a promise without a case"
	}
	for n, f := range m.person {
		waits := n == asksToken && m.pending
		if f.dealt > 0 && f.answered+f.filed == 0 && !waits {
			return "neither answer nor case"
		}
	}
	return ""
}

// search visits every state that can be reached, and returns how many there are and the first violation with its length.
func search(on [rules]bool, limit int) (states int, wrong string) {
	seen := map[string]bool{}
	todo := []*model{{}}
	for len(todo) > 0 && states < limit {
		m := todo[0]
		todo = todo[1:]
		states++
		if w := m.check(); w != "" {
			return states, w
		}
		for _, n := range m.successors(on) {
			if k := n.key(); !seen[k] {
				seen[k] = true
				todo = append(todo, n)
			}
		}
	}
	return states, ""
}

// With all rules no state is wrong; without any one of them some state is, as said.
func TestCaseModel(t *testing.T) {
	const limit = 1 << 20
	all := [rules]bool{}
	for r := range all {
		all[r] = true
	}
	states, wrong := search(all, limit)
	if wrong != "" {
		t.Fatalf("with all rules, after %d states: %s", states, wrong)
	}
	if states < 20_000 {
		t.Errorf("only %d states", states)
	}
	if states == limit {
		t.Fatal("there are more states: the search is not exhaustive")
	}
	t.Logf("%d states", states)
	for r := range rules {
		without := all
		without[r] = false
		states, wrong := search(without, limit)
		if wrong == "" || !strings.Contains(wrong, withoutRule[r]) {
			t.Errorf("without rule %d, after %d states: %q, want %q", r, states, wrong, withoutRule[r])
		}
	}
}
