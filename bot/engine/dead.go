package engine

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"llave/bot"
	"llave/bot/keyring"
	"llave/bot/outbox"
)

// DeadLetters lists what was quarantined or given up and puts it back. No engine may run on the store meanwhile.
type DeadLetters struct {
	store  bot.Store
	sealer *keyring.Sealer
	script bot.Script
	now    func() time.Time
}

// DeadLetterInfo is a dead letter as an operator may see it, without personal data.
type DeadLetterInfo struct {
	ID     uint64
	Kind   bot.DeadKind
	Chat   string // channel and account, if they can be read, and the chat's keyed hash
	At     time.Time
	Reason string
	// Readable says that it can be opened with the keys there are, Withdrawn that nothing is left of it to be opened.
	Readable, Withdrawn bool
}

// ErrNotRetried says that a dead letter cannot be put back; the error that wraps it says why.
var ErrNotRetried = errors.New("dead letter is not put back")

// Why a dead letter is not put back.
var (
	ErrUnreadable = fmt.Errorf("%w: it cannot be opened with these keys", ErrNotRetried)
	ErrWithdrawn  = fmt.Errorf("%w: it was withdrawn by a later turn", ErrNotRetried)
	ErrOnlyOnce   = fmt.Errorf("%w: it may be sent only once, and may have been", ErrNotRetried)
	ErrOver       = fmt.Errorf("%w: its time is over", ErrNotRetried)
	ErrSuperseded = fmt.Errorf("%w: something newer has its place", ErrNotRetried)
	ErrOfAgent    = fmt.Errorf("%w: an agent said it, knows that it was not sent, and may say it again", ErrNotRetried)
	ErrNoSuchDead = fmt.Errorf("%w: there is none of this number", ErrNotRetried)
)

// OpenDeadLetters opens the dead letters of a store that was written under one of these keys; pinned is as in [Config].
func OpenDeadLetters(ctx context.Context, s bot.Store, keys *keyring.Ring, script bot.Script, now func() time.Time, pinned ...string) (*DeadLetters, error) {
	v, err := keyring.Open(keys, func(name string, value []byte) ([]byte, error) { return s.PutIfAbsent(ctx, name, value) }, pinned...)
	if err != nil {
		return nil, err
	}
	return &DeadLetters{s, v, script, now}, nil
}

// everyDead is more than a store ever keeps.
const everyDead = 1 << 30

// List returns the dead letters, the newest first.
func (d *DeadLetters) List(ctx context.Context) ([]DeadLetterInfo, error) {
	all, err := d.store.Dead(ctx, everyDead)
	if err != nil {
		return nil, err
	}
	out := make([]DeadLetterInfo, len(all))
	for i, l := range all {
		kind, chat, _ := d.open(l)
		out[i] = DeadLetterInfo{ID: l.ID, Kind: kind, At: l.At, Reason: l.Reason, Readable: kind != bot.DeadUnknown && chat != nil, Withdrawn: len(l.Body) == 0}
		if out[i].Chat = l.Chat.Short(); chat != nil && *chat != "" {
			out[i].Chat = chat.Channel() + "/" + chat.Account() + "/" + out[i].Chat
		}
		if kind == bot.DeadUnknown {
			out[i].Kind = l.Kind
		}
	}
	return out, nil
}

// contexts are what the bodies of dead letters were sealed for.
var contexts = map[bot.DeadKind]byte{
	bot.DeadUpdate: keyring.ForUpdate, bot.DeadReply: keyring.ForMessage, bot.DeadSession: keyring.ForSession, bot.DeadEffect: keyring.ForEffect, bot.DeadTimer: keyring.ForTimer,
}

// open finds out what a dead letter is by opening it, because those of earlier versions do not say. It returns the
// chat, empty where the body does not name it, and the plain body.
func (d *DeadLetters) open(l bot.DeadLetter) (bot.DeadKind, *bot.ChatID, []byte) {
	for kind, place := range contexts {
		if l.Kind != bot.DeadUnknown && l.Kind != kind {
			continue
		}
		plain, err := d.sealer.Open(place, l.Chat, l.Body)
		if err != nil {
			continue
		}
		chat := bot.ChatID(plain)
		if kind != bot.DeadTimer {
			var named struct {
				Chat bot.ChatID `json:"chat"`
			}
			if json.Unmarshal(plain, &named) != nil {
				continue
			}
			chat = named.Chat
		}
		return kind, &chat, plain
	}
	return bot.DeadUnknown, nil, nil
}

// Retry puts a dead letter back: the next start continues with it. ErrNotRetried if that is not possible; then
// nothing has changed.
func (d *DeadLetters) Retry(ctx context.Context, id uint64) error {
	all, err := d.store.Dead(ctx, everyDead)
	if err != nil {
		return err
	}
	for _, l := range all {
		if l.ID == id {
			return d.retry(ctx, l)
		}
	}
	return ErrNoSuchDead
}

func (d *DeadLetters) retry(ctx context.Context, l bot.DeadLetter) error {
	if len(l.Body) == 0 {
		return ErrWithdrawn
	}
	kind, _, plain := d.open(l)
	if err := d.judge(ctx, kind, l, plain); err != nil {
		return err
	}
	err := d.store.Retry(ctx, l.ID, kind)
	if errors.Is(err, bot.ErrConflict) {
		return ErrSuperseded
	}
	return err
}

// judge reports why a dead letter may not be put back.
func (d *DeadLetters) judge(ctx context.Context, kind bot.DeadKind, l bot.DeadLetter, plain []byte) error {
	switch kind {
	case bot.DeadUnknown:
		return ErrUnreadable
	case bot.DeadEffect:
		return ErrOver // its answer is awaited no longer
	case bot.DeadReply:
		return d.judgeReply(plain)
	case bot.DeadSession:
		return d.judgeSession(ctx, l, plain)
	}
	return nil
}

func (d *DeadLetters) judgeReply(plain []byte) error {
	var e outbox.Content
	if err := json.Unmarshal(plain, &e); err != nil {
		return ErrUnreadable
	}
	switch {
	case e.Reply.Kind == bot.Secret:
		return ErrOnlyOnce
	case e.Reply.Kind == bot.Spoken:
		return ErrOfAgent
	case !e.Reply.Expires.IsZero() && !d.now().Before(e.Reply.Expires):
		return ErrOver
	}
	return nil
}

// judgeSession compares a session with the one that replaced it. It may come back only if the script keeps it longer:
// a link made since stays.
func (d *DeadLetters) judgeSession(ctx context.Context, l bot.DeadLetter, plain []byte) error {
	old := bot.Session{Data: d.script.NewData()}
	if err := json.Unmarshal(plain, &old); err != nil {
		return ErrUnreadable
	}
	c, err := d.store.Load(ctx, l.Chat)
	if err != nil {
		return err
	}
	now := bot.Session{Data: d.script.NewData()}
	if len(c.Session) > 0 {
		sealed, err := d.sealer.Open(keyring.ForSession, l.Chat, c.Session)
		if err != nil {
			return ErrUnreadable
		}
		if err := json.Unmarshal(sealed, &now); err != nil {
			return ErrUnreadable
		}
	}
	worth, _ := keepFor(d.script, old)
	if has, _ := keepFor(d.script, now); worth <= has {
		return ErrSuperseded
	}
	return nil
}
