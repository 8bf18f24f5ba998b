package whatsapp

import (
	"strconv"

	"go.mau.fi/whatsmeow/types"
	"go.mau.fi/whatsmeow/types/events"

	"llave/bot"
)

// identityChanged tells the bot that a person's chat is on another phone now: a new one of theirs, or a stranger's with their
// number. False: it was stopped before the bot kept it.
func (s *session) identityChanged(e *events.IdentityChange) bool {
	from := types.MessageSource{Chat: e.JID, Sender: e.JID}
	if s.to == nil || !isPerson(from) {
		return true
	}
	lid := e.JID.ToNonAD()
	if lid.Server != types.HiddenUserServer {
		lid, _ = s.addresses(from)
	}
	chat, err := bot.NewChatID(Channel, s.account, lid.String())
	if err != nil {
		return true
	}
	return s.handOver(bot.Update{Chat: chat, ID: "identity/" + strconv.FormatInt(e.Timestamp.UnixMilli(), 10), Kind: bot.Notice,
		Subtype: bot.IdentityChanged, OccurredAt: e.Timestamp.UTC()})
}
