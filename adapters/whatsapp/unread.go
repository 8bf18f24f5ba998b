package whatsapp

import (
	"context"
	"sync"
	"time"

	"go.mau.fi/whatsmeow/types"

	"llave/bot"
)

// unreadMessages are messages that came while nothing may be sent. They are marked as read with the answer: people expect an
// answer to a message that looks read.
type unreadMessages struct {
	mu   sync.Mutex
	m    map[bot.ChatID][]unreadMessage
	n    int
	kept *factStore
}

// unreadMessage is one of them.
type unreadMessage struct {
	Chat bot.ChatID `json:"c"`
	ID   string     `json:"id"`
	At   time.Time  `json:"at"`
	From types.JID  `json:"f"` // the address that it came from
}

// maxUnread bounds how many are remembered. The others stay unread, and are answered all the same.
const maxUnread = 4096

// openUnread reads the messages that an earlier process left.
func openUnread(ctx context.Context, kept *factStore) (*unreadMessages, error) {
	u := &unreadMessages{m: map[bot.ChatID][]unreadMessage{}, kept: kept}
	all, err := factsOf[unreadMessage](ctx, kept, factUnread)
	if err != nil {
		return nil, err
	}
	for _, m := range all {
		u.m[m.Chat] = append(u.m[m.Chat], m)
		u.n++
	}
	return u, nil
}

// add remembers a message.
func (u *unreadMessages) add(ctx context.Context, m unreadMessage) error {
	u.mu.Lock()
	if u.n >= maxUnread {
		u.mu.Unlock()
		return nil
	}
	u.m[m.Chat] = append(u.m[m.Chat], m)
	u.n++
	u.mu.Unlock()
	return u.kept.put(ctx, factUnread, string(m.Chat)+" "+m.ID, m)
}

// take returns a chat's messages and forgets them.
func (u *unreadMessages) take(ctx context.Context, chat bot.ChatID) ([]unreadMessage, error) {
	u.mu.Lock()
	all := u.m[chat]
	delete(u.m, chat)
	u.n -= len(all)
	u.mu.Unlock()
	for i, m := range all {
		if err := u.kept.remove(ctx, factUnread, string(m.Chat)+" "+m.ID); err != nil {
			return all[i:], err
		}
	}
	return all, nil
}

// markRead shows the person that a message was read, or remembers to do so when it can be answered.
func (s *session) markRead(chat bot.ChatID, info *types.MessageInfo) {
	m := unreadMessage{Chat: chat, ID: info.ID, At: info.Timestamp, From: info.Chat}
	if s.w.cooldown() > 0 {
		if err := s.w.unread.add(s.ctx, m); err != nil {
			s.w.log.Warn("whatsapp: an unread message is not kept", "chat", chat, "err", err)
		}
		return
	}
	s.w.fireAndForget(func(ctx context.Context) error {
		return s.cli.MarkRead(ctx, []types.MessageID{m.ID}, m.At, m.From, types.EmptyJID)
	})
}

// answered marks the messages as read that waited for a chat's answer.
func (s *session) answered(ctx context.Context, chat bot.ChatID) {
	all, err := s.w.unread.take(ctx, chat)
	if err != nil {
		s.w.log.Warn("whatsapp: an unread message is not forgotten", "chat", chat, "err", err)
	}
	for _, m := range all {
		s.w.fireAndForget(func(ctx context.Context) error {
			return s.cli.MarkRead(ctx, []types.MessageID{m.ID}, m.At, m.From, types.EmptyJID)
		})
	}
}
