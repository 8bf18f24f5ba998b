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

// timer is for how long a chat shows its messages: zero is for ever. Set is when somebody chose so, in seconds, if that is
// known: phones compare it.
type timer struct {
	Seconds uint32 `json:"s"`
	Set     int64  `json:"t,omitempty"`
	Kept    int64  `json:"k,omitempty"` // when it was written last
}

// A timer that is in use is written again after keepAgain, so that it is not removed as old. What is set later than a clock
// can be wrong by is no hour.
const (
	keepAgain = 30 * 24 * time.Hour
	clockOff  = 24 * time.Hour
)

// timers are those of the chats, in memory and in the device store. A message without the chat's timer stays on phones when
// all others have gone, below a warning.
type timers struct {
	known *besteffort.Cache[bot.ChatID, timer]
	kept  *chatStore
	log   *slog.Logger
}

// of is a chat's timer.
func (ts *timers) of(ctx context.Context, chat bot.ChatID) timer {
	if t, ok := ts.known.Get(chat); ok {
		return t
	}
	var t timer
	if _, err := ts.kept.get(ctx, factTimer, string(chat), &t); err != nil {
		ts.log.Warn("whatsapp: a chat's timer cannot be read", "chat", chat, "err", err)
		return timer{}
	}
	ts.known.Put(chat, t)
	return t
}

// heard takes a chat's timer from a message, if that says anything of it.
func (ts *timers) heard(ctx context.Context, chat bot.ChatID, m *waE2E.Message) {
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

func (ts *timers) keep(ctx context.Context, chat bot.ChatID, t timer) error {
	if t.Seconds == 0 && t.Set == 0 {
		return ts.kept.remove(ctx, factTimer, string(chat))
	}
	return ts.kept.put(ctx, factTimer, string(chat), t)
}

// timerIn is what a message says of its chat's timer: that it was changed, or which one the message itself has. A text
// without any of that does not say that there is none.
func timerIn(m *waE2E.Message) (t timer, said bool) {
	m, _ = unwrap(m)
	if p := m.GetProtocolMessage(); p != nil && p.GetType() == waE2E.ProtocolMessage_EPHEMERAL_SETTING {
		return timer{Seconds: p.GetEphemeralExpiration(), Set: p.GetEphemeralSettingTimestamp()}, true
	}
	c := contextOf(m)
	if c == nil || c.Expiration == nil {
		return timer{}, false
	}
	return timer{Seconds: c.GetExpiration(), Set: c.GetEphemeralSettingTimestamp()}, true
}

// text is a message of words alone that is shown for as long as the chat's others.
func (t timer) text(words string) *waE2E.Message {
	if t.Seconds == 0 {
		return &waE2E.Message{Conversation: &words}
	}
	return &waE2E.Message{ExtendedTextMessage: &waE2E.ExtendedTextMessage{Text: &words, ContextInfo: t.context()}}
}

// context is what a message has to carry; nil if nothing.
func (t timer) context() *waE2E.ContextInfo {
	if t.Seconds == 0 {
		return nil
	}
	c := &waE2E.ContextInfo{Expiration: proto.Uint32(t.Seconds)}
	if t.Set != 0 {
		c.EphemeralSettingTimestamp = proto.Int64(t.Set)
	}
	return c
}
