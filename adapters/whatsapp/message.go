package whatsapp

import (
	"bytes"

	"go.mau.fi/whatsmeow"
	"go.mau.fi/whatsmeow/proto/waE2E"
	"go.mau.fi/whatsmeow/types/events"

	"llave/bot"
)

// said is what a message is, without who and where.
type said struct {
	kind bot.Kind // none if it asks for nothing
	text string
	what string
	file attachment // nil: none that can be got
}

func wrote(text string) said     { return said{kind: bot.Message, text: cut(text, bot.MaxText+1)} }
func something(what string) said { return said{kind: bot.Other, what: what} }

// read says what a message is. What is an answer by a button, a list or a poll is the words on it: the bot sends none of
// these, but an earlier one may have, and its buttons stand in chats for as long as those do.
func (s *session) read(e *events.Message) said {
	m := e.Message
	switch {
	case e.IsEdit, m.GetProtocolMessage().GetType() == waE2E.ProtocolMessage_MESSAGE_EDIT && m.ProtocolMessage != nil:
		return something("edited") // it was answered as it was
	case m.GetProtocolMessage() != nil, m.GetReactionMessage() != nil, m.GetEncReactionMessage() != nil:
		return said{} // taken back, settings, an emoji under a message: nothing is asked
	case m.GetPollUpdateMessage() != nil:
		return s.vote(e)
	}
	if text, ok := textOf(m); ok {
		return wrote(text)
	}
	if what := mediaOf(m); what != "" {
		return said{kind: bot.Other, what: what, file: attachmentOf(m)}
	}
	return something("unknown")
}

// textOf is the text of a message that is one, or that was made by pressing something.
func textOf(m *waE2E.Message) (string, bool) {
	switch {
	case m.GetConversation() != "":
		return m.GetConversation(), true
	case m.GetExtendedTextMessage() != nil:
		return m.GetExtendedTextMessage().GetText(), true
	case m.GetButtonsResponseMessage() != nil:
		b := m.GetButtonsResponseMessage()
		return or(b.GetSelectedDisplayText(), b.GetSelectedButtonID()), true
	case m.GetTemplateButtonReplyMessage() != nil:
		b := m.GetTemplateButtonReplyMessage()
		return or(b.GetSelectedDisplayText(), b.GetSelectedID()), true
	case m.GetListResponseMessage() != nil:
		l := m.GetListResponseMessage()
		return or(l.GetTitle(), l.GetSingleSelectReply().GetSelectedRowID()), true
	case m.GetInteractiveResponseMessage() != nil:
		return m.GetInteractiveResponseMessage().GetBody().GetText(), true
	}
	return "", false
}

// mediaOf names what a message is besides text; empty if it is none of these.
func mediaOf(m *waE2E.Message) string {
	for _, k := range []struct {
		is   bool
		name string
	}{
		{m.GetAudioMessage().GetPTT(), "voice"}, {m.GetAudioMessage() != nil, "audio"},
		{m.GetImageMessage() != nil, "photo"}, {m.GetVideoMessage() != nil, "video"}, {m.GetPtvMessage() != nil, "video_note"},
		{m.GetStickerMessage() != nil, "sticker"}, {m.GetDocumentMessage() != nil, "document"},
		{m.GetContactMessage() != nil || m.GetContactsArrayMessage() != nil, "contact"},
		{m.GetLocationMessage() != nil || m.GetLiveLocationMessage() != nil, "location"},
		{pollOf(m) != nil, "poll"},
	} {
		if k.is {
			return k.name
		}
	}
	return ""
}

func or(s, otherwise string) string {
	if s == "" {
		return otherwise
	}
	return s
}

// pollOf is a poll, in whichever of its forms; nil if a message is none.
func pollOf(m *waE2E.Message) *waE2E.PollCreationMessage {
	for _, p := range []*waE2E.PollCreationMessage{m.GetPollCreationMessage(), m.GetPollCreationMessageV2(), m.GetPollCreationMessageV3()} {
		if p != nil {
			return p
		}
	}
	return nil
}

// notePoll remembers the options of a poll: a vote holds only their hashes.
func (w *WhatsApp) notePoll(e *events.Message) {
	if p := pollOf(e.Message); p != nil {
		var options []string
		for _, o := range p.GetOptions() {
			options = append(options, o.GetOptionName())
		}
		w.polls.put(e.Info.ID, options)
	}
}

// vote is what somebody chose in a poll, as if they had written it.
func (s *session) vote(e *events.Message) said {
	v, err := s.cli.DecryptPollVote(s.ctx, e)
	if err != nil {
		return something("poll")
	}
	options, _ := s.w.polls.get(e.Message.GetPollUpdateMessage().GetPollCreationMessageKey().GetID())
	for i, hash := range whatsmeow.HashPollOptions(options) {
		for _, chosen := range v.GetSelectedOptions() {
			if bytes.Equal(hash, chosen) {
				return wrote(options[i])
			}
		}
	}
	if len(v.GetSelectedOptions()) == 0 {
		return said{} // a vote taken back
	}
	return something("poll")
}
