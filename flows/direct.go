package flows

import (
	"encoding/json"
	"fmt"

	"llave/bot"
	"llave/flows/backend"
)

// noticeGranted links a chat without a conversation.
const noticeGranted = "granted"

// Linked is an update that links a chat with a grant that was made without it, and answers for the person that the
// account's own affiliate uses it. It is for trying the program on its demo; nothing that comes from outside makes it.
func Linked(chat bot.ChatID, id string, g backend.Grant) (bot.Update, error) {
	body, err := json.Marshal(g)
	if err != nil {
		return bot.Update{}, fmt.Errorf("linked: %w", err)
	}
	return bot.Update{Chat: chat, ID: id, Kind: bot.Notice, Subtype: noticeGranted, Body: body}, nil
}

// linkDirect takes such a grant. It says nothing.
func (t *talk) linkDirect() {
	var g backend.Grant
	if err := json.Unmarshal(t.in.Body, &g); err != nil {
		t.fail(fmt.Errorf("grant: %w", err))
		return
	}
	t.leave()
	t.m.unlink()
	t.m.Cred, t.m.Group, t.m.Self = g.Credential, g.Group, g.Group.Own
}
