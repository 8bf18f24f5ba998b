package whatsapp

import (
	"go.mau.fi/whatsmeow/proto/waE2E"
	"google.golang.org/protobuf/reflect/protoreflect"
)

// maxWraps bounds how deep a message may be nested. Official clients use three levels at most.
const maxWraps = 8

// unwrap returns the message inside of all wrappers, and whether a wrapper marks it as an edit. A wrapper changes how a
// message is shown (once, for a while, on another device of the sender).
func unwrap(m *waE2E.Message) (inner *waE2E.Message, edit bool) {
	for range maxWraps {
		next := wrapped(m)
		if next == nil {
			return m, edit
		}
		edit = edit || m.GetEditedMessage() != nil
		if next.MessageContextInfo == nil {
			next.MessageContextInfo = m.MessageContextInfo
		}
		m = next
	}
	return m, edit
}

// wrapped is the message directly inside of another; nil if there is none.
func wrapped(m *waE2E.Message) *waE2E.Message {
	if d := m.GetDeviceSentMessage().GetMessage(); d != nil {
		return d
	}
	for _, w := range []*waE2E.FutureProofMessage{
		m.GetEphemeralMessage(), m.GetViewOnceMessage(), m.GetViewOnceMessageV2(), m.GetViewOnceMessageV2Extension(),
		m.GetDocumentWithCaptionMessage(), m.GetEditedMessage(), m.GetBotInvokeMessage(), m.GetBotForwardedMessage(),
		m.GetGroupMentionedMessage(), m.GetLottieStickerMessage(), m.GetAudioStickerMessage(), m.GetSpoilerMessage(),
		m.GetQuestionMessage(), m.GetQuestionReplyMessage(), m.GetPollCreationMessageV4(),
	} {
		if w.GetMessage() != nil {
			return w.GetMessage()
		}
	}
	return nil
}

// serviceFields are the fields of messages that no person typed, spoke or showed to the bot: settings, keys, changes of
// other messages, calls, statuses, channels, and messages that businesses and bots send by themselves. They get no
// answer.
var serviceFields = map[protoreflect.Name]bool{
	"senderKeyDistributionMessage": true, "fastRatchetKeySenderKeyDistributionMessage": true, "groupRootKeyShare": true,
	"rootSecretDistributeMessage": true, "protocolMessage": true, "stickerSyncRmrMessage": true, "requestPhoneNumberMessage": true,
	"limitSharingMessage": true, "acp2SettingMessage": true, "messageHistoryBundle": true, "messageHistoryNotice": true, "chat": true,

	"reactionMessage": true, "encReactionMessage": true, "keepInChatMessage": true, "pinInChatMessage": true,
	"pollUpdateMessage": true, "pollAddOptionMessage": true, "pollResultSnapshotMessage": true, "pollResultSnapshotMessageV3": true,
	"pollCreationOptionImageMessage": true, "encEventResponseMessage": true, "eventCoverImage": true, "encCommentMessage": true,
	"commentMessage": true, "secretEncryptedMessage": true, "albumMessage": true, "associatedChildMessage": true,
	"declinePaymentRequestMessage": true, "cancelPaymentRequestMessage": true, "paymentReminderMessage": true, "splitPaymentUpdateMessage": true,

	"call": true, "callLogMesssage": true, "bcallMessage": true, "scheduledCallCreationMessage": true, "scheduledCallEditMessage": true,

	"statusMentionMessage": true, "groupStatusMentionMessage": true, "statusAddYours": true, "groupStatusMessage": true,
	"groupStatusMessageV2": true, "statusNotificationMessage": true, "statusQuestionAnswerMessage": true, "statusQuotedMessage": true,
	"statusStickerInteractionMessage": true, "statusLinkPreviewMetadata": true, "newsletterAdminInviteMessage": true,
	"newsletterFollowerInviteMessageV2": true, "newsletterAdminProfileMessage": true, "newsletterAdminProfileStatusMessage": true,
	"newsletterScheduledMessage": true,

	"highlyStructuredMessage": true, "templateMessage": true, "interactiveMessage": true, "buttonsMessage": true, "listMessage": true,
	"productMessage": true, "invoiceMessage": true, "paymentInviteMessage": true, "richResponseMessage": true, "botTaskMessage": true,
	"botPlatformRegistrationSuccessMessage": true, "conditionalRevealMessage": true,
}

// isService reports whether a message holds service fields only. A field that this version of the library does not know
// is none.
func isService(m *waE2E.Message) bool {
	all := true
	m.ProtoReflect().Range(func(f protoreflect.FieldDescriptor, _ protoreflect.Value) bool {
		all = serviceFields[f.Name()] || f.Name() == "messageContextInfo"
		return all
	})
	return all && len(m.ProtoReflect().GetUnknown()) == 0
}

// contextOf is the metadata of a message: whether it is forwarded, for how long it is shown. Nil if there is none.
func contextOf(m *waE2E.Message) (c *waE2E.ContextInfo) {
	m.ProtoReflect().Range(func(_ protoreflect.FieldDescriptor, v protoreflect.Value) bool {
		part, ok := v.Interface().(protoreflect.Message)
		if !ok {
			return true
		}
		if with, ok := part.Interface().(interface{ GetContextInfo() *waE2E.ContextInfo }); ok {
			c = with.GetContextInfo()
		}
		return c == nil
	})
	return c
}
