package archivetest

import (
	"encoding/json"
	"fmt"
	"strconv"
	"testing"

	"llave/adapters/desk/archive"
	"llave/bot"
)

// Log is the log of a shard, as the engine would write it.
type Log struct {
	Shard  bot.Shard
	Clock  *Clock
	Events []bot.Happened
	Desk   bot.Desk
	cases  uint64
	acts   int
}

// NewLog begins the log of a shard.
func NewLog(c *Clock, s bot.Shard) *Log {
	return &Log{Shard: s, Clock: c, cases: uint64(s)*100_000 + 4820}
}

// Feed applies all of the log.
func (l *Log) Feed(t testing.TB, a *archive.Archive) {
	t.Helper()
	if err := a.Apply(t.Context(), l.Shard, l.Events); err != nil {
		t.Fatal(err)
	}
}

// append adds an event to the log.
func (l *Log) append(chat bot.ChatKey, e *bot.Entry) {
	l.Events = append(l.Events, bot.Happened{Seq: uint64(len(l.Events) + 1), Chat: chat, Logged: bot.Logged{Entry: e}})
}

// Chat is a chat whose entries go into a log.
type Chat struct {
	*Log
	Key  bot.ChatKey
	Name string
	Case *bot.Case
}

// Chat begins a chat. Its sender's name and label are made of the name.
func (l *Log) Chat(name string) *Chat {
	k := bot.ChatKey{byte(l.Shard)}
	copy(k[1:], name)
	return &Chat{Log: l, Key: k, Name: name}
}

// file writes the entry of a step, numbered, with the head after it.
func (c *Chat) file(s bot.CaseStep, e bot.Entry) *bot.Entry {
	if s.Case == nil {
		c.Case = nil
		return nil
	}
	next := *s.Case
	next.Last++
	if e.Kind == bot.EntrySaid {
		next.Received = next.Last
	}
	c.Case = &next
	head := next
	e.V, e.Case, e.N, e.Head, e.At = bot.EntryVersion, next.ID, next.Last, &head, c.Clock.Now()
	e.Ref, e.Channel, e.Label, e.Sender = "ref "+c.Name, "Telegram", "···1234", "Sender "+c.Name
	c.append(c.Key, &e)
	return &e
}

// Opens asks for a person, and says why.
func (c *Chat) Opens(reason, text string) *Chat {
	c.cases++
	c.Desk.Next = c.cases
	card, _ := json.Marshal(map[string]string{"reason": reason, "name": "Card " + c.Name})
	c.file(c.Case.OpenCase(reason, c.Clock.Now(), c.Desk), bot.Entry{Kind: bot.EntryOpened, Card: card})
	c.Says(text)
	return c
}

// Says is something that the affiliate writes.
func (c *Chat) Says(text string) *bot.Entry {
	return c.file(c.Case.Said(c.Clock.Now(), c.Desk), bot.Entry{Kind: bot.EntrySaid, Text: text})
}

// Sends is a file of the affiliate's.
func (c *Chat) Sends(m bot.Media) *bot.Entry {
	return c.file(c.Case.Said(c.Clock.Now(), c.Desk), bot.Entry{Kind: bot.EntrySaid, Subtype: "photo", Media: &m})
}

// Act does what an agent does, and returns the entry that it leaves.
func (c *Chat) Act(a bot.Act) *bot.Entry {
	c.acts++
	if a.ID == "" {
		a.ID = fmt.Sprintf("act-%d-%d", c.Shard, c.acts)
	}
	if a.Case == 0 {
		a.Case, a.Epoch, a.Seen = c.Case.ID, c.Case.Epoch, c.Case.Last
	}
	s := c.Case.Do(a, c.Clock.Now(), 0, c.Desk)
	e := bot.Entry{Kind: s.Entry, By: a.By, Act: a.ID, Deed: a.Do, Refused: s.Refused, To: a.To, Text: a.Text, Of: a.Of}
	if s.Refused != "" {
		e.Kind = bot.EntryRefused
	}
	if e.Kind == bot.EntrySpoken {
		e.Message = uint64(c.acts) << 8
		e.Marks = []string{"mark " + strconv.Itoa(c.acts)}
	}
	return c.file(s, e)
}

// Delivers tells what became of the message of an entry.
func (c *Chat) Delivers(e *bot.Entry, d bot.Delivery, reason string) {
	c.append(c.Key, &bot.Entry{V: bot.EntryVersion, Kind: bot.EntryDelivery, Case: e.Case, At: c.Clock.Now(), Of: e.N, Message: e.Message, Delivery: d, Reason: reason})
}

// Receives is a receipt of the channel for the message of an entry.
func (c *Chat) Receives(e *bot.Entry, d bot.Delivery) {
	c.append(c.Key, &bot.Entry{V: bot.EntryVersion, Kind: bot.EntryDelivery, Case: e.Case, At: c.Clock.Now(), Mark: e.Marks[0], Delivery: d})
}

// Rings lets the case's alarm ring, if it is due.
func (c *Chat) Rings() {
	s := c.Case.Ring(c.Clock.Now(), c.Desk)
	switch {
	case s.Entry != "":
		c.file(s, bot.Entry{Kind: s.Entry})
	case s.Case != nil:
		c.Case = s.Case
	}
}

// Agents of the tests.
var (
	Ana   = bot.Agent{ID: "ana", Name: "Ana", Role: bot.RoleAgent}
	Beto  = bot.Agent{ID: "beto", Name: "Beto", Role: bot.RoleAgent}
	Carla = bot.Agent{ID: "carla", Name: "Carla", Role: bot.RoleSupervisor}
)

// Deed is an act with nothing but who does what.
func Deed(by bot.Agent, do bot.Deed) bot.Act { return bot.Act{By: by, Do: do} }

// Say is an act that says something.
func Say(by bot.Agent, text string) bot.Act { return bot.Act{By: by, Do: bot.DeedSay, Text: text} }
