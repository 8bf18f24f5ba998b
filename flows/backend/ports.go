package backend

import (
	"context"
	"errors"
	"time"
)

// MemberID is the back end's id of an affiliate: opaque, stable, and no CUIL.
type MemberID string

// Credential authenticates a linked chat. It is valid for tokens and for the link itself only, and secret.
type Credential string

// Member is a person of a family group.
type Member struct {
	ID MemberID `json:"id"`
	// Name as people say it: "Juana Ruiz".
	Name string `json:"name"`
	// Number is the affiliate number: opaque text.
	Number string `json:"number"`
	// Kinship to the account's own affiliate, in the back end's words: "titular", "cónyuge", "hija", "hijo", "madre", "nieta", …
	Kinship string `json:"kinship"`
	// Standing is open text. Only [Active] gives tokens.
	Standing string `json:"standing"`
}

// Active is the only standing that gives tokens.
const Active = "EN PADRÓN"

// IsActive reports whether a standing is [Active]. Accents, case and the characters between the words do not count.
func IsActive(standing string) bool { return standing == Active || Fold(standing) == Fold(Active) }

// Group is the account's own affiliate and the people in its charge.
type Group struct {
	// Own is the account's own affiliate, one of Members.
	Own     MemberID `json:"own"`
	Members []Member `json:"members"`
}

// Token is a dynamic token that can be used now.
type Token struct {
	Member MemberID `json:"member"`
	// Digits are six decimal digits, as text: leading zeros count.
	Digits string    `json:"digits"`
	Made   time.Time `json:"made"`
	// Until is the first moment at which the token is not valid any more.
	Until time.Time `json:"until"`
	// LockedUntil is set while this token is refused after failed validations, at one provider or at all. Another one is accepted at
	// once. A back end that cannot tell leaves it out.
	LockedUntil time.Time `json:"locked_until,omitzero"`
}

// Denial is the reason why a member got no token.
type Denial struct {
	Member MemberID `json:"member"`
	Reason Reason   `json:"reason"`
}

// Reason is a word of the back end.
type Reason string

// The reasons for which no token is given or a validation is denied.
const (
	NotInCharge Reason = "not_in_charge" // the member is not, or no longer, in the account's group
	NotActive   Reason = "not_active"    // the standing does not give tokens
	Unknown     Reason = "unknown"       // no such token
	Used        Reason = "used"
	Replaced    Reason = "replaced"
	Expired     Reason = "expired"
	OtherPerson Reason = "other_person" // the digits are those of another affiliate
	Locked      Reason = "locked"       // too many failed validations
	Reserved    Reason = "reserved"     // the member has an account, and said that only they may ask for their tokens
	TooOften    Reason = "too_often"    // the member's token was replaced too often of late: the live one stays
)

// Given answers a request for tokens: one Token or one Denial for each member, in the order of the request, and the group as
// it is now.
type Given struct {
	Group   Group    `json:"group"`
	Tokens  []Token  `json:"tokens,omitempty"`
	Denials []Denial `json:"denials,omitempty"`
}

// TokenState is the history of a member's newest token, without its digits.
type TokenState struct {
	Group  Group    `json:"group"`
	Member MemberID `json:"member"`
	// Exists: a token was made for the member. If not, the other fields have no meaning.
	Exists bool      `json:"exists"`
	Made   time.Time `json:"made,omitzero"`
	Until  time.Time `json:"until,omitzero"`
	UsedAt time.Time `json:"used_at,omitzero"`
	// PreviousReplacedAt is when this token replaced the one before, if that was today.
	PreviousReplacedAt time.Time `json:"previous_replaced_at,omitzero"`
	// The last failed validation for this affiliate since the token was made, if there was one.
	TriedAt  time.Time `json:"tried_at,omitzero"`
	TriedWhy Reason    `json:"tried_why,omitempty"`
	// LockedUntil is set while validations for the affiliate are locked, at one provider or at all.
	LockedUntil time.Time `json:"locked_until,omitzero"`
	// LockedToken: what is locked is this token and not the affiliate. Another one is accepted at once.
	LockedToken bool `json:"locked_token,omitempty"`
}

// Capabilities declare what a back end can do: not every insurer's can do all. Each says what Llave does without it.
type Capabilities struct {
	// CurrentWithoutMinting: reading the current token makes no new one while one is live. Without it Llave shows the last
	// token that it got, with its time, until it expires, and warns that opening the insurer's app ends it.
	CurrentWithoutMinting bool `json:"current_without_minting" doc:"tokens/current never replaces a live token"`
	// Keys: a call with a key may be repeated. Without it a call with an unknown outcome is never repeated: a person
	// resolves it.
	Keys bool `json:"keys" doc:"calls with a key may be repeated"`
	// TokenState: the history of a token can be asked. Without it "me lo rechazaron" gets advice and no diagnosis.
	TokenState bool `json:"token_state"`
	// Void: a token can be ended without making another. Without it Llave does not offer to.
	Void bool `json:"void" doc:"a token can be made void"`
	// Sheets: preprinted tokens. Without it Llave does not offer them.
	Sheets bool `json:"sheets" doc:"preprinted tokens"`
	// Months: the months for which there are sheets can be asked. Without it the running month is the only one.
	Months bool `json:"months" doc:"months for preprinted tokens are offered"`
	// SignInPages: one-time URLs at which people sign in. Without them no chat can be linked, and nothing works.
	SignInPages bool `json:"sign_in_pages" doc:"chats can be linked"`
	// Account: what is held about a person can be asked and erased, and a chat that a stranger linked disowned. Without it
	// "mis datos" gets a text.
	Account bool `json:"account,omitempty" doc:"what is held can be asked and erased"`
	// Notices: the back end has something to tell chats that did not ask. Without it nobody is told of what happens elsewhere.
	Notices bool `json:"notices,omitempty" doc:"chats are told what happens to their account elsewhere"`
}

// Tokens gives tokens to the conversations. The back end authorises every call by the credential: ErrUnlinked if it is not
// valid any more.
type Tokens interface {
	// Group returns the family group as it is now.
	Group(ctx context.Context, c Credential) (Group, error)
	// Current returns each member's live token, or makes the next one of the day if there is none. It never replaces a live
	// token.
	Current(ctx context.Context, c Credential, members []MemberID) (Given, error)
	// Another replaces the member's live token by a new one. The same key gives the same answer for at least a day, and
	// replaces once.
	Another(ctx context.Context, c Credential, member MemberID, key string) (Given, error)
	// State returns the history of the member's newest token.
	State(ctx context.Context, c Credential, member MemberID) (TokenState, error)
}

// Invitation asks for a one-time URL at which a person signs in, to link a chat.
type Invitation struct {
	// Chat is a sealed reference to the chat, opaque to the back end, given back to name the chat later.
	Chat string `json:"chat"`
	// Channel and Label describe the chat on the page: "Telegram", "···1234". The label is masked.
	Channel string `json:"channel"`
	Label   string `json:"label"`
	// Sender is the person's name in the chat. It proves nothing, and the page says so.
	Sender string `json:"sender"`
	// Back is a deep link into the chat, with %s in the place of the code; empty if the channel has none.
	Back string `json:"back,omitempty"`
	// Key makes the call repeatable: the same key gives the same invite.
	Key string `json:"key"`
}

// Invite answers an Invitation.
type Invite struct {
	// ID names it in Redeem. It is not part of the URL and does not follow from it.
	ID  string `json:"id"`
	URL string `json:"url"`
	// OpenUntil is the end of the time for opening the URL; after opening there is more time for the sign-in.
	OpenUntil time.Time `json:"open_until"`
	// Opened is how many earlier invites of the chat were opened within the last hour and led to no link. A back end that
	// does not count them leaves it out: then it limits nothing.
	Opened int `json:"opened,omitempty" minimum:"0"`
}

// Grant is a link that was made.
type Grant struct {
	Credential Credential `json:"credential"`
	Group      Group      `json:"group"`
	// Others are the account's other linked chats.
	Others []LinkedChat `json:"others,omitempty"`
}

// LinkedChat is a chat that is allowed to act for the account.
type LinkedChat struct {
	ID      string    `json:"id"` // names the link in Unlink
	Chat    string    `json:"chat"`
	Channel string    `json:"channel"`
	Label   string    `json:"label"`
	Since   time.Time `json:"since"`
	// Own marks the link of the credential in the call.
	Own bool `json:"own,omitempty"`
}

// Links links chats with accounts.
type Links interface {
	// Invite makes a one-time URL. It ends an earlier invite of the same chat that was not used.
	Invite(ctx context.Context, in Invitation) (Invite, error)
	// Redeem ends an invite with the code that its page showed after the sign-in, typed in the chat that asked. Errors:
	// *WrongCode, ErrNoInvite. The same key gives the same answer.
	Redeem(ctx context.Context, invite, code, key string) (Grant, error)
	// Chats lists the linked chats of the account, the asking one included.
	Chats(ctx context.Context, c Credential) ([]LinkedChat, error)
	// Unlink ends a link of the account: the credential's own if link is empty. To end a link that is over is no error, nor
	// is a credential that is not valid any more if link is empty.
	Unlink(ctx context.Context, c Credential, link string) error
}

// Refusals of the back end. Every other error of a port means that there was no answer.
var (
	// ErrUnlinked: the credential is not, or no longer, valid (HTTP 401).
	ErrUnlinked = errors.New("autogestion: credential is not good")
	// ErrNoInvite: the invite is unknown, used, ended by a newer one, expired, or declined.
	ErrNoInvite = errors.New("autogestion: no such invite")
	// ErrNotInCharge: the member is not in the account's group.
	ErrNotInCharge = errors.New("autogestion: not in charge of this person")
)

// WrongCode: the code was not the one of the invite. Left is how many tries are left; at zero the invite is over.
type WrongCode struct{ Left int }

func (e *WrongCode) Error() string { return "autogestion: wrong code" }
