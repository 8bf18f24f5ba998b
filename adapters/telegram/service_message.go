package telegram

import (
	"encoding/json"
	"strings"
)

// happened are the endings of the fields with which the app reports an event of a chat. Messages of people have none of
// them; new kinds come with every version of the Bot API.
var happened = []string{
	"_added", "_allowed", "_approved", "_approval_failed", "_changed", "_closed", "_completed", "_created", "_declined", "_deleted", "_done",
	"_edited", "_ended", "_hidden", "_invited", "_joined", "_left", "_paid", "_refunded", "_reopened", "_scheduled", "_sent",
	"_set", "_shared", "_started", "_triggered", "_unhidden",
}

// happenedToo are such fields with other names.
var happenedToo = map[string]bool{
	"connected_website": true, "delete_chat_photo": true, "gift": true, "left_chat_member": true, "left_chat_participant": true,
	"migrate_from_chat_id": true, "migrate_to_chat_id": true, "new_chat_member": true, "new_chat_members": true,
	"new_chat_participant": true, "new_chat_photo": true, "new_chat_title": true, "passport_data": true, "pinned_message": true,
	"refunded_payment": true, "successful_payment": true, "unique_gift": true, "web_app_data": true,
}

// isService reports whether a message without content of a person is one of the app itself.
func isService(raw []byte) bool {
	var in struct {
		Message map[string]json.RawMessage `json:"message"`
	}
	json.Unmarshal(raw, &in)
	for field := range in.Message {
		if happenedToo[field] {
			return true
		}
		for _, end := range happened {
			if strings.HasSuffix(field, end) {
				return true
			}
		}
	}
	return false
}
