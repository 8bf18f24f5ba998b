package engine

import (
	"bytes"
	"errors"
	"fmt"

	"llave/bot"
	"llave/bot/keyring"
)

// A body that cannot be opened is kept as it came, as a dead letter: a key that was missing may come back.

// unreadableReason is the reason of a dead letter that could not be opened.
const unreadableReason = "cannot be read with the keys there are"

// loadSession opens a stored session for a queue. If it cannot be opened, a blank one takes its place, and the turn
// that replaces it keeps the stored one as a dead letter: the person can link again and always gets an answer.
func (sh *Shard) loadSession(q *chatQueue, sealed []byte, version uint64) {
	s, err := sh.openSession(q.key, sealed)
	q.setSession(s, version)
	if err != nil {
		sh.stats.Unreadable.Add(1)
		sh.log.Error("session cannot be read: begun anew", "key", q.key, "err", err)
		q.lostSession = []bot.Unreadable{{Kind: bot.DeadSession, Reason: unreadableReason, At: sh.now(), Body: sealed}}
	}
}

// composeSession seals the session of a turn and sets the retention of the chat. A stored session that cannot be
// opened stays as it is if the turn only quarantines an update.
func (sh *Shard) composeSession(w *turn, o *turnOutcome, t *bot.Turn) (err error) {
	if len(w.lostSession) > 0 && o.quarantine != "" {
		t.Session = w.lostSession[0].Body
		t.Forget, t.Review = sh.retentionOf(w.key, t.Session)
		return nil
	}
	t.Unreadable = w.lostSession
	t.Forget, t.Review = sh.retention(&o.Session)
	t.Session, err = sh.sealer.SealJSON(keyring.ForSession, w.key, &o.Session)
	return err
}

// keepSession leaves the session of a turn to the queue's next turn.
func (w *turn) keepSession(s bot.Session, t *bot.Turn) {
	lost := w.lostSession
	w.setSession(s, t.Base+1)
	if len(lost) > 0 && len(t.Unreadable) == 0 {
		w.lostSession = lost // it is still there
	}
}

// openSession decodes a session. If it cannot be opened, the session is a blank one.
func (sh *Shard) openSession(key bot.ChatKey, sealed []byte) (bot.Session, error) {
	s := bot.Session{Data: sh.script.NewData()}
	if len(sealed) == 0 {
		return s, nil
	}
	if err := sh.sealer.OpenJSON(keyring.ForSession, key, sealed, &s); err != nil {
		return bot.Session{Data: sh.script.NewData()}, err
	}
	return s, nil
}

// quarantineTimer removes a timer that cannot be opened and would be due for ever.
func (sh *Shard) quarantineTimer(t bot.TimerDue) error {
	return sh.quarantineUnreadable(bot.Unreadable{Kind: bot.DeadTimer, Name: t.Name, Body: t.Body}, func(c bot.Chat, turn *bot.Turn) error {
		turn.Timers = []bot.TimerSet{{Name: t.Name}}
		return nil
	}, t.Chat)
}

// quarantineEffect removes a pending effect that cannot be opened. Its answer will never come, so the session stops
// waiting.
func (sh *Shard) quarantineEffect(key bot.ChatKey, sealed []byte) error {
	return sh.quarantineUnreadable(bot.Unreadable{Kind: bot.DeadEffect, Body: sealed}, func(c bot.Chat, turn *bot.Turn) error {
		if !bytes.Equal(c.Effect, sealed) {
			return bot.ErrConflict // a turn was faster
		}
		turn.Effect = nil
		s, err := sh.openSession(key, c.Session)
		if err != nil || len(c.Session) == 0 {
			return nil
		}
		s.Pending = nil
		turn.Session, err = sh.sealer.SealJSON(keyring.ForSession, key, &s)
		return err
	}, key)
}

// quarantineUnreadable commits a turn that changes nothing but what change does, and keeps a body that cannot be
// opened as a dead letter.
func (sh *Shard) quarantineUnreadable(u bot.Unreadable, change func(bot.Chat, *bot.Turn) error, key bot.ChatKey) error {
	u.Reason, u.At = unreadableReason, sh.now()
	c, err := sh.store.Load(sh.scope.Context(), key)
	if err != nil {
		return fmt.Errorf("load chat: %w", err)
	}
	turn := bot.Turn{Chat: key, Base: c.Version, Fence: sh.fence, Session: c.Session, Effect: c.Effect, Unreadable: []bot.Unreadable{u}}
	turn.Forget, turn.Review = sh.retentionOf(key, c.Session)
	if err = change(c, &turn); err == nil {
		err = sh.store.Commit(sh.scope.Context(), turn)
	}
	switch {
	case errors.Is(err, bot.ErrConflict):
		return nil // it is looked at again
	case err != nil:
		return fmt.Errorf("set aside: %w", err)
	}
	sh.stats.Unreadable.Add(1)
	sh.log.Error("set aside", "key", key, "kind", u.Kind, "reason", u.Reason)
	return nil
}
