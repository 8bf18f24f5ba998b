package engine_test

import (
	"context"
	"testing"
	"time"

	"llave/bot"
)

// wake-ups as one process tells and receives them; those that the test drops are told nobody.

func (s *through) Wake(ctx context.Context, kind bot.WakeKind, chats []bot.ChatKey) error {
	_, err := passed(ctx, s.p, func() (bool, error) {
		if s.c.loses != nil && s.c.loses(kind) {
			return true, nil
		}
		return true, s.Memory.Wake(ctx, kind, chats)
	})
	return err
}

func (s *through) Listen(ctx context.Context, kind bot.WakeKind, woken func(bot.ChatKey)) error {
	return s.Memory.Listen(ctx, kind, func(k bot.ChatKey) {
		if s.p.pass(ctx) == nil {
			woken(k)
		}
	})
}

// chatOf is a chat whose shard a process holds.
func (c *group) chatOf(p *process) bot.ChatID {
	for i := 0; ; i++ {
		if p.Holds(numbered(i)) {
			return numbered(i)
		}
	}
}

// An update that one replica keeps for another is answered at once; if the wake-up is lost, within a beat.
func TestTheHolderIsWoken(t *testing.T) {
	const beat = groupLease / 10
	for name, lost := range map[string]bool{"told": false, "lost": true} {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T) {
				c := newGroup(t, 2)
				c.loses = func(bot.WakeKind) bool { return lost }
				time.Sleep(groupLease + beat/2) // between two beats
				first, second := c.alive[0], c.alive[1]
				chat := c.chatOf(second)
				for n, wait := range []time.Duration{0, beat} {
					if err := first.Accept(t.Context(), bot.Update{Chat: chat, ID: string(rune('a' + n)), Kind: bot.Message, Text: "text"}); err != nil {
						t.Error(err)
					}
					time.Sleep(time.Millisecond + wait)
					want := n + 1
					if lost && wait == 0 {
						want = 0
					}
					if said := c.screen.read(chat); len(said) != want {
						t.Errorf("%v after the update was kept there are the answers %q, want %d", wait, said, want)
					}
				}
				woken := int64(2)
				if lost {
					woken = 0
				}
				if told, looked := first.Stats().WakeSent.Load(), second.Stats().Woken.Load(); told != 2 || looked != woken {
					t.Errorf("%d were told, %d chats were looked at; want 2 and %d", told, looked, woken)
				}
				c.end()
			})
		})
	}
}
