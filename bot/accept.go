package bot

import (
	"context"
	"encoding/base32"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"
)

// Errors of Accept. Besides these it returns the store's.
var (
	// ErrStopped: the engine has not started or is stopping. Nothing was kept.
	ErrStopped = errors.New("bot: not running")
	// ErrUpdate: the update has no chat, no id or no kind. It will never be accepted.
	ErrUpdate = errors.New("bot: not an update")
)

// Accept keeps an update and sets its chat to work. When it returns nil the update is kept, now or before, and the
// channel may be told. Safe for concurrent use; updates of one chat keep the order in which Accept was called.
func (e *Engine) Accept(ctx context.Context, u Update) error {
	if u.ID == "" || u.Kind == "" || u.Chat.Native() == "" {
		return ErrUpdate
	}
	if !e.enter() {
		return ErrStopped
	}
	defer e.ended()
	return e.take(ctx, u)
}

// take is Accept without asking whether the engine runs: for updates that come of its own work.
func (e *Engine) take(ctx context.Context, u Update) error {
	e.clean(&u)
	key := e.vault.chatKey(u.Chat)
	a := Accepted{Update: u, Now: e.now()}
	a.Lag, a.Unpaced, a.Settled = e.lags.excess(u.Chat, u.OccurredAt, a.Now), e.unpaced(u.Chat), e.isQuiet(key)
	var seed [16]byte
	if _, err := io.ReadFull(e.rand, seed[:]); err != nil {
		return fmt.Errorf("accept: seed: %w", err)
	}
	a.Seed = Seed(base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(seed[:]))
	body, err := json.Marshal(&a)
	if err != nil {
		return fmt.Errorf("accept: %w", err)
	}
	arrival := Arrival{Chat: key, ID: e.vault.updateID(u.Chat, u.ID), At: a.Now, Body: e.vault.seal(placeUpdate, key, body)}
	l := e.lanes.hold(key)
	defer e.lanes.release(l)
	if err := l.lock(ctx); err != nil {
		return err
	}
	defer l.unlock()
	r, err := e.store.Accept(ctx, arrival)
	if err != nil {
		if ctx.Err() == nil { // a caller that has given up says nothing about the store
			e.health.failed(err)
		}
		e.lanes.wake(l, urgent) // the store may have kept it without being able to say so
		return fmt.Errorf("accept: %w", err)
	}
	e.health.worked()
	if r.Seq == 0 {
		e.stats.Duplicates.Add(1)
		return nil
	}
	e.stats.Accepted.Add(1)
	a.Seq = r.Seq
	e.lanes.push(l, job{update: a, receipt: r})
	return nil
}

// clean takes out of an update what must not be kept, before it is.
func (e *Engine) clean(u *Update) {
	u.Sender, u.Media = cut(strings.ToValidUTF8(u.Sender, ""), 64), u.Media.cleaned(e.mask)
	if u.Kind != Message && u.Kind != Started && u.Text == "" {
		return
	}
	if utf8.RuneCountInString(u.Text) > MaxText {
		u.Kind, u.Text = TooLong, ""
		return
	}
	m := e.mask(strings.ToValidUTF8(u.Text, ""))
	u.Text, u.Masked, u.Password = m.Text, m.CUIL, m.Password
}

func cut(s string, n int) string {
	for i := range s {
		if n--; n < 0 {
			return s[:i]
		}
	}
	return s
}
