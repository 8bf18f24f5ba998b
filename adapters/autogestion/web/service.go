// Package web serves the pages on which people type their password: the invite, the account, the reset, and the page on
// which a counter verifies a sheet. It knows forms and templates and no data base.
//
// Reading order: service.go (what it needs of the back end), web.go (routes, templates, refusals), cookie.go and nocookie.go
// (the name of a browser), script.go (what pages with a script need), then a file a page: invite.go, second.go, openid.go, registration.go, reset.go, mine.go, email.go, verify.go, mail.go. The templates are in
// pages/.
package web

import (
	"context"
	"errors"
	"time"

	"llave/adapters/autogestion/form"
)

// Invites are the acts of a person on the pages of an invite. They fail with backend.ErrNoInvite if it is over, and with
// ErrInUse in another browser than the one that went on with it.
type Invites interface {
	// Stage returns where an invite stands for a browser. It changes nothing.
	Stage(ctx context.Context, secret, browser, session string) (Invite, error)
	// GoOn binds an invite to a browser.
	GoOn(ctx context.Context, secret, browser string) error
	// Decline ends an invite that the person did not ask for.
	Decline(ctx context.Context, secret string) error
	// SignIn connects an invite with an account. It also fails with *form.Refused and form.Faults, and with ErrSecond if a
	// second code is needed.
	SignIn(context.Context, form.SignIn) error
	Seconds
	// Code returns the code for the chat to the browser that signed in, as often as it asks.
	Code(ctx context.Context, secret, browser string) (Code, error)
}

// Seconds are sign-ins that need a code besides the password.
type Seconds interface {
	// Second finishes the sign-in with the code.
	Second(ctx context.Context, in form.SignIn, code string) error
	// Again goes back to the password.
	Again(ctx context.Context, in form.SignIn) error
}

// Work asks for proofs of work.
type Work interface {
	// Challenge returns a challenge of a level, to be sent as JSON.
	Challenge(level int) (any, error)
	// SignIn and Form return the level that any try from an address needs, 0 if none.
	SignIn(ctx context.Context, address string) int
	Form(ctx context.Context, address string) int
}

// ErrSecond: the sign-in needs a second code, whether the password was right or not.
var ErrSecond = errors.New("autogestion: a second code is needed")

// Accounts make accounts and change passwords. They fail with *form.Refused and form.Faults.
type Accounts interface {
	// Register takes the form. Its answer is the same for everybody: the link in the e-mail decides.
	Register(context.Context, form.Registration) error
	// OwnForm reports whether a link ends a form of this browser; true where there is no such link.
	OwnForm(ctx context.Context, secret, browser string) bool
	// FinishRegistration makes the account of the form of that link, and begins a session. Another browser than the form's needs
	// its password. It fails with ErrNoRegistration.
	FinishRegistration(ctx context.Context, secret, browser, password string) (session string, err error)
	Resetting
	// Resume returns the secret of the invite at which a browser can sign in, "" if there is none: after a registration or a
	// reset the person goes on there.
	Resume(ctx context.Context, browser string) (secret string)
}

// Resetting sets a new password, with a code from the mailbox or from an office, and begins a session: it may be empty.
type Resetting interface {
	AskReset(context.Context, form.ResetRequest) error
	Reset(context.Context, form.Reset) (session string, err error)
	Office(context.Context, form.Office) (session string, err error)
}

// ErrNoRegistration: the link makes no account. Why is not told.
var ErrNoRegistration = errors.New("autogestion: no such registration")

// ErrNoForm: there is no form of registration.
var ErrNoForm = errors.New("autogestion: there is no registration here")

// ErrInUse: another browser went on with the invite.
var ErrInUse = errors.New("autogestion: the invite is in use in another browser")

// Invite is an invite as a browser sees it.
type Invite struct {
	Channel, Label, Sender string
	OpenUntil              time.Time
	Stage                  Stage
	// Signer is the person whom the session signs in without a password; empty if it does not.
	Signer string
}

// Stage is where an invite stands.
type Stage int

// The stages of an invite, in their order.
const (
	Fresh      Stage = iota // it can be opened
	Opened                  // this browser can sign in
	SecondCode              // this browser has to bring a second code
	SignedIn                // this browser has a code
	Done                    // the chat is linked
)

// Code ends an invite in the chat.
type Code struct {
	Code  string // as it is shown, XXXX-XXXX
	Back  string // leads into the chat with the code; empty if the chat has no such address
	Until time.Time
}

// Mine is the page of a person's own account. Its calls fail with ErrNoSession if the session is over.
type Mine interface {
	// Enter checks a password and begins a session. It also fails with *form.Refused and form.Faults.
	Enter(ctx context.Context, in form.SignIn) (session string, err error)
	// Look returns what is held, for the page.
	Look(ctx context.Context, session string) (Account, error)
	// Unlink ends a link of the account, all of them if link is empty.
	Unlink(ctx context.Context, session, link string) error
	// Alone lets only the owner ask for their tokens, or their families as well.
	Alone(ctx context.Context, session string, on bool) error
	// ChangePassword sets a new password; in has the current one.
	ChangePassword(ctx context.Context, session string, in form.SignIn, password, again string) error
	Owner
	// Leave ends the session.
	Leave(ctx context.Context, session string) error
}

// Owner is what the owner of an account may do with it besides. All but Undo need the session.
type Owner interface {
	// ChangeEmail changes the e-mail address, with the current password. It also fails with *form.Refused and form.Faults.
	ChangeEmail(ctx context.Context, session string, in form.SignIn, email, again string) error
	// Undo puts the address of before back, with the secret that it was sent. It fails with ErrNoUndo.
	Undo(ctx context.Context, secret string) error
	// Close ends the account, with the current password. It also fails with *form.Refused and form.Faults.
	Close(ctx context.Context, session string, in form.SignIn) error
	// All returns all that is held, to be sent as JSON.
	All(ctx context.Context, session string) (any, error)
}

// ErrNoUndo: there is nothing to put back, or not any more.
var ErrNoUndo = errors.New("autogestion: no such change of an e-mail address")

// ErrNoSession: nobody is signed in, or not any more.
var ErrNoSession = errors.New("autogestion: no session")

// Account is what is held about a person, as their page shows it.
type Account struct {
	Name, Number, Standing string
	Email                  string // masked
	Made                   time.Time
	Browsers               int // that signed in before
	Alone                  bool
	Chats                  []Chat
	Consent                string // version of the text, empty: none was given
	ConsentAt              time.Time
}

// Chat is a linked chat.
type Chat struct {
	ID, Channel, Label string
	Since              time.Time
}

// Registration is how accounts are made.
type Registration int

// How accounts are made.
const (
	OnPage   Registration = iota // with the form
	Nowhere                      // there is no form
	InOffice                     // the page names the office, and takes its code
)

// Mail is an e-mail of the demo.
type Mail struct {
	To, Subject, Text string
	At                time.Time
}
