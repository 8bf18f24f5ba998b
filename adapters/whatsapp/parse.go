package whatsapp

import (
	"bytes"
	"cmp"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/json"
	"strings"

	"go.mau.fi/whatsmeow"
	"go.mau.fi/whatsmeow/proto/waE2E"
	"go.mau.fi/whatsmeow/types/events"

	"llave/adapters/besteffort"
	"llave/bot"
)

// content is the content of a message, without its sender and place.
type content struct {
	kind      bot.Kind // none if it asks for nothing
	text      string
	subtype   string
	file      attachment // nil: none that can be got
	id        string     // of the update; empty: that of the message
	album     string     // that it was sent in
	silent    bool       // of which the words under another picture are answered
	forwarded bool
}

func textContent(text string) content {
	return content{kind: bot.Message, text: besteffort.Cut(text, bot.MaxKept+1)}
}
func otherContent(what string) content { return content{kind: bot.Other, subtype: what} }

// parse reads the content of a message. An answer by a button, a list or a poll is read as its words: this bot sends
// none of these, but an earlier one may have, and its buttons live as long as their chats.
func (s *session) parse(chat bot.ChatID, e *events.Message) content {
	m, edit := unwrap(e.Message)
	switch {
	case edit || e.IsEdit || editIn(m) != nil:
		return s.w.edit(m, e.Info.ID)
	case m.GetPollUpdateMessage() != nil:
		return s.vote(e)
	case isCopy(m):
		return content{}
	}
	what := content{kind: bot.Other, subtype: mediaOf(m), file: attachmentOf(m), forwarded: forwarded(m)}
	if text := textOf(m); text != "" {
		what.kind, what.text = bot.Message, besteffort.Cut(text, bot.MaxKept+1)
		s.w.textDigests.Put(e.Info.ID, wording{digest: s.w.digest(text)})
	}
	switch {
	case m.GetAlbumMessage() != nil:
		s.w.albums.begins(chat, e.Info.ID, m.GetAlbumMessage(), s.w.now())
		return content{}
	case m.GetLiveLocationMessage() != nil && what.text == "" && s.w.albums.moving(chat, s.w.now()):
		return content{}
	case what.kind == bot.Message || what.subtype != "":
		return s.w.albums.part(chat, m, what, s.w.now())
	case m.GetPlaceholderMessage() != nil:
		return otherContent("undecryptable") // it is shown on phones only
	case isService(m):
		return content{}
	}
	return otherContent("unknown")
}

// editIn is the edit in a message; nil if there is none.
func editIn(m *waE2E.Message) *waE2E.ProtocolMessage {
	if p := m.GetProtocolMessage(); p != nil && p.GetType() == waE2E.ProtocolMessage_MESSAGE_EDIT {
		return p
	}
	return nil
}

// edit is the content of an edit: none if its words are those that were read before, or if it has none. The bot answered the old
// words; the new ones are for the agent of a case.
func (w *WhatsApp) edit(m *waE2E.Message, by string) content {
	p := editIn(m)
	if p == nil {
		return content{}
	}
	inner, _ := unwrap(p.GetEditedMessage())
	text, id := textOf(inner), p.GetKey().GetID()
	before, known := w.textDigests.Get(id)
	now := wording{w.digest(text), by}
	if text == "" || known && before.digest == now.digest && before.by != by { // what was not kept comes again, and says something
		return content{}
	}
	w.textDigests.Put(id, now)
	return content{kind: bot.Other, subtype: "edited", text: besteffort.Cut(text, bot.MaxKept+1)}
}

// wording is what a message says, and the edit that made it so; empty: the message itself.
type wording struct {
	digest [sha256.Size]byte
	by     string
}

// digest stands for a text in memory, which does not keep the text itself.
func (w *WhatsApp) digest(text string) (d [sha256.Size]byte) {
	h := hmac.New(sha256.New, w.opt.Key)
	h.Write([]byte(strings.TrimSpace(text)))
	h.Sum(d[:0])
	return d
}

// isCopy reports whether a message is another version of an earlier one: in a better quality, or the film of a photo.
func isCopy(m *waE2E.Message) bool {
	switch m.GetMessageContextInfo().GetMessageAssociation().GetAssociationType() {
	case waE2E.MessageAssociation_HD_IMAGE_DUAL_UPLOAD, waE2E.MessageAssociation_HD_VIDEO_DUAL_UPLOAD, waE2E.MessageAssociation_HEVC_VIDEO_DUAL_UPLOAD,
		waE2E.MessageAssociation_MOTION_PHOTO, waE2E.MessageAssociation_STICKER_ANNOTATION:
		return true
	}
	return m.GetAssociatedChildMessage() != nil
}

// forwarded reports whether the message is forwarded.
func forwarded(m *waE2E.Message) bool {
	c := contextOf(m)
	return c.GetIsForwarded() || c.GetForwardingScore() > 0
}

// textOf is the text of a message: typed, a caption, or the label of a chosen button; empty if there is none.
func textOf(m *waE2E.Message) string {
	list, template, buttons := m.GetListResponseMessage(), m.GetTemplateButtonReplyMessage(), m.GetButtonsResponseMessage()
	for _, text := range []string{
		m.GetConversation(), m.GetExtendedTextMessage().GetText(),
		m.GetImageMessage().GetCaption(), m.GetVideoMessage().GetCaption(), m.GetPtvMessage().GetCaption(), m.GetDocumentMessage().GetCaption(),
		m.GetLiveLocationMessage().GetCaption(), m.GetLocationMessage().GetComment(), m.GetQuestionResponseMessage().GetText(),
		buttons.GetSelectedDisplayText(), buttons.GetSelectedButtonID(),
		template.GetSelectedDisplayText(), template.GetSelectedID(),
		list.GetTitle(), list.GetSingleSelectReply().GetSelectedRowID(),
		m.GetInteractiveResponseMessage().GetBody().GetText(), buttonText(m.GetInteractiveResponseMessage().GetNativeFlowResponseMessage().GetParamsJSON()),
	} {
		if text = strings.TrimSpace(text); text != "" {
			return text
		}
	}
	return ""
}

// buttonText is the label of a button of a native flow, or its id.
func buttonText(params string) string {
	var p struct {
		Text  string `json:"display_text"`
		Title string `json:"title"`
		ID    string `json:"id"`
	}
	if json.Unmarshal([]byte(params), &p) != nil {
		return ""
	}
	return cmp.Or(p.Text, p.Title, p.ID)
}

// mediaOf names the content of a message besides text; empty if it is none of these.
func mediaOf(m *waE2E.Message) string {
	for _, k := range []struct {
		is   bool
		name string
	}{
		{m.GetAudioMessage().GetPTT(), "voice"}, {m.GetAudioMessage() != nil, "audio"},
		{m.GetImageMessage() != nil, "photo"}, {m.GetVideoMessage() != nil, "video"}, {m.GetPtvMessage() != nil, "video_note"},
		{m.GetStickerMessage() != nil || m.GetStickerPackMessage() != nil, "sticker"}, {m.GetDocumentMessage() != nil, "document"},
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

// pollOf is a poll, in any of its forms; nil if the message has none.
func pollOf(m *waE2E.Message) *waE2E.PollCreationMessage {
	for _, p := range []*waE2E.PollCreationMessage{m.GetPollCreationMessage(), m.GetPollCreationMessageV2(), m.GetPollCreationMessageV3(), m.GetPollCreationMessageV5(), m.GetPollCreationMessageV6()} {
		if p != nil {
			return p
		}
	}
	return nil
}

// notePoll remembers the options of a poll: a vote holds only their hashes.
func (w *WhatsApp) notePoll(e *events.Message) {
	m, _ := unwrap(e.Message)
	if p := pollOf(m); p != nil {
		var options []string
		for _, o := range p.GetOptions() {
			options = append(options, o.GetOptionName())
		}
		w.polls.Put(e.Info.ID, options)
	}
}

// vote is the chosen option of a poll, as if it had been typed.
func (s *session) vote(e *events.Message) content {
	v, err := s.cli.DecryptPollVote(s.ctx, e)
	if err != nil {
		return otherContent("poll")
	}
	options, _ := s.w.polls.Get(e.Message.GetPollUpdateMessage().GetPollCreationMessageKey().GetID())
	for i, hash := range whatsmeow.HashPollOptions(options) {
		for _, chosen := range v.GetSelectedOptions() {
			if bytes.Equal(hash, chosen) {
				return textContent(options[i])
			}
		}
	}
	if len(v.GetSelectedOptions()) == 0 {
		return content{} // a vote taken back
	}
	return otherContent("poll")
}
