//go:build !race

package whatsapptest_test

import (
	"encoding/json"
	"testing"

	"go.mau.fi/whatsmeow/proto/waE2E"
	"go.mau.fi/whatsmeow/types"
	"go.mau.fi/whatsmeow/types/events"

	"llave/adapters/whatsapp/whatsapptest"
)

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// sends sends a message to an address.
func (c *companion) sends(to string, m *waE2E.Message) string {
	c.t.Helper()
	jid, err := types.ParseJID(to)
	must(c.t, err)
	r, err := c.SendMessage(c.t.Context(), jid, m)
	must(c.t, err)
	return r.ID
}

// answers answers where a message came from.
func (c *companion) answers(m *events.Message, text string) {
	c.t.Helper()
	c.sends(m.Info.Chat.String(), &waE2E.Message{Conversation: &text})
}

func passkeyAnswer(t *testing.T) *types.WebAuthnResponse {
	t.Helper()
	var r types.WebAuthnResponse
	must(t, json.Unmarshal(whatsapptest.PasskeyAnswer(), &r))
	return &r
}
