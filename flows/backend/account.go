package backend

import (
	"context"
	"time"
)

// Held is what a back end holds about the person of an account, without the family group.
type Held struct {
	Name     string    `json:"name"`
	Number   string    `json:"number"`
	Standing string    `json:"standing"`
	Made     time.Time `json:"made"`            // the account
	Email    string    `json:"email,omitempty"` // masked
	// Consent is the version of the text that the person agreed to last, and its time.
	Consent   string    `json:"consent,omitempty"`
	ConsentAt time.Time `json:"consent_at,omitzero"`
	// Browsers is how many browsers are known to the account.
	Browsers int          `json:"browsers,omitempty" minimum:"0"`
	Chats    []LinkedChat `json:"chats" nullable:"false"`
	Days     KeptDays     `json:"days"`
	// Page is where the person downloads all of it, corrects it and closes the account; empty if there is no such page.
	Page string `json:"page,omitempty"`
}

// KeptDays is for how many days a back end keeps what ends by itself.
type KeptDays struct {
	Tokens   int `json:"tokens"` // when they were made and used, without their digits
	Mails    int `json:"mails"`
	Browsers int `json:"browsers"`
}

// SignInCode is the code that a sign-in to an account waits for.
type SignInCode struct {
	// Code as it is typed; empty: no sign-in waits for one.
	Code  string    `json:"code,omitempty"`
	Until time.Time `json:"until,omitzero"`
}

// Disowned says what became of a chat that the owner did not link.
type Disowned struct {
	// Page is where the person sets a new password.
	Page string `json:"page"`
}

// Accounts is what a linked chat may ask about its account. A back end without [Capabilities.Account] has none of it.
type Accounts interface {
	// MyData returns what is held about the person of the account.
	MyData(ctx context.Context, c Credential) (Held, error)
	// Erase ends the link of the credential and forgets the known browsers, sessions and codes of the account. What stays is
	// in Held. A credential that is not valid any more is no error.
	Erase(ctx context.Context, c Credential) error
	// SignInCode returns the code that a sign-in with the right password waits for.
	SignInCode(ctx context.Context, c Credential) (SignInCode, error)
	// Disown ends the link of another chat of the account, named as in LinkedChat.Chat, and the invites that wait for their
	// code. From then on a sign-in needs a second code, until the password is changed.
	Disown(ctx context.Context, c Credential, chat string) (Disowned, error)
}
