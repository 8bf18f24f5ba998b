package whatsapp

import (
	"slices"
	"strings"
	"testing"

	"go.mau.fi/whatsmeow/proto/waCommon"
	"go.mau.fi/whatsmeow/proto/waE2E"
	"go.mau.fi/whatsmeow/types/events"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"

	"llave/adapters/besteffort"
	"llave/bot"
)

// silentSession reads messages, and does nothing else.
func silentSession() *session {
	return &session{w: &WhatsApp{opt: Options{Key: make([]byte, 32)}, now: clockAt, textDigests: besteffort.NewCache[string, wording](64), albums: newAlbums(), polls: besteffort.NewCache[string, []string](4)}}
}

func readOne(t *testing.T, s *session, id string, m *waE2E.Message) content {
	t.Helper()
	e := (&events.Message{RawMessage: m}).UnwrapRaw()
	e.Info.ID = id
	return s.parse("whatsapp/1/a@lid", e)
}

// What every field of a message asks for is decided here. A field that a new version of the library brings is not: it has
// to be put into one of the lists.
func TestEveryKindOfMessageIsDecided(t *testing.T) {
	words := []string{"conversation", "extendedTextMessage", "buttonsResponseMessage", "templateButtonReplyMessage", "listResponseMessage", "interactiveResponseMessage", "questionResponseMessage"}
	files := []string{
		"imageMessage", "videoMessage", "ptvMessage", "documentMessage", "audioMessage", "stickerMessage", "stickerPackMessage", "contactMessage", "contactsArrayMessage",
		"locationMessage", "liveLocationMessage", "pollCreationMessage", "pollCreationMessageV2", "pollCreationMessageV3", "pollCreationMessageV5", "pollCreationMessageV6",
	}
	wrappers := []string{
		"deviceSentMessage", "ephemeralMessage", "viewOnceMessage", "viewOnceMessageV2", "viewOnceMessageV2Extension", "documentWithCaptionMessage", "editedMessage",
		"botInvokeMessage", "botForwardedMessage", "groupMentionedMessage", "lottieStickerMessage", "audioStickerMessage", "spoilerMessage", "questionMessage",
		"questionReplyMessage", "pollCreationMessageV4",
	}
	unknown := []string{
		"groupInviteMessage", "orderMessage", "sendPaymentMessage", "requestPaymentMessage", "splitPaymentMessage", "eventMessage", "eventInviteMessage", "musicMessage",
		"placeholderMessage", "messageContextInfo",
	}
	fields := (&waE2E.Message{}).ProtoReflect().Descriptor().Fields()
	for i := range fields.Len() {
		f := fields.Get(i)
		in := 0
		for _, list := range [][]string{words, files, wrappers, unknown} {
			if slices.Contains(list, string(f.Name())) {
				in++
			}
		}
		if serviceFields[f.Name()] {
			in++
		}
		if in != 1 {
			t.Errorf("%s is decided %d times", f.Name(), in)
		}
		if serviceFields[f.Name()] {
			m := &waE2E.Message{}
			m.ProtoReflect().Set(f, m.ProtoReflect().NewField(f))
			if got := readOne(t, silentSession(), "A", m); f.Name() != "pollUpdateMessage" && got.kind != "" {
				t.Errorf("%s is answered: %+v", f.Name(), got)
			}
		}
	}
	for name := range serviceFields {
		if fields.ByName(name) == nil {
			t.Errorf("there is no %s", name)
		}
	}
}

func inside(name protoreflect.Name, m *waE2E.Message) *waE2E.Message {
	out := &waE2E.Message{}
	f := out.ProtoReflect().Descriptor().Fields().ByName(name)
	out.ProtoReflect().Set(f, protoreflect.ValueOfMessage((&waE2E.FutureProofMessage{Message: m}).ProtoReflect()))
	return out
}

// Words are read wherever they stand, however deep they lie.
func TestWordsAreReadWhereverTheyStand(t *testing.T) {
	caption := proto.String("token de juana")
	photo := &waE2E.Message{ImageMessage: &waE2E.ImageMessage{Caption: caption}}
	document := &waE2E.Message{DocumentMessage: &waE2E.DocumentMessage{Caption: caption}}
	all := map[string]*waE2E.Message{
		"photo": photo, "document": document,
		"video":                              {VideoMessage: &waE2E.VideoMessage{Caption: caption}},
		"text":                               {ExtendedTextMessage: &waE2E.ExtendedTextMessage{Text: caption}},
		"flow":                               {InteractiveResponseMessage: &waE2E.InteractiveResponseMessage{InteractiveResponseMessage: &waE2E.InteractiveResponseMessage_NativeFlowResponseMessage_{NativeFlowResponseMessage: &waE2E.InteractiveResponseMessage_NativeFlowResponseMessage{ParamsJSON: proto.String(`{"id":"1","display_text":"token de juana"}`)}}}},
		"flow's id":                          {InteractiveResponseMessage: &waE2E.InteractiveResponseMessage{InteractiveResponseMessage: &waE2E.InteractiveResponseMessage_NativeFlowResponseMessage_{NativeFlowResponseMessage: &waE2E.InteractiveResponseMessage_NativeFlowResponseMessage{ParamsJSON: proto.String(`{"id":"token de juana"}`)}}}},
		"list's row":                         {ListResponseMessage: &waE2E.ListResponseMessage{SingleSelectReply: &waE2E.ListResponseMessage_SingleSelectReply{SelectedRowID: caption}}},
		"sent from another device of theirs": {DeviceSentMessage: &waE2E.DeviceSentMessage{Message: inside("ephemeralMessage", inside("viewOnceMessageV2", photo))}},
		"the other way round":                inside("viewOnceMessage", inside("ephemeralMessage", photo)),
		"a question":                         inside("questionMessage", &waE2E.Message{Conversation: caption}),
	}
	for _, w := range []protoreflect.Name{"ephemeralMessage", "viewOnceMessage", "viewOnceMessageV2", "viewOnceMessageV2Extension", "documentWithCaptionMessage", "groupMentionedMessage", "spoilerMessage"} {
		all[string(w)+" photo"], all[string(w)+" document"] = inside(w, photo), inside(w, document)
	}
	for name, m := range all {
		got := readOne(t, silentSession(), "A", m)
		if got.kind != bot.Message || got.text != "token de juana" {
			t.Errorf("%s: %+v", name, got)
		}
		if strings.Contains(name, "photo") && (got.subtype != "photo" || got.file == nil) {
			t.Errorf("%s: the photo is not announced: %+v", name, got)
		}
	}
	deep := photo
	for range 20 {
		deep = inside("ephemeralMessage", deep)
	}
	if got := readOne(t, silentSession(), "A", deep); got.kind != bot.Other {
		t.Errorf("wrapped without an end: %+v", got)
	}
}

func edit(of string, to *waE2E.Message) *waE2E.Message {
	return inside("editedMessage", &waE2E.Message{ProtocolMessage: &waE2E.ProtocolMessage{
		Type: waE2E.ProtocolMessage_MESSAGE_EDIT.Enum(), Key: &waCommon.MessageKey{ID: &of}, EditedMessage: to,
	}})
}

// An edit that changes no words is nothing; those that do come with the new words, each as an update of its own.
func TestEditsThatChangeNothing(t *testing.T) {
	s := silentSession()
	text := func(s string) *waE2E.Message { return &waE2E.Message{Conversation: &s} }
	readOne(t, s, "A", text("token"))
	same := &waE2E.Message{ExtendedTextMessage: &waE2E.ExtendedTextMessage{Text: proto.String("token "), MatchedText: proto.String("x")}}
	for name, m := range map[string]*waE2E.Message{
		"the same words": edit("A", same), "as a message of its own": {ProtocolMessage: edit("A", same).EditedMessage.Message.ProtocolMessage},
		"no words": edit("A", &waE2E.Message{ImageMessage: &waE2E.ImageMessage{}}), "nothing": edit("A", nil),
	} {
		if got := readOne(t, s, "B", m); got.kind != "" {
			t.Errorf("%s: %+v", name, got)
		}
	}
	first, again := readOne(t, s, "C", edit("A", text("token de juana"))), readOne(t, s, "D", edit("A", text("token de juana")))
	if first.subtype != "edited" || first.text != "token de juana" || again.kind != "" {
		t.Errorf("other words: %+v, and again: %+v", first, again)
	}
	if other := readOne(t, s, "E", edit("A", text("token de tomás"))); other.text != "token de tomás" {
		t.Errorf("the next edit of the same message: %+v", other)
	}
	if back := readOne(t, s, "H", edit("A", text("token de juana"))); back.text != "token de juana" {
		t.Errorf("back to earlier words: %+v", back)
	}
	if retried := readOne(t, s, "H", edit("A", text("token de juana"))); retried.text != "token de juana" {
		t.Errorf("an edit that was not kept, once more: %+v", retried)
	}
	photo := &waE2E.Message{ImageMessage: &waE2E.ImageMessage{Caption: proto.String("token")}}
	readOne(t, s, "F", photo)
	if got := readOne(t, s, "G", edit("F", photo)); got.kind != "" {
		t.Errorf("a photo's words: %+v", got)
	}
}

// A message of a version to come is answered, and one that says nothing is not.
func TestMessagesOfVersionsToCome(t *testing.T) {
	later := &waE2E.Message{}
	later.ProtoReflect().SetUnknown([]byte{0xfa, 0x3f, 0x00}) // field 1023
	if got := readOne(t, silentSession(), "A", later); got.subtype != "unknown" {
		t.Errorf("a field that nobody knows: %+v", got)
	}
	if got := readOne(t, silentSession(), "A", &waE2E.Message{MessageContextInfo: &waE2E.MessageContextInfo{}}); got.kind != "" {
		t.Errorf("nothing: %+v", got)
	}
	if got := readOne(t, silentSession(), "A", &waE2E.Message{PlaceholderMessage: &waE2E.PlaceholderMessage{}}); got.subtype != "undecryptable" {
		t.Errorf("what is shown on phones only: %+v", got)
	}
}

func TestForwarded(t *testing.T) {
	yes := &waE2E.ContextInfo{IsForwarded: proto.Bool(true)}
	for name, c := range map[string]struct {
		m    *waE2E.Message
		want bool
	}{
		"text":      {&waE2E.Message{ExtendedTextMessage: &waE2E.ExtendedTextMessage{Text: proto.String("desvincular"), ContextInfo: yes}}, true},
		"often":     {&waE2E.Message{ExtendedTextMessage: &waE2E.ExtendedTextMessage{Text: proto.String("desvincular"), ContextInfo: &waE2E.ContextInfo{ForwardingScore: proto.Uint32(5)}}}, true},
		"photo":     {inside("ephemeralMessage", &waE2E.Message{ImageMessage: &waE2E.ImageMessage{Caption: proto.String("desvincular"), ContextInfo: yes}}), true},
		"an answer": {&waE2E.Message{ExtendedTextMessage: &waE2E.ExtendedTextMessage{Text: proto.String("desvincular"), ContextInfo: &waE2E.ContextInfo{StanzaID: proto.String("A")}}}, false},
		"own words": {&waE2E.Message{Conversation: proto.String("desvincular")}, false},
	} {
		if got := readOne(t, silentSession(), "A", c.m); got.forwarded != c.want || got.text != "desvincular" {
			t.Errorf("%s: %+v", name, got)
		}
	}
}
