package whatsapp

import (
	"context"
	"testing"
	"time"

	"go.mau.fi/whatsmeow/types"
	"go.mau.fi/whatsmeow/types/events"

	"llave/bot"
)

// kept are the updates that a bot has kept.
type kept []bot.Update

func (k *kept) Accept(_ context.Context, u bot.Update) error {
	*k = append(*k, u)
	return nil
}

// The bot is told once of a chat that is on another phone, and not of groups.
func TestAChangedIdentityIsTold(t *testing.T) {
	var bots kept
	s := &session{w: &WhatsApp{}, to: &bots, ctx: t.Context(), account: "1", turn: make(chan struct{}, 1)}
	at := time.Date(2026, 11, 23, 13, 0, 0, 0, time.UTC)
	for _, jid := range []string{"77000000004036:3@lid", "120363041@g.us"} {
		j, err := types.ParseJID(jid)
		if err != nil {
			t.Fatal(err)
		}
		if !s.handle(&events.IdentityChange{JID: j, Timestamp: at}) {
			t.Errorf("%s: not acknowledged", jid)
		}
	}
	if len(bots) != 1 || bots[0].Kind != bot.Notice || bots[0].Subtype != bot.IdentityChanged || bots[0].Chat.Native() != "77000000004036@lid" || bots[0].ID == "" {
		t.Errorf("the bot is told %+v", bots)
	}
}
