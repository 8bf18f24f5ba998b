package archive

import (
	"context"
	"encoding/json"

	"llave/bot"
)

// head is what caso.head holds: the case as its last entry left it.
type head struct {
	Case    bot.Case `json:"case"`
	Ref     string   `json:"ref,omitempty"`
	Channel string   `json:"channel,omitempty"`
	Label   string   `json:"label,omitempty"`
	Sender  string   `json:"sender,omitempty"`
}

// entry files an entry of a case, and all that follows from it.
func (b *batch) entry(ctx context.Context, chat bot.ChatKey, e *bot.Entry) error {
	added, err := b.insertEntry(ctx, e)
	if err != nil || !added {
		return err
	}
	for _, step := range []func(context.Context, bot.ChatKey, *bot.Entry) error{b.head, b.marks, b.tracked, b.outcome, b.media} {
		if err := step(ctx, chat, e); err != nil {
			return err
		}
	}
	b.moved = b.moved || moves[e.Kind]
	return b.change(ctx, e.Case, e.N, string(e.Kind))
}

// insertEntry writes the row. What has a table of its own is not in it.
func (b *batch) insertEntry(ctx context.Context, e *bot.Entry) (added bool, err error) {
	kept := *e
	kept.Head, kept.Card, kept.Ref, kept.Marks = nil, nil, "", nil
	if e.Kind == bot.EntryCounter || e.Kind == bot.EntryClosed { // what the entry says is in its head alone
		kept.Head = &bot.Case{ID: e.Head.ID, State: e.Head.State, AtCounter: e.Head.AtCounter, Why: e.Head.Why}
	}
	if e.Media != nil { // what it is got by is kept only until it is here
		media := *e.Media
		media.Ref = nil
		kept.Media = &media
	}
	body, err := json.Marshal(kept)
	if err != nil {
		return false, err
	}
	n, err := b.exec(ctx, "INSERT INTO entry (caso, n, at, kind, body) VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
		e.Case, e.N, micro(e.At), string(e.Kind), b.keys.ring.Seal(body, place("entry", e.Case, e.N)))
	return n > 0, err
}

// upsertHead writes the row of a case from any of its entries. An older entry changes nothing.
const upsertHead = `INSERT INTO caso (id, chat, state, owner, counter, first, desk, opened, since, turned, last, head) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (id) DO UPDATE SET state = excluded.state, owner = excluded.owner, counter = excluded.counter, desk = excluded.desk,
first = CASE WHEN ? = 1 THEN caso.first ELSE excluded.first END,
opened = excluded.opened, since = excluded.since, turned = excluded.turned, last = excluded.last, head = excluded.head WHERE excluded.last > caso.last`

func (b *batch) head(ctx context.Context, chat bot.ChatKey, e *bot.Entry) error {
	c := e.Head
	h := head{*c, e.Ref, e.Channel, e.Label, e.Sender}
	if e.Channel == "" { // what agents and the clock do comes by no channel
		if err := b.channelOf(ctx, &h); err != nil {
			return err
		}
	}
	body, err := json.Marshal(h)
	if err != nil {
		return err
	}
	first, same := goesFirst(e)
	_, err = b.exec(ctx, upsertHead, e.Case, chat[:], string(c.State), string(c.Owner.ID), number(c.AtCounter), number(first), number(c.DeskTurn),
		micro(c.Opened), micro(c.Since), micro(c.Turned), e.N, b.keys.ring.Seal(body, place("caso", e.Case, "head")), number(same))
	return err
}

// channelOf completes a head with what the one before it tells of the chat. One that cannot be read tells nothing.
func (b *batch) channelOf(ctx context.Context, h *head) error {
	var sealed []byte
	found, err := b.row(ctx, []any{&sealed}, "SELECT head FROM caso WHERE id = ?", h.Case.ID)
	if err != nil || !found {
		return err
	}
	var before head
	if b.openJSON(sealed, &before, "caso", h.Case.ID, "head") == nil {
		h.Channel, h.Label, h.Sender = before.Channel, before.Label, before.Sender
	}
	return nil
}

// goesFirst reports whether the case goes before the others in the queue: its agent gave it back, or said nothing. Same says
// that this entry does not change that, if the case is known.
func goesFirst(e *bot.Entry) (first, same bool) {
	switch {
	case e.Head.State != bot.CaseQueued:
		return false, false
	case e.Kind == bot.EntryReleased, e.Kind == bot.EntryUnowned:
		return true, false
	}
	return e.Head.Requeued, true
}

// moves are the kinds of entry after which the queue is another.
var moves = map[bot.EntryKind]bool{
	bot.EntryOpened: true, bot.EntryReopened: true, bot.EntryTaken: true, bot.EntryReleased: true, bot.EntryTransferred: true, bot.EntryTakenOver: true,
	bot.EntryUnowned: true, bot.EntryReturned: true, bot.EntryClosed: true, bot.EntryLeft: true, bot.EntryGone: true,
}

// marks notes the card, and when the case was taken and answered for the first time.
func (b *batch) marks(ctx context.Context, _ bot.ChatKey, e *bot.Entry) (err error) {
	if len(e.Card) > 0 {
		_, err = b.exec(ctx, "UPDATE caso SET card = ? WHERE id = ?", b.keys.ring.Seal(e.Card, place("caso", e.Case, "card")), e.Case)
	}
	switch {
	case err != nil:
	case e.Head.State == bot.CaseAssigned && moves[e.Kind]: // also when it is given to an agent
		_, err = b.exec(ctx, "UPDATE caso SET taken = ? WHERE id = ? AND taken = 0", micro(e.At), e.Case)
	case e.Kind == bot.EntrySpoken:
		_, err = b.exec(ctx, "UPDATE caso SET replied = ? WHERE id = ? AND replied = 0", micro(e.At), e.Case)
	}
	return err
}

// outcome notes what came of an act, once, with its row of the audit.
func (b *batch) outcome(ctx context.Context, _ bot.ChatKey, e *bot.Entry) error {
	if e.Act == "" || e.Deed == "" && e.Refused == "" {
		return nil
	}
	var after bot.Case
	if e.Head != nil {
		after = *e.Head
	}
	if !after.Assigned() { // who had it last has it no more
		after.Owner = bot.Agent{}
	}
	owner, err := json.Marshal(after.Owner)
	if err != nil {
		return err
	}
	n, err := b.exec(ctx, "INSERT INTO act (id, caso, n, epoch, agent, deed, refused, owner, at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
		e.Act, e.Case, e.N, after.Epoch, string(e.By.ID), string(e.Deed), string(e.Refused), b.keys.ring.Seal(owner, place("act", e.Act)), micro(e.At))
	if err != nil || n == 0 {
		return err
	}
	detail := string(e.Refused)
	if detail == "" && e.To.ID != "" {
		detail = string(e.To.ID)
	}
	return b.record(ctx, Record{Agent: string(e.By.ID), What: "act." + string(e.Deed), Case: e.Case, Detail: detail})
}

// media sets a file to be fetched.
func (b *batch) media(ctx context.Context, _ bot.ChatKey, e *bot.Entry) error {
	if e.Media == nil {
		return nil
	}
	if len(e.Media.Ref) == 0 {
		_, err := b.exec(ctx, "INSERT INTO fetch (caso, n, due, reason) VALUES (?, ?, 0, ?) ON CONFLICT DO NOTHING", e.Case, e.N, FetchNoRef)
		return err
	}
	body, err := json.Marshal(fetchBody{Ref: e.Ref, Media: *e.Media})
	if err != nil {
		return err
	}
	_, err = b.exec(ctx, "INSERT INTO fetch (caso, n, media, due) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING",
		e.Case, e.N, b.keys.ring.Seal(body, place("fetch", e.Case, e.N)), micro(e.At))
	return err
}

func (b *batch) change(ctx context.Context, caso, n uint64, what string) error {
	_, err := b.exec(ctx, "INSERT INTO change (caso, n, what, at) VALUES (?, ?, ?, ?)", caso, n, what, micro(b.now()))
	return err
}
