package bot

import (
	"encoding/json"
	"fmt"
)

// compose seals what a turn writes.
func (e *Engine) compose(w *work, o outcome) (t Turn, letters []letter, err error) {
	t = Turn{Chat: w.key, Base: w.version, Fence: e.fence, Update: w.update.Seq, Purge: o.Purge, Quarantine: o.aside}
	o.Replies = e.withForget(w, o)
	if err = e.composeSession(w, &o, &t); err != nil {
		return t, nil, fmt.Errorf("session: %w", err)
	}
	for i, r := range o.Replies {
		r.Thread = w.thread()
		l := letter{kind: r.Kind, n: t.Base<<8 + uint64(i), MessageContent: MessageContent{Chat: w.update.Chat, Reply: r, At: w.update.Now, Notice: w.update.Kind == Notice}}
		body, err := e.sealJSON(placeLetter, w.key, &l.MessageContent)
		if err != nil {
			return t, nil, fmt.Errorf("reply: %w", err)
		}
		t.Replies, letters = append(t.Replies, body), append(letters, l)
	}
	for _, ev := range o.Events {
		t.Events = append(t.Events, e.vault.seal(placeEvent, w.key, ev))
	}
	if t.Timers, err = e.composeTimers(w, o.Timers); err != nil {
		return t, nil, err
	}
	if p := o.Session.Pending; p != nil {
		if t.Effect, err = e.sealJSON(placeEffect, w.key, pendingEffect{w.update.Chat, *p}); err != nil {
			return t, nil, fmt.Errorf("effect: %w", err)
		}
	}
	if t.QuarantinedBody = w.stored; t.Quarantine != "" && t.QuarantinedBody == nil {
		t.QuarantinedBody, err = e.sealJSON(placeUpdate, w.key, &w.update)
	}
	return t, letters, err
}

// composeTimers seals a turn's timers. An alarm that its turn did not mention is over.
func (e *Engine) composeTimers(w *work, timers []Timer) ([]TimerSet, error) {
	var out []TimerSet
	mentioned := w.update.Kind != Alarm
	for _, t := range timers {
		set := TimerSet{Name: t.Name, Due: t.Due}
		if !t.Due.IsZero() {
			set.Body = e.vault.seal(placeTimer, w.key, []byte(w.update.Chat))
		}
		out = append(out, set)
		mentioned = mentioned || t.Name == w.update.Subtype
	}
	if !mentioned {
		out = append(out, TimerSet{Name: w.update.Subtype})
	}
	return out, nil
}

func (e *Engine) sealJSON(kind byte, key ChatKey, v any) ([]byte, error) {
	plain, err := json.Marshal(v)
	if err != nil {
		return nil, err
	}
	return e.vault.seal(kind, key, plain), nil
}
