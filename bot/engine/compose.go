package engine

import (
	"fmt"

	"llave/bot"
	"llave/bot/keyring"
	"llave/bot/outbox"
)

// compose seals what a turn writes.
func (sh *Shard) compose(w *turn, o turnOutcome) (t bot.Turn, messages []outbox.Message, err error) {
	t = bot.Turn{Chat: w.key, Base: w.version, Fence: sh.fence, Update: w.update.Seq, Purge: o.Purge, Quarantine: o.quarantine}
	if err = sh.composeSession(w, &o, &t); err != nil {
		return t, nil, fmt.Errorf("session: %w", err)
	}
	if messages, err = sh.composeReplies(w, o.Replies, &t); err != nil {
		return t, nil, err
	}
	if err = sh.composeEvents(w, &o, &t); err != nil {
		return t, nil, fmt.Errorf("event: %w", err)
	}
	if t.Timers, err = sh.composeTimers(w, o.Timers); err != nil {
		return t, nil, err
	}
	if p := o.Session.Pending; p != nil {
		t.Once = p.Once
		if t.Effect, err = sh.sealer.SealJSON(keyring.ForEffect, w.key, pendingEffect{w.update.Chat, *p}); err != nil {
			return t, nil, fmt.Errorf("effect: %w", err)
		}
	}
	if t.QuarantinedBody = w.stored; t.Quarantine != "" && t.QuarantinedBody == nil {
		t.QuarantinedBody, err = sh.sealer.SealJSON(keyring.ForUpdate, w.key, &w.update)
	}
	return t, messages, err
}

// composeReplies seals a turn's replies, and returns them as outbox messages.
func (sh *Shard) composeReplies(w *turn, replies []bot.Reply, t *bot.Turn) ([]outbox.Message, error) {
	if len(replies) == 0 {
		return nil, nil
	}
	t.Replies = make([][]byte, len(replies))
	messages := make([]outbox.Message, len(replies))
	for i, r := range replies {
		r.Thread = w.thread()
		content := outbox.Content{Chat: w.update.Chat, Reply: r, At: w.update.Now, Notice: w.update.Kind == bot.Notice}
		messages[i] = outbox.NewMessage(t.Base<<8+uint64(i), content)
		body, err := messages[i].Seal(sh.sealer, w.key)
		if err != nil {
			return nil, fmt.Errorf("reply: %w", err)
		}
		t.Replies[i] = body
		if outbox.Keeps(r.Kind) && i < 64 {
			t.Keep |= 1 << i
		}
	}
	return messages, nil
}

// composeEvents seals what a turn logs: the entries of the case, and the script's events.
func (sh *Shard) composeEvents(w *turn, o *turnOutcome, t *bot.Turn) error {
	if len(o.entries)+len(o.Events) == 0 {
		return nil
	}
	t.Events = make([][]byte, 0, len(o.entries)+len(o.Events))
	add := func(l bot.Logged) error {
		body, err := sh.sealer.SealJSON(keyring.ForEvent, w.key, &l)
		t.Events = append(t.Events, body)
		return err
	}
	for i := range o.entries {
		if err := add(bot.Logged{Entry: &o.entries[i]}); err != nil {
			return err
		}
	}
	for _, ev := range o.Events {
		if err := add(bot.Logged{Script: ev}); err != nil {
			return err
		}
	}
	return nil
}

// composeTimers seals a turn's timers. A timer that fired and that its turn did not set again is cancelled.
func (sh *Shard) composeTimers(w *turn, timers []bot.Timer) ([]bot.TimerSet, error) {
	var out []bot.TimerSet
	mentioned := w.update.Kind != bot.Alarm
	for _, t := range timers {
		set := bot.TimerSet{Name: t.Name, Due: t.Due}
		if !t.Due.IsZero() {
			set.Body = sh.sealer.Seal(keyring.ForTimer, w.key, []byte(w.update.Chat))
		}
		out = append(out, set)
		mentioned = mentioned || t.Name == w.update.Subtype
	}
	if !mentioned {
		out = append(out, bot.TimerSet{Name: w.update.Subtype})
	}
	return out, nil
}
