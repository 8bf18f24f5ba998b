// Package desktest has an engine without a store for tests of the desk: the machine of a case, whose entries go straight into the
// archive. Nothing of it is in the program.
//
//	engine.go   chats, acts and entries
//	channel.go  files and addresses of the affiliates
package desktest

import (
	"context"
	"encoding/json"
	"errors"
	"sync"
	"time"

	"llave/adapters/desk/archive"
	"llave/bot"
)

// Engine runs the cases of some chats. It is safe for concurrent use.
type Engine struct {
	db  *archive.Archive
	now func() time.Time

	mu      sync.Mutex
	seq     uint64
	next    uint64
	chats   map[bot.ChatID]*chat
	done    map[string]bool
	acts    []bot.Act
	fails   error // what Act returns
	stalled bool  // acts are kept and nothing comes of them
	waited  time.Duration
	errands bot.Refusal // why the script does none
	files   map[string]File
	typed   []bot.ChatID
	held    *[]bot.Happened // what AtOnce applies in the end
}

type chat struct {
	who Affiliate
	c   *bot.Case
}

// Affiliate is who writes from a chat.
type Affiliate struct {
	Chat                   bot.ChatID
	Channel, Label, Sender string
}

// New makes an engine that feeds an archive.
func New(db *archive.Archive, now func() time.Time) *Engine {
	return &Engine{db: db, now: now, next: 4821, chats: map[bot.ChatID]*chat{}, done: map[string]bool{}, files: map[string]File{}}
}

// OpenChatRef reads the reference of a chat. Here it is the chat's name.
func (e *Engine) OpenChatRef(ref string) (bot.ChatID, error) {
	if ref == "" {
		return "", errors.New("desktest: no chat")
	}
	return bot.ChatID(ref), nil
}

// Fails has Act return an error: nothing is kept. Nil: it works again.
func (e *Engine) Fails(err error) { e.mu.Lock(); defer e.mu.Unlock(); e.fails = err }

// Stalls has acts be kept and left undone.
func (e *Engine) Stalls(on bool) { e.mu.Lock(); defer e.mu.Unlock(); e.stalled = on }

// Waits has acts wait for their turn.
func (e *Engine) Waits(d time.Duration) { e.mu.Lock(); defer e.mu.Unlock(); e.waited = d }

// RefusesErrands has the script do no errand, for a reason. None: it does them.
func (e *Engine) RefusesErrands(why bot.Refusal) { e.mu.Lock(); defer e.mu.Unlock(); e.errands = why }

// Acts are all acts that came.
func (e *Engine) Acts() []bot.Act {
	e.mu.Lock()
	defer e.mu.Unlock()
	return append([]bot.Act(nil), e.acts...)
}

// Case is a chat's case.
func (e *Engine) Case(id bot.ChatID) bot.Case {
	e.mu.Lock()
	defer e.mu.Unlock()
	return *e.chats[id].c
}

// AtOnce applies what f has happen in batches, as a feed does that is behind.
func (e *Engine) AtOnce(f func()) {
	var list []bot.Happened
	e.mu.Lock()
	e.held = &list
	e.mu.Unlock()
	f()
	e.mu.Lock()
	defer e.mu.Unlock()
	e.held = nil
	for ; len(list) > 0; list = list[min(1024, len(list)):] {
		if err := e.db.Apply(context.Background(), 0, list[:min(1024, len(list))]); err != nil {
			panic(err)
		}
	}
}

// Opens opens a case, as an affiliate does who asks for a person, and returns its number.
func (e *Engine) Opens(who Affiliate, reason string, card any) uint64 {
	e.mu.Lock()
	defer e.mu.Unlock()
	raw, err := json.Marshal(card)
	if err != nil {
		panic(err)
	}
	if card == nil {
		raw = nil
	}
	ch := e.chats[who.Chat]
	if ch == nil {
		ch = &chat{}
		e.chats[who.Chat] = ch
	}
	ch.who = who
	desk := e.db.Desk()
	desk.Next = e.next
	e.next++
	s := ch.c.OpenCase(reason, e.now(), desk)
	if s.Refused != "" {
		panic(s.Refused)
	}
	e.move(ch, s, bot.Entry{Card: raw})
	return ch.c.ID
}

// Says has the affiliate say something.
func (e *Engine) Says(id bot.ChatID, text string) { e.said(id, bot.Entry{Text: text}) }

// Sends has the affiliate send a file.
func (e *Engine) Sends(id bot.ChatID, subtype, caption string, m bot.Media) {
	e.said(id, bot.Entry{Text: caption, Subtype: subtype, Media: &m})
}

func (e *Engine) said(id bot.ChatID, entry bot.Entry) {
	e.mu.Lock()
	defer e.mu.Unlock()
	ch := e.chats[id]
	s := ch.c.Said(e.now(), e.db.Desk())
	s.Case.Received = s.Case.Last + 1
	e.move(ch, s, entry)
}

// Counter has the affiliate say that they stand at a counter.
func (e *Engine) Counter(id bot.ChatID) {
	e.mu.Lock()
	defer e.mu.Unlock()
	ch := e.chats[id]
	e.move(ch, ch.c.AtTheCounter(e.now(), e.db.Desk()), bot.Entry{})
}

// Leaves has the affiliate go back to the bot.
func (e *Engine) Leaves(id bot.ChatID) {
	e.mu.Lock()
	defer e.mu.Unlock()
	ch := e.chats[id]
	e.move(ch, ch.c.Leave(e.now()), bot.Entry{})
}

// Files adds an entry that somebody else made: the bot, or the clock.
func (e *Engine) Files(id bot.ChatID, kind bot.EntryKind, text string) {
	e.mu.Lock()
	defer e.mu.Unlock()
	ch := e.chats[id]
	next := *ch.c
	e.move(ch, bot.CaseStep{Case: &next, Entry: kind}, bot.Entry{Text: text})
}

// Delivers tells what became of an agent's message.
func (e *Engine) Delivers(id bot.ChatID, n uint64, d bot.Delivery, reason string) {
	e.mu.Lock()
	defer e.mu.Unlock()
	ch := e.chats[id]
	e.apply(ch, bot.Entry{Case: ch.c.ID, Of: n, Kind: bot.EntryDelivery, Delivery: d, Reason: reason})
}

// Act implements desk.Actor.
func (e *Engine) Act(_ context.Context, id bot.ChatID, a bot.Act) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.fails != nil {
		return e.fails
	}
	e.acts = append(e.acts, a)
	if e.stalled || e.done[a.ID] {
		return nil
	}
	e.done[a.ID] = true
	ch := e.chats[id]
	if ch == nil {
		return errors.New("desktest: no such chat")
	}
	s := ch.c.Do(a, e.now(), e.waited, e.db.Desk())
	if why := e.errands; a.Do == bot.DeedErrand && s.Refused == "" && why != "" {
		s = bot.CaseStep{Case: ch.c, Refused: why}
	}
	entry := bot.Entry{By: a.By, Act: a.ID, Deed: a.Do, To: a.To, Text: a.Text, File: a.File, Of: a.Of, Refused: s.Refused}
	if ch.c == nil || ch.c.ID != a.Case { // as the engine does: no case to file it in
		entry.Case, entry.Kind, entry.Text, entry.File, entry.Of = a.Case, bot.EntryRefused, "", nil, 0
		e.apply(ch, entry)
		return nil
	}
	if s.Refused != "" {
		next := *ch.c
		s.Case, s.Entry = &next, bot.EntryRefused
		entry.Text, entry.File, entry.Of = "", nil, 0
	}
	e.move(ch, s, entry)
	return nil
}

// move makes a step, and files what it leaves.
func (e *Engine) move(ch *chat, s bot.CaseStep, entry bot.Entry) {
	ch.c = s.Case
	if s.Entry == "" {
		return
	}
	ch.c.Last++
	head := *ch.c
	entry.Case, entry.Head, entry.N, entry.Kind = ch.c.ID, &head, ch.c.Last, s.Entry
	if s.Entry == bot.EntrySpoken {
		entry.Message = 1000*ch.c.ID + ch.c.Last
	}
	e.apply(ch, entry)
}

func (e *Engine) apply(ch *chat, entry bot.Entry) {
	e.seq++
	entry.V, entry.At = bot.EntryVersion, e.now()
	entry.Ref, entry.Channel, entry.Label, entry.Sender = string(ch.who.Chat), ch.who.Channel, ch.who.Label, ch.who.Sender
	var key bot.ChatKey
	copy(key[:], ch.who.Chat)
	h := bot.Happened{Seq: e.seq, Chat: key, Logged: bot.Logged{Entry: &entry}}
	if e.held != nil {
		*e.held = append(*e.held, h)
		return
	}
	if err := e.db.Apply(context.Background(), 0, []bot.Happened{h}); err != nil {
		panic(err)
	}
}
