package engine_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"llave/bot"
	"llave/bot/engine"
)

// rogue is a script that always talks, whatever has the chat, and understands a few words of the affiliate's.
type rogue struct{}

type rogueMemory struct {
	N int `json:"n"`
}

func (rogue) NewData() any { return &rogueMemory{} }

func (rogue) Decide(s bot.Session, in bot.Input) (d bot.Decision, err error) {
	m := *s.Data.(*rogueMemory)
	m.N++
	s.Data = &m
	say := func(kind bot.ReplyKind, text string, args ...any) {
		d.Replies = append(d.Replies, bot.Reply{Kind: kind, Text: fmt.Sprintf(text, args...), From: "forged", Case: 99, Entry: 99})
	}
	word, _, _ := strings.Cut(in.Text, " ")
	switch {
	case in.Result != nil:
		s.Pending = nil
		say(bot.Say, "answer 482 913 to %s at https://secret.example/x", in.Result.Key[:4])
	case in.Became == bot.BecameErrand && in.Act.Name == "no":
		say(bot.Say, "errand cannot")
		d.Refused = bot.RefusedUnlinked
	case in.Became == bot.BecameErrand:
		say(bot.Say, "errand begins")
		d.Effect = &bot.Effect{Op: "do", Asked: in.ID, N: 1}
		d.Interim = &bot.Reply{Kind: bot.Interim, Text: "errand waits"}
	case in.Became != "":
		say(bot.Told, "told %s", in.Became)
		say(bot.Say, "chatter on %s", in.Became)
	case word == "person" && in.Desk.Next != 0 && !s.Case.Open():
		d.Case = &bot.CaseRequest{Do: bot.CaseOpen, Reason: "help", Card: json.RawMessage(`{"steps":[]}`)}
		if s.Case.Reopens(in.Now) {
			d.Case.Do = bot.CaseReopen
			say(bot.Told, "again in case %d", s.Case.ID)
		} else {
			say(bot.Told, "in case %d", in.Desk.Next)
		}
	case word == "bot" && s.Case.Open():
		d.Case = &bot.CaseRequest{Do: bot.CaseLeave}
		say(bot.Told, "left")
	case word == "counter" && s.Case.Open() && in.Desk.IsOpen():
		d.Case = &bot.CaseRequest{Do: bot.CaseCounter}
		say(bot.Told, "noted")
	case word == "effect":
		d.Effect = &bot.Effect{Op: "do", Asked: in.ID, N: 1}
		d.Interim = &bot.Reply{Kind: bot.Interim, Text: "wait"}
	case word == "panic":
		panic("no")
	case word == "purge":
		d.Purge = true
		say(bot.Say, "purged")
	case word == "promise": // of a case that there is not
		d.Case = &bot.CaseRequest{Do: bot.CaseUnclaimed}
		say(bot.Told, "Mesa de Ayuda knows")
	}
	say(bot.Say, "answered %s", in.ID)
	say(bot.Spoken, "in an agent's name")
	d.Said, d.Hint = "pressed "+in.Choice.Value, json.RawMessage(`{"wish":"x"}`)
	d.Timers = append(d.Timers, bot.Timer{Name: bot.CaseTimer, Due: in.Now.Add(1000 * time.Hour)})
	s.Case = &bot.Case{ID: 666, State: bot.CaseAssigned, Epoch: 666}
	d.Session = s
	return d, nil
}

// desk is a reader of the logs that keeps what it applied.
type desk struct {
	mu      sync.Mutex
	place   map[bot.Shard]uint64
	all     []bot.Happened
	fail    func(n int) error // before the n-th call of Apply is done
	forget  func(n int) bool  // whether the reply of the n-th call is lost
	applies int
	largest int
}

func newDesk() *desk { return &desk{place: map[bot.Shard]uint64{}} }

func (d *desk) Place(_ context.Context, s bot.Shard) (uint64, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.place[s], nil
}

func (d *desk) Apply(_ context.Context, s bot.Shard, list []bot.Happened) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.applies++
	if d.fail != nil {
		if err := d.fail(d.applies); err != nil {
			return err
		}
	}
	d.largest = max(d.largest, len(list))
	if list[0].Seq != d.place[s]+1 {
		return fmt.Errorf("shard %d: %d after %d", s, list[0].Seq, d.place[s])
	}
	for _, h := range list {
		if h.Chat.Shard() != s {
			return errors.New("an event of another shard")
		}
		if h.Seq != d.place[s]+1 {
			return fmt.Errorf("shard %d: %d after %d", s, h.Seq, d.place[s])
		}
		d.place[s] = h.Seq
		d.all = append(d.all, h)
	}
	if d.forget != nil && d.forget(d.applies) {
		return errors.New("reply lost")
	}
	return nil
}

// entries are those of a chat's cases so far.
func (d *desk) entries() (list []bot.Entry) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, h := range d.all {
		if h.Entry != nil {
			list = append(list, *h.Entry)
		}
	}
	return list
}

// kinds are the entries in short: "said", "refused taken", "delivery sent 4".
func kinds(list []bot.Entry) (out []string) {
	for _, e := range list {
		s := string(e.Kind)
		if e.Refused != "" {
			s += " " + string(e.Refused)
		}
		if e.Kind == bot.EntryDelivery {
			s += fmt.Sprintf(" %s %d", e.Delivery, e.Of)
		}
		out = append(out, s)
	}
	return out
}

var (
	ana   = bot.Agent{ID: "ana", Name: "Ana", Role: bot.RoleAgent}
	beto  = bot.Agent{ID: "beto", Name: "Beto", Role: bot.RoleAgent}
	carla = bot.Agent{ID: "carla", Name: "Carla", Role: bot.RoleSupervisor}
)

func withDesk(c *engine.Config) {
	c.Script, c.Desk = rogue{}, func() bot.Desk { return bot.Desk{} }
}

// openDesk is a house with a rogue script, and a desk that is fed until the test ends.
func openDesk(t *testing.T, s bot.Store, options ...option) (*harness, *desk) {
	t.Helper()
	h := open(t, s, append([]option{withDesk}, options...)...)
	d := newDesk()
	h.feed(d)
	return h, d
}

// feed feeds a reader until the test ends, or the function it returns is called.
func (h *harness) feed(r bot.Reader) (stop func()) {
	ctx, cancel := context.WithCancel(h.t.Context())
	ended := make(chan struct{})
	go func(e *engine.Engine) { defer close(ended); e.Feed(ctx, r) }(h.Engine)
	return func() { cancel(); <-ended }
}

func (h *harness) acts(a bot.Act) {
	h.t.Helper()
	if a.ID == "" {
		h.next++
		a.ID = fmt.Sprintf("a%d", h.next)
	}
	if err := h.Act(h.t.Context(), chatA, a); err != nil {
		h.t.Fatal(err)
	}
}

// last is the case as the last entry has it.
func (d *desk) last() bot.Case {
	list := d.entries()
	for i := len(list) - 1; i >= 0; i-- {
		if list[i].Head != nil {
			return *list[i].Head
		}
	}
	return bot.Case{}
}

// act is an act on the case as the desk shows it.
func (d *desk) act(do bot.Deed, by bot.Agent) bot.Act {
	c := d.last()
	return bot.Act{Do: do, By: by, Case: c.ID, Epoch: c.Epoch, Seen: c.Last}
}
