package whatsapp

import (
	"context"
	"log/slog"
	"time"

	"go.mau.fi/whatsmeow/proto/waE2E"
	"google.golang.org/protobuf/proto"

	"llave/adapters/besteffort"
	"llave/bot"
)

// chatTimer is for how long a chat shows its messages: zero is for ever. Set is when it was chosen, in seconds, if
// known: phones compare it.
type chatTimer struct {
	Seconds uint32 `json:"s"`
	Set     int64  `json:"t,omitempty"`
	Kept    int64  `json:"k,omitempty"` // when it was written last
}

// A timer that is in use is written again after keepAgain, so that it is not removed as old. A time in the future
// beyond clockOff is ignored.
const (
	keepAgain = 30 * 24 * time.Hour
	clockOff  = 24 * time.Hour
)

// chatTimers are those of the chats, in memory and in the device store. A message without the timer of its chat stays
// on phones when all others have gone, below a warning.
type chatTimers struct {
	known *besteffort.Cache[bot.ChatID, chatTimer]
	kept  *factStore
	log   *slog.Logger
}

// of is a chat's timer.
func (ts *chatTimers) of(ctx context.Context, chat bot.ChatID) chatTimer {
	if t, ok := ts.known.Get(chat); ok {
		return t
	}
	var t chatTimer
	if _, err := ts.kept.get(ctx, factTimer, string(chat), &t); err != nil {
		ts.log.Warn("whatsapp: a chat's timer cannot be read", "chat", chat, "err", err)
		return chatTimer{}
	}
	ts.known.Put(chat, t)
	return t
}

// learn takes a chat's timer from a message that has one.
func (ts *chatTimers) learn(ctx context.Context, chat bot.ChatID, m *waE2E.Message) {
	t, said := timerIn(m)
	if !said {
		return
	}
	old, now := ts.of(ctx, chat), ts.kept.now()
	if t.Set > now.Add(clockOff).Unix() {
		t.Set = 0
	}
	if t.Set != 0 && t.Set < old.Set {
		return // a message that was written before the last change
	}
	if t.Set == 0 && t.Seconds == old.Seconds {
		t.Set = old.Set
	}
	if t.Seconds == old.Seconds && t.Set == old.Set && now.Sub(time.Unix(old.Kept, 0)) < keepAgain {
		return
	}
	t.Kept = now.Unix()
	ts.known.Put(chat, t)
	if err := ts.keep(ctx, chat, t); err != nil {
		ts.log.Warn("whatsapp: a chat's timer is not kept", "chat", chat, "err", err)
	}
}

func (ts *chatTimers) keep(ctx context.Context, chat bot.ChatID, t chatTimer) error {
	if t.Seconds == 0 && t.Set == 0 {
		return ts.kept.remove(ctx, factTimer, string(chat))
	}
	return ts.kept.put(ctx, factTimer, string(chat), t)
}

// timerIn is the timer in a message: a change of it, or that of the message itself. A text without one does not mean
// that there is none.
func timerIn(m *waE2E.Message) (t chatTimer, said bool) {
	m, _ = unwrap(m)
	if p := m.GetProtocolMessage(); p != nil && p.GetType() == waE2E.ProtocolMessage_EPHEMERAL_SETTING {
		return chatTimer{Seconds: p.GetEphemeralExpiration(), Set: p.GetEphemeralSettingTimestamp()}, true
	}
	c := contextOf(m)
	if c == nil || c.Expiration == nil {
		return chatTimer{}, false
	}
	return chatTimer{Seconds: c.GetExpiration(), Set: c.GetEphemeralSettingTimestamp()}, true
}

// text is a text message with the timer of its chat.
func (t chatTimer) text(words string) *waE2E.Message {
	if t.Seconds == 0 {
		return &waE2E.Message{Conversation: &words}
	}
	return &waE2E.Message{ExtendedTextMessage: &waE2E.ExtendedTextMessage{Text: &words, ContextInfo: t.context()}}
}

// context is the metadata that carries the timer; nil if there is none.
func (t chatTimer) context() *waE2E.ContextInfo {
	if t.Seconds == 0 {
		return nil
	}
	c := &waE2E.ContextInfo{Expiration: proto.Uint32(t.Seconds)}
	if t.Set != 0 {
		c.EphemeralSettingTimestamp = proto.Int64(t.Set)
	}
	return c
}
