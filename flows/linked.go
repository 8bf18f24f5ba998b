package flows

import (
	"encoding/json"
	"fmt"

	"llave/bot"
	"llave/flows/backend"
)

// noticeGranted links a chat without a conversation.
const noticeGranted = "granted"

// Linked is an update that links a chat with a grant that was made without it, and answers that the account's own
// affiliate uses the chat. It is for trying the program on its demo; no channel makes such an update.
func Linked(chat bot.ChatID, id string, g backend.Grant) (bot.Update, error) {
	body, err := json.Marshal(g)
	if err != nil {
		return bot.Update{}, fmt.Errorf("linked: %w", err)
	}
	return bot.Update{Chat: chat, ID: id, Kind: bot.Notice, Subtype: noticeGranted, Body: body}, nil
}

// onLinked takes such an update. It says nothing.
func (d *dialog) onLinked() {
	var g backend.Grant
	if err := json.Unmarshal(d.in.Body, &g); err != nil {
		d.fail(fmt.Errorf("grant: %w", err))
		return
	}
	d.leave()
	d.mem.unlink()
	d.mem.Cred, d.mem.Group, d.mem.Self = g.Credential, g.Group, g.Group.Own
}
