package engine

import (
	"bytes"
	"errors"
	"fmt"

	"llave/bot"
	"llave/bot/keyring"
)

// What cannot be opened is kept as it came, among the dead letters: a key that was missing may come back.

// unreadReason is why something was set aside unopened.
const unreadReason = "cannot be read with the keys there are"

// recall has the lane work on a session as it is kept. One that cannot be read is begun anew, and kept aside by the
// turn that replaces it: a person can link again, and must not be left without an answer.
func (sh *Shard) recall(l *lane, sealed []byte, version uint64) {
	s, err := sh.openSession(l.key, sealed)
	l.remember(s, version)
	if err != nil {
		sh.stats.Unreadable.Add(1)
		sh.log.Error("session cannot be read: begun anew", "err", err)
		l.lost = []bot.Unreadable{{Kind: bot.DeadSession, Reason: unreadReason, At: sh.now(), Body: sealed}}
	}
}

// composeSession seals the session of a turn and dates the chat. A session that could not be read stays as it is kept
// when the turn only sets something aside: nothing was said that needs a new session.
func (sh *Shard) composeSession(w *work, o *outcome, t *bot.Turn) (err error) {
	if len(w.lost) > 0 && o.aside != "" {
		t.Session = w.lost[0].Body
		t.Forget, t.Review = sh.datesOf(w.key, t.Session)
		return nil
	}
	t.Unreadable = w.lost
	t.Forget, t.Review = sh.dates(&o.Session)
	t.Session, err = sh.sealer.SealJSON(keyring.ForSession, w.key, &o.Session)
	return err
}

// keepSession has the lane go on with the session that a turn left.
func (w *work) keepSession(s bot.Session, t *bot.Turn) {
	lost := w.lost
	w.remember(s, t.Base+1)
	if len(lost) > 0 && len(t.Unreadable) == 0 {
		w.lost = lost // it is still there
	}
}

// openSession decodes a session. If it cannot be read, the session is a blank one.
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

// setTimerAside takes away a timer that cannot be read, which would be due for ever.
func (sh *Shard) setTimerAside(t bot.TimerDue) error {
	return sh.replaceUnread(bot.Unreadable{Kind: bot.DeadTimer, Name: t.Name, Body: t.Body}, func(c bot.Chat, turn *bot.Turn) error {
		turn.Timers = []bot.TimerSet{{Name: t.Name}}
		return nil
	}, t.Chat)
}

// setEffectAside takes away a pending effect that cannot be read. Its answer will never come: the session waits for
// none any more.
func (sh *Shard) setEffectAside(key bot.ChatKey, sealed []byte) error {
	return sh.replaceUnread(bot.Unreadable{Kind: bot.DeadEffect, Body: sealed}, func(c bot.Chat, turn *bot.Turn) error {
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

// replaceUnread commits a turn that leaves a chat as it is, but for what change does and what is set aside.
func (sh *Shard) replaceUnread(u bot.Unreadable, change func(bot.Chat, *bot.Turn) error, key bot.ChatKey) error {
	u.Reason, u.At = unreadReason, sh.now()
	c, err := sh.store.Load(sh.scope.Context(), key)
	if err != nil {
		return fmt.Errorf("load chat: %w", err)
	}
	turn := bot.Turn{Chat: key, Base: c.Version, Fence: sh.fence, Session: c.Session, Effect: c.Effect, Unreadable: []bot.Unreadable{u}}
	turn.Forget, turn.Review = sh.datesOf(key, c.Session)
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
	sh.log.Error("set aside", "kind", u.Kind, "reason", u.Reason)
	return nil
}
