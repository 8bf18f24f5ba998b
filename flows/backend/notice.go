package backend

import (
	"context"
	"time"
)

// Notice is what a chat is told of its account without having asked.
type Notice struct {
	Name string `json:"name" doc:"The same each time that it is listed: a notice that is told twice is a duplicate."`
	// Chat is the sealed reference of the invitation.
	Chat   string     `json:"chat"`
	What   NoticeKind `json:"what"`
	People []string   `json:"people,omitempty" doc:"The names of those whom it is about."`
	// By is the name of the account's holder who did it.
	By    string    `json:"by,omitempty"`
	Until time.Time `json:"until,omitzero" doc:"The end of the link."`
}

// NoticeKind says what happened. One that this version does not know is not told.
type NoticeKind string

// The notices.
const (
	NoticeVoided   NoticeKind = "voided"   // what some people of the account have on paper is not valid any more
	NoticeReplaced NoticeKind = "replaced" // another account's chat replaced the token of this account's owner
	NoticePrinted  NoticeKind = "printed"  // another account's chat made a sheet for this account's owner
	NoticeEnding   NoticeKind = "ending"   // the link of this chat ends soon
)

// Notices are what a back end has to tell chats. A back end without [Capabilities.Notices] has none of it.
type Notices interface {
	// Notices returns the oldest notices that were not told yet.
	Notices(ctx context.Context) ([]Notice, error)
	// Told forgets notices that were told. Names that are not there are no error.
	Told(ctx context.Context, names []string) error
}
